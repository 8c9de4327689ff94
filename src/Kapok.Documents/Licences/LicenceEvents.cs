namespace Kapok.Documents.Licences;

/// <summary>Events of licence types and licences. The stream of a licence is the id of its first version.</summary>
public static class LicenceEvents
{
    public const string TypeRegistered = "licence-type-registered", TypeChanged = "licence-type-changed", TypePublished = "licence-type-published", TypeWithdrawn = "licence-type-withdrawn";

    /// <summary>Decided; the file waits to be made.</summary>
    public const string Ordered = "licence-ordered";
    /// <summary>Sealed and in force: issued anew, renewed, changed or annotated (data.act).</summary>
    public const string Issued = "licence-issued";
    public const string Imported = "licence-imported";
    public const string Suspended = "licence-suspended", Resumed = "licence-resumed", Cancelled = "licence-cancelled", Annulled = "licence-annulled", Revoked = "licence-revoked", Expired = "licence-expired";
    public const string Proposed = "licence-act-proposed", Declined = "licence-act-declined";
    public const string Expiring = "licence-expiring", Presented = "licence-presented", Copied = "licence-copied";

    /// <summary>Those that change what the directory says upward.</summary>
    public static readonly string[] Directory = [Issued, Imported, Suspended, Resumed, Cancelled, Annulled, Revoked, Expired];
}
