using Xunit;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using AngleSharp.Html.Parser;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kapok.Tests.Foundation.Pages;

/// <summary>A program that has nothing but pages, on a loopback port.</summary>
public sealed class PageHost : IAsyncLifetime
{
    private WebApplication app = null!;

    public string Address { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddDataProtectionInMemory();
        builder.Services.AddKapokPages(options =>
        {
            options.SearchPath = "/search";
            options.Fill = (http, page) =>
            {
                page.Nav = [new("首页", "/"), new("办事", "/components")];
                if (http.Request.Query.ContainsKey("signed-in")) page.Actor = "李云龙";
                if (http.Request.Query.ContainsKey("session")) page.SessionEnds = DateTimeOffset.UtcNow.AddSeconds(100);
            };
        });
        app = builder.Build();
        app.UseKapokPages();
        app.UseProblems();
        app.UseRouting();
        app.UseKapokForms();
        app.MapKapokPages();
        app.MapGet("/form", () => new PageResult<SampleForm>());
        app.MapPost("/echo", async (HttpRequest request) => Results.Text(string.Join('&', (await request.ReadFormAsync()).Where(pair => pair.Key != "_token").Select(pair => $"{pair.Key}={pair.Value}"))));
        app.MapPost("/open", () => "open").DisableAntiforgery();
        app.MapPost("/session", (HttpResponse response) => { response.Headers["X-Session-Ends"] = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds().ToString(); });
        app.MapGet("/document", (HttpResponse response) => { response.Headers.ContentSecurityPolicy = "frame-ancestors 'self'"; return Results.Text("ok"); });
        app.MapGet("/broken", () => Results.StatusCode(500));
        app.MapGet("/half", async (HttpResponse response) => { response.ContentType = "text/html; charset=utf-8"; await response.WriteAsync("<p>半页</p>"); throw new InvalidOperationException(); });
        app.MapMethods("/components/upload", ["HEAD"], (string key, HttpResponse response) =>
        {
            var upload = Uploads.GetOrAdd(key, _ => new());
            if (upload.Bytes.Count > 0) response.Headers["Range"] = $"bytes=0-{upload.Bytes.Count - 1}";
        });
        app.MapPatch("/components/upload", Take);
        await app.StartAsync();
        Address = app.Urls.Single();
    }

    /// <summary>What came in under each key.</summary>
    public ConcurrentDictionary<string, Upload> Uploads { get; } = new();

    /// <summary>After how many answered parts the answer to one is lost; below zero none.</summary>
    public int BreakAfter { get; set; } = -1;

    private async Task<IResult> Take(string key, string name, HttpContext http)
    {
        var range = ContentRangeHeaderValue.Parse(http.Request.Headers.ContentRange.ToString());
        var upload = Uploads.GetOrAdd(key, _ => new());
        // A browser may send a request again by itself when the line breaks; what is there already is not taken twice.
        if (range.From != upload.Bytes.Count) return Results.Conflict();
        upload.Parts.Add($"{range.From}-{range.To}");
        if (name.Contains("virus")) return Results.Text("文件里有病毒，请换一个。", statusCode: 422);
        var part = new MemoryStream();
        await http.Request.Body.CopyToAsync(part);
        upload.Bytes.AddRange(part.ToArray());
        if (BreakAfter-- == 0)
        {
            http.Abort();
            return Results.Empty;
        }
        if (upload.Bytes.Count == range.Length) return Results.Json(new { id = $"file-{Uploads.Count}" });
        http.Response.Headers["Range"] = $"bytes=0-{upload.Bytes.Count - 1}";
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    public sealed class Upload
    {
        public List<byte> Bytes { get; } = [];
        public List<string> Parts { get; } = [];
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    /// <summary>A browser without script: keeps cookies, follows nothing by itself.</summary>
    public HttpClient Client(params (string Name, string Value)[] cookies)
    {
        var jar = new CookieContainer();
        foreach (var (name, value) in cookies) jar.Add(new Uri(Address), new Cookie(name, value));
        var client = new HttpClient(new HttpClientHandler { CookieContainer = jar, AllowAutoRedirect = false }) { BaseAddress = new Uri(Address) };
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        return client;
    }

    /// <summary>Token of a page the client has opened.</summary>
    public static async Task<string> Token(HttpClient client, string page = "/nowhere")
    {
        var html = await (await client.GetAsync(page)).Content.ReadAsStringAsync();
        return new HtmlParser().ParseDocument(html).QuerySelector("meta[name=kapok-token]")!.GetAttribute("content")!;
    }
}

internal static class DataProtectionInMemory
{
    public static void AddDataProtectionInMemory(this IServiceCollection services) =>
        services.AddSingleton<Microsoft.AspNetCore.DataProtection.IDataProtectionProvider>(new Microsoft.AspNetCore.DataProtection.EphemeralDataProtectionProvider());
}

/// <summary>A page written in C#, as tests have no markup files.</summary>
public sealed class SampleForm : PageComponent
{
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenComponent<Shell>(0);
        builder.AddComponentParameter(1, "Title", "样表");
        builder.AddComponentParameter(2, "ChildContent", (RenderFragment)(shell =>
        {
            shell.OpenComponent<PageHead>(0);
            shell.AddComponentParameter(1, "Title", "样表");
            shell.CloseComponent();
            shell.OpenComponent<Form>(2);
            shell.AddComponentParameter(3, "Action", "/echo");
            shell.AddComponentParameter(4, "ChildContent", (RenderFragment)(form =>
            {
                form.OpenComponent<Button>(0);
                form.AddComponentParameter(1, "Name", "do");
                form.AddComponentParameter(2, "Value", "withdraw");
                form.AddComponentParameter(3, "Confirm", "确定撤回吗？");
                form.AddComponentParameter(4, "ChildContent", (RenderFragment)(words => words.AddContent(0, "撤回申请")));
                form.CloseComponent();
            }));
            shell.CloseComponent();
        }));
        builder.CloseComponent();
    }
}
