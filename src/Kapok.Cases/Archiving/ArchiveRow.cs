using System.Text.Json;
using System.Text.Json.Serialization;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;

namespace Kapok.Cases.Archiving;

/// <summary>The archive record of a closed case.</summary>
/// <param name="Number">档号.</param>
/// <param name="Fonds">全宗号.</param>
/// <param name="Year">Year of closing.</param>
/// <param name="Retention">permanent, 30, 10.</param>
/// <param name="KeepUntil">Last day of the period; null when permanent.</param>
/// <param name="State">waiting (not packed yet), kept, destroyed.</param>
/// <param name="Package">File of the package.</param>
/// <param name="Head">Chain head of the case as packed.</param>
/// <param name="Sound">What the last four-property check came to; null before the first.</param>
public sealed record ArchiveRow(Guid Id, Guid CaseId, string Number, string CaseNumber, string ItemCode, string ItemName, Guid Organisation, string Division, string Line, string? Result, string Fonds, int Year,
    string Retention, string RetentionGround, DateOnly ClosedOn, DateOnly? KeepUntil, string State, Guid? Package, string? PackageDigest, long? PackageSize, string? ManifestDigest, byte[]? Head, int? Length,
    string? Signer, DateTime? ArchivedAt, bool? Sound, DateTime? CheckedAt)
{
    internal const string Columns = """
        id, case_id, number, case_number, item_code, item_name, organisation, division, line, result, fonds, year, retention, retention_ground, closed_on, keep_until, state, package, package_digest, package_size,
        manifest_digest, head, length, signer, archived_at, sound, checked_at
        """;

    [JsonIgnore] public Target Target => new(Division, Organisation, Line);

    /// <summary>The period has passed; a permanent record never is.</summary>
    public bool Expired(DateTimeOffset now) => State == "kept" && KeepUntil is { } until && until < ChinaTime.DateOf(now);
}

/// <summary>A kept result of the four-property check.</summary>
/// <param name="Occasion">archiving, on-demand, appraisal.</param>
public sealed record ArchiveCheckRow(Guid Id, Guid Archive, string Occasion, DateTime At, string ByName, bool Sound, JsonElement Checks)
{
    [JsonIgnore] public IReadOnlyList<ArchiveCheck> List => Checks.Deserialize<List<ArchiveCheck>>(Foundation.Data.Json.Options) ?? [];
}
