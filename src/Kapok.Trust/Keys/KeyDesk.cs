using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Certificates;
using Npgsql;

namespace Kapok.Trust.Keys;

/// <summary>
/// The life of keys: generate, certify, rotate, suspend, resume, destroy, export. An act on a root, seal maker's or seal
/// key happens when a second person has approved it; the node itself may make its first keys alone.
/// </summary>
public sealed class KeyDesk(Database database, Keys keys, TrustSettings settings, TimeProvider time)
{
    /// <summary>Makes a key. It signs at once, or after <see cref="Decide"/> where two people are needed.</summary>
    public async Task<Outcome<KeyRecord>> Create(NewKey wanted, Actor actor, string ground = "")
    {
        var suite = wanted.Suite ?? settings.Suite;
        var holder = keys.Holder(wanted.Holder ?? settings.Holder);
        if (string.IsNullOrWhiteSpace(wanted.Title) || wanted.Title.Length > 100) return Outcome<KeyRecord>.No(Refusal.Invalid, "请写明密钥的名称，最多 100 个字", "title");
        if (!holder.Supports(suite)) return Outcome<KeyRecord>.No(Refusal.Invalid, $"密钥设备“{holder.Name}”不支持 {suite.Name}", "suite");
        return await database.Write(async (c, _) =>
        {
            var waits = Waits(actor, wanted.Purpose, KeyAct.Generate);
            var made = await Insert(c, wanted, suite, holder, actor, waits ? KeyState.Pending : KeyState.Active);
            if (waits) await AddRequest(c, made.Id, KeyAct.Generate, ground, actor);
            return (Outcome<KeyRecord>)made;
        });
    }

    /// <summary>Asks for an act on a key. Done at once where one person is enough; else it waits as a request.</summary>
    /// <returns>The key as it stands afterwards (with rotation: the new key).</returns>
    public async Task<Outcome<KeyRecord>> Ask(Guid key, KeyAct act, Actor actor, string ground)
    {
        if (act is KeyAct.Generate or KeyAct.Export) return Outcome<KeyRecord>.No(Refusal.Invalid, "这个操作不在这里办理");
        var outcome = await database.Write(async (c, _) =>
        {
            if (await Locked(c, key) is not { } record) return Outcome<KeyRecord>.No(Refusal.NotFound, "没有这把密钥");
            if (KeyLife.After(record.State, act) is null) return Outcome<KeyRecord>.No(Refusal.Conflict, $"密钥{KeyLife.Words(record.State)}，不能{KeyLife.Words(act)}");
            if (!Waits(actor, record.Purpose, act)) return await Apply(c, record, act, actor, ground);
            if (string.IsNullOrWhiteSpace(ground)) return Outcome<KeyRecord>.No(Refusal.Invalid, "请写明理由", "ground");
            if (await Open(c, key)) return Outcome<KeyRecord>.No(Refusal.Conflict, "这把密钥已有一项操作在等第二个人批准");
            await AddRequest(c, key, act, ground, actor);
            return record;
        });
        keys.Forget(key);
        return outcome;
    }

    /// <summary>The second person approves or refuses. It must be somebody other than the one who asked.</summary>
    public async Task<Outcome<KeyRecord>> Decide(Guid request, bool approve, Actor actor)
    {
        Guid touched = default;
        var outcome = await database.Write(async (c, _) =>
        {
            var asked = await c.QuerySingleOrDefaultAsync<(Guid Key, string Act, string Ground, Guid? AskedBy)?>("select key, act, ground, asked_by from trust.key_request where id = @request and decided_at is null for update", new { request });
            if (asked is not { } r) return Outcome<KeyRecord>.No(Refusal.NotFound, "没有这项等待批准的操作，可能已经有人处理");
            if (actor.Person is null || actor.Person == r.AskedBy) return Outcome<KeyRecord>.No(Refusal.Forbidden, "提出的人不能自己批准，请另一位同事办理");
            var record = (await Locked(c, touched = r.Key))!;
            await c.ExecuteAsync("update trust.key_request set decided_by = @Person, decided_name = @Name, decided_at = @now, approved = @approve where id = @request", new { actor.Person, actor.Name, now = time.GetUtcNow().UtcDateTime, approve, request });
            var act = KeyLife.Read<KeyAct>(r.Act);
            if (approve) return await Apply(c, record, act, actor, r.Ground);
            await Tell(c, record, actor, "key-act-refused", new { act = r.Act }, r.Ground);
            return act == KeyAct.Generate ? await Apply(c, record, KeyAct.Destroy, actor, "未批准启用") : record;
        });
        keys.Forget(touched);
        return outcome;
    }

    /// <summary>Requests waiting for a second person.</summary>
    public Task<IReadOnlyList<KeyRequest>> Waiting() => database.Read<IReadOnlyList<KeyRequest>>(async c =>
        [.. (await c.QueryAsync<(Guid Id, Guid Key, string Act, string Ground, Guid? AskedBy, string AskedName, DateTime AskedAt)>("select id, key, act, ground, asked_by, asked_name, asked_at from trust.key_request where decided_at is null order by asked_at"))
            .Select(r => new KeyRequest(r.Id, r.Key, KeyLife.Read<KeyAct>(r.Act), r.Ground, r.AskedBy, r.AskedName, r.AskedAt, null, null, null, null))]);

    /// <summary>A request (PKCS#10, DER) for an outside authority, signed by the key itself.</summary>
    public async Task<byte[]> CertificateRequest(Guid key, DistinguishedName subject, CancellationToken stop = default)
    {
        var record = await keys.Find(key) ?? throw new KeyRefused("没有这把密钥");
        var body = CertificateWriter.RequestToBeSigned(subject, record.PublicKeyInfo);
        return CertificateWriter.Finish(body, record.Suite, await keys.Sign(key, body, stop));
    }

    /// <summary>Takes over a certificate that an outside authority issued for a key.</summary>
    public Task<Outcome<KeyRecord>> Certify(Guid key, Certificate certificate, Actor actor) => database.Write((c, _) => Certify(c, key, certificate, actor));

    internal async Task<Outcome<KeyRecord>> Certify(NpgsqlConnection c, Guid key, Certificate certificate, Actor actor)
    {
        if (await Locked(c, key) is not { } record) return Outcome<KeyRecord>.No(Refusal.NotFound, "没有这把密钥");
        if (!certificate.PublicKeyInfo.AsSpan().SequenceEqual(record.PublicKeyInfo)) return Outcome<KeyRecord>.No(Refusal.Invalid, "证书里的公钥不是这把密钥的", "certificate");
        await c.ExecuteAsync("update trust.key set certificate = @Raw, changed_at = @now where id = @key", new { certificate.Raw, now = time.GetUtcNow().UtcDateTime, key });
        await Tell(c, record, actor, "key-certified", new { serial = certificate.SerialHex, subject = certificate.Subject.ToString(), until = certificate.NotAfter });
        return record with { Certificate = certificate };
    }

    /// <summary>
    /// A software key wrapped for the holder of an SM2 public key, once two people agreed: DER SEQUENCE { OCTET STRING
    /// (SM2 cipher text of a fresh key), OCTET STRING (PKCS#8 sealed under it) }. Call first to ask, then with the second person.
    /// </summary>
    public async Task<Outcome<byte[]>> ExportWrapped(Guid key, byte[] recipientPublicKeyInfo, Actor actor, Actor second, string ground)
    {
        if (actor.Person is null || second.Person is null || actor.Person == second.Person) return Outcome<byte[]>.No(Refusal.Forbidden, "导出密钥要两个人同时在场");
        if (SignatureSuite.OfKey(recipientPublicKeyInfo) != SignatureSuite.Sm2Sm3) return Outcome<byte[]>.No(Refusal.Invalid, "接收方的公钥应为 SM2 公钥", "recipient");
        return await database.Write(async (c, _) =>
        {
            if (await Locked(c, key) is not { State: KeyState.Active } record || keys.Holder(record.Holder) is not SoftwareHolder software) return Outcome<byte[]>.No(Refusal.Conflict, "只有在用的软件密钥可以导出；设备里的密钥不出设备");
            using var opened = software.Unwrap(key, await c.QuerySingleAsync<byte[]>("select reference from trust.key where id = @key", new { key }));
            await Tell(c, record, actor, "key-exported", new { second = second.Name, recipient = Convert.ToHexString(Sm3.Hash(recipientPublicKeyInfo)) }, ground);
            return (Outcome<byte[]>)WrappedKey.Write(opened, recipientPublicKeyInfo);
        });
    }

    bool Waits(Actor actor, KeyPurpose purpose, KeyAct act) => actor.Kind != ActorKind.System && KeyLife.NeedsTwo(purpose, act);

    async Task<Outcome<KeyRecord>> Apply(NpgsqlConnection c, KeyRecord record, KeyAct act, Actor actor, string ground)
    {
        if (KeyLife.After(record.State, act) is not { } state) return Outcome<KeyRecord>.No(Refusal.Conflict, $"密钥{KeyLife.Words(record.State)}，不能{KeyLife.Words(act)}");
        var result = record with { State = state };
        if (act == KeyAct.Rotate)
        {
            result = await Insert(c, new(record.Purpose, record.Title, record.Organisation), record.Suite, keys.Holder(record.Holder), actor, KeyState.Active);
            await c.ExecuteAsync("update trust.key set successor = @successor where id = @Id", new { successor = result.Id, record.Id });
        }
        if (act == KeyAct.Destroy)
        {
            if (await c.QuerySingleAsync<byte[]?>("select reference from trust.key where id = @Id", new { record.Id }) is { } reference) keys.Holder(record.Holder).Destroy(reference);
            await c.ExecuteAsync("update trust.key set reference = null where id = @Id", new { record.Id });
        }
        await c.ExecuteAsync("update trust.key set state = @state, changed_at = @now where id = @Id", new { state = KeyLife.Text(state), now = time.GetUtcNow().UtcDateTime, record.Id });
        await Tell(c, record, actor, act switch { KeyAct.Generate => "key-approved", KeyAct.Rotate => "key-rotated", KeyAct.Suspend => "key-suspended", KeyAct.Resume => "key-resumed", _ => "key-destroyed" }, new { successor = act == KeyAct.Rotate ? result.Id : (Guid?)null }, ground);
        return result;
    }

    async Task<KeyRecord> Insert(NpgsqlConnection c, NewKey wanted, SignatureSuite suite, IKeyHolder holder, Actor actor, KeyState state)
    {
        var id = Guid.CreateVersion7();
        var held = holder.Generate(id, suite);
        var now = time.GetUtcNow();
        await c.ExecuteAsync("""
            insert into trust.key (id, suite, purpose, title, organisation, holder, reference, public_key, state, created_at, changed_at)
            values (@id, @suite, @purpose, @Title, @Organisation, @holder, @Reference, @PublicKeyInfo, @state, @now, @now)
            """, new { id, suite = suite.Name, purpose = KeyLife.Text(wanted.Purpose), wanted.Title, wanted.Organisation, holder = holder.Name, held.Reference, held.PublicKeyInfo, state = KeyLife.Text(state), now = now.UtcDateTime });
        var record = new KeyRecord(id, suite, wanted.Purpose, wanted.Title, wanted.Organisation, holder.Name, state, held.PublicKeyInfo, null, null, now);
        await Tell(c, record, actor, "key-generated", new { purpose = KeyLife.Text(wanted.Purpose), suite = suite.Name, holder = holder.Name, wanted.Title, state = KeyLife.Text(state) });
        return record;
    }

    async Task AddRequest(NpgsqlConnection c, Guid key, KeyAct act, string ground, Actor actor)
    {
        await c.ExecuteAsync("insert into trust.key_request (id, key, act, ground, asked_by, asked_name, asked_at) values (@id, @key, @act, @ground, @Person, @Name, @now)",
            new { id = Guid.CreateVersion7(), key, act = KeyLife.Text(act), ground, actor.Person, actor.Name, now = time.GetUtcNow().UtcDateTime });
        await EventLog.Append(c, key, actor, time.GetUtcNow(), new NewEvent("key-act-asked", Json.Write(new { act = KeyLife.Text(act) }), ground));
    }

    async Task Tell(NpgsqlConnection c, KeyRecord record, Actor actor, string type, object data, string ground = "")
    {
        await EventLog.Append(c, record.Id, actor, time.GetUtcNow(), new NewEvent(type, Json.Write(data), ground));
        await Signals.Send(c, Keys.Topic, record.Id.ToString());
    }

    static async Task<KeyRecord?> Locked(NpgsqlConnection c, Guid key) => (await c.QuerySingleOrDefaultAsync<Keys.Row>(Keys.Row.Select + " where id = @key for update", new { key }))?.Record();

    static Task<bool> Open(NpgsqlConnection c, Guid key) => c.QuerySingleAsync<bool>("select exists (select 1 from trust.key_request where key = @key and decided_at is null)", new { key });
}
