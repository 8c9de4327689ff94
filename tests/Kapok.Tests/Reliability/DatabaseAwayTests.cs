using System.Net.Http.Json;
using System.Text.Json;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Packages;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Reliability;

public sealed class DatabaseAwayTests
{
    [Fact]
    public async Task While_the_database_is_stopped_people_get_a_clear_503_and_afterwards_everything_goes_on_by_itself()
    {
        var folder = Path.Combine("/tmp", $"kapok-away-{Environment.ProcessId}");
        var postgres = new PrivatePostgres(folder, TestDatabase.Root);
        postgres.Start("fsync=off");
        try
        {
            await Furnish(postgres, folder);
            await using var node = new ServedNode(postgres.ConnectionString());
            await node.Start();
            var citizen = await node.Api("zhangsan");
            var sent = await Applications.Ready(citizen);
            var waiting = await Applications.Ready(citizen);
            var (status, number) = await Applications.Send(citizen, sent);
            status.ShouldBe(201);

            postgres.Stop(immediate: true);
            var refused = await citizen.PostAsJsonAsync($"/api/v1/drafts/{waiting}/submission", new { });
            ((int)refused.StatusCode).ShouldBe(503);
            refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
            (await refused.Content.ReadAsStringAsync()).ShouldContain("不会丢失");
            ((int)(await citizen.GetAsync("/health/ready")).StatusCode).ShouldBe(503);
            (await citizen.GetAsync("/health/live")).EnsureSuccessStatusCode();
            await Task.Delay(5_000);
            postgres.Start("fsync=off");

            var again = (Status: 0, Number: (string?)null);
            for (var i = 0; i < 100 && again.Status != 201; i++)
            {
                await Task.Delay(200);
                again = await Applications.Send(citizen, waiting);
            }
            again.Status.ShouldBe(201);
            again.Number.ShouldNotBe(number);
            (await citizen.GetFromJsonAsync<JsonElement>($"/api/v1/my/cases/{sent}")).GetProperty("number").GetString().ShouldBe(number);
            await Applications.ShouldBeWhole(postgres.ConnectionString());
        }
        finally
        {
            Npgsql.NpgsqlConnection.ClearAllPools();
            postgres.Remove();
            Directory.Delete(folder, true);
        }
    }

    static async Task Furnish(PrivatePostgres postgres, string folder)
    {
        var options = new NodeOptions { Data = folder, Database = postgres.ConnectionString(), RunsJobs = false };
        await using var app = KapokApp.Build(options);
        await app.Services.GetRequiredService<Migrator>().Apply(KapokApp.Modules);
        var installer = app.Services.GetRequiredService<PackageInstaller>();
        foreach (var name in (string[])["guangdong", "food-business-permit"])
            (await installer.Install(Package.FromFolder(Path.Combine(TestDatabase.Root, "packages", name)).Value!, Actor.System)).Ok.ShouldBeTrue();
    }
}
