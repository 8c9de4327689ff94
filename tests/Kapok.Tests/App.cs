using Kapok.Foundation;
using Kapok.Foundation.Data;
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
            Port = 1,
        };
        app = KapokApp.Build(Options, builder =>
        {
            if (!OnLoopback) builder.WebHost.UseTestServer();
            builder.Services.AddSingleton<TimeProvider>(Time);
            Configure(builder);
        });
        await app.StartAsync();
    }

    /// <summary>A browser of its own: keeps cookies, follows no redirects.</summary>
    public HttpClient Browser() => new(new CookieHandler(app.GetTestServer().CreateHandler())) { BaseAddress = new("http://localhost") };

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        Directory.Delete(folder, true);
        GC.SuppressFinalize(this);
    }

    sealed class CookieHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        readonly System.Net.CookieContainer cookies = new();

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
