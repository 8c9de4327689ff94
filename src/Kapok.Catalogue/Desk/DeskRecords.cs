using Kapok.Catalogue.Content;
using Kapok.Catalogue.Inheritance;
using Kapok.Catalogue.Linting;
using Kapok.Catalogue.Publishing;

namespace Kapok.Catalogue.Desk;

/// <summary>What an official looks for in the lists.</summary>
/// <param name="Words">Part of the name, or the beginning of a code.</param>
/// <param name="Kind"><c>base</c> or <c>implementation</c>.</param>
/// <param name="Work"><c>conflicts</c>, <c>editing</c>, <c>review</c>, <c>approved</c>, <c>scheduled</c>, <c>expired</c> (a legal basis is no longer in force): what waits for somebody.</param>
/// <param name="Division">Code of a division; with all below it.</param>
/// <param name="After">Key of the last row of the page before.</param>
public sealed record DeskFilter(string? Words = null, string? Kind = null, string? State = null, string? Work = null, string? Line = null, string? Division = null, string? After = null, int Limit = 50);

/// <summary>An entry in the list of the desk.</summary>
public sealed record DeskRow(
    Guid Id, string BasicCode, string? ImplementationCode, string Name, Guid? Organisation, string Division, string Line, short Level, string State, int Number, int Conflicts,
    string? DraftState, string? DraftBy, DateTime? PublishAt, DateTime ChangedAt)
{
    public bool IsBase => ImplementationCode is null;
    internal string Key => $"{BasicCode}|{Division}|{Id}";
}

/// <param name="Next">Key of the next page; null on the last.</param>
public sealed record DeskPage(IReadOnlyList<DeskRow> Rows, string? Next);

/// <summary>How much waits, for the head of the list.</summary>
public sealed record DeskCounts(int Conflicts, int Editing, int Review, int Approved, int Scheduled)
{
    /// <summary>Published entries of which a legal basis is no longer in force.</summary>
    public int Expired { get; init; }
}

/// <summary>An implementation that handles an item in another way than the level above says, validly.</summary>
/// <param name="Changes">What is other, in what concerns the applicant.</param>
public sealed record Deviation(Guid Item, string BasicCode, string Name, Guid? Organisation, string Division, IReadOnlyList<Change> Changes);

/// <param name="Next">Key of the next page; null on the last.</param>
public sealed record DeviationPage(IReadOnlyList<Deviation> Rows, string? Next);

/// <summary>A published version in the history of an entry.</summary>
public sealed record VersionRow(Guid Id, int Number, string Cause, string Note, string PublishedName, DateTime PublishedAt, string Digest, int Conflicts);

/// <summary>A conflict in an entry below one's own.</summary>
public sealed record ConflictBelow(Guid Item, string? Code, string Organisation, string Division, IReadOnlyList<Conflict> Conflicts);

/// <summary>All that the edit page of an entry shows.</summary>
/// <param name="Own">What the entry itself sets, in its draft or else in force; null in the basic list.</param>
/// <param name="Effective">Content as it would be published now, or as it is in force.</param>
/// <param name="Upper">Content of the level above; null in the basic list.</param>
/// <param name="Changes">Draft against the version in force.</param>
/// <param name="BelowCount">Implementations that inherit from it.</param>
public sealed record DeskItem(
    DeskRow Row, string? OrganisationName, Guid? Parent, string? ParentName, DraftHead? Draft, string Note, string? Cause, IReadOnlyList<Guid> Authors,
    ItemContent? InForce, ItemContent Effective, Overrides? Own, ItemContent? Upper,
    IReadOnlyList<Conflict> Conflicts, IReadOnlyList<Finding> Findings, IReadOnlyList<Change> Changes, bool Stale,
    IReadOnlyList<VersionRow> Versions, int BelowCount, IReadOnlyList<ConflictBelow> Below)
{
    public bool IsBase => Row.IsBase;

    /// <summary>The level above is itself an implementation.</summary>
    public bool UpperIsBody { get; init; }

    /// <summary>What goes on under the published versions; read while there is a draft that may replace them.</summary>
    public IReadOnlyList<DependentWork> Dependents { get; init; } = [];
}
