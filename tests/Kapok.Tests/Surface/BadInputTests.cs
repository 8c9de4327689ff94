using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Dapper;

namespace Kapok.Tests.Surface;

/// <summary>
/// Nonsense at every endpoint that writes, found through the OpenAPI document: the answer is always a refusal as
/// problem+json that names the field, never an accident, and nothing is written.
/// </summary>
public sealed class BadInputTests(LoopbackApp app) : IClassFixture<LoopbackApp>
{
    /// <summary>An empty object says something here: no filter; nobody but myself; no text to try.</summary>
    static readonly HashSet<string> MayBeEmpty = ["POST /api/v1/bulk/preview", "PUT /api/v1/my/acting-for", "POST /api/v1/templates/trial"];

    static readonly (string What, byte[] Body)[] Bodies =
    [
        ("nothing", []), ("null", "null"u8.ToArray()), ("array", "[]"u8.ToArray()), ("text", "\"x\""u8.ToArray()), ("number", "7"u8.ToArray()), ("half", "{\"a\":"u8.ToArray()),
        ("not UTF-8", [.. "{\"a\":\""u8, 0xC3, 0x28, .. "\"}"u8]), ("deep", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 90)) + "1" + new string('}', 90))),
        ("NUL in a name", "{\"a\\u0000\":1}"u8.ToArray()), ("endless number", Encoding.UTF8.GetBytes($"{{\"a\":{new string('9', 4_000)}}}")),
    ];

    async Task<(int Status, string Type, string Body)> Send(WriteEndpoint endpoint, byte[] body, string? path = null)
    {
        var http = endpoint.Account is null ? Anybody : await app.Api(endpoint.Account);
        using var request = new HttpRequestMessage(new(endpoint.Method), path ?? endpoint.Nowhere) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
        using var answer = await http.SendAsync(request);
        return ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType ?? "", await answer.Content.ReadAsStringAsync());
    }

    HttpClient Anybody => field ??= new HttpClient { BaseAddress = new(app.Address) };

    static string? Complaint((int Status, string Type, string Body) answer, string? field)
    {
        if (answer.Status is < 400 or >= 500) return $"{answer.Status}";
        if (answer.Type != "application/problem+json") return $"{answer.Status} as {answer.Type}: {answer.Body}";
        var problem = JsonDocument.Parse(answer.Body).RootElement;
        if (problem.GetProperty("title").GetString() is not { Length: > 3 }) return $"says nothing: {answer.Body}";
        if (field is null) return null;
        return problem.TryGetProperty("faults", out var faults) && faults.EnumerateArray().Any(f => f.GetProperty("where").GetString()!.Contains(field, StringComparison.OrdinalIgnoreCase))
            ? null : $"does not name {field}: {answer.Body}";
    }

    /// <summary>Rows of every table; only what counts attempts and looks may grow.</summary>
    Task<Dictionary<string, long>> Rows() => app.Database.Read(async c =>
    {
        var tables = (await c.QueryAsync<string>("""
            select format('%I.%I', table_schema, table_name) from information_schema.tables
            where table_schema in ('kapok', 'identity', 'catalogue', 'cases', 'portal') and table_type = 'BASE TABLE' and (table_schema, table_name) not in (('kapok', 'data_read'), ('kapok', 'cursor'), ('identity', 'throttle'))
            """)).AsList();
        var rows = new Dictionary<string, long>();
        foreach (var table in tables) rows[table] = await c.ExecuteScalarAsync<long>($"select count(*) from {table}");
        foreach (var (type, count) in await c.QueryAsync<(string, long)>("select type, count(*) from kapok.event group by type")) rows["event " + type] = count;
        return rows;
    });

    /// <summary>All sign in first: that does leave a trace.</summary>
    async Task<IReadOnlyList<WriteEndpoint>> Endpoints()
    {
        var all = await WriteEndpoint.All(app);
        foreach (var account in all.Select(e => e.Account).OfType<string>().Distinct()) await app.Api(account);
        return all;
    }

    static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    [Fact]
    public async Task No_nonsense_in_a_body_is_an_accident_and_none_leaves_a_trace()
    {
        var endpoints = (await Endpoints()).Where(e => e.TakesJson).ToList();
        endpoints.Count.ShouldBeGreaterThan(40);
        var before = await Rows();
        var broken = new List<string>();
        foreach (var endpoint in endpoints)
        {
            foreach (var (what, body) in Bodies)
                if (Complaint(await Send(endpoint, body), null) is { } complaint) broken.Add($"{endpoint.Name}, {what}: {complaint}");
            if (!MayBeEmpty.Contains(endpoint.Name) && Complaint(await Send(endpoint, "{}"u8.ToArray()), null) is { } empty) broken.Add($"{endpoint.Name}, {{}}: {empty}");
            foreach (var (field, type) in endpoint.Fields)
            {
                if (!MayBeEmpty.Contains(endpoint.Name) && (await Send(endpoint, Utf8($"{{\"{field}\":null}}"))).Status >= 500) broken.Add($"{endpoint.Name}, {field} null");
                foreach (var (what, json) in WriteEndpoint.Wrong(type))
                    if (Complaint(await Send(endpoint, Utf8($"{{\"{field}\":{json}}}")), field) is { } complaint) broken.Add($"{endpoint.Name}, {field} {what}: {complaint}");
            }
        }
        broken.ShouldBeEmpty();
        (await Rows()).Where(r => before.GetValueOrDefault(r.Key) != r.Value).ShouldBeEmpty("nothing is written");
    }

    [Fact]
    public async Task Forms_with_characters_that_cannot_be_kept_are_refused_by_name()
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new() };
        using var browser = new HttpClient(handler) { BaseAddress = new(app.Address) };
        browser.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        var token = (await browser.Page("/problem")).QuerySelector("meta[name=kapok-token]")!.GetAttribute("content")!;
        var before = await Rows();
        foreach (var (what, form) in ((string, byte[])[])[("NUL", "text=a%00b"u8.ToArray()), ("not UTF-8", [.. "text="u8, 0xC3, 0x28]), ("NUL in a name", "te%00xt=a"u8.ToArray())])
            foreach (var page in (string[])["/problem", "/status", "/sign-in", "/preferences"])
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, page) { Content = new ByteArrayContent(form) };
                request.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
                request.Headers.Add("X-Kapok-Token", token);
                using var answer = await browser.SendAsync(request);
                ((int)answer.StatusCode).ShouldBe(400, $"{what} at {page}");
                (await answer.Document()).QuerySelector("main")!.TextContent.ShouldContain(what == "not UTF-8" ? "text" : "字符", customMessage: what);
            }
        (await browser.GetAsync("/items?q=a%00b")).StatusCode.ShouldBe(System.Net.HttpStatusCode.BadRequest);
        (await Rows()).Where(r => before.GetValueOrDefault(r.Key) != r.Value).ShouldBeEmpty("nothing is written");
    }

    [Fact]
    public async Task Endpoints_without_a_body_refuse_what_does_not_exist()
    {
        var broken = new List<string>();
        var endpoints = await Endpoints();
        var before = await Rows();
        foreach (var endpoint in endpoints.Where(e => e.Path.Contains('{')))
        {
            if (Complaint(await Send(endpoint, "{}"u8.ToArray()), null) is { } complaint) broken.Add($"{endpoint.Name}: {complaint}");
            var odd = endpoint.Nowhere.Replace("00000000-dead-7000-8000-00000000beef", "%00", StringComparison.Ordinal);
            var answer = await Send(endpoint, "{}"u8.ToArray(), odd);
            if (answer.Status is < 400 or >= 500) broken.Add($"{endpoint.Method} {odd}: {answer.Status}");
            answer = await Send(endpoint, "{}"u8.ToArray(), endpoint.Nowhere + "?name=a%00b");
            if (Complaint(answer, "name") is { } query) broken.Add($"{endpoint.Name}?name=a%00b: {query}");
        }
        broken.ShouldBeEmpty();
        (await Rows()).Where(r => before.GetValueOrDefault(r.Key) != r.Value).ShouldBeEmpty("nothing is written");
    }
}
