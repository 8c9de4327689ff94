using Kapok.Documents.Verifying;
using Kapok.Foundation.Files;

namespace Kapok.Cases.Archiving;

/// <summary>What was done to a package.</summary>
public enum ArchiveFault
{
    /// <summary>The package cannot be read at all.</summary>
    Unreadable,
    /// <summary>The signature does not hold, or is not there.</summary>
    Forged,
    Changed,
    Dropped,
    Inserted,
}

/// <summary>One thing that is wrong with a package.</summary>
/// <param name="Where">Path in the package, or <c>chain.json#7</c> for an event.</param>
/// <param name="Words">A Chinese sentence.</param>
public sealed record ArchiveFinding(ArchiveFault Fault, string Where, string Words);

/// <summary>What a check of a package comes to.</summary>
/// <param name="Manifest">Null when it cannot be read.</param>
/// <param name="Signature">The checks of the signature; null when there is none to check.</param>
/// <param name="Root">Fingerprint (SM3) of the root inside the package, when no root was given to trust.</param>
/// <param name="Events">Events read.</param>
/// <param name="Types">What each file is by its first bytes; null for what is none of the known types.</param>
public sealed record ArchiveVerdict(ArchiveManifest? Manifest, IReadOnlyList<ArchiveFinding> Findings, VerificationReport? Signature, string? Root, int Events, IReadOnlyDictionary<string, FileType?> Types)
{
    public bool Whole => Findings.Count == 0;
}
