using Kapok.Catalogue.Content;
using Kapok.Catalogue.Inheritance;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;

namespace Kapok.Catalogue.Publishing;

/// <summary>A version about to be written.</summary>
/// <param name="Own">Canonical JSON of the overrides; null in the basic list.</param>
/// <param name="Upper">Version of the parent it was merged with.</param>
sealed record NewVersion(Guid Id, Entry Entry, int Number, string? Own, Guid? Upper, ItemContent Content, StoredContent Stored, IReadOnlyList<Conflict> Conflicts)
{
    public decimal LegalDays => TimeLimit.InWorkingDays(Content.LegalDays, Content.LegalUnit);
    public decimal PromisedDays => TimeLimit.InWorkingDays(Content.PromisedDays, Content.PromisedUnit);

    public static NewVersion Of(Entry entry, string? own, Effective effective, Guid? upper, DateTimeOffset at) => new(
        Guid.CreateVersion7(), entry, entry.Number + 1, own, upper, effective.Content, StoredContent.Of(effective.Content),
        Merge.Carry(effective.Conflicts, entry.ConflictList(), at));

    /// <summary>Whether the entry's version in force already says exactly this.</summary>
    public bool SameAs(Entry entry) =>
        entry.Content is { } content && content.AsSpan().SequenceEqual(Stored.Digest)
        && Own == StoredContent.Canonical(entry.Own)
        && Conflicts.Select(c => (c.Key, c.Message)).SequenceEqual(entry.ConflictList().Select(c => (c.Key, c.Message)));

    public NewEvent Event(PublicationAct act, NewVersion first)
    {
        var before = Entry.ConflictList().Select(c => c.Key).ToHashSet();
        var (arisen, solved) = (Conflicts.Where(c => !before.Contains(c.Key)).ToList(), before.Except(Conflicts.Select(c => c.Key)).ToList());
        var facts = new
        {
            version = Id, number = Number, digest = Convert.ToHexStringLower(Stored.Digest), cause = Id == first.Id ? act.Cause : "inherited",
            from = Id == first.Id ? null : (Guid?)first.Entry.Id, upper = Upper,
            conflictsArisen = arisen.Count > 0 ? arisen : null, conflictsSolved = solved.Count > 0 ? solved : null,
        };
        return new(Id == first.Id ? CatalogueEvents.Published : CatalogueEvents.Inherited, Json.Write(facts), Id == first.Id ? act.Note : "");
    }
}
