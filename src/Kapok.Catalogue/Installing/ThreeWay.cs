using System.Text.Json;
using System.Text.Json.Nodes;
using Kapok.Foundation.Data;

namespace Kapok.Catalogue.Installing;

/// <summary>
/// A new package version meets later edits: field by field, what only the package changed is taken, what only the desk
/// changed is kept, and what both changed keeps the desk's value and is reported.
/// </summary>
static class ThreeWay
{
    /// <param name="before">What the package said last time.</param>
    /// <param name="desk">What stands now.</param>
    /// <param name="after">What the package says this time.</param>
    public static (T Merged, IReadOnlyList<string> KeptByDesk) Merge<T>(T before, T desk, T after)
    {
        var (b, d, a) = (Fields(before), Fields(desk), Fields(after));
        var kept = new List<string>();
        var merged = new JsonObject();
        foreach (var field in a.Select(f => f.Key).Concat(d.Select(f => f.Key)).Distinct())
        {
            var (old, mine, theirs) = (b[field], d[field], a[field]);
            var (deskChanged, packageChanged) = (!JsonNode.DeepEquals(old, mine), !JsonNode.DeepEquals(old, theirs));
            if (deskChanged && packageChanged && !JsonNode.DeepEquals(mine, theirs)) kept.Add(field);
            if ((deskChanged ? mine : theirs) is { } value) merged[field] = value.DeepClone();
        }
        return (merged.Deserialize<T>(Json.Options)!, kept);
    }

    static JsonObject Fields<T>(T value) => JsonSerializer.SerializeToNode(value, Json.Options)!.AsObject();
}
