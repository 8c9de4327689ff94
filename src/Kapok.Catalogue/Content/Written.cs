namespace Kapok.Catalogue.Content;

/// <summary>
/// A value as somebody wrote it – in YAML, JSON or a sheet – with the place it stands at, so that every fault can name
/// the line or the cell.
/// </summary>
/// <param name="Where"><c>file:line</c>, a JSON path, or <c>sheet!cell</c>.</param>
public abstract record Written(string Where)
{
    /// <summary>Place of the deepest part of a field path such as <c>materials[2].copies</c> that was written.</summary>
    public string Place(string path)
    {
        var at = this;
        foreach (var step in path.Split(['.', '['], StringSplitOptions.RemoveEmptyEntries))
        {
            var next = at switch
            {
                WrittenMap map => map.Entries.FirstOrDefault(e => e.Key == step).Value,
                WrittenList list when int.TryParse(step.TrimEnd(']'), out var i) && i < list.Items.Count => list.Items[i],
                _ => null,
            };
            if (next is null) break;
            at = next;
        }
        return at.Where;
    }
}

/// <param name="Text">Null for an explicit nothing.</param>
/// <param name="Quoted">Written as text on purpose, so <c>"01"</c> is not the number 1.</param>
public sealed record WrittenValue(string Where, string? Text, bool Quoted = false) : Written(Where);

public sealed record WrittenList(string Where, IReadOnlyList<Written> Items) : Written(Where);

public sealed record WrittenMap(string Where, IReadOnlyList<(string Key, string KeyWhere, Written Value)> Entries) : Written(Where)
{
    public Written? this[string key] => Entries.FirstOrDefault(e => e.Key == key).Value;

    public WrittenMap Without(params string[] keys) => this with { Entries = [.. Entries.Where(e => !keys.Contains(e.Key))] };
}
