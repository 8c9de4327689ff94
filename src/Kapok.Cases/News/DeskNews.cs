using System.Text.Json;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Identity;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Kapok.Cases.News;

/// <summary>
/// Reads the event log and tells officials what concerns them: words that name them, work given to them, questions to
/// them or their unit, cases they follow. The acts themselves wait for none of it.
/// </summary>
public sealed class DeskNews(Database database, NodeOptions options, OrganisationDirectory directory, CalendarStore calendars, Foundation.Messages.ShortMessages messages, TimeProvider time, ILogger<DeskNews> log) : FollowingService(options, log, span: 5_000, pause: TimeSpan.FromSeconds(1))
{
    /// <summary>What is older when it is read (after an upgrade) is no news.</summary>
    static readonly TimeSpan Fresh = TimeSpan.FromDays(7);

    static readonly string[] Types =
    [
        "note-added", "task-assigned", "message-from-applicant", "unit-asked", "unit-reminded", "unit-answered", "expert-asked", "expert-reminded", "expert-answered", "supplemented", "turned-yellow", "time-ran-out", "legal-time-ran-out",
        "escalated", "extension-asked", "suspended", "resumed", "extended", "accepted", "task-returned", "withdrawn", "correction-lapsed", "closed",
    ];

    sealed record CaseLine(Guid Id, string Number, string ItemName, Guid Organisation);
    sealed record Notice(Guid Person, Guid Case, string Kind, string Title, string Body, DateTimeOffset At);

    public override Task<int> CatchUp(CancellationToken stop = default) => EventFollower.Follow(database, "desk-news", Types, Span, Tell, stop);

    async Task Tell(NpgsqlConnection c, IReadOnlyList<LoggedEvent> events)
    {
        var now = time.GetUtcNow();
        events = [.. events.Where(e => now - e.At < Fresh)];
        var ids = events.Select(e => e.Stream).Distinct().ToArray();
        var cases = (await c.QueryAsync<CaseLine>("""select id, number, item_name, organisation from cases."case" where id = any(@ids)""", new { ids })).ToDictionary(r => r.Id);
        var followers = (await c.QueryAsync<(Guid Case, Guid Person)>("select case_id, person from cases.follow where case_id = any(@ids)", new { ids })).ToLookup(f => f.Case, f => f.Person);
        var holders = (await c.QueryAsync<(Guid Case, Guid Person)>("select case_id, assignee from cases.task where case_id = any(@ids) and assignee is not null", new { ids })).ToLookup(f => f.Case, f => f.Person);
        var notices = new List<Notice>();
        foreach (var e in events)
            if (cases.TryGetValue(e.Stream, out var row))
                foreach (var person in (await Hears(c, e, row, followers[row.Id], holders[row.Id])).Distinct())
                    if (person != e.Actor && person != Guid.Empty) notices.Add(new(person, row.Id, e.Type, NoticeWords.Title(e), $"{row.ItemName} · {Desk.DeskWords.Tail(row.Number)}", e.At));
        if (notices.Count > 0) await Write(c, notices, now);
    }

    /// <summary>Who hears of an event.</summary>
    async Task<IEnumerable<Guid>> Hears(NpgsqlConnection c, LoggedEvent e, CaseLine row, IEnumerable<Guid> followers, IEnumerable<Guid> holders)
    {
        using var data = JsonDocument.Parse(e.Data);
        var root = data.RootElement;
        Guid Id(string name) => root.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.String && v.TryGetGuid(out var id) ? id : Guid.Empty;
        Task<IEnumerable<Guid>> Officials(Guid organisation, string permission) => People(c, organisation, permission);
        return e.Type switch
        {
            "note-added" => root.TryGetProperty("mentions", out var named) && named.ValueKind == JsonValueKind.Array ? [.. named.EnumerateArray().Select(m => m.GetProperty("person").GetGuid())] : [],
            "task-assigned" => [Id("to")],
            "unit-asked" or "unit-reminded" => await Officials(Id("organisation"), "cases.%"),
            "expert-asked" or "expert-reminded" => [await Expert(c, Id("id"), e, row)],
            "unit-answered" or "expert-answered" => followers.Append(await c.ExecuteScalarAsync<Guid>("select asked_by from cases.consultation where id = @id", new { id = Id("id") })),
            "escalated" or "extension-asked" => await Officials(row.Organisation, "cases.decide"),
            "message-from-applicant" or "supplemented" or "turned-yellow" or "time-ran-out" or "legal-time-ran-out" => followers.Concat(holders),
            _ => followers,
        };
    }

    /// <summary>The official who was asked by name; an expert from outside gets a short message instead.</summary>
    async Task<Guid> Expert(NpgsqlConnection c, Guid question, LoggedEvent e, CaseLine row)
    {
        var (person, phone, due) = await c.QuerySingleOrDefaultAsync<(Guid?, string?, DateOnly?)>("select person, phone, due_on from cases.consultation where id = @question and answered_at is null", new { question });
        if (phone is { Length: > 0 })
            await messages.Send(c, phone, $"{directory.Organisation(row.Organisation)?.Name}{(e.Type == "expert-asked" ? "请您" : "再次请您")}就“{row.ItemName}”的一个问题提出专家意见{(due is { } day ? $"，请在{day.Month}月{day.Day}日前答复" : "")}。请用您自己的实名账号登录政务服务网，在“我的办件”里查看和答复。不是您的事，请拨打 12345。");
        return person ?? Guid.Empty;
    }

    async Task<IEnumerable<Guid>> People(NpgsqlConnection c, Guid organisation, string permission) =>
        organisation == Guid.Empty || directory.Organisation(organisation) is null ? [] : (await Identity.People.OfficialsIn(c, [organisation], permission, ChinaTime.DateOf(time.GetUtcNow()))).Select(o => o.Person);

    async Task Write(NpgsqlConnection c, List<Notice> notices, DateTimeOffset now)
    {
        var paces = (await c.QueryAsync<(Guid Person, string Pace)>("select person, pace from cases.notice_pace where person = any(@people)", new { people = notices.Select(n => n.Person).Distinct().ToArray() })).ToDictionary(p => p.Person, p => p.Pace);
        await using var command = new NpgsqlCommand("""
            insert into cases.desk_notice (id, person, case_id, kind, title, body, at, show_at) select * from unnest($1, $2, $3, $4, $5, $6, $7, $8)
            """, c);
        void Add<T>(NpgsqlDbType type, Func<Notice, T> of) => command.Parameters.Add(new() { Value = notices.Select(of).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });
        Add(NpgsqlDbType.Uuid, _ => Guid.CreateVersion7());
        Add(NpgsqlDbType.Uuid, n => n.Person);
        Add(NpgsqlDbType.Uuid, n => n.Case);
        Add(NpgsqlDbType.Text, n => n.Kind);
        Add(NpgsqlDbType.Text, n => n.Title);
        Add(NpgsqlDbType.Text, n => n.Body);
        Add(NpgsqlDbType.TimestampTz, n => n.At.UtcDateTime);
        Add(NpgsqlDbType.TimestampTz, n => NoticePace.ShowAt(paces.GetValueOrDefault(n.Person, NoticePace.Instant), now, calendars.Current).UtcDateTime);
        await command.ExecuteNonQueryAsync();
    }
}
