using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using Kapok.Catalogue.Inheritance;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Npgsql;

namespace Kapok.Catalogue.Publishing;

/// <summary>A list entry with its version in force, as acts need it.</summary>
sealed record Entry(
    Guid Id, Guid? Parent, Guid Root, string BasicCode, string? ImplementationCode, Guid? Organisation, string Division, string Line, short Level,
    string State, string Name, Guid? Version, int Number, int EventSeq, byte[] EventDigest, string? Package, string? Own, byte[]? Content, string? Conflicts, DateTime? PublishedAt)
{
    public bool IsBase => Parent is null;
    public ChainHead Head => new(EventSeq, EventDigest);
    public Target AsTarget() => new(Division, Organisation, Line);
    public Overrides Overrides() => Own is null ? Catalogue.Overrides.None : Json.Read<Overrides>(Own);
    public IReadOnlyList<Conflict> ConflictList() => Conflicts is null ? [] : Json.Read<List<Conflict>>(Conflicts);

    public const string Columns = """
        i.id, i.parent, i.root, i.basic_code, i.implementation_code, i.organisation, i.division, i.line, i.level, i.state, i.name, i.version, i.number,
        i.event_seq, i.event_digest, i.package, v.own::text as own, v.content, v.conflicts::text as conflicts, v.published_at
        """;

    const string Tables = "from catalogue.item i left join catalogue.version v on v.id = i.version";

    public static Task<Entry?> Load(NpgsqlConnection connection, Guid id) =>
        connection.QuerySingleOrDefaultAsync<Entry>($"select {Columns} {Tables} where i.id = @id", new { id });

    public static Task<Entry?> LoadBase(NpgsqlConnection connection, string basicCode) =>
        connection.QuerySingleOrDefaultAsync<Entry>($"select {Columns} {Tables} where i.basic_code = @basicCode and i.parent is null", new { basicCode });

    public static Task<Entry?> LoadOfBody(NpgsqlConnection connection, string basicCode, Guid organisation) =>
        connection.QuerySingleOrDefaultAsync<Entry>($"select {Columns} {Tables} where i.basic_code = @basicCode and i.organisation = @organisation and i.parent is not null", new { basicCode, organisation });

    /// <summary>All that inherit from an entry, upper ones before lower ones.</summary>
    public static async Task<List<Entry>> Below(NpgsqlConnection connection, Guid id) => (await connection.QueryAsync<Entry>($"""
        with recursive below as (
          select id, 1 as depth from catalogue.item where parent = @id
          union all
          select i.id, b.depth + 1 from catalogue.item i join below b on i.parent = b.id)
        select {Columns} from below b join catalogue.item i on i.id = b.id left join catalogue.version v on v.id = i.version order by b.depth, i.id
        """, new { id })).AsList();

    /// <summary>One writer at a time for an item of the basic list and all that inherit from it.</summary>
    public static Task Lock(NpgsqlConnection connection, Guid root) =>
        connection.ExecuteAsync("select pg_advisory_xact_lock(hashtextextended(@key, 0))", new { key = $"catalogue {root}" });

    public static async Task<ItemContent> ReadContent(NpgsqlConnection connection, byte[] digest) =>
        Json.Read<ItemContent>(await connection.QuerySingleAsync<string>("select body from catalogue.content where digest = @digest", new { digest }));
}

/// <summary>A content as it is stored: canonical JSON and its digest.</summary>
sealed record StoredContent(string Body, byte[] Digest)
{
    public static StoredContent Of(ItemContent content)
    {
        var body = Json.Write(content);
        return new(body, SHA256.HashData(Encoding.UTF8.GetBytes(body)));
    }

    /// <summary>Canonical JSON of overrides, in the order of the record: equal texts are equal overrides.</summary>
    public static string Of(Overrides own) => Json.Write(own);

    /// <summary>Brings overrides back from jsonb, which orders keys its own way, to the canonical text.</summary>
    public static string? Canonical(string? own) => own is null ? null : Of(Json.Read<Overrides>(own));
}
