using Kapok.Catalogue.Content;
using Kapok.Foundation;
using Kapok.Foundation.Packages;

namespace Kapok.Catalogue.Installing;

/// <summary>One body in an items file.</summary>
/// <param name="Body">Line of business @ division, <c>market@440106</c>.</param>
sealed record BodyInFile(string Body, int? Level, Overrides Own, Written Written);

/// <summary>One file of items/: an item of the basic list and those who implement it.</summary>
sealed record ItemFile(string Path, ItemContent Content, IReadOnlyList<BodyInFile> Bodies, Written Written)
{
    static readonly HashSet<string> TemplateFlows = ["instant", "promised", "parallel"];

    /// <summary>Reads strictly; null when anything was wrong, with every fault at its line.</summary>
    public static ItemFile? Read(string package, string path, string text, List<Fault> faults)
    {
        var before = faults.Count;
        var written = WrittenText.Yaml(path, text);
        if (!written.Ok) { faults.AddRange(written.Faults); return null; }
        if (written.Value is not WrittenMap map) { faults.Add(new(path, "应为一个事项：一组字段")); return null; }
        var content = StrictReader.Read<ItemContent>(map.Without("implementations"), faults);
        var bodies = new List<BodyInFile>();
        switch (map["implementations"])
        {
            case null or WrittenValue { Text: null }: break;
            case WrittenList list:
                foreach (var element in list.Items)
                    if (Body(element, faults) is { } body) bodies.Add(body);
                break;
            case var wrong: faults.Add(new(wrong.Where, "implementations 应为列表")); break;
        }
        return content is null || faults.Count > before ? null : new(path, Qualify(package, content), bodies, map);
    }

    static BodyInFile? Body(Written written, List<Fault> faults)
    {
        if (written is not WrittenMap map) { faults.Add(new(written.Where, "实施机构应为一组字段，至少有 body")); return null; }
        if (map["body"] is not WrittenValue { Text: { } body }) { faults.Add(new(map.Where, "实施机构缺少 body，写作 业务条线@行政区划")); return null; }
        int? level = null;
        if (map["level"] is { } given)
        {
            if (given is WrittenValue { Text: { } text } && int.TryParse(text, out var number)) level = number;
            else { faults.Add(new(given.Where, "level 应为 2–6 的数字")); return null; }
        }
        return StrictReader.Read<Overrides>(map.Without("body", "level"), faults) is { } own ? new(body, level, own, map) : null;
    }

    /// <summary>Names of forms, flows and documents become <c>package/name</c>; <c>@other/name</c> is another package's.</summary>
    static ItemContent Qualify(string package, ItemContent content) => content with
    {
        Form = content.Form is { } form ? Name(package, form) : null,
        Flow = TemplateFlows.Contains(content.Flow) ? content.Flow : Name(package, content.Flow),
        Documents = content.Documents.ToDictionary(d => d.Key, d => Name(package, d.Value)),
        Results = [.. content.Results.Select(r => r.Document is { } d ? r with { Document = Name(package, d) } : r)],
    };

    internal static string Name(string package, string name)
    {
        if (name.StartsWith('@')) return name[1..];
        foreach (var folder in (string[])["forms/", "flows/", "documents/"]) if (name.StartsWith(folder, StringComparison.Ordinal)) name = name[folder.Length..];
        foreach (var ending in (string[])[".json", ".bpmn", ".yaml"]) if (name.EndsWith(ending, StringComparison.Ordinal)) name = name[..^ending.Length];
        return name.Contains('/') ? name : $"{package}/{name}";
    }
}
