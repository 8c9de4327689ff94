using Kapok.Catalogue.Content;
using Kapok.Catalogue.Inheritance;

namespace Kapok.Catalogue.Desk;

/// <summary>A part of the edit page: elements that belong together.</summary>
public sealed record Section(string Key, string Title, params string[] Fields)
{
    public IEnumerable<Elements.Element> Elements => Fields.Select(f => Content.Elements.Of(typeof(ItemContent)).Single(e => e.Name == f));

    /// <summary>Whether the level above left anything in it open.</summary>
    public bool OpenIn(ItemContent upper) => Fields.Any(f => Sections.IsOpen(upper, f));
}

/// <summary>The sections in the order of the list.</summary>
public static class Sections
{
    public static readonly IReadOnlyList<Section> All =
    [
        new("basic", "基本信息", "name", "aliases", "summary", "type", "levels", "audience", "lifeEvents", "line", "powerSource"),
        new("basis", "设定依据", "basis"),
        new("time", "时限和到场", "handling", "legalDays", "legalUnit", "promisedDays", "promisedUnit", "visits", "visitReason", "expiry", "expiryBasis"),
        new("channels", "办理形式", "channels", "depth", "scope", "appointment"),
        new("conditions", "受理条件", "conditions"),
        new("eligibility", "自测问题", "eligibility"),
        new("materials", "申请材料", "materials"),
        new("results", "审批结果", "results"),
        new("fees", "收费", "fees"),
        new("procedures", "特别程序", "specialProcedures"),
        new("faq", "常见问题", "faq"),
        new("windows", "窗口和电话", "windows", "phone", "complaintPhone", "schedule"),
        new("split", "业务办理项", "handlingItems"),
        new("flow", "表单和流程", "form", "flow"),
        new("open", "允许下级调整", "open"),
    ];

    public static Section? Find(string key) => All.FirstOrDefault(s => s.Key == key);

    /// <summary>Which row of the narrowing table a field of the content falls under; null when none does.</summary>
    public static string? RuleOf(string field) => field switch
    {
        "promisedUnit" => "promisedDays",
        "visitReason" => "visits",
        _ => Narrowing.ByName.ContainsKey(field) ? field : null,
    };

    /// <summary>Whether a lower level may touch a field of the content.</summary>
    public static bool IsOpen(ItemContent upper, string field) => RuleOf(field) is { } rule && (upper.Open.Contains(rule) || Narrowing.AlwaysOpen(rule));

    /// <summary>Whether a field is set here and not as above.</summary>
    public static bool IsOwn(Overrides own, string field) => RuleOf(field) is { } rule && Narrowing.ByName[rule].IsSet(own);
}
