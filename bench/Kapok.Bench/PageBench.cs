using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Dapper;
using Kapok.Identity;

namespace Kapok.Bench;

/// <summary>Pages over HTTP on loopback, the load generator in the same process.</summary>
static class PageBench
{
    public static async Task<IReadOnlyList<Figure>> Pages(BenchNode node, TimeSpan time)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64, UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = node.Address };
        var figures = new List<Figure>();
        foreach (var (name, path) in ((string, string)[])[("page-home", "/"), ("page-item", "/items/440131001000")])
            figures.Add(await Page(http, name, path, time / 2));
        figures.AddRange(await Case(node, time / 2));
        figures.Add(await Weight(node.Address));
        return figures;
    }

    /// <summary>The page of one's own case, over a hundred cases of one person.</summary>
    public static async Task<IReadOnlyList<Figure>> Case(BenchNode node, TimeSpan time)
    {
        var (cookie, cases) = await SignedIn(node);
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64, UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = node.Address };
        http.DefaultRequestHeaders.Add("Cookie", cookie);
        var next = 0;
        return [await Page(http, "page-case", () => $"/my/cases/{cases[Interlocked.Increment(ref next) % cases.Count]}", time)];
    }

    /// <summary>The cookies of a citizen signed in through the page, and a hundred cases of his own.</summary>
    static async Task<(string Cookie, IReadOnlyList<Guid> Cases)> SignedIn(BenchNode node)
    {
        var jar = new CookieContainer();
        using var http = new HttpClient(new SocketsHttpHandler { CookieContainer = jar, AllowAutoRedirect = false }) { BaseAddress = node.Address };
        var hidden = Regex.Matches(await http.GetStringAsync("/sign-in"), "type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"").DistinctBy(m => m.Groups[1].Value).ToDictionary(m => m.Groups[1].Value, m => WebUtility.HtmlDecode(m.Groups[2].Value));
        using var answer = await http.PostAsync("/sign-in", new FormUrlEncodedContent(new Dictionary<string, string>(hidden) { ["account"] = "zhangsan", ["password"] = IdentityOptions.DemonstrationPassword }));
        if (answer.StatusCode != HttpStatusCode.Redirect) throw new InvalidOperationException($"cannot sign in: {answer.StatusCode}");
        var person = await node.Database.Read(c => c.ExecuteScalarAsync<Guid>("select person from identity.account where name = 'zhangsan'"));
        var cases = await CaseBench.Some(node, person, 100);
        return (jar.GetCookieHeader(node.Address), cases);
    }

    static Task<Figure> Page(HttpClient http, string name, string path, TimeSpan time) => Page(http, name, () => path, time);

    static Task<Figure> Page(HttpClient http, string name, Func<string> of, TimeSpan time) => Load.Run(name, "/s", 32, time, async _ =>
    {
        var path = of();
        using var answer = await http.GetAsync(path);
        if (answer.StatusCode != HttpStatusCode.OK) throw new InvalidOperationException($"{path}: {answer.StatusCode}");
    }, warmUp: 3_000);

    /// <summary>First load of the home page with its styles and scripts, compressed, in kilobytes.</summary>
    static async Task<Figure> Weight(Uri address)
    {
        using var http = new HttpClient { BaseAddress = address };
        http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("br");
        var page = await http.GetByteArrayAsync("/");
        using var plain = new HttpClient { BaseAddress = address };
        var html = await plain.GetStringAsync("/");
        var total = page.Length;
        foreach (var asset in Regex.Matches(html, "(?:href|src)=\"(/assets/[^\"]+\\.(?:css|js))\"").Select(m => m.Groups[1].Value).Distinct())
            total += (await http.GetByteArrayAsync(asset)).Length;
        return new("page-weight", total / 1024.0, "KB", null, 0, 0, 0, 0);
    }

    /// <summary>Cold start to the first page, and resident memory when idle.</summary>
    public static async Task<IReadOnlyList<Figure>> Start(BenchNode node)
    {
        var seconds = new List<double>();
        double memory = 0;
        for (var i = 0; i < 5; i++)
        {
            var port = BenchNode.FreePort();
            var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
            foreach (var a in (string[])[typeof(KapokApp).Assembly.Location, "serve", "--port", $"{port}", "--data", Path.Combine(node.Options.Data, $"start{i}"), "--database", node.Options.Database!]) start.ArgumentList.Add(a);
            start.Environment["KAPOK_ROOT"] = Path.GetDirectoryName(node.Options.Packages);
            var watch = Stopwatch.StartNew();
            using var process = Process.Start(start)!;
            using var http = new HttpClient { BaseAddress = new($"http://localhost:{port}") };
            while (true)
            {
                try { if ((await http.GetAsync("/")).IsSuccessStatusCode) break; }
                catch (HttpRequestException) { await Task.Delay(10); }
            }
            seconds.Add(watch.Elapsed.TotalSeconds);
            await Task.Delay(3_000);
            process.Refresh();
            memory = Math.Max(memory, process.WorkingSet64 / 1048576.0);
            process.Kill();
            await process.WaitForExitAsync();
        }
        seconds.Sort();
        return [new("start", seconds[2], "s", null, 0, 0, 0, 0), new("memory", memory, "MB", null, 0, 0, 0, 0)];
    }
}
