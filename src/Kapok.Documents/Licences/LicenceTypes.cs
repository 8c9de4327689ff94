using System.Collections.Concurrent;
using System.Collections.Frozen;
using Dapper;
using Kapok.Foundation.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Kapok.Documents.Licences;

/// <summary>A type and whether it is published.</summary>
public sealed record StandingType(LicenceType Type, bool Published);

/// <summary>The directory of licence types at one moment. Immutable.</summary>
public sealed class LicenceTypeBook(IReadOnlyList<StandingType> types)
{
    readonly FrozenDictionary<string, StandingType> byKey = types.ToFrozenDictionary(t => t.Type.Key);
    readonly FrozenDictionary<string, StandingType> byCode = types.ToFrozenDictionary(t => t.Type.Code);
    readonly FrozenDictionary<string, (LicenceType Type, Yield Yield, bool Published)[]> byItem = types
        .SelectMany(t => t.Type.Yields.Select(y => (t.Type, Yield: y, t.Published))).GroupBy(y => y.Yield.Item).ToFrozenDictionary(g => g.Key, g => g.ToArray());

    public static readonly LicenceTypeBook Empty = new([]);

    /// <summary>Every type, in order of name.</summary>
    public IReadOnlyList<StandingType> Types => types;

    /// <summary>By short name or by the 21 characters.</summary>
    public LicenceType? Find(string keyOrCode) => (byKey.GetValueOrDefault(keyOrCode) ?? byCode.GetValueOrDefault(keyOrCode))?.Type;

    public bool IsPublished(string key) => byKey.GetValueOrDefault(key)?.Published == true;

    /// <summary>What the approval of an item yields.</summary>
    public IReadOnlyList<(LicenceType Type, Yield Yield, bool Published)> Of(string item) => byItem.GetValueOrDefault(item) ?? [];
}

/// <summary>Keeps the directory of licence types in memory; every process hears of a change within a second.</summary>
public sealed class LicenceTypes : BackgroundService
{
    /// <summary>Topic of <see cref="Signals"/>.</summary>
    public const string Topic = "licence-types";

    readonly Database database;
    readonly ILogger<LicenceTypes> log;
    readonly SemaphoreSlim changed = new(0), loading = new(1);
    readonly ConcurrentDictionary<(string, int), LicenceType> versions = new();
    volatile LicenceTypeBook? current;

    public LicenceTypes(Database database, Signals signals, ILogger<LicenceTypes> log)
    {
        (this.database, this.log) = (database, log);
        signals.Listen(Topic, _ => changed.Release());
    }

    /// <summary>What stands now. The first call reads the database.</summary>
    public LicenceTypeBook Current => current ?? Refresh().GetAwaiter().GetResult();

    public async Task<LicenceTypeBook> Refresh()
    {
        await loading.WaitAsync().ConfigureAwait(false);
        try { return current = await database.Read(Load).ConfigureAwait(false); }
        finally { loading.Release(); }
    }

    /// <summary>The directory as a connection sees it.</summary>
    public static async Task<LicenceTypeBook> Load(NpgsqlConnection connection) =>
        new([.. (await connection.QueryAsync<(string Content, int Version, bool Published)>("select content::text, version, state = 'published' from documents.licence_type order by name, key"))
            .Select(r => new StandingType(Json.Read<LicenceType>(r.Content) with { Version = r.Version }, r.Published))]);

    /// <summary>The type as it was when a licence was issued.</summary>
    public async ValueTask<LicenceType> At(string key, int version)
    {
        if (Current.Find(key) is { } now && now.Version == version) return now;
        if (versions.TryGetValue((key, version), out var known)) return known;
        var content = await database.Read(c => c.QuerySingleAsync<string>("select content::text from documents.licence_type_version where key = @key and version = @version", new { key, version }));
        return versions[(key, version)] = Json.Read<LicenceType>(content) with { Version = version };
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await changed.WaitAsync(stop);
                while (await changed.WaitAsync(0, stop)) { } // several signals, one reading
                try { await Refresh(); }
                catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
                {
                    log.LogWarning("The directory of licence types waits for the database: {Message}", e.Message);
                    await Task.Delay(500, stop);
                    changed.Release();
                }
            }
        }
        catch (OperationCanceledException) { }
    }
}
