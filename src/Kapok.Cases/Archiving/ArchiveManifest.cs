using Kapok.Cases.Desk;

namespace Kapok.Cases.Archiving;

/// <summary>
/// <c>manifest.json</c> of an archive package: what the package is and the digest of everything in it. Its bytes are
/// what <c>manifest.p7s</c> signs, so nothing in the package can change behind the signature.
/// </summary>
/// <param name="Number">档号.</param>
/// <param name="Retention">permanent, 30, 10.</param>
/// <param name="KeepUntil">Last day of the period; null when permanent.</param>
/// <param name="Chain">The events of the case: id, and every digest in order.</param>
/// <param name="Missing">Files the case names that could not be put in.</param>
public sealed record ArchiveManifest(string Format, string Number, string Fonds, int Year, string Retention, DateOnly? KeepUntil, string CaseNumber, string ItemCode, string ItemName, string Body, string? Result,
    DateTimeOffset ClosedAt, DateTimeOffset ArchivedAt, ArchivedChain Chain, IReadOnlyList<PackedFile> Entries, IReadOnlyList<string> Missing)
{
    public const string Known = "kapok-archive/1", File = "manifest.json", Signature = "manifest.p7s";
}

/// <param name="Id">Stream of the events: the case.</param>
/// <param name="Digests">SHA-256 of every event, hex, from the first on.</param>
public sealed record ArchivedChain(Guid Id, IReadOnlyList<string> Digests);
