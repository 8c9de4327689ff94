using Xunit;
using System.Net;
using AngleSharp.Html.Parser;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
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
            };
        });
        app = builder.Build();
        app.UseRouting();
        app.UseKapokPages();
        app.MapKapokPages();
        app.MapPost("/echo", async (HttpRequest request) => Results.Text(string.Join('&', (await request.ReadFormAsync()).Where(pair => pair.Key != "_token").Select(pair => $"{pair.Key}={pair.Value}"))));
        app.MapPost("/open", () => "open").DisableAntiforgery();
        app.MapGet("/name", () => Results.Content("<p>湖南省<span translate=\"no\">刘云</span><input value=\"刘云\" aria-label=\"发证机关\" name=\"n\"></p>", "text/html; charset=utf-8"));
        await app.StartAsync();
        Address = app.Urls.Single();
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
