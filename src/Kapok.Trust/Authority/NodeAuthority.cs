using System.Security.Cryptography.X509Certificates;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Trust.Certificates;
using Kapok.Trust.Keys;
using Npgsql;

namespace Kapok.Trust.Authority;

/// <summary>The node's first keys and their certificates.</summary>
public sealed record FirstKeys(KeyRecord Root, KeyRecord SealMaker, KeyRecord Organisation, KeyRecord Timestamp, KeyRecord Audit);

/// <summary>
/// The small certificate authority of a node, so that it can seal from its first minute. It is made once, on first use:
/// a root, and under it certificates for making seals, for the organisation, for timestamps and for the audit chain.
/// Where a node uses an outside authority, keys are certified through <see cref="KeyDesk.Certify(Guid, Certificate, Actor)"/> instead.
/// </summary>
public sealed class NodeAuthority(Database database, Keys.Keys keys, KeyDesk desk, TrustSettings settings, NodeOptions options, TimeProvider time)
{
    static readonly TimeSpan ListLife = TimeSpan.FromDays(7), ListAge = TimeSpan.FromHours(12);
    const int RootYears = 20, IssuedYears = 5;

    volatile FirstKeys? first;

    /// <summary>The first keys; made by whichever process asks first.</summary>
    public async Task<FirstKeys> First(CancellationToken stop = default) => first ??= await Load() ?? await Make(stop);

    async Task<FirstKeys?> Load()
    {
        var all = await keys.List();
        KeyRecord? Of(KeyPurpose purpose) => all.LastOrDefault(k => k.Purpose == purpose && k is { State: KeyState.Active, Certificate: not null, Organisation: null });
        return Of(KeyPurpose.Root) is { } root && Of(KeyPurpose.SealMaker) is { } maker && Of(KeyPurpose.Organisation) is { } own && Of(KeyPurpose.Timestamp) is { } stamp && Of(KeyPurpose.Audit) is { } audit
            ? new(root, maker, own, stamp, audit) : null;
    }

    async Task<FirstKeys> Make(CancellationToken stop)
    {
        // One process at a time: the lock is held on a connection of its own while the steps commit one by one.
        await using var guard = await database.Open(stop);
        await using var transaction = await guard.BeginTransactionAsync(stop);
        await guard.ExecuteAsync("select pg_advisory_xact_lock(740338540)");
        if (await Load() is { } made) return made;
        var root = await FirstOf(KeyPurpose.Root, $"{options.Division} 节点根密钥");
        if (root.Certificate is null)
        {
            var name = DistinguishedName.Of($"红棉节点 {options.Division} 根证书", "红棉节点", locality: options.Division);
            root = await Issue(root, root, Draft(name, name, root) with { Authority = true, KeyUsage = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, NotAfter = Start().AddYears(RootYears) }, Actor.System, stop);
        }
        foreach (var (purpose, title) in ((KeyPurpose, string)[])[(KeyPurpose.SealMaker, "制章者"), (KeyPurpose.Organisation, "节点签名"), (KeyPurpose.Timestamp, "时间戳服务"), (KeyPurpose.Audit, "审计链")])
        {
            var key = await FirstOf(purpose, $"{options.Division} 节点{title}密钥");
            if (key.Certificate is null) await Issue(root, key, Draft(DistinguishedName.Of($"红棉节点 {options.Division} {title}", "红棉节点", locality: options.Division), root.Certificate!.Subject, key) with { ExtendedKeyUsage = Extended(purpose) }, Actor.System, stop);
        }
        return await Load() ?? throw new InvalidOperationException("the first keys of the node could not be made");
    }

    async Task<KeyRecord> FirstOf(KeyPurpose purpose, string title)
    {
        var known = (await keys.List(purpose)).LastOrDefault(k => k is { State: KeyState.Active, Organisation: null });
        if (known is not null) return known;
        var made = await desk.Create(new(purpose, title), Actor.System);
        return made.Value ?? throw new InvalidOperationException(made.Message);
    }

    static IReadOnlyList<string> Extended(KeyPurpose purpose) => purpose == KeyPurpose.Timestamp ? [Purposes.TimeStamping] : [];

    DateTimeOffset Start() => new(time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);

    CertificateDraft Draft(DistinguishedName subject, DistinguishedName issuer, KeyRecord key) => new()
    {
        Subject = subject, Issuer = issuer, PublicKeyInfo = key.PublicKeyInfo, NotBefore = Start(), NotAfter = Start().AddYears(IssuedYears),
    };

    /// <summary>
    /// Issues a certificate for a key of this node, under the node's root. For seals and organisations name the
    /// organisation with its unified social credit code.
    /// </summary>
    public async Task<KeyRecord> IssueFor(Guid key, DistinguishedName subject, Actor actor, CancellationToken stop = default)
    {
        var root = (await First(stop)).Root;
        var record = await keys.Find(key) ?? throw new KeyRefused("没有这把密钥");
        if (record.State is not (KeyState.Active or KeyState.Pending)) throw new KeyRefused($"密钥{KeyLife.Words(record.State)}，不能签发证书");
        return await Issue(root, record, Draft(subject, root.Certificate!.Subject, record) with { ExtendedKeyUsage = Extended(record.Purpose) }, actor, stop);
    }

    async Task<KeyRecord> Issue(KeyRecord root, KeyRecord key, CertificateDraft draft, Actor actor, CancellationToken stop)
    {
        if (root.Certificate is { } issuer) draft = draft with { AuthorityKeyId = issuer.SubjectKeyId, CrlPoints = [$"{settings.Address}/trust/node.crl"], NotAfter = draft.NotAfter > issuer.NotAfter ? issuer.NotAfter : draft.NotAfter };
        var body = CertificateWriter.ToBeSigned(draft, root.Suite);
        var certificate = Certificate.Parse(CertificateWriter.Finish(body, root.Suite, await keys.Sign(root.Id, body, stop)));
        return await database.Write(async (c, _) =>
        {
            await c.ExecuteAsync("insert into trust.certificate (serial, issuer, key, subject, der, not_before, not_after, issued_at) values (@SerialHex, @issuer, @key, @subject, @Raw, @from, @to, @now)", new
            {
                certificate.SerialHex, issuer = root.Id, key = key.Id, subject = certificate.Subject.ToString(), certificate.Raw, from = certificate.NotBefore.UtcDateTime, to = certificate.NotAfter.UtcDateTime, now = time.GetUtcNow().UtcDateTime,
            });
            return (await desk.Certify(c, key.Id, certificate, actor)).Value ?? throw new InvalidOperationException("the certificate does not fit its key");
        }, stop);
    }

    /// <summary>Revokes a certificate of the own authority; the list changes at once.</summary>
    public async Task<Outcome<bool>> Revoke(string serialHex, RevocationReason reason, Actor actor, string ground, CancellationToken stop = default)
    {
        await First(stop);
        var outcome = await database.Write(async (c, _) =>
        {
            var row = await c.QuerySingleOrDefaultAsync<(Guid? Key, DateTime? RevokedAt)?>("select key, revoked_at from trust.certificate where serial = @serialHex for update", new { serialHex });
            if (row is not { } r) return Outcome<bool>.No(Refusal.NotFound, "本节点没有签发过这个序列号的证书");
            if (r.RevokedAt is not null) return Outcome<bool>.No(Refusal.Conflict, "这张证书已经吊销");
            await c.ExecuteAsync("update trust.certificate set revoked_at = @now, reason = @reason where serial = @serialHex", new { serialHex, now = time.GetUtcNow().UtcDateTime, reason = reason.ToString() });
            await EventLog.Append(c, r.Key ?? first!.Root.Id, actor, time.GetUtcNow(), new NewEvent("certificate-revoked", Json.Write(new { serial = serialHex, reason }), ground));
            await c.ExecuteAsync("delete from trust.revocation_list where this_update < @now", new { now = time.GetUtcNow().AddYears(1).UtcDateTime });
            await Signals.Send(c, TrustStores.Topic, serialHex);
            return (Outcome<bool>)true;
        }, stop);
        return outcome;
    }

    /// <summary>The current revocation list; made anew when it is twelve hours old or something was revoked.</summary>
    public async Task<RevocationList> List(CancellationToken stop = default)
    {
        var root = (await First(stop)).Root;
        var now = time.GetUtcNow();
        var der = await database.Read(c => c.QuerySingleOrDefaultAsync<byte[]>("select der from trust.revocation_list where issuer = @Id and this_update between @oldest and @now", new { root.Id, oldest = (now - ListAge).UtcDateTime, now = now.AddSeconds(1).UtcDateTime }), stop);
        return RevocationList.Parse(der ?? await MakeList(root, now, stop));
    }

    Task<byte[]> MakeList(KeyRecord root, DateTimeOffset now, CancellationToken stop) => database.Write(async (c, _) =>
    {
        await c.ExecuteAsync("select pg_advisory_xact_lock(740338541)");
        var rows = await c.QueryAsync<(byte[] Der, DateTime At, string Reason)>("select der, revoked_at, reason from trust.certificate where issuer = @Id and revoked_at is not null order by revoked_at", new { root.Id });
        var number = now.ToUnixTimeMilliseconds();
        var body = RevocationList.ListToBeSigned(root.Certificate!, root.Suite, number, now, now + ListLife, rows.Select(r => new Revocation(Certificate.Parse(r.Der).SerialNumber, r.At, Enum.Parse<RevocationReason>(r.Reason))));
        var der = CertificateWriter.Finish(body, root.Suite, await keys.Sign(root.Id, body, stop));
        await c.ExecuteAsync("""
            insert into trust.revocation_list (issuer, number, der, this_update, next_update) values (@Id, @number, @der, @now, @next)
            on conflict (issuer) do update set number = excluded.number, der = excluded.der, this_update = excluded.this_update, next_update = excluded.next_update
            """, new { root.Id, number, der, now = now.UtcDateTime, next = (now + ListLife).UtcDateTime });
        return der;
    }, stop);

    /// <summary>State of a certificate of the own authority: <c>good</c>, <c>revoked</c>, <c>unknown</c>.</summary>
    public Task<CertificateStatus> Status(string serialHex) => database.Read(async c =>
    {
        var row = await c.QuerySingleOrDefaultAsync<(DateTime? RevokedAt, string? Reason)?>("select revoked_at, reason from trust.certificate where serial = @serialHex", new { serialHex });
        return new CertificateStatus(serialHex, row is null ? "unknown" : row.Value.RevokedAt is null ? "good" : "revoked", row?.RevokedAt, row?.Reason, time.GetUtcNow());
    });
}

/// <summary>Answer about a certificate's state at a moment.</summary>
public sealed record CertificateStatus(string Serial, string State, DateTime? RevokedAt, string? Reason, DateTimeOffset At);
