using System.Text.RegularExpressions;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Kapok.Tests.Foundation.Pages;

/// <summary>The house's own renderer against the framework's, which decides what is right.</summary>
public sealed partial class RendererTests : IAsyncLifetime
{
    readonly WebApplication app;
    HttpClient http = null!;

    public RendererTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddDataProtectionInMemory();
        builder.Services.AddRazorComponents();
        builder.Services.AddKapokPages(options =>
        {
            options.SearchPath = "/search";
            options.Fill = (_, page) =>
            {
                page.Nav = [new("首页", "/"), new("办件", "/page", Count: 3)];
                (page.Actor, page.ActorDetail, page.SessionEnds) = ("李\"云<龙>", "受理岗", DateTimeOffset.UnixEpoch);
                page.AccountLinks = [new("我的账户", "/my/account", "user")];
            };
        });
        app = builder.Build();
        app.UseKapokPages();
        app.UseProblems();
        app.UseRouting();
        app.MapGet("/page", (string type, bool own, string? said) =>
        {
            var page = Type.GetType(type)!;
            var parameters = said is null ? [] : new Dictionary<string, object?> { ["Said"] = said };
            return own ? (IResult)new PageResult(page, parameters) : new RazorComponentResult(page, parameters);
        });
        app.MapMethods("/head", ["GET", "HEAD"], () => new PageResult<Awkward>());
        app.MapGet("/refused", () => new PageResult<Awkward>(new { Said = "x" }) { StatusCode = 422 });
        app.MapGet("/half", () => new PageResult<Half>());
    }

    public async ValueTask InitializeAsync()
    {
        await app.StartAsync();
        http = new HttpClient { BaseAddress = new(app.Urls.Single()) };
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
    }

    async Task<string> Get(Type page, bool own, string? said = null)
    {
        var address = $"/page?type={Uri.EscapeDataString(page.AssemblyQualifiedName!)}{(said is null ? "" : "&said=" + Uri.EscapeDataString(said))}&own={(own ? "true" : "false")}";
        var answer = await http.GetAsync(address);
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        return Changing().Replace(await answer.Content.ReadAsStringAsync(), "");
    }

    /// <summary>What differs between any two answers: tokens, and the word that asks for one renderer or the other.</summary>
    [GeneratedRegex("own(=|%3D|%253D)(true|false)|CfDJ8[A-Za-z0-9_-]+")]
    private static partial Regex Changing();

    public static TheoryData<string> Samples => [.. typeof(PageResult).Assembly.GetTypes().Where(t => t.Name.StartsWith("Gallery", StringComparison.Ordinal) && t.IsAssignableTo(typeof(PageComponent)) && t.GetProperties().All(p => !p.IsDefined(typeof(EditorRequiredAttribute), true))).Select(t => t.AssemblyQualifiedName!)];

    [Theory, MemberData(nameof(Samples))]
    public async Task Every_component_is_written_as_the_framework_writes_it(string name)
    {
        var page = Type.GetType(name)!;
        Assert.Equal(await Get(page, own: false), await Get(page, own: true));
    }

    [Theory]
    [InlineData("字 & <b>\"'+`=/ \u00A0\u2028")]
    [InlineData("龘\U00020000\U0001F600 \uD800 ends in half a pair \uDBFF")]
    [InlineData("</script></textarea></title><!-- \u0001\u007F\uFFFE\uFFFF")]
    [InlineData("")]
    public async Task Whatever_people_type_is_written_as_the_framework_writes_it(string said) =>
        Assert.Equal(await Get(typeof(Awkward), own: false, said), await Get(typeof(Awkward), own: true, said));

    [Fact]
    public async Task An_answer_carries_its_length_and_a_head_has_no_body()
    {
        var page = await http.GetByteArrayAsync("/head");
        using var head = await http.SendAsync(new(HttpMethod.Head, "/head"));
        Assert.Equal(page.Length, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        Assert.Equal(System.Net.HttpStatusCode.UnprocessableEntity, (await http.GetAsync("/refused")).StatusCode);
    }

    [Fact]
    public async Task A_page_that_breaks_half_way_sends_nothing_of_itself_and_leaves_nothing_to_the_next()
    {
        var before = await Get(typeof(Awkward), own: true);
        for (var i = 0; i < 5; i++)
        {
            var broken = await http.GetAsync("/half");
            Assert.Equal(System.Net.HttpStatusCode.InternalServerError, broken.StatusCode);
            Assert.DoesNotContain("geheim", await broken.Content.ReadAsStringAsync());
            Assert.Equal(before, await Get(typeof(Awkward), own: true));
        }
    }

    [Fact]
    public async Task Pages_written_at_the_same_time_do_not_mix()
    {
        var said = Enumerable.Range(0, 64).Select(i => $"person-{i}-{new string((char)('a' + i % 26), i * 50)}").ToArray();
        var pages = await Task.WhenAll(said.Select(s => Get(typeof(Awkward), own: true, s)));
        for (var i = 0; i < said.Length; i++)
        {
            Assert.Contains($"<p>{said[i]}</p>", pages[i]);
            Assert.DoesNotContain("person-", pages[i].Replace($"person-{i}-", ""));
        }
    }

    [Theory]
    [InlineData(typeof(Waits), "OnInitializedAsync")]
    [InlineData(typeof(Unknown), "has no parameter Nowhere")]
    public async Task A_component_that_cannot_be_written_in_one_go_says_why(Type type, string why)
    {
        using var scope = app.Services.CreateScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        Assert.Contains(why, (await Assert.ThrowsAsync<InvalidOperationException>(() => new PageResult(type).ExecuteAsync(context))).Message);
    }

    public sealed class Waits : ComponentBase { protected override Task OnInitializedAsync() => Task.CompletedTask; }

    public sealed class Unknown : ComponentBase
    {
        protected override void BuildRenderTree(RenderTreeBuilder b)
        {
            b.OpenComponent<Icon>(0);
            b.AddComponentParameter(1, "Nowhere", "x");
            b.CloseComponent();
        }
    }

    /// <summary>Writes a little, then breaks inside another component.</summary>
    public sealed class Half : ComponentBase
    {
        protected override void BuildRenderTree(RenderTreeBuilder b)
        {
            b.AddMarkupContent(0, "<p>geheim</p>");
            b.OpenComponent<CascadingValue<string>>(1);
            b.AddComponentParameter(2, "Value", "geheim");
            b.AddComponentParameter(3, "ChildContent", (RenderFragment)(inner => { inner.OpenElement(0, "select"); inner.AddAttribute(1, "value", "geheim"); inner.OpenComponent<Icon>(2); inner.AddComponentParameter(3, "Name", "no-such-icon"); inner.CloseComponent(); inner.CloseElement(); }));
            b.CloseComponent();
        }
    }

    /// <summary>Says which of the values around it reaches it.</summary>
    public sealed class Hears : ComponentBase
    {
        [CascadingParameter] public string? Unnamed { get; set; }
        [CascadingParameter(Name = "named")] public object? Named { get; set; }
        [CascadingParameter] public IReadOnlyList<int>? Numbers { get; set; }
        [Parameter(CaptureUnmatchedValues = true)] public IReadOnlyDictionary<string, object>? Rest { get; set; }

        protected override void BuildRenderTree(RenderTreeBuilder b)
        {
            b.OpenElement(0, "output");
            b.AddAttribute(1, "class", "first");
            b.AddMultipleAttributes(2, Rest!);
            b.AddContent(3, $"{Unnamed}/{Named}/{string.Join(',', Numbers ?? [])}");
            b.CloseElement();
        }
    }

    /// <summary>Everything a renderer may stumble over.</summary>
    public sealed class Awkward : ComponentBase
    {
        [Parameter] public string Said { get; set; } = "nothing";

        protected override void BuildRenderTree(RenderTreeBuilder b)
        {
            Element(b, "p", null, Said);
            Element(b, "textarea", Said, "content that yields to the value");
            Element(b, "textarea", null, "\nkept");
            Element(b, "textarea", null, null);
            Element(b, "script", null, Said);
            Element(b, "input", Said, null);
            Element(b, "br", null, null);
            Element(b, "i", null, null);
            b.OpenElement(10, "select");
            b.AddAttribute(11, "value", Said);
            foreach (var option in new[] { "a", Said, "b" }) { b.OpenElement(12, "option"); b.AddAttribute(13, "value", option); b.AddContent(14, option); b.CloseElement(); }
            b.CloseElement();
            Element(b, "option", Said, "outside of a select");
            b.OpenElement(20, "form");
            b.AddAttribute(21, "hidden", true);
            b.AddAttribute(22, "novalidate", false);
            b.AddAttribute(23, "data-number", 7);
            b.AddAttribute(24, "data-none", (string?)null);
            b.CloseElement();
            // The parameter that takes all others, given by its name and by what it takes.
            b.OpenComponent<Form>(110);
            b.AddComponentParameter(111, nameof(Form.Attributes), new Dictionary<string, object> { ["data-library"] = Said });
            b.CloseComponent();
            b.OpenComponent<Form>(112);
            b.AddComponentParameter(113, "data-library", Said);
            b.CloseComponent();
            b.OpenElement(25, "form");
            b.AddAttribute(26, "action", "");
            b.AddMultipleAttributes(27, new Dictionary<string, object> { ["action"] = "/last?a=1&b=2", ["data-said"] = Said });
            b.AddContent(28, 12.5);
            b.CloseElement();
            Around(b, "outer", null, outer => Around(outer, "named value", "named", middle => Around(middle, new List<int> { 1, 2 }, null, inner =>
            {
                Hear(inner);
                Around(inner, "nearer", null, Hear);
                Hear(inner);
            })));
            Hear(b);
        }

        static void Element(RenderTreeBuilder b, string name, string? value, string? content)
        {
            b.OpenElement(0, name);
            b.AddAttribute(1, "value", value);
            if (content is not null) b.AddContent(2, content);
            b.CloseElement();
        }

        static void Around<T>(RenderTreeBuilder b, T value, string? name, RenderFragment content)
        {
            b.OpenComponent<CascadingValue<T>>(30);
            b.AddComponentParameter(31, "Value", value);
            b.AddComponentParameter(32, "IsFixed", true);
            if (name is not null) b.AddComponentParameter(33, "Name", name);
            b.AddComponentParameter(34, "ChildContent", content);
            b.CloseComponent();
        }

        static void Hear(RenderTreeBuilder b)
        {
            b.OpenComponent<Hears>(40);
            b.AddAttribute(41, "CLASS", "last");
            b.AddAttribute(42, "data-x", "1");
            b.CloseComponent();
        }
    }
}
