using Dapper;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Kapok.Identity;
using Npgsql;

namespace Kapok.Catalogue;

/// <summary>A published version of an item as every channel shows it. Immutable: the same version id always means the same words.</summary>
/// <param name="ImplementationCode">31 characters; null for an item of the basic list.</param>
/// <param name="Organisation">Who implements it, or owns it in the basic list; null when nobody is named.</param>
/// <param name="Digest">SHA-256 of the content, hexadecimal; also the ETag.</param>
public sealed record PublishedItem(
    Guid VersionId, Guid ItemId, int Version, string BasicCode, string? ImplementationCode, Organisation? Organisation, ItemContent Content, DateTimeOffset PublishedAt, string Digest)
{
    /// <summary>Path of the division it holds for.</summary>
    public required string Division { get; init; }

    /// <summary>行使层级, GB/T 39046 A.2.</summary>
    public required int Level { get; init; }

    /// <summary>Code by which the item is addressed: the implementation code, or the basic code.</summary>
    public string Code => ImplementationCode ?? BasicCode;
}

/// <summary>One body that implements an item, for lists and for choosing a place.</summary>
/// <param name="Division">Path, <c>440000.440100.440106</c>.</param>
public sealed record Implementation(
    Guid ItemId, Guid VersionId, string Code, Guid OrganisationId, string OrganisationName, string Division, int Level, decimal PromisedWorkingDays, int Visits, bool Online)
{
    public string DivisionCode => Division[(Division.LastIndexOf('.') + 1)..];
}

/// <summary>
/// The published lists: the one source for pages, API and the case engine. Versions are cached by use and never change;
/// which version is in force is asked again after every signal of the catalogue, in every process within a second.
/// </summary>
public sealed class Items
{
    /// <summary>Topic of <see cref="Signals"/>; the key is the id of the item that changed, and all that inherit from it are meant as well.</summary>
    public const string Topic = "catalogue";

    readonly Database database;
    readonly OrganisationDirectory directory;
    readonly BoundedCache<(string Code, Guid? Body), Guid?> pointers = new(50_000);
    readonly BoundedCache<Guid, PublishedItem> versions = new(8_000);
    readonly BoundedCache<string, ItemContent> contents = new(4_000);
    readonly BoundedCache<string, IReadOnlyList<Implementation>> bodies = new(200);
    int generation;

    public Items(Database database, OrganisationDirectory directory, Signals signals)
    {
        (this.database, this.directory) = (database, directory);
        signals.Listen(Topic, _ => Forget());
        signals.Listen(OrganisationDirectory.Topic, key => { if (key is "directory" or Signals.Everything) { versions.Clear(); Forget(); } });
    }

    /// <summary>Forgets which versions are in force. Called by every signal, and by a process right after its own change.</summary>
    public void Forget()
    {
        Interlocked.Increment(ref generation);
        pointers.Clear();
        bodies.Clear();
    }

    /// <summary>
    /// The version in force: of an implementation by its 31 characters (33 for a handling item), or by basic code and body;
    /// of the basic list by the 12 digits alone. Null when nothing is published there.
    /// </summary>
    public ValueTask<PublishedItem?> Find(string codeOrImplementationCode, Guid? body = null)
    {
        var code = codeOrImplementationCode.Length == 33 ? codeOrImplementationCode[..31] : codeOrImplementationCode;
        return pointers.TryGet((code, body), out var known)
            ? known is { } version ? Version(version) : default
            : new(Look(code, body));
    }

    /// <summary>A published version, in force or not; cached.</summary>
    public ValueTask<PublishedItem?> Version(Guid versionId) =>
        versions.TryGet(versionId, out var known) ? new(known) : new(Load(versionId));

    /// <summary>All bodies that implement an item, upper levels first, then by division.</summary>
    public async ValueTask<IReadOnlyList<Implementation>> Implementations(string basicCode)
    {
        if (bodies.TryGet(basicCode, out var known)) return known;
        var before = Volatile.Read(ref generation);
        var rows = await database.Read(c => c.QueryAsync<BodyRow>("""
            select i.id as item_id, i.version as version_id, i.implementation_code as code, i.organisation as organisation_id, i.division, i.level,
                   v.promised_days, v.visits, v.online
            from catalogue.item i join catalogue.version v on v.id = i.version
            where i.basic_code = @basicCode and i.parent is not null and i.state = 'published'
            order by i.level, i.division, i.implementation_code
            """, new { basicCode }));
        IReadOnlyList<Implementation> list = [.. rows.Select(r => new Implementation(r.ItemId, r.VersionId, r.Code, r.OrganisationId,
            directory.Organisation(r.OrganisationId)?.Name ?? "（机构已撤销）", r.Division, r.Level, r.PromisedDays, r.Visits, r.Online))];
        if (before == Volatile.Read(ref generation)) bodies.Put(basicCode, list);
        return list;
    }

    /// <summary>Which of these basic codes exist, as a connection sees it with what its own transaction has written.</summary>
    public static async Task<IReadOnlySet<string>> Standing(NpgsqlConnection connection, string[] basicCodes) =>
        (await connection.QueryAsync<string>("select basic_code from catalogue.item where parent is null and basic_code = any(@basicCodes)", new { basicCodes })).ToHashSet();

    /// <summary>Who does it for a place: the body of the place itself, else of the nearest division above it; null when there is none.</summary>
    public async ValueTask<PublishedItem?> Nearest(string basicCode, string divisionCode)
    {
        if (directory.PathOf(divisionCode) is not { } path) return null;
        var nearest = (await Implementations(basicCode))
            .Where(i => path == i.Division || path.StartsWith(i.Division + ".", StringComparison.Ordinal))
            .MaxBy(i => i.Division.Length);
        return nearest is null ? null : await Version(nearest.VersionId);
    }

    async Task<PublishedItem?> Look(string code, Guid? body)
    {
        if (code.Length is not (12 or 31) || code.Any(c => !char.IsAsciiLetterOrDigit(c))) return null;
        var before = Volatile.Read(ref generation);
        var version = await database.Read(c => c.QuerySingleOrDefaultAsync<Guid?>(code.Length == 31
            ? "select version from catalogue.item where implementation_code = @code and state = 'published'"
            : body is null
                ? "select version from catalogue.item where basic_code = @code and parent is null and state = 'published'"
                : "select version from catalogue.item where basic_code = @code and organisation = @body and parent is not null and state = 'published'", new { code, body }));
        // A signal that came meanwhile may have meant this very entry: answer, but do not keep.
        if (before == Volatile.Read(ref generation)) pointers.Put((code, body), version);
        return version is { } id ? await Version(id) : null;
    }

    async Task<PublishedItem?> Load(Guid versionId)
    {
        var row = await database.Read(c => c.QuerySingleOrDefaultAsync<VersionRow>("""
            select v.id as version_id, v.item as item_id, v.number, i.basic_code, i.implementation_code, i.organisation, i.division, i.level, v.content as digest, v.published_at
            from catalogue.version v join catalogue.item i on i.id = v.item where v.id = @versionId
            """, new { versionId }));
        if (row is null) return null;
        var digest = Convert.ToHexStringLower(row.Digest);
        if (!contents.TryGet(digest, out var content))
            contents.Put(digest, content = await database.Read(c => Publishing.Entry.ReadContent(c, row.Digest)));
        var item = new PublishedItem(row.VersionId, row.ItemId, row.Number, row.BasicCode, row.ImplementationCode, row.Organisation is { } o ? directory.Organisation(o) : null,
            content, new DateTimeOffset(row.PublishedAt), digest) { Division = row.Division, Level = row.Level };
        versions.Put(versionId, item);
        return item;
    }

    sealed record BodyRow(Guid ItemId, Guid VersionId, string Code, Guid OrganisationId, string Division, short Level, decimal PromisedDays, short Visits, bool Online);
    sealed record VersionRow(Guid VersionId, Guid ItemId, int Number, string BasicCode, string? ImplementationCode, Guid? Organisation, string Division, short Level, byte[] Digest, DateTime PublishedAt);
}
