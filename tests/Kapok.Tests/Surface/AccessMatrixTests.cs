using System.Net;
using System.Text;
using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Surface;

/// <summary>
/// Calls every endpoint of the running program as every role, and compares who gets through the door with the
/// committed list. A request names things that do not exist and carries whatever token the door asks for, so that
/// "allowed" means: neither 401 nor 403 nor the way to the sign-in page. KAPOK_ACCEPT=1 writes the list anew.
/// </summary>
public sealed class AccessMatrixTests(App app) : IClassFixture<App>
{
    static readonly (string Role, string? Account)[] Roles =
    [
        ("nobody", null), ("citizen", "wangjianguo"), ("acceptor", "tianhe-market-acceptor"), ("reviewer", "tianhe-market-reviewer"), ("approver", "tianhe-market-approver"),
        ("issuer", "tianhe-market-issuer"), ("expert", "guangzhou-market-expert"), ("village", "huangqi-cun-village"), ("town", "huangqi-town"),
        ("item-admin", "guangdong-market-item-admin"), ("org-admin", "guangdong-org-admin"), ("auditor", "auditor"), ("tech", "tech"),
    ];

    /// <summary>These end the session that asks, so each gets one of its own.</summary>
    static readonly HashSet<string> Ending = ["POST /sign-out", "POST /my/sessions/end-all", "DELETE /api/v1/sessions", "DELETE /api/v1/sessions/current"];

    static readonly string File = Path.Combine(TestDatabase.Root, "tests", "Kapok.Tests", "Surface", "access-matrix.txt");

    sealed record Entry(string Method, RouteEndpoint Endpoint)
    {
        public string Name => $"{Method} /{Endpoint.RoutePattern.RawText!.TrimStart('/')}";
        public bool Api => Endpoint.RoutePattern.RawText!.TrimStart('/').StartsWith("api/", StringComparison.Ordinal);
        public Door? Door => Endpoint.Metadata.GetMetadata<Door>();
    }

    IReadOnlyList<Entry> Entries => [.. app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Where(m => m != "HEAD").Select(m => new Entry(m, e)))
        .OrderBy(e => e.Endpoint.RoutePattern.RawText!.TrimStart('/'), StringComparer.Ordinal).ThenBy(e => e.Method, StringComparer.Ordinal)];

    [Fact]
    public void Every_endpoint_says_who_may_knock()
    {
        Entries.Count.ShouldBeGreaterThan(60);
        Entries.Where(e => e.Door is null).Select(e => e.Name).ShouldBeEmpty("AllowAnyone, AllowSignedIn, AllowOfficials or Allow(permission)");
    }

    [Fact]
    public void What_a_caller_must_say_beyond_the_address_is_asked_by_the_handler_which_knows_who_may_ask()
    {
        var routed = Entries.ToDictionary(e => e.Name, e => e.Endpoint.RoutePattern.Parameters.Select(p => p.Name).ToHashSet(StringComparer.OrdinalIgnoreCase));
        var bound = Entries.Where(e => e.Door!.Kind != DoorKind.Anyone).SelectMany(e => e.Endpoint.Metadata.OfType<IParameterBindingMetadata>().Where(p => !routed[e.Name].Contains(p.Name)).Select(p => (e.Name, Parameter: p))).ToList();
        bound.Count(b => b.Parameter.IsOptional && Said(b.Parameter)).ShouldBeGreaterThan(20);
        bound.Where(b => !b.Parameter.IsOptional && Said(b.Parameter)).Select(b => $"{b.Name}: {b.Parameter.Name}").ShouldBeEmpty("make it optional and answer inside");

        static bool Said(IParameterBindingMetadata parameter) => parameter.HasTryParse || parameter.ParameterInfo.ParameterType == typeof(string);
    }

    [Fact]
    public async Task A_closed_door_is_said_before_anything_about_the_request()
    {
        var closed = 0;
        var told = new List<string>();
        foreach (var account in (string[])["wangjianguo", "tech", "guangzhou-market-expert"])
        {
            var caller = await Caller.Of(app, account);
            foreach (var entry in Entries.Where(e => !e.Door!.Decide(caller.Actor).Allowed))
            {
                closed++;
                if (await caller.Call(entry, broken: true) is not (401 or 403) and var status) told.Add($"{entry.Name} as {account}: {status}");
            }
        }
        closed.ShouldBeGreaterThan(300);
        told.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_endpoint_lets_in_exactly_the_roles_of_the_committed_list()
    {
        var allowed = Entries.ToDictionary(e => e.Name, _ => new List<string>());
        var broken = new List<string>();
        foreach (var (role, account) in Roles)
        {
            var caller = await Caller.Of(app, account);
            foreach (var entry in Entries.OrderBy(e => Ending.Contains(e.Name)))
            {
                var status = await (Ending.Contains(entry.Name) && account is not null ? await Caller.Of(app, account) : caller).Call(entry);
                if (status is null or >= 500) broken.Add($"{entry.Name} as {role}: {status?.ToString() ?? "no answer in 20 s"}");
                // A wrong password is 401 too, at a door open to all.
                if (status is not (401 or 403) || entry.Door!.Kind == DoorKind.Anyone) allowed[entry.Name].Add(role);
                var door = entry.Door!.Decide(caller.Actor);
                if (!door.Allowed && status is not (401 or 403)) broken.Add($"{entry.Name} as {role}: the door says {door.Reason}, the answer is {status}");
            }
        }
        broken.ShouldBeEmpty("nonsense gets a clear answer, and doors keep what they say");
        Compare(Entries.Select(e => $"{e.Name,-72} {e.Door,-20} {Named(allowed[e.Name])}".TrimEnd()).ToList());
    }

    static string Named(List<string> roles) => (Roles.Length - roles.Count, roles.Contains("nobody"), roles.Contains("citizen")) switch
    {
        (0, _, _) => "everyone",
        (1, false, _) => "all who are signed in",
        (2, false, false) => "all officials",
        _ => string.Join(' ', roles),
    };

    static void Compare(List<string> now)
    {
        if (Environment.GetEnvironmentVariable("KAPOK_ACCEPT") == "1") { System.IO.File.WriteAllLines(File, now); return; }
        var kept = System.IO.File.Exists(File) ? System.IO.File.ReadAllLines(File) : [];
        var changes = new StringBuilder();
        foreach (var gone in kept.Except(now)) changes.AppendLine($"- {gone}");
        foreach (var come in now.Except(kept)) changes.AppendLine($"+ {come}");
        if (changes.Length > 0) Assert.Fail($"Who may do what has changed. If that is wanted: KAPOK_ACCEPT=1 and commit tests/Kapok.Tests/Surface/access-matrix.txt\n{changes}");
    }

    /// <summary>A browser and a program of one account.</summary>
    sealed class Caller(HttpClient browser, HttpClient program, string token, Kapok.Foundation.Actor actor)
    {
        public Kapok.Foundation.Actor Actor => actor;

        public static async Task<Caller> Of(App app, string? account)
        {
            var browser = account is null ? app.Browser() : await app.SignIn(account);
            var program = account is null ? app.Browser() : await app.Program(account);
            var token = (await browser.Page(account is null ? "/sign-in" : "/my/account")).QuerySelector("meta[name=kapok-token]")!.GetAttribute("content")!;
            var session = account is null ? null : await app.Services.GetRequiredService<Kapok.Identity.SignIn.Sessions>().Find(App.Cookie(browser, "kapok_session").Split('=')[1]);
            return new(browser, program, token, session?.Actor ?? Kapok.Foundation.Actor.Nobody);
        }

        /// <summary>Status of the answer; a way to the sign-in page counts as 401, no answer as null.</summary>
        public async Task<int?> Call(Entry entry, bool broken = false)
        {
            using var request = new HttpRequestMessage(new(entry.Method), Address(entry.Endpoint.RoutePattern));
            request.Headers.Accept.ParseAdd(entry.Api ? "application/json" : "text/html");
            if (entry.Method != "GET")
            {
                request.Content = entry.Api ? new StringContent(broken ? "{" : "{}", Encoding.UTF8, "application/json") : new FormUrlEncodedContent([]);
                if (!entry.Api) request.Headers.Add("X-Kapok-Token", token);
            }
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            try
            {
                using var answer = await (entry.Api ? program : browser).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
                return answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location!.OriginalString.StartsWith("/sign-in?return=", StringComparison.Ordinal) ? 401 : (int)answer.StatusCode;
            }
            catch (OperationCanceledException) { return null; }
        }

        static string Address(RoutePattern pattern) => "/" + string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternSeparatorPart separator => separator.Content,
            RoutePatternParameterPart parameter => Nonsense(parameter),
            _ => "",
        }))));

        static string Nonsense(RoutePatternParameterPart parameter) => parameter.ParameterPolicies.Select(p => p.Content?.Split('(')[0]).FirstOrDefault() switch
        {
            "guid" => "00000000-dead-7000-8000-00000000beef",
            "int" or "long" => "987654321",
            _ => "nonsense",
        };
    }
}
