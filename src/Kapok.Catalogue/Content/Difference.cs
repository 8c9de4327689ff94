using System.Collections;

namespace Kapok.Catalogue.Content;

/// <summary>One element that differs between two versions.</summary>
/// <param name="Path">Field path; list entries by their own key: <c>materials[photo].copies</c>.</param>
/// <param name="Title">The element in Chinese, with the entry's name: 申请材料「路灯照片」· 份数.</param>
/// <param name="Before">Null when it was not there.</param>
/// <param name="After">Null when it is gone.</param>
public sealed record Change(string Path, string Title, string? Before, string? After)
{
    /// <summary>Top-level field the change lies in.</summary>
    public string Field => Path.Split('[', '.')[0];
}

/// <summary>What differs between two contents, element by element, in the order of the list; entries are matched by their key, not their place.</summary>
public static class Difference
{
    public static IReadOnlyList<Change> Between<T>(T? before, T? after) where T : class
    {
        var changes = new List<Change>();
        Record(typeof(T), before, after, "", "", changes);
        return changes;
    }

    static void Record(Type type, object? before, object? after, string path, string title, List<Change> changes)
    {
        foreach (var element in Elements.Of(type))
        {
            var (old, now) = (before is null ? null : element.Property.GetValue(before), after is null ? null : element.Property.GetValue(after));
            var (at, name) = (path.Length == 0 ? element.Name : $"{path}.{element.Name}", title.Length == 0 ? element.Title : $"{title} · {element.Title}");
            if (StrictReader.ItemOf(element.Type) is { } item && (Elements.Of(item).Count > 0 || item == typeof(string)) && element.Table is null)
                Entries(item, old as IEnumerable, now as IEnumerable, at, name, changes);
            else if (Describe.Value(old, element.Table) is var o && Describe.Value(now, element.Table) is var n && o != n)
                changes.Add(new(at, name, o, n));
        }
    }

    static void Entries(Type item, IEnumerable? before, IEnumerable? after, string path, string title, List<Change> changes)
    {
        var (old, now) = (Keyed(before), Keyed(after));
        foreach (var (key, entry) in old)
        {
            var (at, name) = ($"{path}[{key}]", $"{title}「{Short(Describe.Identity(entry).Name)}」");
            if (!now.TryGetValue(key, out var same)) changes.Add(new(at, name, Describe.Value(entry), null));
            else if (Elements.Of(item).Count > 0) Record(item, entry, same, at, name, changes);
        }
        foreach (var (key, entry) in now)
            if (!old.ContainsKey(key)) changes.Add(new($"{path}[{key}]", $"{title}「{Short(Describe.Identity(entry).Name)}」", null, Describe.Value(entry)));
        var (oldOrder, nowOrder) = (old.Keys.Where(now.ContainsKey), now.Keys.Where(old.ContainsKey));
        if (!oldOrder.SequenceEqual(nowOrder)) changes.Add(new(path, $"{title} · 顺序", string.Join("、", oldOrder.Select(Short)), string.Join("、", nowOrder.Select(Short))));
    }

    static Dictionary<string, object> Keyed(IEnumerable? list)
    {
        var keyed = new Dictionary<string, object>();
        foreach (var entry in list ?? Array.Empty<object>())
        {
            var key = Describe.Identity(entry).Key;
            for (var twin = 2; !keyed.TryAdd(key, entry); twin++) key = $"{Describe.Identity(entry).Key}#{twin}";
        }
        return keyed;
    }

    static string Short(string text) => text.Length > 24 ? text[..24] + "…" : text;
}
