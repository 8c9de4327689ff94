using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests;

/// <summary>The real program over HTTP on a database of its own, with a clock that tests set.</summary>
public class App(TestDatabase databases) : IAsyncLifetime
{
    WebApplication app = null!;
    string folder = "";

    public FakeTime Time { get; } = new();
    public IServiceProvider Services => app.Services;
    public Database Database => Services.GetRequiredService<Database>();
    public NodeOptions Options { get; private set; } = null!;

    protected virtual bool Furnished => true;
    protected virtual bool OnLoopback => false;
    protected virtual void Configure(WebApplicationBuilder builder) { }

    public virtual async ValueTask InitializeAsync()
    {
        folder = Directory.CreateTempSubdirectory("kapok-app-").FullName;
        Options = new NodeOptions
        {
            Data = folder,
            Database = Furnished ? await databases.Furnished() : await databases.Bare(),
            Packages = Path.Combine(TestDatabase.Root, "packages"),
            Port = OnLoopback ? FreePort() : 1,
        };
        app = await Start();
    }

    /// <summary>Address of the program when it listens on a real port.</summary>
    public string Address => $"http://localhost:{Options.Port}";

    static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    HttpMessageHandler Handler(WebApplication of) => OnLoopback ? new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false } : of.GetTestServer().CreateHandler();

    async Task<WebApplication> Start()
    {
        var started = KapokApp.Build(Options, builder =>
        {
            if (!OnLoopback) builder.WebHost.UseTestServer();
            builder.Services.AddSingleton<TimeProvider>(Time);
            // Their clock stands in the past of the database's: cases would be packed at once, beside every test.
            builder.Services.AddSingleton(new Kapok.Cases.Archiving.ArchiveSettings("30", TimeSpan.FromDays(3650)));
            Configure(builder);
        });
        await started.StartAsync();
        return started;
    }

    /// <summary>A second process of the same node: same database, same keys, same clock.</summary>
    public async Task<Sibling> Another() => new(await Start());

    /// <summary>A browser of its own: keeps cookies, follows no redirects.</summary>
    public HttpClient Browser() => Browser(app);

    static HttpClient Browser(WebApplication app)
    {
        var jar = new CookieHandler(app.GetTestServer().CreateHandler());
        var browser = new HttpClient(jar) { BaseAddress = new("http://localhost") };
        browser.DefaultRequestHeaders.Accept.ParseAdd("text/html, application/json;q=0.9");
        Jars.Add(browser, jar);
        return browser;
    }

    static readonly System.Runtime.CompilerServices.ConditionalWeakTable<HttpClient, CookieHandler> Jars = [];

    /// <summary><c>name=value</c> of a cookie that a browser has been given.</summary>
    public static string Cookie(HttpClient browser, string name) =>
        Jars.TryGetValue(browser, out var jar) && jar.Cookies.GetCookies(browser.BaseAddress!)[name] is { } cookie ? $"{cookie.Name}={cookie.Value}" : throw new InvalidOperationException($"no cookie {name}");

    readonly ConcurrentDictionary<string, Lazy<Task<HttpClient>>> browsers = new(), programs = new();

    /// <summary>The browser of an account of the demonstration data, signed in through the sign-in page once per app; keeps cookies.</summary>
    public Task<HttpClient> As(string account) => browsers.GetOrAdd(account, a => new(() => SignIn(a))).Value;

    /// <summary>A program of an account: its requests carry a bearer token from <c>POST /api/v1/sessions</c>.</summary>
    public Task<HttpClient> Api(string account) => programs.GetOrAdd(account, a => new(() => Program(a))).Value;

    /// <summary>A browser signed in anew, for tests that end or change the session.</summary>
    public async Task<HttpClient> SignIn(string account, string password = IdentityOptions.DemonstrationPassword)
    {
        var browser = Browser();
        var answer = await browser.PostForm("/sign-in", "/sign-in", ("account", account), ("password", password));
        if (answer.StatusCode != HttpStatusCode.Redirect) throw new InvalidOperationException($"{account} cannot sign in: {answer.StatusCode} {(await answer.Document()).QuerySelector("main")?.TextContent.Trim()}");
        return browser;
    }

    /// <summary>A program with a session of its own.</summary>
    public async Task<HttpClient> Program(string account, string password = IdentityOptions.DemonstrationPassword)
    {
        var http = new HttpClient(Handler(app)) { BaseAddress = new(OnLoopback ? Address : "http://localhost") };
        var answer = await http.PostAsJsonAsync("/api/v1/sessions", new { account, password });
        if (answer.StatusCode != HttpStatusCode.Created) throw new InvalidOperationException($"{account} cannot sign in: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        http.DefaultRequestHeaders.Authorization = new("Bearer", body.GetProperty("token").GetString());
        return http;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        Directory.Delete(folder, true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Another process of the node, for tests of what they tell each other.</summary>
    public sealed class Sibling(WebApplication app) : IAsyncDisposable
    {
        public IServiceProvider Services => app.Services;
        public HttpClient Browser() => App.Browser(app);

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }

    internal sealed class CookieHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        readonly CookieContainer cookies = new();

        public CookieContainer Cookies => cookies;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
        {
            var header = cookies.GetCookieHeader(request.RequestUri!);
            if (header.Length > 0) request.Headers.Add("Cookie", header);
            var response = await base.SendAsync(request, stop);
            if (response.Headers.TryGetValues("Set-Cookie", out var set))
                foreach (var cookie in set) cookies.SetCookies(request.RequestUri!, cookie);
            return response;
        }
    }
}

/// <summary>An app on a real port of this machine, for tests by browser.</summary>
public sealed class LoopbackApp(TestDatabase databases) : App(databases)
{
    protected override bool OnLoopback => true;
}

/// <summary>An app on an empty database, for tests of the ground floor.</summary>
public sealed class BareApp(TestDatabase databases) : App(databases)
{
    protected override bool Furnished => false;
}

/// <summary>A clock that stands still until a test moves it.</summary>
public sealed class FakeTime : TimeProvider
{
    DateTimeOffset now = new(2026, 9, 21, 2, 0, 0, TimeSpan.Zero); // Monday 10:00 in Guangzhou

    public override DateTimeOffset GetUtcNow() => now;
    public void Set(DateTimeOffset to) => now = to;
    public void Advance(TimeSpan by) => now += by;
}
