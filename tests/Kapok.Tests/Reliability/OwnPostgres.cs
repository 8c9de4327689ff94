using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Packages;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Reliability;

/// <summary>A private PostgreSQL that a test may stop and fill, with the tables and the food permit in it.</summary>
public sealed class OwnPostgres : IDisposable
{
    static int made;
    readonly string folder = Path.Combine("/tmp", $"kapok-own-{Environment.ProcessId}-{Interlocked.Increment(ref made)}");
    readonly PrivatePostgres postgres;

    public OwnPostgres()
    {
        try { postgres = new PrivatePostgres(folder, TestDatabase.Root); }
        catch (InvalidOperationException e)
        {
            Directory.Delete(folder, true);
            Assert.Skip(e.Message);
            throw;
        }
        Start();
    }

    public string Connection => postgres.ConnectionString();

    public void Start() => postgres.Start("fsync=off");
    public void Stop() => postgres.Stop(immediate: true);

    public async Task Furnish()
    {
        await using var app = KapokApp.Build(new NodeOptions { Data = folder, Database = Connection, RunsJobs = false });
        await app.Services.GetRequiredService<Migrator>().Apply(KapokApp.Modules);
        var installer = app.Services.GetRequiredService<PackageInstaller>();
        foreach (var name in (string[])["guangdong", "food-business-permit"])
            (await installer.Install(Package.FromFolder(Path.Combine(TestDatabase.Root, "packages", name)).Value!, Actor.System)).Ok.ShouldBeTrue();
    }

    public void Dispose()
    {
        postgres.Remove();
        Directory.Delete(folder, true);
    }
}
