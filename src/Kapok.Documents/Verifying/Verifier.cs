using Dapper;
using Kapok.Documents.Seals;
using Kapok.Documents.Seals.Ledger;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Trust.Certificates;

namespace Kapok.Documents.Verifying;

/// <summary>Verifies files with what this node trusts and, for seals made here, with what the seal ledger says.</summary>
public sealed class Verifier(Database database, TrustSource trust, TimeProvider time)
{
    /// <summary>Files looked into at once; each may unpack to a hundred megabytes.</summary>
    const int AtOnce = 4;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    readonly SemaphoreSlim places = new(AtOnce);

    /// <param name="signature">A detached signature; null when the file carries its own.</param>
    /// <returns>The report; <see cref="Refusal.Unavailable"/> when too many others are being looked into.</returns>
    public async Task<Outcome<VerificationReport>> Verify(byte[] file, byte[]? signature, CancellationToken stop)
    {
        if (!await places.WaitAsync(Patience, stop)) return Outcome<VerificationReport>.No(Refusal.Unavailable, "现在查验的人太多，请过一会儿再试");
        try
        {
            var ground = await trust.Ground(stop);
            // Counting digests keeps a core busy; it is not the one that answers requests.
            var report = await Task.Run(() => signature is null ? Verification.Of(file, ground) : Verification.OfDetached(file, signature, ground), stop);
            return report.Signatures.Any(s => s.Seal is not null) ? await WithLedger(report) : report;
        }
        finally { places.Release(); }
    }

    sealed record Known(string Number, byte[] Data, Guid Id);

    async Task<VerificationReport> WithLedger(VerificationReport report) => await database.Read(async c =>
    {
        var numbers = report.Signatures.Select(s => s.Seal?.Number).OfType<string>().Distinct().ToArray();
        var known = (await c.QueryAsync<Known>("select number, data, id from documents.seal where number = any(@numbers) and data is not null", new { numbers })).ToDictionary(k => k.Number);
        var signatures = new List<SignatureReport>();
        foreach (var s in report.Signatures)
        {
            if (s.Seal is not { } seal || !known.TryGetValue(seal.Number, out var entry)) { signatures.Add(s); continue; }
            if (!entry.Data.AsSpan().SequenceEqual(seal.Raw))
            {
                // The same number and our maker, but another seal: not ours. A stranger's maker may count the same way.
                signatures.Add(s);
                continue;
            }
            var at = (s.At ?? time.GetUtcNow()).UtcDateTime;
            var states = (await c.QueryAsync<(string State, DateTime Since)>("select state, since from documents.seal_state where seal = @Id order by since", new { entry.Id })).AsList();
            // The time in a signature is kept to the second; a seal may be used in the second in which it was made.
            var then = states.LastOrDefault(x => x.Since < at.AddSeconds(1)).State;
            var used = s.Digest is { } digest && await c.ExecuteScalarAsync<bool>("select exists (select 1 from documents.seal_use where seal = @Id and digest = @digest)", new { entry.Id, digest });
            signatures.Add(s with { Checks = [.. s.Checks, Judge(then, states[^1].State, states[^1].Since, used)] });
        }
        return VerificationReport.Of(report.Format, signatures);
    });

    /// <summary>What the ledger says of one use. Pure.</summary>
    internal static Check Judge(string? then, string now, DateTime since, bool recorded) => (then, recorded) switch
    {
        (not SealStates.Active, _) => new(CheckKeys.SealState, CheckState.Failed, $"印章台账：盖章时这枚印章{(then is null ? "还没有启用" : $"是“{SealStates.Title(then)}”状态")}，盖章无效"),
        (_, false) => new(CheckKeys.SealState, CheckState.Unknown, "印章台账：盖章时印章在用，但没有这次用印的登记，请向盖章单位核实"),
        _ when now != SealStates.Active => new(CheckKeys.SealState, CheckState.Passed, $"印章台账：盖章时印章在用，这次用印有登记（后来于 {SealChecks.Words(new(DateTime.SpecifyKind(since, DateTimeKind.Utc)))} 变为“{SealStates.Title(now)}”）"),
        _ => new(CheckKeys.SealState, CheckState.Passed, "印章台账：盖章时印章在用，这次用印有登记"),
    };
}
