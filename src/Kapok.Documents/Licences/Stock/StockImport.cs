using System.Text.Json;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Identity;
using Npgsql;

namespace Kapok.Documents.Licences.Stock;

/// <summary>What became of the rows of one import.</summary>
/// <param name="Taken">New on the register.</param>
/// <param name="Standing">There already, the same.</param>
/// <param name="Refused">Place and reason.</param>
public sealed record StockReport(Guid Id, string FileName, int Rows, int Taken, int Standing, IReadOnlyList<Fault> Refused, DateTimeOffset At, string By);

/// <summary>Takes stock onto the register: what is right is taken, what is not is refused with its place and reason, in one transaction.</summary>
public sealed class StockImport(Database database, LicenceTypes types, OrganisationDirectory directory, TimeProvider time)
{
    public const string Permission = "licences.import";
    const int AtOnce = 500;

    /// <summary>Refused as a whole only when the file cannot be read.</summary>
    public async Task<Outcome<StockReport>> Take(byte[] file, string name, Actor actor)
    {
        var read = StockReading.Read(file);
        if (!read.Ok) return read.As<StockReport>();
        var now = time.GetUtcNow();
        return await database.Write(async (c, _) =>
        {
            var (taken, standing, refused) = await Put(c, read.Value!, types.Current, directory.Current, actor, now, o => Access.Decide(actor, Permission, o.AsTarget()));
            var report = new StockReport(Guid.CreateVersion7(), name, read.Value!.Count, taken, standing, refused, now, actor.Name);
            await c.ExecuteAsync("insert into documents.licence_import (id, file_name, rows, taken, standing, refused, by, by_name, organisation, at) values (@Id, @FileName, @Rows, @Taken, @Standing, @refused::json, @person, @By, @organisation, @at)",
                new { report.Id, report.FileName, report.Rows, report.Taken, report.Standing, refused = Json.Write(refused), person = actor.Person, report.By, organisation = actor.Organisation, at = now.UtcDateTime });
            await EventLog.Append(c, report.Id, actor, now, new NewEvent("licences-imported", Json.Write(new { name, report.Rows, taken, standing, refused = refused.Count })));
            return (Outcome<StockReport>)report;
        });
    }

    /// <param name="may">Whether the actor may enter licences of an issuer.</param>
    internal static async Task<(int Taken, int Standing, IReadOnlyList<Fault> Refused)> Put(NpgsqlConnection c, IReadOnlyList<StockRow> rows, LicenceTypeBook book, Identity.Divisions.DirectorySnapshot directory,
        Actor actor, DateTimeOffset now, Func<Organisation, Decision> may)
    {
        var refused = new List<Fault>();
        var right = new List<TakenRow>();
        foreach (var row in rows)
        {
            var check = StockCheck.Check(row, book, directory, ChinaTime.DateOf(now));
            if (!check.Ok) refused.AddRange(check.Faults);
            else if (may(check.Value!.Order.Issuer) is { Allowed: false } no) refused.Add(new(row.Where, no.Reason));
            else if (right.Any(r => r.Identifier == check.Value.Identifier)) refused.Add(new(row.Where, $"编号 {check.Value.Number} 在文件里写了两次"));
            else right.Add(check.Value);
        }
        var (taken, same) = (0, 0);
        foreach (var part in right.Chunk(AtOnce))
        {
            var known = (await LicenceReading.Rows(c, "where chain in (select chain from documents.licence where identifier = any($1)) and version = 1", (object)part.Select(p => p.Identifier).ToArray())).ToDictionary(r => r.Identifier);
            var changes = new List<LicenceChange>();
            foreach (var row in part)
                if (!known.TryGetValue(row.Identifier, out var there)) changes.Add(LicenceDecisions.Import(row.Order, row.Number, row.State, null, actor, now));
                else if (there.Holders.SequenceEqual(row.Order.Holders) && there.Fields.SequenceEqual(row.Order.Fields)) same++;
                else refused.Add(new(row.Where, $"编号 {row.Number} 已经登记，内容不一样；要改请办理变更"));
            await LicenceWriting.Write(c, changes, now);
            taken += changes.Count;
        }
        return (taken, same, refused);
    }

    /// <summary>Reports of a unit, the newest first.</summary>
    public Task<IReadOnlyList<StockReport>> Reports(Guid organisation) => database.Read<IReadOnlyList<StockReport>>(async c =>
        [.. (await c.QueryAsync<(Guid Id, string FileName, int Rows, int Taken, int Standing, string Refused, DateTime At, string By)>(
            "select id, file_name, rows, taken, standing, refused::text, at, by_name from documents.licence_import where organisation = @organisation order by at desc limit 50", new { organisation }))
            .Select(r => new StockReport(r.Id, r.FileName, r.Rows, r.Taken, r.Standing, Json.Read<List<Fault>>(r.Refused), new(r.At), r.By))]);
}
