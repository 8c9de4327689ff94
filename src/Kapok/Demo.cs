using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Kapok.Foundation;
using Kapok.Scenarios;
using Spectre.Console;

namespace Kapok;

/// <summary><c>kapok demo</c>: one real application from the item to the decision, over HTTP, as separate people.</summary>
static class Demo
{
    public static async Task<int> Run(NodeOptions options, string file)
    {
        var address = new Uri($"http://localhost:{options.Port}");
        if (!File.Exists(file)) { Console.WriteLine($"✗ 没有示范情景 {file}"); return 2; }
        var scenario = Scenario.Read(file, await File.ReadAllTextAsync(file));
        if (!scenario.Ok) { Console.WriteLine($"✗ {scenario.Message}"); return 2; }
        var clients = new Dictionary<string, HttpClient>();
        async Task<HttpClient> SignIn(string account)
        {
            if (clients.TryGetValue(account, out var known)) return known;
            var client = new HttpClient { BaseAddress = address };
            var response = await client.PostAsJsonAsync("/api/v1/sessions", new { account, password = DemonstrationAccounts.Password });
            if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"{account} 登录不了（{(int)response.StatusCode}）");
            var token = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString();
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            return clients[account] = client;
        }
        var watch = Stopwatch.StartNew();
        var steps = 0;
        var number = "";
        AnsiConsole.MarkupLineInterpolated($"[bold]{scenario.Value!.Name}[/]  {address}");
        var people = new DemonstrationPeople(options.Packages);
        var player = new ScenarioPlayer(people, SignIn, tell: step =>
        {
            number = step.Number;
            AnsiConsole.MarkupLineInterpolated($"{++steps,3}. {step.Who,-6} [bold]{step.Did}[/] [grey]{step.Took.TotalMilliseconds:0} 毫秒[/]\n     申请人看到：{step.Sees}");
        });
        IReadOnlyList<string> differences;
        try { differences = await player.Play(scenario.Value!); }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException)
        {
            Console.WriteLine($"✗ 节点没有回应：{e.Message}。先运行 ./kapok up");
            return 3;
        }
        foreach (var difference in differences) Console.WriteLine($"✗ {difference}");
        if (differences.Count > 0) return 1;
        AnsiConsole.MarkupLineInterpolated($"[green]✓[/] 办件 {number} 与情景的要求完全一致，{steps} 步，用时 {watch.Elapsed.TotalSeconds:0.0} 秒");
        return people.Account(scenario.Value!.Applicant) is { } holder && !await DemoProof.Show(clients[holder], number, Path.Combine(options.Data, "demo")) ? 1 : 0;
    }
}
