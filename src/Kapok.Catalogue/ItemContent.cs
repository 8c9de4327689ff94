using System.Text.Json;
using Kapok.Catalogue.Content;
using Kapok.Foundation.Codes;

namespace Kapok.Catalogue;

/// <summary>
/// What a service item says: the elements of the implementation list (GB/T 39554, national upload tables) with the code
/// tables of GB/T 39046 annex A. Immutable; written as YAML in packages and as JSON in the database and the API.
/// References to forms, flows and documents are names <c>package/name</c> that the case module resolves.
/// </summary>
public sealed record ItemContent
{
    /// <summary>12 digits: region 2, type 2, department 2, item 3, sub-item 3.</summary>
    [Element("基本编码")] public string Code { get; init; } = "";
    [Element("事项名称")] public string Name { get; init; } = "";

    /// <summary>Words people search for instead of the name.</summary>
    [Element("别名")] public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>One plain sentence.</summary>
    [Element("一句话说明")] public string Summary { get; init; } = "";
    [Element("事项类型", Table = nameof(CodeTables.ItemType))] public string Type { get; init; } = "";
    [Element("行使层级", Table = nameof(CodeTables.Level))] public IReadOnlyList<int> Levels { get; init; } = [];
    [Element("服务对象", Table = nameof(CodeTables.Audience))] public IReadOnlyList<int> Audience { get; init; } = [];
    [Element("人生事件")] public IReadOnlyList<string> LifeEvents { get; init; } = [];

    /// <summary>Line of business (department family), for example <c>market</c>.</summary>
    [Element("业务条线")] public string Line { get; init; } = "";
    [Element("权力来源", Table = nameof(CodeTables.PowerSource))] public int? PowerSource { get; init; }
    [Element("设定依据")] public IReadOnlyList<LegalBasis> Basis { get; init; } = [];
    [Element("办件类型", Table = nameof(CodeTables.Handling))] public int Handling { get; init; }
    [Element("法定办结时限")] public int LegalDays { get; init; }
    [Element("法定时限单位", Table = nameof(CodeTables.TimeUnit))] public int LegalUnit { get; init; } = 1;
    [Element("承诺办结时限")] public int PromisedDays { get; init; }
    [Element("承诺时限单位", Table = nameof(CodeTables.TimeUnit))] public int PromisedUnit { get; init; } = 1;

    /// <summary>How often the applicant must come in person.</summary>
    [Element("到办事现场次数")] public int Visits { get; init; }
    [Element("必须到现场的原因")] public string? VisitReason { get; init; }
    [Element("办理形式", Table = nameof(CodeTables.Channel))] public IReadOnlyList<int> Channels { get; init; } = [];
    [Element("网上办理深度", Table = nameof(CodeTables.OnlineDepth))] public IReadOnlyList<int> Depth { get; init; } = [];
    [Element("通办范围", Table = nameof(CodeTables.CrossRegion))] public IReadOnlyList<int> Scope { get; init; } = [];
    [Element("受理条件")] public IReadOnlyList<string> Conditions { get; init; } = [];
    [Element("自测问题")] public IReadOnlyList<EligibilityQuestion> Eligibility { get; init; } = [];
    [Element("申请材料")] public IReadOnlyList<Material> Materials { get; init; } = [];
    [Element("审批结果")] public IReadOnlyList<ItemResult> Results { get; init; } = [];
    [Element("收费")] public IReadOnlyList<Fee> Fees { get; init; } = [];
    [Element("特别程序")] public IReadOnlyList<SpecialProcedure> SpecialProcedures { get; init; } = [];

    /// <summary>What silence of the office means: remind, escalate, grant or refuse.</summary>
    [Element("逾期后果")] public string Expiry { get; init; } = "remind";
    [Element("逾期后果的依据")] public string? ExpiryBasis { get; init; }
    [Element("常见问题")] public IReadOnlyList<FrequentQuestion> Faq { get; init; } = [];

    /// <summary>业务办理项: the parts applied for when the item is split; each has its own 33-character code.</summary>
    [Element("业务办理项")] public IReadOnlyList<HandlingItem> HandlingItems { get; init; } = [];
    [Element("办理窗口")] public IReadOnlyList<Window> Windows { get; init; } = [];
    [Element("咨询电话")] public string? Phone { get; init; }
    [Element("监督投诉电话")] public string? ComplaintPhone { get; init; }
    [Element("办理时间")] public string? Schedule { get; init; }
    [Element("可以预约")] public bool Appointment { get; init; }
    [Element("申请表单")] public string? Form { get; init; }

    /// <summary><c>instant</c>, <c>promised</c>, <c>parallel</c>, or the flow of a package.</summary>
    [Element("办理流程")] public string Flow { get; init; } = "promised";
    [Element("流程设置")] public JsonElement? FlowSettings { get; init; }

    /// <summary>Documents by occasion (approve, refuse, notAccepted, correction …).</summary>
    [Element("文书模板")] public IReadOnlyDictionary<string, string> Documents { get; init; } = new Dictionary<string, string>();

    /// <summary>Fields a lower level may narrow; the rules are in <see cref="Inheritance.Narrowing"/>.</summary>
    [Element("允许下级调整")] public IReadOnlyList<string> Open { get; init; } = [];

    /// <summary>Whether the application can be filed over the net: a net channel and at least 互联网收件.</summary>
    public bool OnlineDoable() => Channels.Any(c => c is 2 or 3) && Depth.Any(d => d is >= 2 and <= 7);

    /// <summary>Materials an applicant must hand in: necessary, and neither a licence nor shared data stands in for them.</summary>
    public IEnumerable<Material> MaterialsToSubmit() => Materials.Where(m => m is { Necessity: 1, ReplacedBy: null });
}

/// <summary>设定依据 in the version that is in force.</summary>
public sealed record LegalBasis
{
    [Element("法律法规名称")] public string Law { get; init; } = "";
    [Element("条款")] public string Article { get; init; } = "";
    [Element("条文")] public string Text { get; init; } = "";
    [Element("版本")] public string Version { get; init; } = "";
    [Element("生效日期")] public DateOnly? ValidFrom { get; init; }

    /// <summary>Last day in force; null while it is in force.</summary>
    [Element("失效日期")] public DateOnly? ValidTo { get; init; }
}

/// <summary>One question of "can I apply?".</summary>
public sealed record EligibilityQuestion
{
    [Element("标识")] public string Id { get; init; } = "";
    [Element("问题")] public string Question { get; init; } = "";

    /// <summary>Expression over the answers; the question is passed when it is true.</summary>
    [Element("通过条件")] public string PassWhen { get; init; } = "";
    [Element("不通过的说明")] public string Refusal { get; init; } = "";

    /// <summary>Basic code of the item to do instead.</summary>
    [Element("改办事项")] public string? See { get; init; }
}

public sealed record Material
{
    [Element("标识")] public string Id { get; init; } = "";
    [Element("材料名称")] public string Name { get; init; } = "";
    [Element("必要性", Table = nameof(CodeTables.Necessity))] public int Necessity { get; init; } = 1;
    [Element("材料形式", Table = nameof(CodeTables.MaterialForm))] public int Form { get; init; } = 3;
    [Element("材料类型", Table = nameof(CodeTables.MaterialOriginal))] public int Original { get; init; } = 1;
    [Element("份数")] public int Copies { get; init; } = 1;
    [Element("来源渠道", Table = nameof(CodeTables.MaterialSource))] public int Source { get; init; } = 10;
    [Element("来源说明")] public string? SourceNote { get; init; }

    /// <summary>Licence, shared data or earlier file that stands in for it; then it is not asked.</summary>
    [Element("替代方式")] public Replacement? ReplacedBy { get; init; }

    /// <summary>Asked only when this expression holds for the answers.</summary>
    [Element("需要提交的情形")] public string? When { get; init; }

    /// <summary>File types.</summary>
    [Element("文件类型")] public IReadOnlyList<string> Accept { get; init; } = ["pdf", "jpg", "png"];
    [Element("文件大小上限（MB）")] public int MaxMegabytes { get; init; } = 20;
    [Element("受理标准")] public string? Standard { get; init; }
    [Element("依据")] public string? Basis { get; init; }
}

/// <param name="Kind"><c>licence</c>, <c>data</c> or <c>earlier-file</c>.</param>
/// <param name="Code">Type of the licence or name of the data.</param>
public sealed record Replacement([property: Element("方式")] string Kind = "", [property: Element("证照或数据")] string Code = "");

public sealed record ItemResult
{
    [Element("标识")] public string Id { get; init; } = "";
    [Element("结果名称")] public string Name { get; init; } = "";
    [Element("结果类型", Table = nameof(CodeTables.ResultKind))] public int Kind { get; init; }
    [Element("文书")] public string? Document { get; init; }
    [Element("有效期（年）")] public int? ValidityYears { get; init; }
}

public sealed record Fee
{
    [Element("收费项目")] public string Name { get; init; } = "";

    /// <summary>Integer fen.</summary>
    [Element("金额（分）")] public long AmountFen { get; init; }
    [Element("计费单位")] public string? Unit { get; init; }
    [Element("收费依据")] public string? Basis { get; init; }
    [Element("允许减免")] public bool Reducible { get; init; }
    [Element("减免说明")] public string? Reduction { get; init; }
}

/// <summary>A procedure that stops the clock (行政许可法 §45), with its ground.</summary>
public sealed record SpecialProcedure
{
    [Element("标识")] public string Code { get; init; } = "";
    [Element("名称")] public string Name { get; init; } = "";
    [Element("依据")] public string Basis { get; init; } = "";
    [Element("最长天数")] public int MaxDays { get; init; }
}

public sealed record FrequentQuestion
{
    [Element("问题")] public string Question { get; init; } = "";
    [Element("回答")] public string Answer { get; init; } = "";
}

/// <param name="Order">1–99, the last two digits of the code.</param>
public sealed record HandlingItem([property: Element("序号")] int Order = 0, [property: Element("名称")] string Name = "");

public sealed record Window
{
    [Element("窗口名称")] public string Name { get; init; } = "";
    [Element("地址")] public string Address { get; init; } = "";
    [Element("办公时间")] public string? Hours { get; init; }
    [Element("电话")] public string? Phone { get; init; }
}
