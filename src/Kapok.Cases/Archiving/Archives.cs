using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using Dapper;
using Kapok.Cases.Desk;
using Kapok.Cases.Handling;
using Kapok.Cases.Model;
using Kapok.Cases.Storage;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Files;
using Kapok.Identity;
using Kapok.Trust.Authority;
using Npgsql;

namespace Kapok.Cases.Archiving;

/// <summary>Archives of closed cases: records made on closing, packages made and checked, handed out. Every act is an event of the record's own stream.</summary>
public sealed class Archives(Database database, CaseViews views, CaseFiles caseFiles, FileStore files, ArchivePackage packages, TrustStores trust, OrganisationDirectory directory, ArchiveSettings settings, TimeProvider time, IFileInspector? inspector = null)
{
    public const string Permission = "cases.archive";

    /// <summary>Largest package, bytes.</summary>
    const long Largest = 4L << 30;

    /// <summary>Gives closed cases their records; those that have one keep it.</summary>
    /// <returns>The new records.</returns>
    public async Task<IReadOnlyList<(Guid Id, Guid Case, DateTimeOffset ClosedAt)>> Register(NpgsqlConnection c, Guid[] cases)
    {
        var made = new List<(Guid, Guid, DateTimeOffset)>();
        var fresh = (await c.QueryAsync<Guid>("""select k.id from cases."case" k where k.id = any(@cases) and k.closed_at is not null and not exists (select 1 from cases.archive a where a.case_id = k.id) order by k.closed_at, k.id""", new { cases })).ToArray();
        if (fresh.Length == 0) return made;
        var plan = RetentionPlan.Of((await c.QueryAsync<string>("select content from cases.archive_plan order by package")).Select(text => RetentionPlan.Parse("archive.yaml", text, [])).OfType<RetentionPlan>());
        var rows = await CaseReading.Load(c, fresh, []);
        foreach (var row in fresh.Select(id => rows[id].Row))
        {
            var body = directory.Organisation(row.Organisation);
            var closed = ChinaTime.DateOf(row.ClosedAt!.Value);
            var (period, ground) = plan.For(row, settings.Usual);
            var fonds = body is null ? row.Implementation : plan.Fonds.GetValueOrDefault(body.Key) ?? body.CreditCode;
            var (before, after) = plan.NumberOf(fonds, closed.Year, period, row.Line);
            var serial = await c.ExecuteScalarAsync<int>("insert into cases.archive_serial (series, last) values (@series, 1) on conflict (series) do update set last = cases.archive_serial.last + 1 returning last", new { series = before + "{}" + after });
            var (id, number) = (Guid.CreateVersion7(), before + serial.ToString("0000", CultureInfo.InvariantCulture) + after);
            await c.ExecuteAsync("""
                insert into cases.archive (id, case_id, number, case_number, item_code, item_name, organisation, division, line, result, fonds, year, retention, retention_ground, closed_on, keep_until)
                values (@id, @Case, @number, @CaseNumber, @ItemCode, @ItemName, @Organisation, @Division, @Line, @Result, @fonds, @Year, @period, @ground, @closed, @until)
                """, new { id, Case = row.Id, number, CaseNumber = row.Number, row.ItemCode, row.ItemName, row.Organisation, row.Division, row.Line, row.Result, fonds, closed.Year, period, ground, closed, until = Retention.Until(period, closed.Year) });
            await EventLog.Append(c, id, Actor.System, time.GetUtcNow(), new NewEvent("archive-registered", Json.Write(new { @case = row.Id, caseNumber = row.Number, number, retention = period, keepUntil = Retention.Until(period, closed.Year) }), ground));
            made.Add((id, row.Id, row.ClosedAt!.Value));
        }
        return made;
    }

    public Task<ArchiveRow?> Find(Guid id) => database.Read(c => c.QuerySingleOrDefaultAsync<ArchiveRow>($"select {ArchiveRow.Columns} from cases.archive where id = @id", new { id }));

    /// <summary>A record within the actor's scope; beyond it there is nothing to be found.</summary>
    public async Task<ArchiveRow?> Find(Guid id, Actor actor) => await Find(id) is { } row && Access.Decide(actor, Permission, row.Target) ? row : null;

    public Task<IReadOnlyList<ArchiveCheckRow>> Checks(Guid id) => database.Read<IReadOnlyList<ArchiveCheckRow>>(async c =>
        (await c.QueryAsync<ArchiveCheckRow>("select id, archive, occasion, at, by_name, sound, checks::text::json as checks from cases.archive_check where archive = @id order by at desc, id desc limit 20", new { id })).AsList());

    /// <summary>Packs a case into its archive; again when it has new events since.</summary>
    /// <exception cref="Kapok.Trust.Keys.KeyUnavailable">No signature can be had now; nothing was archived.</exception>
    /// <exception cref="Kapok.Trust.Timestamps.TimestampUnavailable">No timestamp can be had now; nothing was archived.</exception>
    public async Task<Outcome<ArchiveRow>> Pack(Guid id, Actor actor, CancellationToken stop = default)
    {
        if (await Find(id) is not { } record || await views.Load(record.CaseId) is not { } view) return Outcome<ArchiveRow>.No(Refusal.NotFound, "没有这个档案");
        if (record.State == "destroyed") return Outcome<ArchiveRow>.No(Refusal.Gone, "这个档案已经销毁");
        if (record.Head is { } head && head.AsSpan().SequenceEqual(view.Row.Digest)) return Outcome<ArchiveRow>.No(Refusal.Conflict, "已经归档，归档以后办件没有新的记录");
        var now = time.GetUtcNow();
        var broken = EventLog.FirstBreak(view.Row.Id, view.Events);
        await using var part = CaseZip.Temporary();
        var (manifest, digest, signer) = await packages.Write(part, view, await caseFiles.Of(view.Row.Id), record, actor, broken, now, stop);
        part.Position = 0;
        var stored = await files.Save(part, $"{record.Number}.zip", record.Organisation, Largest, stop);
        if (!stored.Ok) return stored.As<ArchiveRow>();
        var kept = record with
        {
            State = "kept", Package = stored.Value!.Id, PackageDigest = stored.Value.Digest, PackageSize = stored.Value.Size, ManifestDigest = digest, Head = view.Row.Digest, Length = manifest.Chain.Digests.Count, Signer = signer, ArchivedAt = now.UtcDateTime,
        };
        var checks = await Examine(kept, view, stop);
        return await database.Write(async (c, _) =>
        {
            await c.ExecuteAsync("""
                update cases.archive set state = 'kept', package = @Package, package_digest = @PackageDigest, package_size = @PackageSize, manifest_digest = @ManifestDigest, head = @Head, length = @Length, signer = @Signer, archived_at = @ArchivedAt where id = @Id
                """, new { kept.Package, kept.PackageDigest, kept.PackageSize, kept.ManifestDigest, kept.Head, kept.Length, kept.Signer, kept.ArchivedAt, kept.Id });
            if (record.Package is { } old) await FileStore.Forget(c, [old]);
            await EventLog.Append(c, id, actor, now, new NewEvent("case-archived", Json.Write(new { @case = record.CaseId, record.Number, package = kept.PackageDigest, manifest = digest, head = Convert.ToHexStringLower(kept.Head), kept.Length, signer, before = record.PackageDigest })));
            return (Outcome<ArchiveRow>)await Keep(c, kept, checks, "archiving", actor, now);
        }, stop);
    }

    /// <summary>Runs the four-property check on a package and keeps what it says.</summary>
    public async Task<Outcome<ArchiveRow>> Check(Guid id, Actor actor, string occasion = "on-demand", CancellationToken stop = default)
    {
        if (await Find(id) is not { } record) return Outcome<ArchiveRow>.No(Refusal.NotFound, "没有这个档案");
        if (record.State != "kept") return Outcome<ArchiveRow>.No(Refusal.Conflict, record.State == "waiting" ? "还没有归档，不能检测" : "这个档案已经销毁");
        var checks = await Examine(record, await views.Load(record.CaseId), stop);
        return await database.Write(async (c, _) => (Outcome<ArchiveRow>)await Keep(c, record, checks, occasion, actor, time.GetUtcNow()), stop);
    }

    static async Task<ArchiveRow> Keep(NpgsqlConnection c, ArchiveRow record, IReadOnlyList<ArchiveCheck> checks, string occasion, Actor actor, DateTimeOffset now)
    {
        var sound = FourProperties.Sound(checks);
        await c.ExecuteAsync("insert into cases.archive_check (id, archive, occasion, at, by_name, sound, checks) values (@check, @Id, @occasion, @at, @Name, @sound, @checks::json)",
            new { check = Guid.CreateVersion7(), record.Id, occasion, at = now.UtcDateTime, actor.Name, sound, checks = Json.Write(checks) });
        await c.ExecuteAsync("update cases.archive set sound = @sound, checked_at = @at where id = @Id", new { sound, at = now.UtcDateTime, record.Id });
        await EventLog.Append(c, record.Id, actor, now, new NewEvent("archive-checked", Json.Write(new { occasion, sound, failed = checks.Where(k => k.State == Trust.Certificates.CheckState.Failed).Select(k => k.Key), package = record.PackageDigest })));
        return record with { Sound = sound, CheckedAt = now.UtcDateTime };
    }

    async Task<IReadOnlyList<ArchiveCheck>> Examine(ArchiveRow record, CaseView? view, CancellationToken stop)
    {
        var nothing = new ArchiveVerdict(null, [new(ArchiveFault.Unreadable, "", "存储里没有归档包，或者已经损坏")], null, null, 0, ImmutableDictionary<string, FileType?>.Empty);
        try
        {
            if (await files.Find(record.Package!.Value) is not { } stored) return FourProperties.Of(nothing, new(record, view, null, inspector is not null, null, null));
            await using var package = await files.Open(stored);
            var digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(package, stop));
            var (inspected, harm) = await Inspect(package, stop);
            package.Position = 0;
            var verdict = ArchiveVerifier.Verify(package, await trust.Current(stop), time.GetUtcNow());
            package.Position = 0;
            return FourProperties.Of(verdict, new(record, view, digest, inspected, harm, await Metadata(package, stop)));
        }
        catch (IOException) { return FourProperties.Of(nothing, new(record, view, null, inspector is not null, null, null)); }
    }

    async Task<(bool, string?)> Inspect(Stream package, CancellationToken stop)
    {
        if (inspector is null) return (false, null);
        package.Position = 0;
        try { return (true, (await inspector.Inspect(package, stop)).Found); }
        catch (IOException) { return (false, null); }
    }

    static async Task<byte[]?> Metadata(Stream package, CancellationToken stop)
    {
        try
        {
            await using var zip = new ZipArchive(package, ZipArchiveMode.Read, leaveOpen: true);
            if (zip.GetEntry("metadata.xml") is not { Length: < 1 << 20 } entry) return null;
            await using var from = await entry.OpenAsync(stop);
            using var bytes = new MemoryStream();
            await from.CopyToAsync(bytes, stop);
            return bytes.ToArray();
        }
        catch (InvalidDataException) { return null; }
    }

    /// <summary>Opens the package for handing out; who took it and why is recorded.</summary>
    public async Task<Outcome<(Stream Content, ArchiveRow Record)>> Export(Guid id, Actor actor, CancellationToken stop = default)
    {
        if (await Find(id, actor) is not { } record) return Outcome<(Stream, ArchiveRow)>.No(Refusal.NotFound, "没有这个档案，或者它不在您的职责范围内");
        if (record.State == "destroyed") return Outcome<(Stream, ArchiveRow)>.No(Refusal.Gone, "这个档案已经销毁，销毁清册还在");
        if (record.Package is not { } package || await files.Find(package) is not { } stored) return Outcome<(Stream, ArchiveRow)>.No(Refusal.Conflict, "还没有归档");
        var content = await files.Open(stored);
        await database.Write((c, _) => EventLog.Append(c, id, actor, time.GetUtcNow(), new NewEvent("archive-exported", Json.Write(new { record.Number, package = record.PackageDigest }))), stop);
        return (content, record);
    }
}
