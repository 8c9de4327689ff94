using System.Net;
using System.Text.Json;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Kapok.Cases.Forms;
using Kapok.Cases.Forms.Pages;
using Kapok.Foundation.Pages;
using Kapok.Tests.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kapok.Tests.Cases.Forms;

/// <summary>A program that has nothing but the worked example as a journey: pages, tasks, check, answers. Keeps one draft in memory.</summary>
public sealed class FormHost : IAsyncLifetime
{
    WebApplication app = null!;

    public string Address { get; private set; } = "";
    public JsonElement Answers { get; set; } = Sample.Json("{}");
    public FormContext Context { get; set; } = new(Sample.Today);
    public FormState State => FormEngine.Evaluate(Sample.Food, Answers, Context);

    /// <summary>Every form of the packages in the repository, by package and name.</summary>
    public static IReadOnlyDictionary<string, FormDefinition> All { get; } = Directory
        .EnumerateFiles(Path.Combine(Path.GetDirectoryName(NodeModules.Folder)!, "packages"), "*.json", SearchOption.AllDirectories)
        .Where(f => Path.GetFileName(Path.GetDirectoryName(f)) == "forms")
        .ToDictionary(f => $"{Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(f)))}/{Path.GetFileNameWithoutExtension(f)}", f => Sample.Parsed(File.ReadAllText(f)));

    static readonly FieldSettings settings = new()
    {
        Divisions = parent => parent switch { null => [new("440000", "广东省")], "440000" => [new("440100", "广州市")], "440100" => [new("440106", "天河区")], _ => [] },
        DivisionName = code => code.StartsWith("440106", StringComparison.Ordinal) ? "广州市天河区" : null,
    };

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddDataProtectionInMemory();
        builder.Services.AddKapokPages();
        app = builder.Build();
        app.UseRouting();
        app.UseKapokPages();
        app.MapKapokPages();
        app.MapGet("/form/{id}", (string id, string? go) => Shown(id, go, faults: false));
        app.MapPost("/form/{id}", async (string id, HttpRequest request) =>
        {
            var posted = await request.ReadFormAsync();
            var page = Sample.Food.Page(id)!;
            var before = State;
            var post = FormEngine.ApplyPage(Sample.Food, Answers, id, posted, Context);
            Answers = FormEngine.Evaluate(Sample.Food, post.Answers, Context).Answers;
            var after = State;
            if (post.Stay || !posted.ContainsKey("_script") && after.Revealed(before, page).Any()) return Shown(id, posted["go"], faults: false);
            if (after.FaultsOn(page).Any()) return Shown(id, posted["go"], faults: true);
            return Results.Redirect(posted["go"] == "check" || after.After(page) is not { } next ? "/check" : "/form/" + next.Id);
        });
        app.MapGet("/tasks", () => Wrapped<FormTasks>("步骤", new() { ["State"] = State, ["PageHref"] = (QuestionPage p) => "/form/" + p.Id }, heading: true));
        app.MapGet("/check", () => Wrapped<CheckAnswers>("核对", new() { ["State"] = State, ["PageHref"] = (QuestionPage p) => $"/form/{p.Id}?go=check", ["Divisions"] = settings.DivisionName }, heading: true));
        app.MapGet("/answers", () => Wrapped<AnswersView>("申请内容", new()
        {
            ["State"] = State, ["Divisions"] = settings.DivisionName,
            ["Changes"] = FormDiff.Between(Sample.Food, Sample.Json(Sample.Complete), Answers) as IReadOnlyList<FormChange>,
            ["Verdict"] = (RenderFragment<FieldState>)(field => b => b.AddMarkupContent(0, $"<i data-verdict=\"{field.Path}\"></i>")),
        }, heading: true));
        app.MapGet("/any/{package}/{form}/{page}", (string package, string form, string page, bool? faults) =>
        {
            var definition = All[$"{package}/{form}"];
            return Wrapped<Kapok.Cases.Forms.Pages.FormPage>(definition.Page(page)!.Title, new()
            {
                ["State"] = FormEngine.Evaluate(definition, Sample.Json("{}"), new FormContext(Sample.Today)), ["Of"] = definition.Page(page), ["ShowFaults"] = faults == true, ["Settings"] = settings,
            }, heading: false);
        });
        await app.StartAsync();
        Address = app.Urls.Single();
    }

    IResult Shown(string id, string? go, bool faults) => Wrapped<Kapok.Cases.Forms.Pages.FormPage>((faults ? "错误：" : "") + Sample.Food.Page(id)!.Title, new()
    {
        ["State"] = State, ["Of"] = Sample.Food.Page(id), ["ShowFaults"] = faults, ["Go"] = go, ["Settings"] = settings, ["Action"] = "/form/" + id,
        ["AutosaveUrl"] = $"/form/{id}/draft", ["Revision"] = "7", ["BackHref"] = "/tasks",
    }, heading: false);

    static IResult Wrapped<T>(string title, Dictionary<string, object?> parameters, bool heading) =>
        new PageResult<Framed>(new Dictionary<string, object?> { ["Title"] = title, ["Of"] = typeof(T), ["With"] = parameters, ["Heading"] = heading });

    /// <summary>A component inside the shell.</summary>
    public sealed class Framed : ComponentBase
    {
        [Parameter] public string Title { get; set; } = "";
        [Parameter] public Type Of { get; set; } = null!;
        [Parameter] public Dictionary<string, object?> With { get; set; } = [];
        [Parameter] public bool Heading { get; set; }

        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            builder.OpenComponent<Shell>(0);
            builder.AddAttribute(1, "Title", Title);
            builder.AddAttribute(2, "ChildContent", (RenderFragment)(inner =>
            {
                if (Heading) inner.AddMarkupContent(0, "<h1>" + Title + "</h1>");
                inner.OpenComponent(1, Of);
                inner.AddMultipleAttributes(2, With.Where(p => p.Value is not null).Select(p => KeyValuePair.Create(p.Key, p.Value!)));
                inner.CloseComponent();
            }));
            builder.CloseComponent();
        }
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    public HttpClient Browser()
    {
        var client = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = true }) { BaseAddress = new Uri(Address) };
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        return client;
    }

    /// <summary>Opens a page and checks the rules of the house in passing.</summary>
    public static async Task<IHtmlDocument> Open(HttpClient browser, string path) => Read(await (await browser.GetAsync(path)).Content.ReadAsStringAsync());

    /// <summary>Posts the form of a page as a browser without script does: everything in it, changed by what a person types, with one button.</summary>
    public static async Task<IHtmlDocument> Send(HttpClient browser, IHtmlDocument page, Dictionary<string, string> typed, string? button = null)
    {
        var form = (IHtmlFormElement)page.QuerySelector("form[data-autosave]")!;
        var fields = new List<KeyValuePair<string, string>>();
        foreach (var control in form.QuerySelectorAll("input[name],select[name],textarea[name]"))
        {
            var name = control.GetAttribute("name")!;
            switch (control)
            {
                case IHtmlInputElement { Type: "radio" or "checkbox" } box:
                    if (typed.TryGetValue(name, out var wanted) ? wanted == box.Value : box.IsChecked) fields.Add(new(name, box.Value));
                    break;
                case IHtmlSelectElement select: fields.Add(new(name, typed.GetValueOrDefault(name, select.Value ?? ""))); break;
                case IHtmlTextAreaElement area: fields.Add(new(name, typed.GetValueOrDefault(name, area.Value))); break;
                case IHtmlInputElement input: fields.Add(new(name, input.Type == "hidden" ? input.Value : typed.GetValueOrDefault(name, input.Value))); break;
            }
        }
        if (button is not null)
        {
            form.QuerySelectorAll($"button[name=do][value='{button}']").Length.ShouldBe(1, button);
            fields.Add(new("do", button));
        }
        var answer = await browser.PostAsync(form.GetAttribute("action"), new FormUrlEncodedContent(fields));
        answer.IsSuccessStatusCode.ShouldBeTrue(answer.StatusCode.ToString());
        return Read(await answer.Content.ReadAsStringAsync());
    }

    static IHtmlDocument Read(string html)
    {
        HtmlCheck.Verify(html);
        return new HtmlParser().ParseDocument(html);
    }
}
