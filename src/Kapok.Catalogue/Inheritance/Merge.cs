namespace Kapok.Catalogue.Inheritance;

/// <summary>What an implementation says in effect, and where its own values clash with the level above.</summary>
public sealed record Effective(ItemContent Content, IReadOnlyList<Conflict> Conflicts);

/// <summary>
/// Inheritance as a pure function: the upper level's effective content, narrowed by the lower level's own values as far
/// as they are allowed. The result is never wider than the upper level. Nothing of the overrides is dropped silently:
/// what does not apply comes back as a conflict.
/// </summary>
public static class Merge
{
    /// <param name="upper">Effective content of the level above.</param>
    /// <param name="upperIsBody">The level above is itself an implementation: its windows, phone and hours are its own and not handed down.</param>
    public static Effective Down(ItemContent upper, Overrides own, bool upperIsBody = false)
    {
        var content = upperIsBody ? upper with { Windows = [], Phone = null, Schedule = null } : upper;
        var conflicts = new List<Conflict>();
        foreach (var field in Narrowing.Fields)
        {
            if (!field.IsSet(own)) continue;
            var (narrowed, found) = field.Apply(content, own);
            if (upper.Open.Contains(field.Field) || Narrowing.AlwaysOpen(field.Field)) content = narrowed;
            else found = [Closed(field, content, narrowed, found)];
            conflicts.AddRange(found);
        }
        return new(content, conflicts);
    }

    static Conflict Closed(NarrowingField field, ItemContent content, ItemContent narrowed, IReadOnlyList<Conflict> found) =>
        (found.Count > 0 ? found[0] : Shown(field, content, narrowed)) with { Part = "", Message = $"上级没有开放“{field.Title}”，本级不得调整" };

    static Conflict Shown(NarrowingField field, ItemContent content, ItemContent narrowed) =>
        new(field.Field, "", Value(narrowed, field.Field), Value(content, field.Field), "");

    static System.Text.Json.JsonElement? Value(ItemContent content, string field) =>
        Kapok.Foundation.Data.Json.Element(content).TryGetProperty(field, out var value) ? value : null;

    /// <summary>Conflicts of a new version keep the time at which they first arose.</summary>
    public static IReadOnlyList<Conflict> Carry(IReadOnlyList<Conflict> now, IReadOnlyList<Conflict> before, DateTimeOffset at)
    {
        var since = before.GroupBy(c => c.Key).ToDictionary(g => g.Key, g => g.First().Since);
        return [.. now.Select(c => c with { Since = since.GetValueOrDefault(c.Key) ?? at })];
    }
}
