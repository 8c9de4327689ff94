using Kapok.Catalogue.Content;
using Kapok.Foundation.Codes;

namespace Kapok.Catalogue;

/// <summary>
/// All that an implementation keeps of its own: how it narrows the upper level's item. Null or empty means "as above".
/// What may be set, and how far, is in <see cref="Inheritance.Narrowing"/>.
/// </summary>
public sealed record Overrides
{
    [Element("承诺办结时限")] public int? PromisedDays { get; init; }
    [Element("承诺时限单位", Table = nameof(CodeTables.TimeUnit))] public int? PromisedUnit { get; init; }
    [Element("办件类型", Table = nameof(CodeTables.Handling))] public int? Handling { get; init; }
    [Element("到办事现场次数")] public int? Visits { get; init; }
    [Element("必须到现场的原因")] public string? VisitReason { get; init; }
    [Element("办理形式", Table = nameof(CodeTables.Channel))] public IReadOnlyList<int>? Channels { get; init; }
    [Element("网上办理深度", Table = nameof(CodeTables.OnlineDepth))] public IReadOnlyList<int>? Depth { get; init; }
    [Element("通办范围", Table = nameof(CodeTables.CrossRegion))] public IReadOnlyList<int>? Scope { get; init; }

    /// <summary>Conditions of the upper level that are waived here, word for word.</summary>
    [Element("不再要求的受理条件")] public IReadOnlyList<string> DropConditions { get; init; } = [];

    /// <summary>Ids of materials of the upper level that are not asked here.</summary>
    [Element("不再要求的材料")] public IReadOnlyList<string> DropMaterials { get; init; } = [];
    [Element("放宽要求的材料")] public IReadOnlyList<EasedMaterial> Materials { get; init; } = [];

    /// <summary>Fees charged lower than above, by name.</summary>
    [Element("降低的收费")] public IReadOnlyList<LoweredFee> Fees { get; init; } = [];
    [Element("办理窗口")] public IReadOnlyList<Window>? Windows { get; init; }
    [Element("咨询电话")] public string? Phone { get; init; }
    [Element("监督投诉电话")] public string? ComplaintPhone { get; init; }
    [Element("办理时间")] public string? Schedule { get; init; }
    [Element("可以预约")] public bool? Appointment { get; init; }

    /// <summary>Questions added to those of the upper level.</summary>
    [Element("补充的常见问题")] public IReadOnlyList<FrequentQuestion> Faq { get; init; } = [];

    /// <summary>Fields left open to the level below; at most those the upper level left open here.</summary>
    [Element("允许下级调整")] public IReadOnlyList<string>? Open { get; init; }

    public static readonly Overrides None = new();
}

/// <summary>A material of the upper level that is asked more kindly here.</summary>
public sealed record EasedMaterial
{
    [Element("标识")] public string Id { get; init; } = "";
    [Element("必要性", Table = nameof(CodeTables.Necessity))] public int? Necessity { get; init; }
    [Element("材料形式", Table = nameof(CodeTables.MaterialForm))] public int? Form { get; init; }
    [Element("材料类型", Table = nameof(CodeTables.MaterialOriginal))] public int? Original { get; init; }
    [Element("份数")] public int? Copies { get; init; }
    [Element("替代方式")] public Replacement? ReplacedBy { get; init; }
}

public sealed record LoweredFee([property: Element("收费项目")] string Name = "", [property: Element("金额（分）")] long AmountFen = 0);
