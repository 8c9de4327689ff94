using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Kapok.Tests.Reliability;

/// <summary>The program as a process of its own, to be killed.</summary>
public sealed class ServedNode : IAsyncDisposable
{
    readonly string data, database;
    Process? process;

    public ServedNode(string database)
    {
        this.database = database;
        data = Directory.CreateTempSubdirectory("kapok-served-").FullName;
        using var probe = new TcpListener(System.Net.IPAddress.Loopback, 0);
        probe.Start();
        Port = ((System.Net.IPEndPoint)probe.LocalEndpoint).Port;
    }

    public int Port { get; }
    public Uri Address => new($"http://localhost:{Port}");

    public async Task Start()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "Kapok.dll"), "serve", "--port", $"{Port}", "--data", data, "--database", database]) start.ArgumentList.Add(argument);
        start.Environment["KAPOK_ROOT"] = TestDatabase.Root;
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(2) };
        for (var i = 0; i < 600; i++)
        {
            if (process.HasExited) throw new InvalidOperationException($"the program ended with {process.ExitCode}");
            try { if ((await http.GetAsync("/health/ready")).IsSuccessStatusCode) return; }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException) { }
            await Task.Delay(100);
        }
        throw new TimeoutException("the program did not become ready in a minute");
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        process!.Kill();
        process.WaitForExit();
    }

    public async Task<HttpClient> Api(string account)
    {
        var http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(20) };
        var answer = await http.PostAsJsonAsync("/api/v1/sessions", new { account, password = Kapok.Identity.IdentityOptions.DemonstrationPassword });
        answer.EnsureSuccessStatusCode();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString());
        return http;
    }

    public ValueTask DisposeAsync()
    {
        if (process is { HasExited: false }) Kill();
        process?.Dispose();
        Directory.Delete(data, true);
        return ValueTask.CompletedTask;
    }
}
