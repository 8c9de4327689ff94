using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Kapok.Tests.Reliability;

/// <summary>The program as processes of its own, to be killed.</summary>
/// <param name="folder">Data folder, which then stays; a new one that goes when left out.</param>
public sealed class ServedNode(string database, string? folder = null) : IAsyncDisposable
{
    readonly string data = folder ?? Directory.CreateTempSubdirectory("kapok-served-").FullName;
    readonly List<int> processes = [];

    public int Port { get; } = FreePort();
    public Uri Address => new($"http://localhost:{Port}");

    /// <summary>Process ids of those that <see cref="Up"/> or <see cref="Start"/> started and nobody has killed.</summary>
    public IReadOnlyList<int> Processes => processes;

    static int FreePort()
    {
        using var probe = new TcpListener(System.Net.IPAddress.Loopback, 0);
        probe.Start();
        return ((System.Net.IPEndPoint)probe.LocalEndpoint).Port;
    }

    Process Program(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "Kapok.dll"), .. arguments, "--port", $"{Port}", "--data", data, "--database", database]) start.ArgumentList.Add(argument);
        start.Environment["KAPOK_ROOT"] = TestDatabase.Root;
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>One process.</summary>
    public async Task Start()
    {
        var process = Program("serve");
        processes.Add(process.Id);
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

    /// <summary><c>kapok up --processes N</c>, as a person types it; a second time it brings back those that are missing.</summary>
    public async Task Up(int count)
    {
        var up = Program("up", "--processes", $"{count}");
        await up.WaitForExitAsync();
        up.ExitCode.ShouldBe(0, File.Exists(Path.Combine(data, "kapok.log")) ? File.ReadAllText(Path.Combine(data, "kapok.log")) : "");
        processes.Clear();
        processes.AddRange(File.ReadAllLines(Path.Combine(data, "kapok.pids")).Select(int.Parse));
        processes.Count.ShouldBe(count);
    }

    /// <summary>kill -9.</summary>
    public void Kill(int process)
    {
        processes.Remove(process);
        try
        {
            using var running = Process.GetProcessById(process);
            running.Kill();
            running.WaitForExit();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException) { }
    }

    public void Kill() { foreach (var process in processes.ToList()) Kill(process); }

    public async Task<HttpClient> Api(string account)
    {
        // A connection stays with one process; short lives spread the clients over both and find the other after a death.
        var http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMilliseconds(200) }) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(20) };
        var answer = await http.PostAsJsonAsync("/api/v1/sessions", new { account, password = Kapok.Identity.IdentityOptions.DemonstrationPassword });
        answer.EnsureSuccessStatusCode();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString());
        return http;
    }

    public ValueTask DisposeAsync()
    {
        Kill();
        if (folder is null) Directory.Delete(data, true);
        return ValueTask.CompletedTask;
    }
}
