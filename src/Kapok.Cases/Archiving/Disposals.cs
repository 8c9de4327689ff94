using System.Globalization;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Files;
using Npgsql;

namespace Kapok.Cases.Archiving;

/// <summary>A list of archives whose period has passed, to be destroyed or kept longer.</summary>
/// <param name="Verdict">destroy, extend.</param>
/// <param name="ExtendTo">The new period: permanent, 30.</param>
/// <param name="Approved">Null while the second person has not decided.</param>
public sealed record DisposalRow(Guid Id, string Number, string Verdict, string? ExtendTo, string Ground, Guid? Organisation, Guid ProposedBy, string ProposedByName, DateTime ProposedAt, Guid? DecidedBy, string? DecidedByName, DateTime? DecidedAt, bool? Approved, string DecisionGround)
{
    internal const string Columns = "id, number, verdict, extend_to, ground, organisation, proposed_by, proposed_by_name, proposed_at, decided_by, decided_by_name, decided_at, approved, decision_ground";
}

/// <summary>A line of the list; it stays when the archive is gone.</summary>
public sealed record DisposalLine(Guid Archive, string Number, string CaseNumber, string ItemName, string Retention, DateOnly KeepUntil, string PackageDigest, long PackageSize, string ManifestDigest);

/// <summary>
/// Appraisal and disposal. Nothing can be listed before its period has passed; one person proposes, another decides; both
/// give grounds. What a destroyed archive was stays in the list, in its record and in the log.
/// </summary>
public sealed class Disposals(Database database, TimeProvider time)
{
    public const int MostLines = 500, LongestGround = 1000;

    /// <summary>Proposes a list.</summary>
    public async Task<Outcome<DisposalRow>> Propose(IReadOnlyCollection<Guid> archives, string verdict, string? extendTo, string ground, Actor actor)
    {
        var faults = new List<Fault>();
        ground = ground.Trim();
        if (actor.Person is not { } person) return Outcome<DisposalRow>.No(Refusal.Forbidden, "要由人提出");
        if (verdict is not ("destroy" or "extend")) faults.Add(new("verdict", "请选择销毁或者延长保管"));
        if (verdict == "extend" && extendTo is not (Retention.Permanent or "30")) faults.Add(new("extendTo", "请选择延长到 30 年或者永久"));
        if (ground.Length is 0 or > LongestGround) faults.Add(new("ground", ground.Length == 0 ? "请写明鉴定意见" : $"鉴定意见最多 {LongestGround} 个字"));
        if (archives.Count is 0 or > MostLines) faults.Add(new("archives", archives.Count == 0 ? "请先勾选档案" : $"一次最多 {MostLines} 件"));
        if (faults.Count > 0) return Outcome<DisposalRow>.Invalid(faults);
        var now = time.GetUtcNow();
        return await database.Write(async (c, _) =>
        {
            var rows = (await c.QueryAsync<ArchiveRow>($"select {ArchiveRow.Columns} from cases.archive where id = any(@ids) order by id for update", new { ids = archives.Distinct().ToArray() })).AsList();
            var listed = (await c.QueryAsync<Guid>("select l.archive from cases.disposal_line l join cases.disposal d on d.id = l.disposal where l.archive = any(@ids) and d.approved is null", new { ids = archives.ToArray() })).ToHashSet();
            if (rows.Count < archives.Distinct().Count() || rows.Any(r => !Access.Decide(actor, Archives.Permission, r.Target))) return Outcome<DisposalRow>.No(Refusal.NotFound, "有的档案不存在，或者不在您的职责范围内");
            foreach (var r in rows)
                if (Hindrance(r, listed.Contains(r.Id), now) is { } why) faults.Add(new(r.Number, why));
            if (verdict == "extend" && rows.Any(r => Years(extendTo!) <= Years(r.Retention))) faults.Add(new("extendTo", "新的期限要比原来的长"));
            if (faults.Count > 0) return new(null, Refusal.Conflict, faults);
            var year = ChinaTime.DateOf(now).Year;
            var serial = await c.ExecuteScalarAsync<int>("insert into cases.archive_serial (series, last) values (@series, 1) on conflict (series) do update set last = cases.archive_serial.last + 1 returning last", new { series = $"鉴定 {year}" });
            var list = new DisposalRow(Guid.CreateVersion7(), $"鉴定〔{year}〕{serial.ToString(CultureInfo.InvariantCulture)}号", verdict, verdict == "extend" ? extendTo : null, ground, actor.Organisation, person, actor.Name, now.UtcDateTime, null, null, null, null, "");
            await c.ExecuteAsync("insert into cases.disposal (id, number, verdict, extend_to, ground, organisation, proposed_by, proposed_by_name, proposed_at) values (@Id, @Number, @Verdict, @ExtendTo, @Ground, @Organisation, @ProposedBy, @ProposedByName, @ProposedAt)",
                new { list.Id, list.Number, list.Verdict, list.ExtendTo, list.Ground, list.Organisation, list.ProposedBy, list.ProposedByName, list.ProposedAt });
            await c.ExecuteAsync("""
                insert into cases.disposal_line (disposal, archive, number, case_number, item_name, retention, keep_until, package_digest, package_size, manifest_digest)
                select @Id, id, number, case_number, item_name, retention, keep_until, package_digest, package_size, manifest_digest from cases.archive where id = any(@ids)
                """, new { list.Id, ids = rows.Select(r => r.Id).ToArray() });
            await EventLog.Append(c, list.Id, actor, now, new NewEvent("disposal-proposed", Json.Write(new { list.Number, verdict, extendTo = list.ExtendTo, archives = rows.Select(r => new { r.Id, r.Number, package = r.PackageDigest }) }), ground));
            return (Outcome<DisposalRow>)list;
        });
    }

    /// <summary>Why an archive cannot be listed; null when it can.</summary>
    static string? Hindrance(ArchiveRow row, bool listed, DateTimeOffset now) => row switch
    {
        { State: "destroyed" } => "已经销毁",
        { State: "waiting" } => "还没有归档",
        { KeepUntil: null } => "永久保管，不能销毁，也不用延长",
        _ when !row.Expired(now) => $"保管到 {row.KeepUntil:yyyy-MM-dd}，还没有到期",
        _ when listed => "已经在另一份待批准的清册里",
        _ => null,
    };

    static int Years(string retention) => retention == Retention.Permanent ? int.MaxValue : int.Parse(retention, CultureInfo.InvariantCulture);

    /// <summary>The second person decides. Approving a destruction destroys at once: the package and what the case held of materials, documents and answers.</summary>
    public async Task<Outcome<DisposalRow>> Decide(Guid id, bool approved, string ground, Actor actor)
    {
        ground = ground.Trim();
        if (ground.Length is 0 or > LongestGround) return Outcome<DisposalRow>.No(Refusal.Invalid, ground.Length == 0 ? "请写明理由" : $"理由最多 {LongestGround} 个字", "ground");
        var now = time.GetUtcNow();
        return await database.Write(async (c, _) =>
        {
            if (await c.QuerySingleOrDefaultAsync<DisposalRow>($"select {DisposalRow.Columns} from cases.disposal where id = @id for update", new { id }) is not { } list || !await Reaches(c, id, actor)) return Absent();
            if (list.Approved is not null) return Outcome<DisposalRow>.No(Refusal.Conflict, "这份清册已经有决定了");
            if (actor.Person is not { } person || person == list.ProposedBy) return Outcome<DisposalRow>.No(Refusal.Forbidden, "提出的人不能自己批准，请另一位档案员决定");
            var archives = (await c.QueryAsync<ArchiveRow>($"select {ArchiveRow.Columns} from cases.archive where id in (select archive from cases.disposal_line where disposal = @id) order by id for update", new { id })).AsList();
            if (approved && archives.Where(a => Hindrance(a, false, now) is not null).ToList() is { Count: > 0 } stuck) return new(null, Refusal.Conflict, [.. stuck.Select(a => new Fault(a.Number, Hindrance(a, false, now)!))]);
            await c.ExecuteAsync("update cases.disposal set decided_by = @person, decided_by_name = @Name, decided_at = @at, approved = @approved, decision_ground = @ground where id = @id", new { person, actor.Name, at = now.UtcDateTime, approved, ground, id });
            if (approved) foreach (var a in archives) await Carry(c, a, list, actor, now);
            await EventLog.Append(c, id, actor, now, new NewEvent(approved ? "disposal-approved" : "disposal-refused", Json.Write(new { list.Number, list.Verdict, archives = archives.Select(a => a.Number) }), ground));
            return (Outcome<DisposalRow>)(list with { DecidedBy = person, DecidedByName = actor.Name, DecidedAt = now.UtcDateTime, Approved = approved, DecisionGround = ground });
        });
    }

    static async Task Carry(NpgsqlConnection c, ArchiveRow a, DisposalRow list, Actor actor, DateTimeOffset now)
    {
        if (list.Verdict == "extend")
        {
            var until = Retention.Until(list.ExtendTo!, a.Year);
            await c.ExecuteAsync("update cases.archive set retention = @ExtendTo, retention_ground = @ground, keep_until = @until where id = @Id", new { list.ExtendTo, ground = $"{list.Number}：{list.Ground}", until, a.Id });
            await EventLog.Append(c, a.Id, actor, now, new NewEvent("archive-extended", Json.Write(new { a.Number, disposal = list.Number, from = a.Retention, to = list.ExtendTo, keepUntil = until }), list.Ground));
            return;
        }
        // The bytes go with the next sweep, unless another file says the same.
        var files = await c.QueryAsync<Guid>("""
            select f.file from (select file from cases.material where owner = @CaseId union select file from cases.attachment where case_id = @CaseId) f
            where not exists (select 1 from cases.material m where m.file = f.file and m.owner <> @CaseId) and not exists (select 1 from cases.attachment t where t.file = f.file and t.case_id <> @CaseId)
            """, new { a.CaseId });
        await FileStore.Forget(c, [a.Package!.Value, .. files]);
        foreach (var sql in (string[])
                 [
                     "delete from cases.material where owner = @CaseId", "delete from cases.attachment where case_id = @CaseId", "delete from cases.document where case_id = @CaseId", "delete from cases.note where case_id = @CaseId",
                     "delete from cases.message where case_id = @CaseId", "update cases.content set answers = '{}', eligibility = '{}' where case_id = @CaseId",
                 ]) await c.ExecuteAsync(sql, new { a.CaseId });
        await c.ExecuteAsync("update cases.archive set state = 'destroyed', package = null where id = @Id", new { a.Id });
        await EventLog.Append(c, a.Id, actor, now, new NewEvent("archive-destroyed", Json.Write(new { a.Number, disposal = list.Number, proposedBy = list.ProposedByName, package = a.PackageDigest, manifest = a.ManifestDigest }), list.Ground));
    }

    /// <summary>The whole list must lie within the actor's scope.</summary>
    static async Task<bool> Reaches(NpgsqlConnection c, Guid id, Actor actor) =>
        (await c.QueryAsync<ArchiveRow>($"select {ArchiveRow.Columns} from cases.archive where id in (select archive from cases.disposal_line where disposal = @id)", new { id })).All(a => Access.Decide(actor, Archives.Permission, a.Target));

    static Outcome<DisposalRow> Absent() => Outcome<DisposalRow>.No(Refusal.NotFound, "没有这份清册，或者它不在您的职责范围内");

    public Task<(DisposalRow List, IReadOnlyList<DisposalLine> Lines)?> Find(Guid id, Actor actor) => database.Read<(DisposalRow, IReadOnlyList<DisposalLine>)?>(async c =>
        await c.QuerySingleOrDefaultAsync<DisposalRow>($"select {DisposalRow.Columns} from cases.disposal where id = @id", new { id }) is { } list && await Reaches(c, id, actor)
            ? (list, (await c.QueryAsync<DisposalLine>("select archive, number, case_number, item_name, retention, keep_until, package_digest, package_size, manifest_digest from cases.disposal_line where disposal = @id order by number", new { id })).AsList()) : null);

    /// <summary>The latest lists within scope, undecided ones first.</summary>
    public Task<IReadOnlyList<DisposalRow>> Latest(Actor actor) => database.Read<IReadOnlyList<DisposalRow>>(async c =>
    {
        var lists = (await c.QueryAsync<DisposalRow>($"select {DisposalRow.Columns} from cases.disposal order by (approved is null) desc, proposed_at desc limit 100")).AsList();
        var seen = new List<DisposalRow>();
        foreach (var list in lists) if (await Reaches(c, list.Id, actor)) seen.Add(list);
        return seen;
    });
}
