using Kapok.Foundation;
using Kapok.Foundation.Codes;
using Kapok.Identity.Divisions;

namespace Kapok.Identity.Installing;

/// <summary>An organisation that rules call for.</summary>
public sealed record PlannedOrganisation(string Line, string Division, string Name, string ShortName)
{
    public string Key => $"{Line}@{Division}";

    /// <summary>Its own credit code; null lets an illustrative one be made.</summary>
    public string? CreditCode { get; init; }
}

/// <summary>Names organisations by the patterns of their line, and lays out which stand where. Pure.</summary>
public static class OrganisationPlan
{
    /// <summary>Name of the line's organisation in a division; null when the line has none at that level.</summary>
    /// <param name="ancestry">The division last, those above before it.</param>
    public static string? NameOf(LineEntry line, IReadOnlyList<Division> ancestry)
    {
        var division = ancestry[^1];
        if (line.Names.TryGetValue(division.Code, out var own)) return own;
        var pattern = division.Level switch
        {
            DivisionLevel.Province => line.Province,
            DivisionLevel.City => line.City,
            DivisionLevel.County => division.Name.EndsWith('区') ? line.District : line.County,
            DivisionLevel.Town => division.Name.EndsWith("街道", StringComparison.Ordinal) ? line.Street : line.Town,
            _ => division.Name.EndsWith("社区", StringComparison.Ordinal) ? line.Residents : line.Villagers,
        };
        if (pattern is null) return null;
        string At(DivisionLevel level) => ancestry.FirstOrDefault(d => d.Level == level)?.Name ?? "";
        var county = At(DivisionLevel.County);
        return pattern.Replace("{city}", At(DivisionLevel.City)).Replace("{county}", county.Length > 0 ? county : At(DivisionLevel.City)).Replace("{town}", At(DivisionLevel.Town))
            .Replace("{village}", At(DivisionLevel.Village));
    }

    /// <summary>天河区市场监管: place and line, for narrow columns.</summary>
    public static string ShortNameOf(LineEntry line, Division division) =>
        division.Level >= DivisionLevel.Town ? division.Name : division.Name + line.Short;

    /// <summary>Every organisation the rules call for, once, in order of division and line.</summary>
    public static IReadOnlyList<PlannedOrganisation> Expand(string file, OrganisationRules rules, IReadOnlyList<LineEntry> lines, DirectorySnapshot directory, List<Fault> faults)
    {
        var byKey = lines.ToDictionary(l => l.Key);
        var planned = new Dictionary<string, PlannedOrganisation>();
        for (var i = 0; i < rules.Rules.Count; i++)
        {
            var (rule, where) = (rules.Rules[i], $"{file} rules[{i}]");
            if (DivisionFile.LevelOf(rule.Level) is not { } level) { faults.Add(new(where, $"级别“{rule.Level}”应为 province、city、county、town 或 village")); continue; }
            var divisions = Divisions(rule, level, directory, where, faults);
            var all = rule.Lines as string == "all";
            foreach (var key in all ? byKey.Keys.ToList() : Texts(rule.Lines))
            {
                if (!byKey.TryGetValue(key, out var line)) { faults.Add(new(where, $"没有业务条线 {key}")); continue; }
                var named = 0;
                foreach (var division in divisions)
                    if (NameOf(line, directory.Ancestry(division.Code)) is { } name)
                    {
                        named++;
                        planned.TryAdd($"{key}@{division.Code}", new(key, division.Code, name, ShortNameOf(line, division)));
                    }
                if (!all && named == 0 && divisions.Count > 0) faults.Add(new(where, $"条线 {key} 没有 {rule.Level} 一级的名称"));
            }
        }
        return [.. planned.Values.OrderBy(p => p.Division, StringComparer.Ordinal).ThenBy(p => p.Line, StringComparer.Ordinal)];
    }

    static List<Division> Divisions(OrganisationRule rule, DivisionLevel level, DirectorySnapshot directory, string where, List<Fault> faults)
    {
        if (rule.Under.Count > 0)
        {
            foreach (var code in rule.Under.Where(c => directory.Division(c) is null)) faults.Add(new(where, $"没有行政区划 {code}"));
            var above = rule.Under.Select(c => directory.Division(c)?.Path + ".").ToList();
            return [.. directory.Divisions.Where(d => d.Level == level && above.Exists(p => d.Path.StartsWith(p, StringComparison.Ordinal)))];
        }
        if (rule.Divisions as string == "all") return [.. directory.Divisions.Where(d => d.Level == level)];
        var named = new List<Division>();
        foreach (var code in Texts(rule.Divisions))
            if (directory.Division(code) is { } d && d.Level == level) named.Add(d);
            else faults.Add(new(where, $"没有 {rule.Level} 一级的行政区划 {code}"));
        return named;
    }

    static List<string> Texts(object? value) => value is IEnumerable<object> list ? [.. list.Select(v => v.ToString()!)] : [];
}
