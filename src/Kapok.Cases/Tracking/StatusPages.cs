using Dapper;
using Kapok.Cases.Handling;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity;
using Kapok.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Tracking;

/// <summary>Looking up where a case stands without signing in: the number or query code, and the applicant's surname.</summary>
static class StatusPages
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/status", (string? code) => Page(code is { Length: <= 60 } ? code : "", "", null, null)).AllowAnyone();
        routes.MapPost("/status", Look).AllowAnyone();
    }

    static PageResult Page(string code, string name, FieldErrors? errors, CaseView? view, Standing? standing = null, int status = 422) =>
        new(typeof(StatusPage), new { Code = code, Name = name, Errors = errors, View = view, Standing = standing }) { StatusCode = errors is null ? 200 : status };

    static async Task<IResult> Look(HttpContext http, StatusLookup lookup, OrganisationDirectory directory, Texts texts)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var (code, name) = (form["code"].ToString().Trim(), form["name"].ToString().Trim());
        var errors = new FieldErrors();
        if (code.Length is 0 or > 60) errors.Add("code", "请填写办件编号或者查询码");
        if (name.Length is 0 or > 100) errors.Add("name", "请填写申请人的姓");
        if (errors.Any) return Page(code, name, errors, null);
        if (await lookup.Wait(http.Address()) is { } wait)
        {
            http.Response.Headers.RetryAfter = ((int)wait.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
            errors.Add("", texts["查得太频繁，请 {0} 分钟后再试", Math.Max(1, (int)Math.Ceiling(wait.TotalMinutes))]);
            return Page(code, name, errors, null, status: 429);
        }
        if (await lookup.Find(code, name) is not { } view)
        {
            errors.Add("code", code.Length <= 12 && QueryCode.Check(code) is { IsValid: false, Problem: { } problem } ? problem : "没有找到。请核对编号和申请人的姓，两样都要对得上");
            return Page(code, name, errors, null);
        }
        return Page(code, name, null, view, Standing.Of(view, directory, texts));
    }
}

/// <summary>Finds a case for somebody who knows its number and whose it is, as often as an honest person needs to.</summary>
public sealed class StatusLookup(Database database, CaseViews views, People people, TimeProvider time)
{
    /// <summary>Look-ups one address may make within <see cref="Window"/>.</summary>
    public const int Most = 15;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>Counts a look-up of an address.</summary>
    /// <returns>How long to wait when there were too many; else null.</returns>
    public async Task<TimeSpan?> Wait(string address)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (since, count) = await database.Read(c => c.QuerySingleAsync<(DateTime, int)>("""
            insert into cases.lookup (address, since, count) values (@address, @now, 1)
            on conflict (address) do update set
              since = case when cases.lookup.since < @begin then excluded.since else cases.lookup.since end,
              count = case when cases.lookup.since < @begin then 1 else cases.lookup.count + 1 end
            returning since, count
            """, new { address, now, begin = now - Window }));
        return count <= Most ? null : since + Window - now;
    }

    /// <summary>The case, when both fit. A person is named by the surname, a company by at least the first two characters.</summary>
    public async Task<CaseView?> Find(string code, string name)
    {
        foreach (var id in await views.Find(code))
        {
            if (await views.Load(id) is not { } view) continue;
            var person = await people.Find(view.Row.Party) is { Kind: PartyKind.Person };
            if (name.Length >= (person ? 1 : 2) && view.Row.PartyName.StartsWith(name, StringComparison.Ordinal)) return view;
        }
        return null;
    }
}
