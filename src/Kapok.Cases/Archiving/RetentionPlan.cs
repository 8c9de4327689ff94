using System.Collections.Immutable;
using System.Globalization;
using Kapok.Cases.Model;
using Kapok.Foundation;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Kapok.Cases.Archiving;

/// <summary>保管期限: permanent, 30 or 10 years (国家档案局令第 8 号 [memory]).</summary>
public static class Retention
{
    public const string Permanent = "permanent";

    public static readonly ImmutableArray<string> All = [Permanent, "30", "10"];

    public static string Words(string retention) => retention == Permanent ? "永久" : $"{retention} 年";

    /// <summary>Code inside an archive number, DA/T 13 [memory]: Y, D30, D10.</summary>
    public static string Code(string retention) => retention == Permanent ? "Y" : $"D{retention}";

    /// <summary>Last day of the period of what was closed in a year: it runs from the first of January after; null when permanent.</summary>
    public static DateOnly? Until(string retention, int year) => retention == Permanent ? null : new DateOnly(year + int.Parse(retention, CultureInfo.InvariantCulture), 12, 31);
}

/// <summary>One line of a retention schedule. What it does not name it does not ask.</summary>
public sealed record RetentionRule
{
    /// <summary>Basic code of an item.</summary>
    public string? Item { get; init; }
    /// <summary>Line of business.</summary>
    public string? Line { get; init; }
    /// <summary>How the case ended: approved, refused, not-accepted, withdrawn.</summary>
    public string? Result { get; init; }
    public string Period { get; init; } = "";
    /// <summary>Where the period comes from, in words.</summary>
    public string Ground { get; init; } = "";

    /// <summary>An item counts more than a line, a line more than a result.</summary>
    internal int Weight => (Item is null ? 0 : 4) + (Line is null ? 0 : 2) + (Result is null ? 0 : 1);

    internal bool Fits(CaseRow row) => (Item is null || row.ItemCode == Item) && (Line is null || row.Line == Line) && (Result is null || row.Result == Result);
}

/// <summary>How long closed cases are kept and how archives are numbered: <c>archive.yaml</c> of packages, put together.</summary>
public sealed record RetentionPlan
{
    /// <summary>档号: 全宗号-门类·年度-保管期限-条线-件号, after DA/T 13 [memory]; a package may set another.</summary>
    public const string UsualNumber = "{fonds}-{category}·{year}-{retention}-{line}-{serial}";

    static readonly ImmutableArray<string> Places = ["fonds", "category", "year", "retention", "line", "serial"];

    public string? Number { get; init; }
    public string? Category { get; init; }
    public List<RetentionRule> Rules { get; init; } = [];
    /// <summary>Key of an organisation (<c>market@440106</c>) → its fonds number; one without has its credit code.</summary>
    public Dictionary<string, string> Fonds { get; init; } = [];

    /// <summary>Reads a file; every fault names its line.</summary>
    public static RetentionPlan? Parse(string path, string text, List<Fault> faults)
    {
        RetentionPlan? plan;
        try { plan = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).Build().Deserialize<RetentionPlan?>(text); }
        catch (YamlException e)
        {
            faults.Add(new($"{path}:{e.Start.Line}", $"读不懂：{e.InnerException?.Message ?? e.Message}"));
            return null;
        }
        if (plan is null) { faults.Add(new(path, "是空的")); return null; }
        var before = faults.Count;
        for (var i = 0; i < plan.Rules.Count; i++)
        {
            var rule = plan.Rules[i];
            if (!Retention.All.Contains(rule.Period)) faults.Add(new($"{path} rules[{i}]", $"保管期限“{rule.Period}”应为 permanent、30 或 10"));
            if (rule.Result is { } result && result is not ("approved" or "refused" or "not-accepted" or "withdrawn")) faults.Add(new($"{path} rules[{i}]", $"没有办理结果“{result}”，可以写 approved、refused、not-accepted、withdrawn"));
            if (rule.Ground.Length == 0) faults.Add(new($"{path} rules[{i}]", "请写明依据（ground）"));
        }
        if (plan.Number is { } number)
        {
            if (!number.Contains("{serial}", StringComparison.Ordinal)) faults.Add(new($"{path} number", "档号规则里要有 {serial}"));
            foreach (var named in System.Text.RegularExpressions.Regex.Matches(number, @"\{(\w*)\}").Select(m => m.Groups[1].Value).Where(n => !Places.Contains(n)))
                faults.Add(new($"{path} number", $"档号规则里没有 {{{named}}} 这一项，可以用 {string.Join("、", Places)}"));
        }
        return faults.Count == before ? plan : null;
    }

    /// <summary>Several files as one; where two say the same thing the first counts.</summary>
    public static RetentionPlan Of(IEnumerable<RetentionPlan> plans)
    {
        var whole = new RetentionPlan();
        foreach (var plan in plans)
        {
            whole = whole with { Number = whole.Number ?? plan.Number, Category = whole.Category ?? plan.Category };
            whole.Rules.AddRange(plan.Rules);
            foreach (var (key, fonds) in plan.Fonds) whole.Fonds.TryAdd(key, fonds);
        }
        return whole;
    }

    /// <summary>The period of a case and where it comes from.</summary>
    /// <param name="usual">Where no rule fits: the node's setting.</param>
    public (string Period, string Ground) For(CaseRow row, string usual) =>
        Rules.Where(r => r.Fits(row)).OrderByDescending(r => r.Weight).FirstOrDefault() is { } rule ? (rule.Period, rule.Ground) : (usual, "没有专门规定，按本节点的默认期限");

    /// <summary>The archive number up to its serial and after it.</summary>
    public (string Before, string After) NumberOf(string fonds, int year, string retention, string line)
    {
        var text = (Number ?? UsualNumber).Replace("{fonds}", fonds, StringComparison.Ordinal).Replace("{category}", Category ?? "ZY", StringComparison.Ordinal)
            .Replace("{year}", year.ToString("0000", CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("{retention}", Retention.Code(retention), StringComparison.Ordinal).Replace("{line}", line, StringComparison.Ordinal);
        var at = text.IndexOf("{serial}", StringComparison.Ordinal);
        return (text[..at], text[(at + 8)..]);
    }
}

/// <summary>What a node chooses about archives.</summary>
/// <param name="Usual">Period where no rule fits: KAPOK_RETENTION, 30 unless set.</param>
/// <param name="After">How long after closing a case is packed, so that delivery is in it: KAPOK_ARCHIVE_AFTER in days, 10 unless set.</param>
public sealed record ArchiveSettings(string Usual, TimeSpan After)
{
    public static ArchiveSettings Read(Func<string, string?> setting)
    {
        var usual = setting("KAPOK_RETENTION") ?? "30";
        if (!Retention.All.Contains(usual)) throw new InvalidOperationException("KAPOK_RETENTION 应为 permanent、30 或 10");
        var after = setting("KAPOK_ARCHIVE_AFTER") ?? "10";
        if (!int.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var days) || days > 3650) throw new InvalidOperationException("KAPOK_ARCHIVE_AFTER 应为天数（0–3650）");
        return new(usual, TimeSpan.FromDays(days));
    }
}
