using System.Collections.Concurrent;
using Dapper;
using Kapok.Foundation.Data;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Certificates;
using Npgsql;

namespace Kapok.Trust.Keys;

/// <summary>The front door to keys: signs with them and tells what they are. Opened keys stay in memory until they change.</summary>
public sealed class Keys
{
    /// <summary>Topic of <see cref="Signals"/>: a key changed.</summary>
    public const string Topic = "trust-keys";

    readonly Database database;
    readonly Dictionary<string, IKeyHolder> holders;
    readonly ConcurrentDictionary<Guid, Lazy<Task<Opened>>> opened = new();

    public Keys(Database database, IEnumerable<IKeyHolder> holders, Signals signals)
    {
        this.database = database;
        this.holders = holders.GroupBy(h => h.Name).ToDictionary(g => g.Key, g => g.Last());
        signals.Listen(Topic, key =>
        {
            if (Guid.TryParse(key, out var id)) Forget(id);
            else foreach (var known in opened.Keys) Forget(known);
        });
    }

    sealed record Opened(KeyRecord Record, ISigningKey Key);

    /// <summary>
    /// Signs data with an active key: DER SEQUENCE { r, s }. Throws <see cref="KeyUnavailable"/> when the holder cannot be
    /// reached (try later) and <see cref="KeyRefused"/> when the key must not be used.
    /// </summary>
    public async ValueTask<byte[]> Sign(Guid key, ReadOnlyMemory<byte> data, CancellationToken stop = default)
    {
        var ready = await Ready(key).WaitAsync(stop);
        try { return ready.Key.Sign(data.Span); }
        catch (ObjectDisposedException)
        {
            // It changed between look-up and signing: look again, once.
            return (await Ready(key).WaitAsync(stop)).Key.Sign(data.Span);
        }
        catch (KeyUnavailable)
        {
            Forget(key); // a device that comes back wants to be opened anew
            throw;
        }
    }

    /// <summary>A key's record, also of keys that are not in use; null when there is none.</summary>
    public Task<KeyRecord?> Find(Guid key) => database.Read(c => Find(c, key));

    /// <summary>Keys of a purpose in the order of their making, optionally of one organisation.</summary>
    public Task<IReadOnlyList<KeyRecord>> List(KeyPurpose? purpose = null, Guid? organisation = null) => database.Read<IReadOnlyList<KeyRecord>>(async c =>
        [.. (await c.QueryAsync<Row>(Row.Select + " where (@purpose::text is null or purpose = @purpose) and (@organisation::uuid is null or organisation = @organisation) order by created_at, id",
            new { purpose = purpose is { } p ? KeyLife.Text(p) : null, organisation })).Select(r => r.Record())]);

    internal static async Task<KeyRecord?> Find(NpgsqlConnection connection, Guid key) =>
        (await connection.QuerySingleOrDefaultAsync<Row>(Row.Select + " where id = @key", new { key }))?.Record();

    internal IKeyHolder Holder(string name) => holders.TryGetValue(name, out var holder) ? holder : throw new KeyUnavailable($"没有配置密钥设备“{name}”");

    async Task<Opened> Ready(Guid key)
    {
        var lazy = opened.GetOrAdd(key, k => new(() => Open(k)));
        try { return await lazy.Value; }
        catch
        {
            opened.TryRemove(KeyValuePair.Create(key, lazy));
            throw;
        }
    }

    Task<Opened> Open(Guid key) => database.Read(async c =>
    {
        var row = await c.QuerySingleOrDefaultAsync<Row>(Row.Select + " where id = @key", new { key }) ?? throw new KeyRefused("没有这把密钥");
        var record = row.Record();
        if (record.State != KeyState.Active) throw new KeyRefused($"密钥“{record.Title}”{KeyLife.Words(record.State)}，不能用来签名");
        return new Opened(record, Holder(record.Holder).Open(key, record.Suite, row.Reference!));
    });

    internal void Forget(Guid key)
    {
        if (opened.TryRemove(key, out var lazy) && lazy is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }) lazy.Value.Result.Key.Dispose();
    }

    /// <summary>A row of trust.key.</summary>
    internal sealed record Row(Guid Id, string Suite, string Purpose, string Title, Guid? Organisation, string Holder, byte[]? Reference, byte[] PublicKey, byte[]? Certificate, string State, Guid? Successor, DateTime CreatedAt)
    {
        public const string Select = "select id, suite, purpose, title, organisation, holder, reference, public_key, certificate, state, successor, created_at from trust.key";

        public KeyRecord Record() => new(Id, SignatureSuite.Of(Suite) ?? throw new InvalidOperationException($"unknown suite {Suite}"), KeyLife.Read<KeyPurpose>(Purpose), Title, Organisation, Holder, KeyLife.Read<KeyState>(State), PublicKey,
            Certificate is null ? null : Certificates.Certificate.Parse(Certificate), Successor, CreatedAt);
    }
}
