namespace Kapok.Catalogue;

/// <summary>Types of the events of a list entry; the stream is the item's id.</summary>
public static class CatalogueEvents
{
    public const string Created = "item-created";

    /// <summary>A new version by an official, a roll-back or a package. Data: version, number, digest, cause, conflicts that arose or were solved.</summary>
    public const string Published = "item-published";

    /// <summary>A new version because the level above changed. Data as for <see cref="Published"/>, and <c>from</c>.</summary>
    public const string Inherited = "item-inherited";

    /// <summary>A new version of a package changed fields that were edited here; the local values stay. Data: the package's fields and their values.</summary>
    public const string KeptLocal = "package-change-kept";
    public const string Withdrawn = "item-withdrawn";
    public const string DraftOpened = "draft-opened";

    /// <summary>Data: revision and the changes as field, old, new.</summary>
    public const string DraftChanged = "draft-changed";
    public const string DraftDropped = "draft-dropped";
    public const string Submitted = "draft-submitted";
    public const string Returned = "draft-returned";
    public const string Approved = "draft-approved";
    public const string Scheduled = "publication-scheduled";
    public const string Unscheduled = "publication-cancelled";
    public const string Exempted = "exemption-approved";
    public const string ExemptionEnded = "exemption-ended";
}
