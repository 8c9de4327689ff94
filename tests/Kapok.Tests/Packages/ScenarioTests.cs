using Kapok.Cases;
using Kapok.Scenarios;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Packages;

/// <summary>Every scenario of every package, played over HTTP as separate people, with the clock of the scenario.</summary>
public sealed class ScenarioTests(App app) : IClassFixture<App>
{
    public static TheoryData<string> Files() =>
        [.. Directory.EnumerateFiles(Path.Combine(TestDatabase.Root, "packages"), "*.yaml", SearchOption.AllDirectories)
            .Where(f => Path.GetFileName(Path.GetDirectoryName(f)) == "tests")
            .Select(f => Path.GetRelativePath(Path.Combine(TestDatabase.Root, "packages"), f)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task The_package_keeps_its_promise(string file)
    {
        var scenario = Scenario.Read(file, await File.ReadAllTextAsync(Path.Combine(TestDatabase.Root, "packages", file)));
        scenario.Ok.ShouldBeTrue(scenario.Message);
        // Sessions end while days go by, so everybody signs in again after each jump of the clock.
        var sessions = new Dictionary<string, HttpClient>();
        async Task<HttpClient> SignIn(string account) => sessions.TryGetValue(account, out var known) ? known : sessions[account] = await app.Program(account);
        var player = new ScenarioPlayer(new DemonstrationPeople(Path.Combine(TestDatabase.Root, "packages")), SignIn, async time =>
        {
            if (time - app.Time.GetUtcNow() > TimeSpan.FromMinutes(20) || time < app.Time.GetUtcNow()) sessions.Clear();
            app.Time.Set(time);
            await app.Services.GetRequiredService<TimerWorker>().FireDue();
        });
        (await player.Play(scenario.Value!)).ShouldBeEmpty();
    }
}
