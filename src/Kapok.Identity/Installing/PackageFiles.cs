using Kapok.Foundation;
using Kapok.Foundation.Codes;

namespace Kapok.Identity.Installing;

/// <summary>A row of <c>divisions.csv</c> or an entry of an opening; <c>Where</c> says which, for faults.</summary>
public sealed record DivisionEntry(string Where, string Code, string Name, DivisionLevel Level, string? Parent, bool Illustrative);

/// <summary>An entry of <c>lines.yaml</c>: a line of business and how its organisations are called at each level.</summary>
public sealed record LineEntry
{
    public string Key { get; init; } = "";
    public string Department { get; init; } = "";
    public string Short { get; init; } = "";
    public string CreditHead { get; init; } = "11";

    /// <summary>Its administrators reach every line of their division.</summary>
    public bool? Coordinates { get; init; }

    public string? Province { get; init; }
    public string? City { get; init; }
    public string? District { get; init; }
    public string? County { get; init; }
    public string? Street { get; init; }
    public string? Town { get; init; }
    public string? Residents { get; init; }
    public string? Villagers { get; init; }
    public Dictionary<string, string> Names { get; init; } = [];
}

/// <summary><c>organisations.yaml</c>: which lines stand where.</summary>
public sealed record OrganisationRules
{
    public List<OrganisationRule> Rules { get; init; } = [];
}

/// <summary>One rule; <c>divisions</c> and <c>lines</c> are <c>all</c> or a list, <c>under</c> names divisions whose lower ones are meant.</summary>
public sealed record OrganisationRule
{
    public string Level { get; init; } = "";
    public object? Divisions { get; init; }
    public List<string> Under { get; init; } = [];
    public object? Lines { get; init; }
}

/// <summary>An entry of <c>posts.yaml</c>.</summary>
public sealed record PostEntry
{
    public string Key { get; init; } = "";
    public string Name { get; init; } = "";
    public string Description { get; init; } = "";
    public List<string> Permissions { get; init; } = [];

    /// <summary>organisation, division, line or node; by default by what the post may do.</summary>
    public string? Scope { get; init; }
}

public sealed record PersonEntry
{
    public string Key { get; init; } = "";
    public string Name { get; init; } = "";
    public string? SignIn { get; init; }
    public string IdType { get; init; } = "111";
    public string IdNumber { get; init; } = "";
    public string Sex { get; init; } = "";
    public string BirthDate { get; init; } = "";
    public string Phone { get; init; } = "";
    public string? Residence { get; init; }
    public string Address { get; init; } = "";
    public bool ElderMode { get; init; }
    public string? Spouse { get; init; }
    public List<string> Children { get; init; } = [];
    public List<string> Guardians { get; init; } = [];
    public string Note { get; init; } = "";
}

public sealed record CompanyEntry
{
    public string Key { get; init; } = "";
    public string Name { get; init; } = "";
    public string CreditCode { get; init; } = "";
    public string Kind { get; init; } = "";
    public string LegalRepresentative { get; init; } = "";
    public List<string> Agents { get; init; } = [];
    public string Phone { get; init; } = "";
    public string? Residence { get; init; }
    public string Address { get; init; } = "";
    public string Scope { get; init; } = "";
    public string Established { get; init; } = "";
    public string Note { get; init; } = "";
}

/// <summary>An official; the key is <c>organisation/post</c> with a number when there are several.</summary>
public sealed record OfficialEntry
{
    public string Key { get; init; } = "";
    public string Name { get; init; } = "";
    public string SignIn { get; init; } = "";
}

/// <summary>Reads <c>divisions.csv</c>.</summary>
public static class DivisionFile
{
    static readonly Dictionary<string, DivisionLevel> Levels = new()
    {
        ["province"] = DivisionLevel.Province, ["city"] = DivisionLevel.City, ["county"] = DivisionLevel.County, ["town"] = DivisionLevel.Town, ["village"] = DivisionLevel.Village,
    };

    public static DivisionLevel? LevelOf(string text) => Levels.TryGetValue(text, out var level) ? level : null;

    /// <summary>Header <c>code,name,level,parent[,illustrative]</c>, then one division a line; faults name the line.</summary>
    public static List<DivisionEntry> Read(string file, string text, List<Fault> faults)
    {
        var entries = new List<DivisionEntry>();
        var lines = text.ReplaceLineEndings("\n").TrimStart('\ufeff').Split('\n');
        if (!lines[0].StartsWith("code,name,level,parent", StringComparison.Ordinal)) { faults.Add(new($"{file}:1", "第一行应为 code,name,level,parent,illustrative")); return entries; }
        for (var i = 1; i < lines.Length; i++)
        {
            if (lines[i].Length == 0) continue;
            var cells = lines[i].Split(',');
            var where = $"{file}:{i + 1}";
            if (cells.Length is not (4 or 5)) { faults.Add(new(where, "应有 4 或 5 列")); continue; }
            if (LevelOf(cells[2]) is not { } level) { faults.Add(new(where, $"级别“{cells[2]}”应为 province、city、county、town 或 village")); continue; }
            entries.Add(new(where, cells[0], cells[1].Trim(), level, cells[3].Length == 0 ? null : cells[3], cells.Length == 5 && cells[4] == "1"));
        }
        return entries;
    }

    /// <summary>
    /// Checks a set of divisions against each other and those that stand, and gives their paths. The tree is by
    /// parent: a town may hang directly under a city (Dongguan, Zhongshan).
    /// </summary>
    public static Dictionary<string, string> Paths(IReadOnlyList<DivisionEntry> entries, Func<string, Division?> standing, List<Fault> faults)
    {
        var byCode = new Dictionary<string, DivisionEntry>();
        foreach (var e in entries)
        {
            var where = e.Where;
            if (!byCode.TryAdd(e.Code, e)) faults.Add(new(where, $"区划代码 {e.Code} 重复"));
            if (DivisionCode.Check(e.Code).Problem is { } problem) faults.Add(new(where, problem));
            else if (e.Code.Length != (e.Level switch { DivisionLevel.Town => 9, DivisionLevel.Village => 12, _ => 6 })) faults.Add(new(where, $"{e.Code} 的位数与级别不符：县级以上 6 位，镇街 9 位，村居 12 位"));
            if (e.Name.Length is 0 or > 50) faults.Add(new(where, "名称应为 1 到 50 个字"));
        }
        var paths = new Dictionary<string, string>();
        string? PathOf(DivisionEntry e)
        {
            if (paths.TryGetValue(e.Code, out var known)) return known;
            if (e.Parent is null) return paths[e.Code] = e.Code;
            var (level, path) = byCode.TryGetValue(e.Parent, out var parent) ? (parent.Level, parent.Level < e.Level ? PathOf(parent) : null)
                : standing(e.Parent) is { } above ? (above.Level, above.Path) : (default, null);
            if (level == default) faults.Add(new(e.Where, $"找不到上级区划 {e.Parent}"));
            else if (level >= e.Level) faults.Add(new(e.Where, $"上级区划 {e.Parent} 的级别应当更高"));
            return path is null ? null : paths[e.Code] = $"{path}.{e.Code}";
        }
        foreach (var e in byCode.Values) if (e.Parent is not null || e.Level == DivisionLevel.Province) PathOf(e); else faults.Add(new(e.Where, "除省级以外都要写明上级区划"));
        return paths;
    }
}
