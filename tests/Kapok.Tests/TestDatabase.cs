using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Packages;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

[assembly: AssemblyFixture(typeof(Kapok.Tests.TestDatabase))]

namespace Kapok.Tests;

/// <summary>
/// One PostgreSQL for the whole run: a private instance, or the one named in KAPOK_TEST_DATABASE. A template database
/// is migrated and furnished once; every test class gets a clone of it.
/// </summary>
public sealed class TestDatabase : IAsyncLifetime
{
    readonly string folder = Path.Combine("/tmp", $"kapok-test-{Environment.ProcessId}");
    PrivatePostgres? instance;
    string server = "";
    readonly SemaphoreSlim making = new(1);
    string? template, bare;

    public static string Root { get; } = FindRoot();

    public PrivatePostgres? Instance => instance;

    public ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("KAPOK_TEST_DATABASE") is { Length: > 0 } existing) server = existing;
        else
        {
            instance = new PrivatePostgres(folder, Root);
            instance.Start("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300");
            server = instance.ConnectionString("postgres");
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>A database with all tables and all packages.</summary>
    public Task<string> Furnished() => Clone(true);

    /// <summary>A database with all tables and nothing in them.</summary>
    public Task<string> Bare() => Clone(false);

    async Task<string> Clone(bool furnished)
    {
        await making.WaitAsync();
        try
        {
            var from = furnished ? template ??= await Template(true) : bare ??= await Template(false);
            var name = $"kt_{Environment.ProcessId}_{Guid.NewGuid():N}";
            await Execute($"create database {name} template {from}");
            return new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = 20 }.ConnectionString;
        }
        finally { making.Release(); }
    }

    async Task<string> Template(bool furnished)
    {
        var name = $"kt_{Environment.ProcessId}_template_{(furnished ? "furnished" : "bare")}";
        await Execute($"create database {name}");
        var connection = new NpgsqlConnectionStringBuilder(server) { Database = name, Pooling = false }.ConnectionString;
        var options = new NodeOptions { Data = folder, Database = connection, RunsJobs = false, Packages = Path.Combine(Root, "packages") };
        await using var app = KapokApp.Build(options);
        await app.Services.GetRequiredService<Migrator>().Apply(KapokApp.Modules);
        if (furnished) await Furnish(app.Services, options);
        return name;
    }

    static async Task Furnish(IServiceProvider services, NodeOptions options)
    {
        var installer = services.GetRequiredService<PackageInstaller>();
        var all = Directory.GetDirectories(options.Packages).Select(Package.FromFolder).ToList();
        foreach (var broken in all.Where(p => !p.Ok)) throw new InvalidOperationException(broken.Message);
        foreach (var package in Node.InOrder(all.ToDictionary(p => p.Value!.Head.Id, p => p.Value!)))
        {
            var result = await installer.Install(package, Actor.System);
            if (!result.Ok) throw new InvalidOperationException($"{package.Head.Id}: {string.Join('\n', result.Faults.Take(20))}");
        }
    }

    async Task Execute(string sql)
    {
        await using var connection = new NpgsqlConnection(server + ";Pooling=false");
        await connection.OpenAsync();
        await connection.ExecuteAsync(sql);
    }

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Kapok.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Kapok.slnx not found above the tests");
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (instance is not null) { instance.Remove(); Directory.Delete(folder, true); return; }
        await using var connection = new NpgsqlConnection(server + ";Pooling=false");
        await connection.OpenAsync();
        foreach (var name in await connection.QueryAsync<string>("select datname from pg_database where datname like @like", new { like = $"kt\\_{Environment.ProcessId}\\_%" }))
            await connection.ExecuteAsync($"drop database if exists {name} with (force)");
    }
}
