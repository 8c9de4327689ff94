using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Jobs;
using Npgsql;

namespace Kapok.Documents.Licences;

/// <summary>
/// Makes the file of a licence: renders it by the template of its type, has it sealed with the key of the issuing unit and
/// stores it. A node may seal by itself or leave it to a press elsewhere; either way nothing comes out unsealed.
/// </summary>
public interface ILicencePress
{
    /// <summary>Renders, seals and stores within the caller's transaction.</summary>
    /// <returns>The stored file, or in words why it has to wait (key holder down, no seal yet); the caller then leaves the licence waiting.</returns>
    ValueTask<Outcome<SealedFile>> Press(NpgsqlConnection connection, LicenceRow licence, LicenceType type, CancellationToken stop = default);

    /// <summary>加注件: the same page with maker, purpose and last day visibly on it and in its metadata, sealed anew and stored.</summary>
    ValueTask<Outcome<SealedFile>> Annotate(NpgsqlConnection connection, LicenceRow licence, LicenceType type, CopyNote note, CancellationToken stop = default);
}

/// <summary>What an annotated copy says of itself (GB/T 36903: JZJZZZ, JZJZZSY, JZJYXQJZSJ, JZJZZSJ).</summary>
public sealed record CopyNote(string Purpose, string Maker, string MadeFor, DateOnly Until, DateTimeOffset At);

/// <summary>Issuing inside the transaction of the decision, and by job when that was not possible.</summary>
public sealed class LicenceIssuing(ILicencePress press, LicenceTypes types, Database database, TimeProvider time)
{
    /// <summary>
    /// Makes the files of licences that were just ordered. Those that cannot be made now stay as they are, with the reason.
    /// </summary>
    /// <returns>The changes to be written: the orders, and what sealing added to them.</returns>
    public async Task<IReadOnlyList<LicenceChange>> Make(NpgsqlConnection connection, IReadOnlyList<LicenceChange> ordered)
    {
        if (ordered.Count == 0) return ordered;
        var changes = new List<LicenceChange>(ordered.Count * 2);
        foreach (var change in ordered)
        {
            if (!change.Waits) { changes.Add(change); continue; }
            var made = await press.Press(connection, change.After, await types.At(change.After.Type, change.After.TypeVersion));
            changes.Add(made.Ok ? change : change with { Rows = [.. change.Rows[..^1], change.After with { Waits = made.Message }] });
            if (made.Ok) changes.Add(LicenceDecisions.Sealed(change.After, change.Before?.Current, change.After, made.Value!, Actor.System, time.GetUtcNow()));
        }
        return changes;
    }

    /// <summary>Makes the file of a licence that waits. Nothing to do when it no longer waits.</summary>
    /// <returns>Null when it stands or fell meanwhile, else why it still waits.</returns>
    public Task<string?> MakeWaiting(Guid licence, CancellationToken stop = default) => database.Write(async (c, _) =>
    {
        var found = await LicenceReading.Rows(c, "where id = $1", licence);
        if (found is not [{ State: LicenceState.ToMake or LicenceState.ToSeal }]) return null;
        var chain = (await LicenceReading.ForUpdate(c, [found[0].Chain])).Values.Single();
        if (chain.Versions.First(v => v.Id == licence) is not { State: LicenceState.ToMake or LicenceState.ToSeal } row) return null;
        var made = await press.Press(c, row, await types.At(row.Type, row.TypeVersion), stop);
        if (!made.Ok)
        {
            await Dapper.SqlMapper.ExecuteAsync(c, "update documents.licence set waits = @waits where id = @licence", new { waits = made.Message, licence });
            return made.Message;
        }
        var now = time.GetUtcNow();
        await LicenceWriting.Write(c, [LicenceDecisions.Sealed(row, chain.Current.Id == row.Id ? null : chain.Current, chain.Head, made.Value!, Actor.System, now)], now);
        return null;
    }, stop);
}

/// <summary>Waits with a licence until it can be made; looks again every half minute, for as long as it takes.</summary>
sealed class PressJob(LicenceIssuing issuing) : IJob
{
    public const string KindName = "licence-press";
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    public string Kind => KindName;

    sealed record Payload(Guid Licence);

    public async Task Run(JobRun run, CancellationToken stop)
    {
        if (await issuing.MakeWaiting(run.Payload<Payload>().Licence, stop) is { } why) throw new JobWaits(why, Pause);
    }
}
