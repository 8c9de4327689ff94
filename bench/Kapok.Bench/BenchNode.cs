using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Packages;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Bench;

/// <summary>A whole node on a private PostgreSQL with fsync on, in a folder of its own that is removed afterwards.</summary>
public sealed class BenchNode : IAsyncDisposable
{
    readonly string folder;
    readonly PrivatePostgres? postgres;

    BenchNode(string folder, PrivatePostgres? postgres, NodeOptions options, WebApplication app) => (this.folder, this.postgres, Options, App) = (folder, postgres, options, app);

    public NodeOptions Options { get; }
    public WebApplication App { get; }
    public Database Database => App.Services.GetRequiredService<Database>();
    public T Get<T>() where T : notnull => App.Services.GetRequiredService<T>();
    public Uri Address => new($"http://localhost:{Options.Port}");

    public static async Task<BenchNode> Start(string root, string? database)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"kapok-bench-{Environment.ProcessId}");
        var postgres = database is null ? new PrivatePostgres(folder, root) : null;
        postgres?.Start("max_connections=200", "shared_preload_libraries=pg_stat_statements");
        var options = new NodeOptions { Data = Directory.CreateDirectory(folder).FullName, Database = (database ?? postgres!.ConnectionString()) + ";Maximum Pool Size=100", Port = FreePort(), Packages = Path.Combine(root, "packages"), RunsJobs = false };
        var app = KapokApp.Build(options);
        await app.Services.GetRequiredService<Migrator>().Apply(KapokApp.Modules);
        var installer = app.Services.GetRequiredService<PackageInstaller>();
        foreach (var package in Node.InOrder(Directory.GetDirectories(options.Packages).Select(f => Package.FromFolder(f).Value!).ToDictionary(p => p.Head.Id)))
            if (await installer.Install(package, Actor.System) is { Ok: false } failed) throw new InvalidOperationException(failed.Message);
        await app.StartAsync();
        if (postgres is not null) Load.DatabaseTime = () => TimeOf(postgres.ProcessId);
        var node = new BenchNode(folder, postgres, options, app);
        if (Counts) await node.ForgetStatements();
        return node;
    }

    /// <summary>A port nobody listens on: processes of one node may share a port, so two benches on one would answer each other's requests.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Processor time of the private instance: its first process and all children (Linux only).</summary>
    static TimeSpan TimeOf(int postmaster)
    {
        if (!OperatingSystem.IsLinux()) return TimeSpan.Zero;
        long ticks = 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var id)) continue;
            try
            {
                var parts = File.ReadAllText(folder + "/stat").Split(") ")[^1].Split(' ');
                if (id == postmaster || int.Parse(parts[1], CultureInfo.InvariantCulture) == postmaster)
                    ticks += long.Parse(parts[11], CultureInfo.InvariantCulture) + long.Parse(parts[12], CultureInfo.InvariantCulture);
            }
            catch (IOException) { /* ended meanwhile */ }
        }
        return TimeSpan.FromMilliseconds(ticks * 10);
    }

    /// <summary>The floor: single-row durable inserts at the same concurrency on the same database.</summary>
    public async Task<double> Floor(int clients, TimeSpan time)
    {
        await Database.Read(c => c.ExecuteAsync("create table if not exists public.floor (id uuid primary key, at timestamptz not null, data jsonb not null)"));
        var figure = await Load.Run("floor", "/s", clients, time, _ => Database.Read(async c =>
        {
            await using var insert = new Npgsql.NpgsqlCommand("insert into public.floor values ($1, now(), $2::jsonb)", c) { Parameters = { new() { Value = Guid.CreateVersion7() }, new() { Value = """{"name":"floor","n":1}""" } } };
            return await insert.ExecuteNonQueryAsync();
        }), warmUp: clients * 4);
        if (!Counts) return figure.Value;
        Console.Error.WriteLine(figure);
        await ForgetStatements();
        return figure.Value;
    }

    Task ForgetStatements() => Database.Read(c => c.ExecuteAsync("create extension if not exists pg_stat_statements; select pg_stat_statements_reset()"));

    /// <summary>Whether to tell what the floor costs and which statements take the database longest (KAPOK_BENCH_STATEMENTS).</summary>
    public static bool Counts => Environment.GetEnvironmentVariable("KAPOK_BENCH_STATEMENTS") is not null;

    /// <summary>The statements that took the database longest since the node stood or the floor was measured.</summary>
    public Task<IEnumerable<(string Query, long Calls, double Milliseconds, double WalBytes)>> Statements() => Database.Read(c => c.QueryAsync<(string, long, double, double)>("""
        select regexp_replace(left(query, 110), '\s+', ' ', 'g'), calls, total_exec_time + total_plan_time, wal_bytes::float8 from pg_stat_statements order by 3 desc limit 14
        """));

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        if (postgres is null) return;
        postgres.Remove();
        Directory.Delete(folder, true);
    }
}
