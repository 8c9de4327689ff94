using Kapok.Cases.Designing.Forms;
using Kapok.Cases.Forms;

namespace Kapok.Cases.Designing;

/// <summary>One difference between two versions of a definition, in words.</summary>
/// <param name="What">The thing: 字段“面积”：必填.</param>
/// <param name="Element">Path of the field, id of the element.</param>
/// <param name="Before">Null when it is new.</param>
/// <param name="After">Null when it is gone.</param>
public sealed record DesignChange(string What, string Element, ChangeKind Kind, string? Before, string? After);

/// <summary>Compares two versions of a form.</summary>
public static class FormVersions
{
    /// <param name="renames">Fields that only changed their names: old path → new path.</param>
    public static IReadOnlyList<DesignChange> Between(FormOutline before, FormOutline after, IReadOnlyDictionary<string, string> renames)
    {
        var changes = new List<DesignChange>();
        void Text(string what, string element, string was, string now) { if (was != now) changes.Add(new(what, element, ChangeKind.Changed, was, now)); }

        Text("表单名称", "", before.Title, after.Title);
        Text("声明", "", before.Declaration, after.Declaration);
        Lists(before.Pages, after.Pages, p => p.Id, p => $"页面“{p.Title}”", p => string.Join('、', p.Fields.Select(f => f.Title)), (was, now) =>
        {
            Text($"页面“{now.Title}”：名称", now.Id, was.Title, now.Title);
            Text($"页面“{now.Title}”：说明", now.Id, was.Intro, now.Intro);
            Text($"页面“{now.Title}”：显示条件", now.Id, was.When, now.When);
        });
        Text("页面的顺序", "", Order(before.Pages.Select(p => p.Id), after.Pages, p => p.Id), Order(after.Pages.Where(p => before.Pages.Any(o => o.Id == p.Id)).Select(p => p.Id), after.Pages, p => p.Id));

        var (olds, news) = (before.All.ToList(), after.All.ToList());
        var now = news.DistinctBy(f => f.Path).ToDictionary(f => f.Path);
        var met = new HashSet<string>();
        foreach (var old in olds)
        {
            var path = PathNow(old.Path, renames);
            if (!now.TryGetValue(path, out var field))
            {
                changes.Add(new($"字段“{old.Title}”（{old.Path}）", old.Path, ChangeKind.Removed, old.Kind.Title, null));
                continue;
            }
            met.Add(path);
            if (old.Name != field.Name) changes.Add(new($"字段“{field.Title}”：代号", path, ChangeKind.Changed, old.Path, path));
            foreach (var ((what, was), (_, text)) in old.Facts.Zip(field.Facts))
                if (was != text) changes.Add(new($"字段“{field.Title}”：{what}", path, ChangeKind.Changed, was.Length == 0 ? "无" : was, text.Length == 0 ? "无" : text));
        }
        foreach (var field in news.Where(f => !met.Contains(f.Path))) changes.Add(new($"字段“{field.Title}”（{field.Path}）", field.Path, ChangeKind.Added, null, field.Kind.Title + (field.Required ? "，必填" : "")));
        Lists(before.Rules, after.Rules, r => r.Id, r => $"规则“{r.Id}”", r => r.Message, (was, rule) =>
        {
            Text($"规则“{rule.Id}”：何时检查", rule.Id, was.When, rule.When);
            Text($"规则“{rule.Id}”：必须成立", rule.Id, was.Assert, rule.Assert);
            Text($"规则“{rule.Id}”：提示", rule.Id, was.Message, rule.Message);
            Text($"规则“{rule.Id}”：字段", rule.Id, string.Join('、', was.Fields.Select(f => PathNow(f, renames))), string.Join('、', rule.Fields));
        });
        return changes;

        void Lists<T>(IReadOnlyList<T> old, IReadOnlyList<T> current, Func<T, string> key, Func<T, string> what, Func<T, string> text, Action<T, T> both)
        {
            foreach (var gone in old.Where(o => current.All(n => key(n) != key(o)))) changes.Add(new(what(gone), key(gone), ChangeKind.Removed, text(gone), null));
            foreach (var item in current)
                if (old.FirstOrDefault(o => key(o) == key(item)) is { } was) both(was, item);
                else changes.Add(new(what(item), key(item), ChangeKind.Added, null, text(item)));
        }
    }

    static string Order(IEnumerable<string> ids, IReadOnlyList<PageLine> pages, Func<PageLine, string> key) =>
        string.Join(" → ", ids.Where(id => pages.Any(p => key(p) == id)).Select(id => pages.First(p => key(p) == id).Title));

    /// <summary>Path of an old field as it is written now; a renamed group takes its members along.</summary>
    public static string PathNow(string path, IReadOnlyDictionary<string, string> renames)
    {
        if (renames.TryGetValue(path, out var now)) return now;
        for (var at = path.LastIndexOf('.'); at > 0; at = path.LastIndexOf('.', at - 1))
        {
            var group = path[..at];
            var plain = group.Replace("[]", "", StringComparison.Ordinal);
            if (renames.TryGetValue(group, out now)) return now + path[at..];
            if (renames.TryGetValue(plain, out now)) return now + group[plain.Length..] + path[at..];
        }
        return path;
    }
}
