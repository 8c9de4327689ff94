using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Foundation.Jobs;
using Kapok.Foundation.Packages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Foundation;

/// <summary>Floor 0: database, events, jobs, packages, health.</summary>
public sealed class FoundationModule : IModule
{
    public string Name => "foundation";
    public int Floor => 0;

    public void AddServices(IServiceCollection services, NodeOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(_ => new Database(options.Database ?? throw new InvalidOperationException("没有数据库连接串")));
        services.AddSingleton<Signals>();
        services.AddSingleton<RunningNumbers>();
        services.AddHostedService(s => s.GetRequiredService<Signals>());
        services.AddSingleton<JobWorker>();
        services.AddHostedService(s => s.GetRequiredService<JobWorker>());
        services.AddSingleton<PackageInstaller>();
        services.AddSingleton<Migrator>();
        if (Files.FileInspectors.Choose(Environment.GetEnvironmentVariable("KAPOK_CLAMD")) is { } inspector) services.AddSingleton(inspector);
        services.AddSingleton<Files.FileStore>();
        services.AddSingleton<IJob, SweepJob>();
        services.AddSingleton<ISwept, Files.FileSweep>();
        services.AddHostedService<SweepPlanner>();
        var channel = Messages.ShortMessageChannels.Choose(options.Mode, Environment.GetEnvironmentVariable("KAPOK_SMS_GATEWAY"), Environment.GetEnvironmentVariable("KAPOK_SMS_KEY"));
        services.AddSingleton(s => new Messages.ShortMessages(channel, s.GetRequiredService<Database>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IJob>(s => new Messages.ShortMessages.Job(channel, s.GetRequiredService<Database>(), s.GetRequiredService<TimeProvider>()));
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        Files.FileRoutes.Map(routes);
        routes.MapGet("/health/live", () => Results.Text("live")).AllowAnyone();
        routes.MapGet("/health/ready", async (Database database) =>
        {
            await database.Read(async c => { await using var ping = new Npgsql.NpgsqlCommand("select 1", c); return await ping.ExecuteScalarAsync(); });
            return Results.Text("ready");
        }).AllowAnyone();
    }
}
