using System.Text.Json.Serialization;
using Kapok.Catalogue.Content;

namespace Kapok.Documents.Licences;

/// <summary>
/// 证照类型: an entry of the directory of licence types (GB/T 36902-2018), with what this program needs to issue licences of
/// the type, to read their fields and to know which materials they stand for. Immutable; written as <c>licences/*.yaml</c> in
/// packages. Licences keep the version of the type they were issued with.
/// </summary>
public sealed record LicenceType
{
    /// <summary>Short name by which items and forms mean the type: <c>food-business-permit</c>.</summary>
    [Element("类型标识")] public string Key { get; init; } = "";

    /// <summary>证照类型代码: credit code of the definer and three more characters.</summary>
    [Element("证照类型代码")] public string Code { get; init; } = "";
    [Element("证照类型名称")] public string Name { get; init; } = "";
    [Element("定义机构")] public Definer Definer { get; init; } = new();

    /// <summary>Who publishes and oversees it, <c>market@440000</c>.</summary>
    [Element("主管单位")] public string Owner { get; init; } = "";

    /// <summary>持证主体类别: 自然人, 法人, 其他组织, 混合, 其他.</summary>
    [Element("持证主体类别")] public string Holder { get; init; } = "";
    [Element("有效期限")] public Validity Validity { get; init; } = new();

    /// <summary>
    /// Pattern of the number: text with <c>{year}</c>, <c>{division}</c> (six digits of the issuer), <c>{divisionShort}</c>, <c>{date}</c>
    /// and <c>{serial:N}</c>, the running number of the issuer; or <c>= expression</c> over the case where the number is given by something else.
    /// </summary>
    [Element("证照编号规则")] public string Number { get; init; } = "";

    /// <summary>照面项 in the order of the page.</summary>
    [Element("照面项")] public IReadOnlyList<LicenceField> Fields { get; init; } = [];

    /// <summary>Who holds it, when it is not the applicant of the case.</summary>
    [Element("持证主体来源")] public HolderSource? HolderFrom { get; init; }

    /// <summary>一主体一证: a holder has one at a time; issuing anew makes the next version of the one he has.</summary>
    [Element("一主体一证")] public bool Single { get; init; }

    /// <summary>Items whose approval yields, renews, changes or ends a licence of the type.</summary>
    [Element("关联事项")] public IReadOnlyList<Yield> Yields { get; init; } = [];

    /// <summary>Words of material names that the licence stands for, besides its own name.</summary>
    [Element("可替代材料")] public IReadOnlyList<string> Covers { get; init; } = [];

    /// <summary>Layout of the file, <c>package/name</c> of a template.</summary>
    [Element("版式模板")] public string? Template { get; init; }

    /// <summary>Acts that need a second official: suspend, resume, cancel, annul, revoke.</summary>
    [Element("双人办理")] public IReadOnlyList<string> TwoPerson { get; init; } = ["annul", "revoke"];

    /// <summary>Legal grounds by act, offered to those who suspend, cancel, annul or revoke.</summary>
    [Element("处置依据")] public IReadOnlyList<ActGround> Grounds { get; init; } = [];

    /// <summary>Published together with the installation; otherwise it stays registered until its owner publishes it.</summary>
    [Element("随应用包发布")] public bool Publish { get; init; } = true;

    /// <summary>1 at the first installation, one more with each change.</summary>
    public int Version { get; init; } = 1;

    [JsonIgnore] public Yield? Issuing => Yields.FirstOrDefault(y => y.Act == "issue");

    /// <summary>The field of that id, or null.</summary>
    public LicenceField? Field(string id) => Fields.FirstOrDefault(f => f.Id == id);

    /// <summary>Whether a material of this name is what the licence says already.</summary>
    public bool Stands(string material) => material.Contains(Name, StringComparison.Ordinal) || Covers.Any(w => material.Contains(w, StringComparison.Ordinal));
}

/// <param name="Name">Body that defines the type.</param>
/// <param name="Code">Its unified social credit code.</param>
public sealed record Definer([property: Element("定义机构名称")] string Name = "", [property: Element("定义机构代码")] string Code = "");

/// <summary>有效期限范围. Nothing set: without end (长期).</summary>
public sealed record Validity
{
    [Element("年")] public int? Years { get; init; }
    [Element("月")] public int? Months { get; init; }

    /// <summary>Expression over the case that gives the last day.</summary>
    [Element("截止日期来源")] public string? Until { get; init; }

    /// <summary>The last day of a licence given on that day, when no expression says it; null = 长期. A period of n years ends on the day before the anniversary.</summary>
    public DateOnly? End(DateOnly from) => Years is null && Months is null ? null : from.AddYears(Years ?? 0).AddMonths(Months ?? 0).AddDays(-1);
}

/// <summary>照面项: what is printed on the licence and can be shared.</summary>
public sealed record LicenceField
{
    [Element("标识")] public string Id { get; init; } = "";
    [Element("名称")] public string Name { get; init; } = "";

    /// <summary>text, date, number, code, picture.</summary>
    [Element("数据类型")] public string Type { get; init; } = "text";

    /// <summary>Expression over the case (<c>answers.*</c>, <c>applicant.name</c>, <c>case.*</c>, <c>body.*</c>) or <c>licence.*</c> of the version before.</summary>
    [Element("数据来源")] public string? From { get; init; }

    /// <summary>1 open, 2 shared inside government, 3 personal, 4 sensitive (data grades of the province).</summary>
    [Element("数据分级")] public int Grade { get; init; } = 2;

    /// <summary>Without it no licence is made.</summary>
    [Element("必填")] public bool Required { get; init; }
}

/// <summary>The rows of the answers, each of which is a holder; or expressions for one.</summary>
public sealed record HolderSource
{
    /// <summary>Expression of a list; without it the others are read from the case.</summary>
    [Element("列表")] public string? Rows { get; init; }
    [Element("名称来源")] public string Name { get; init; } = "";
    [Element("代码来源")] public string Code { get; init; } = "";
}

/// <summary>What the approval of an item does to a licence of the type.</summary>
public sealed record Yield
{
    /// <summary>基本编码 of the item.</summary>
    [Element("事项")] public string Item { get; init; } = "";

    /// <summary>issue, renew, change, annotate, cancel.</summary>
    [Element("办理")] public string Act { get; init; } = "issue";

    /// <summary>Expression of the number of the licence meant, for everything but issue; without it the only one the holder has.</summary>
    [Element("证照编号来源")] public string? Number { get; init; }

    /// <summary>Only when this holds for the case.</summary>
    [Element("条件")] public string? When { get; init; }

    /// <summary>Sources of fields that differ from the ones of the type, by field.</summary>
    [Element("照面项来源")] public IReadOnlyDictionary<string, string> From { get; init; } = new Dictionary<string, string>();
}

/// <param name="Act">suspend, cancel, annul, revoke.</param>
public sealed record ActGround([property: Element("办理")] string Act = "", [property: Element("依据")] string Basis = "");
