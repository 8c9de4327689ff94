using System.Text;
using Kapok.Cases.Finding;
using Kapok.Cases.Handling;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Identity;
using Microsoft.AspNetCore.Http;

namespace Kapok.Cases.Desk;

/// <summary>A list as CSV (RFC 4180, UTF-8 with mark for spreadsheets): read and written page by page, so that its length needs no memory. Who took it is recorded.</summary>
public sealed class CaseCsv(Database database, OrganisationDirectory directory, CaseSearch search, TimeProvider time)
{
    const int AtOnce = 500;

    public async Task Write(HttpContext http, Actor actor, CaseQuery query, CancellationToken stop)
    {
        var now = time.GetUtcNow();
        await database.Write((c, _) => EventLog.Append(c, Guid.CreateVersion7(), actor, now, new NewEvent("cases-exported", Json.Write(new { query }))), stop);
        http.Response.ContentType = "text/csv; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"cases-{ChinaTime.DateOf(now):yyyyMMdd}.csv\"";
        http.Response.Headers.CacheControl = "no-store";
        await using var output = new StreamWriter(http.Response.Body, new UTF8Encoding(true), 16 << 10, leaveOpen: true);
        await output.WriteAsync("办件编号,事项,申请人,状态,结果,到期时间,提交时间,办结时间,承办单位\r\n");
        var page = await search.Complete(actor, query with { Limit = AtOnce, After = null }, Scope.Of(actor, directory.Current));
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            var part = await database.Read(c => CaseLists.Page(c, Scope.Of(actor, directory.Current), page, now), stop);
            foreach (var row in part.Rows)
                await output.WriteAsync(Line([row.Number, row.ItemName, row.PartyName, DeskWords.State(row.State), DeskWords.Result(row.Result),
                    Moment(row.DueAt), Moment(row.SubmittedAt), Moment(row.ClosedAt), directory.Organisation(row.Organisation)?.Name ?? ""]));
            await output.FlushAsync(stop);
            if (part.Next is null) return;
            page = page with { After = part.Next };
        }
    }

    static string Moment(DateTime? at) => at is { } t ? ChinaTime.Local(new(t, TimeSpan.Zero)).ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture) : "";

    public static string Line(IReadOnlyList<string> cells) => string.Join(',', cells.Select(Cell)) + "\r\n";

    /// <summary>A cell that no spreadsheet takes for a formula: one that begins like one gets an apostrophe before it (OWASP, CSV injection).</summary>
    public static string Cell(string text)
    {
        var start = text.TrimStart(' ', '\u00A0', '\u3000');
        if (start.Length > 0 && start[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠') text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
