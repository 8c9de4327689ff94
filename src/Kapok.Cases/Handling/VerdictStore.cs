using Dapper;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Identity;

namespace Kapok.Cases.Handling;

/// <summary>What an official has found about one field or material.</summary>
/// <param name="Key"><c>f:path</c> or <c>m:id</c>.</param>
/// <param name="Value">ok, wrong or missing.</param>
public sealed record Verdict(string Key, string Value, string Reason, Guid By, string ByName, DateTime At);

/// <summary>
/// Verdicts of a case while it is examined. Each is kept at once, colleagues see it; what is wrong or missing becomes the
/// one notice, and with the notice the verdicts of that round are closed. The log of the case keeps each of them, also
/// those that were changed or taken back.
/// </summary>
public sealed class VerdictStore(Database database, CaseViews views, OrganisationDirectory directory, TimeProvider time)
{
    public const int LongestReason = 300;
    public const string Given = "verdict-given", TakenBack = "verdict-taken-back";
    static readonly string[] Values = ["ok", "wrong", "missing"];

    /// <summary>Whether an event is a verdict: it moves the log on and nothing else.</summary>
    public static bool IsVerdict(LoggedEvent e) => e.Type is Given or TakenBack;

    /// <summary>Number of the last event that is more than a verdict: what a page looked at when it decides.</summary>
    public static int Standing(IReadOnlyList<LoggedEvent> events) => events.LastOrDefault(e => !IsVerdict(e))?.Seq ?? 0;

    /// <summary>Verdicts of this round, and what was found in order before.</summary>
    public async Task<IReadOnlyDictionary<string, Verdict>> Of(CaseRow row)
    {
        var rows = await database.Read(c => c.QueryAsync<Verdict>("""
            select key, verdict as value, reason, by, by_name, at from cases.verdict where case_id = @Id and (round = @round or verdict = 'ok')
            """, new { row.Id, round = Round(row) }));
        return rows.ToDictionary(v => v.Key);
    }

    static int Round(CaseRow row) => row.Correction is { } json ? Json.Read<Correction>(json).Round : 0;

    /// <summary>Keeps a verdict, or takes it back with an empty one. A colleague's newer one is not overwritten unseen.</summary>
    /// <param name="seen">When the verdict that the official looked at was given; null when there was none.</param>
    public async Task<Outcome<Verdict?>> Keep(Guid id, Actor actor, string key, string value, string reason, DateTime? seen)
    {
        static Outcome<Verdict?> No(Refusal refusal, string message, string where = "") => Outcome<Verdict?>.No(refusal, message, where);
        if (await views.Load(id) is not { } view || !await views.MaySee(actor, view.Case)) return No(Refusal.NotFound, "没有这个办件");
        if (view.Row.State != CaseState.Submitted) return No(Refusal.Conflict, "这个办件已经过了收件受理环节");
        if (view.Case.Tasks.FirstOrDefault(t => t.Kind == "accept") is not { } task || !MayWork(actor, task)) return No(Refusal.Forbidden, "只有正在收件受理的人可以给出结论");
        var label = key.StartsWith("f:", StringComparison.Ordinal) ? view.Definition.Form.Find(key[2..])?.Label
            : key.StartsWith("m:", StringComparison.Ordinal) ? view.Definition.Item.Content.Materials.FirstOrDefault(m => m.Id == key[2..])?.Name : null;
        if (label is null) return No(Refusal.Invalid, "没有这一项", "key");
        if (value.Length > 0 && !Values.Contains(value)) return No(Refusal.Invalid, "请选择相符、有误或缺少", "value");
        reason = reason.Trim();
        if (reason.Length > LongestReason) return No(Refusal.Invalid, $"最多 {LongestReason} 个字", "reason");
        var now = new DateTime(time.GetUtcNow().UtcTicks / 10 * 10, DateTimeKind.Utc);
        return await database.Write(async (c, _) =>
        {
            // The row of the case is locked first, as every other act does: the chain of its events has one end.
            var head = await c.QuerySingleAsync<(int Version, byte[] Digest, string State)>("""select version, digest, state from cases."case" where id = @id for update""", new { id });
            if (head.State != "submitted") return No(Refusal.Conflict, "这个办件已经过了收件受理环节");
            var stands = await c.QuerySingleOrDefaultAsync<Verdict>("select key, verdict as value, reason, by, by_name, at from cases.verdict where case_id = @id and key = @key and (round = @round or verdict = 'ok') for update", new { id, key, round = Round(view.Row) });
            if (stands is not null && stands.By != actor.Person && stands.At != seen && (stands.Value != value || stands.Reason != reason))
                return No(Refusal.Conflict, $"{stands.ByName}刚刚对这一项给出了结论，请看过再改");
            if (value.Length == 0)
            {
                if (await c.ExecuteAsync("delete from cases.verdict where case_id = @id and key = @key", new { id, key }) > 0) await Log(TakenBack, new { key, label });
                return Outcome<Verdict?>.Nothing;
            }
            if (stands is not null && stands.Value == value && stands.Reason == reason) return (Outcome<Verdict?>)stands;
            await Log(Given, new { key, label, verdict = value, reason });
            await c.ExecuteAsync("""
                insert into cases.verdict (case_id, key, round, verdict, reason, by, by_name, at) values (@id, @key, @round, @value, @reason, @me, @name, @now)
                on conflict (case_id, key) do update set round = excluded.round, verdict = excluded.verdict, reason = excluded.reason, by = excluded.by, by_name = excluded.by_name, at = excluded.at
                """, new { id, key, round = Round(view.Row), value, reason, me = actor.Person, name = actor.Name, now });
            return (Outcome<Verdict?>)new Verdict(key, value, reason, actor.Person ?? Guid.Empty, actor.Name, now);

            async Task Log(string type, object data)
            {
                var (events, end) = EventLog.Seal(id, new(head.Version, head.Digest), actor, time.GetUtcNow(), [new(type, Json.Write(data))]);
                await EventLog.Insert(c, events);
                await c.ExecuteAsync("""update cases."case" set version = @Seq, digest = @Digest where id = @id""", new { end.Seq, end.Digest, id });
            }
        });
    }

    bool MayWork(Actor actor, CaseTask task)
    {
        var unit = directory.Organisation(task.Organisation);
        return actor.Grants.Any(g => g.Role == task.Post && g.Reaches(new(unit?.DivisionPath, task.Organisation, unit?.Line)));
    }
}
