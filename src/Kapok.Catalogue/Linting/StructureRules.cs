using System.Text.RegularExpressions;
using Kapok.Catalogue.Inheritance;
using Kapok.Foundation.Codes;

namespace Kapok.Catalogue.Linting;

/// <summary>Required elements, codes out of their tables, doubled ids, sizes.</summary>
static partial class StructureRules
{
    public const int MaxList = 200;
    static readonly HashSet<string> FileTypes = ["pdf", "ofd", "jpg", "jpeg", "png", "tif", "tiff", "bmp", "heic", "doc", "docx", "xls", "xlsx", "wps", "et", "txt", "csv", "zip", "dwg", "dxf", "mp4"];

    public static void Check(ItemContent item, LintContext context, Findings findings)
    {
        Code(item, findings);
        Required(findings, "name", "事项名称", item.Name);
        Required(findings, "summary", "一句话说明", item.Summary);
        Required(findings, "line", "业务条线", item.Line);
        if (item.Name.Length > 100) findings.Error("structure.too-long", "name", "事项名称超过 100 个字", "用法定名称，补充的话放到一句话说明里。");
        if (context.Lines is { } lines && item.Line.Length > 0 && !lines.Contains(item.Line))
            findings.Error("structure.unknown-line", "line", $"没有业务条线“{item.Line}”", "从业务条线表（lines.yaml）中选一个。");
        if (context.LifeEvents is { } events)
            for (var i = 0; i < item.LifeEvents.Count; i++)
                if (!events.Contains(item.LifeEvents[i]))
                    findings.Error("structure.unknown-life-event", $"lifeEvents[{i}]", $"没有人生事件“{item.LifeEvents[i]}”", "从 life-events.yaml 中选，或者先在那里加上。");

        In(findings, CodeTables.ItemType, "type", item.Type);
        In(findings, CodeTables.Handling, "handling", item.Handling);
        Unit(findings, "legalUnit", item.LegalUnit);
        Unit(findings, "promisedUnit", item.PromisedUnit);
        if (item.PowerSource is { } power) In(findings, CodeTables.PowerSource, "powerSource", power);
        All(findings, CodeTables.Level, "levels", item.Levels, required: true);
        All(findings, CodeTables.Audience, "audience", item.Audience, required: true);
        All(findings, CodeTables.Channel, "channels", item.Channels, required: true);
        All(findings, CodeTables.OnlineDepth, "depth", item.Depth, required: false);
        All(findings, CodeTables.CrossRegion, "scope", item.Scope, required: false);
        if (item.LegalDays is < 0 or > 1000) findings.Error("structure.out-of-range", "legalDays", "法定办结时限应在 0–1000 之间", "核对法律条文。");
        if (item.PromisedDays is < 0 or > 1000) findings.Error("structure.out-of-range", "promisedDays", "承诺办结时限应在 0–1000 之间", "填写实际承诺的天数。");
        if (item.Visits is < 0 or > 9) findings.Error("structure.out-of-range", "visits", "到办事现场次数应在 0–9 之间", "填写申请人必须到场的次数。");
        if (item.Expiry is not ("remind" or "escalate" or "grant" or "refuse"))
            findings.Error("structure.unknown-code", "expiry", $"逾期后果“{item.Expiry}”不认识", "填 remind（提醒）、escalate（上报）、grant（视为同意）或 refuse（视为不同意）。");
        for (var i = 0; i < item.Open.Count; i++)
            if (!Narrowing.ByName.ContainsKey(item.Open[i]))
                findings.Error("structure.unknown-open-field", $"open[{i}]", $"“{item.Open[i]}”不是可以开放给下级的字段", $"可以开放：{string.Join("、", Narrowing.Fields.Select(f => f.Field))}。");

        Materials(item, findings);
        Others(item, findings);
        Sizes(item, findings);
    }

    static void Code(ItemContent item, Findings findings)
    {
        var verdict = BasicItemCode.Check(item.Code);
        if (!verdict.IsValid) findings.Error("code.invalid", "code", verdict.Problem!, "12 位：区域 2、类型 2、部门 2、主项 3、子项 3。");
        else if (item.Code != verdict.Value) findings.Error("code.invalid", "code", "基本编码里有空格或全角字符", $"改为 {verdict.Value}。");
        else if (CodeTables.ItemType.Contains(item.Type) && item.Code[2..4] != item.Type)
            findings.Error("code.type-differs", "type", $"事项类型是“{CodeTables.ItemType.Find(item.Type)}”（{item.Type}），编码第 3–4 位却是 {item.Code[2..4]}", "改正类型或编码，两处要一致。");
    }

    static void Materials(ItemContent item, Findings findings)
    {
        Unique(findings, "materials", item.Materials, m => m.Id);
        for (var i = 0; i < item.Materials.Count; i++)
        {
            var (m, at) = (item.Materials[i], $"materials[{i}]");
            Required(findings, at + ".name", "材料名称", m.Name);
            In(findings, CodeTables.Necessity, at + ".necessity", m.Necessity);
            In(findings, CodeTables.MaterialForm, at + ".form", m.Form);
            In(findings, CodeTables.MaterialOriginal, at + ".original", m.Original);
            In(findings, CodeTables.MaterialSource, at + ".source", m.Source);
            if (m.Copies is < 0 or > 50) findings.Error("structure.out-of-range", at + ".copies", "份数应在 0–50 之间", "填写实际需要的份数。");
            if (m.MaxMegabytes is < 1 or > 500) findings.Error("structure.out-of-range", at + ".maxMegabytes", "文件大小上限应在 1–500 MB 之间", "一般填 20。");
            foreach (var type in m.Accept.Where(t => !FileTypes.Contains(t)))
                findings.Error("structure.unknown-file-type", at + ".accept", $"不能接收文件类型“{type}”", $"可以用：{string.Join("、", FileTypes)}。");
            if (m.ReplacedBy is { } by && (by.Kind is not ("licence" or "data" or "earlier-file") || by.Code.Length == 0))
                findings.Error("structure.unknown-code", at + ".replacedBy", "替代方式要写明 kind（licence、data、earlier-file）和 code", "例如 { kind: licence, code: business-licence }。");
        }
    }

    static void Others(ItemContent item, Findings findings)
    {
        Unique(findings, "results", item.Results, r => r.Id);
        Unique(findings, "eligibility", item.Eligibility, q => q.Id, Name());
        for (var i = 0; i < item.Results.Count; i++)
        {
            Required(findings, $"results[{i}].name", "结果名称", item.Results[i].Name);
            In(findings, CodeTables.ResultKind, $"results[{i}].kind", item.Results[i].Kind);
        }
        for (var i = 0; i < item.Fees.Count; i++)
        {
            Required(findings, $"fees[{i}].name", "收费项目", item.Fees[i].Name);
            if (item.Fees[i].AmountFen < 0) findings.Error("structure.out-of-range", $"fees[{i}].amountFen", "收费金额不能是负数", "按分填写，1 元 = 100。");
        }
        for (var i = 0; i < item.Faq.Count; i++)
        {
            Required(findings, $"faq[{i}].question", "问题", item.Faq[i].Question);
            Required(findings, $"faq[{i}].answer", "回答", item.Faq[i].Answer);
        }
        for (var i = 0; i < item.Windows.Count; i++)
        {
            Required(findings, $"windows[{i}].name", "窗口名称", item.Windows[i].Name);
            Required(findings, $"windows[{i}].address", "地址", item.Windows[i].Address);
        }
        for (var i = 0; i < item.Conditions.Count; i++) Required(findings, $"conditions[{i}]", "受理条件", item.Conditions[i]);
        foreach (var group in item.HandlingItems.GroupBy(h => h.Order).Where(g => g.Count() > 1 || g.Key is < 1 or > 99))
            findings.Error("structure.handling-order", "handlingItems", $"业务办理项序号 {group.Key} 重复或不在 1–99 之间", "每个业务办理项用不同的序号。");
    }

    static void Sizes(ItemContent item, Findings findings)
    {
        foreach (var (field, count) in (ReadOnlySpan<(string, int)>)[("aliases", item.Aliases.Count), ("basis", item.Basis.Count), ("conditions", item.Conditions.Count), ("materials", item.Materials.Count),
            ("results", item.Results.Count), ("fees", item.Fees.Count), ("specialProcedures", item.SpecialProcedures.Count), ("faq", item.Faq.Count), ("windows", item.Windows.Count), ("handlingItems", item.HandlingItems.Count)])
            if (count > MaxList) findings.Error("structure.too-many", field, $"最多 {MaxList} 项，现在有 {count} 项", "合并或拆成几个事项。");
    }

    static void Required(Findings findings, string field, string title, string text)
    {
        if (string.IsNullOrWhiteSpace(text)) findings.Error("structure.required", field, $"{title}没有填写", "请补上。");
    }

    static void In(Findings findings, CodeTable table, string field, int code) => In(findings, table, field, $"{code}");

    static void In(Findings findings, CodeTable table, string field, string code)
    {
        if (!table.Contains(code)) findings.Error("structure.unknown-code", field, $"“{table.Name}”没有代码“{code}”", $"可用：{string.Join("，", table.Select(e => $"{e.Code} {e.Label}"))}。");
    }

    static void Unit(Findings findings, string field, int unit)
    {
        if (unit is not (1 or 2)) findings.Error("structure.unknown-code", field, $"时限单位“{unit}”不能用", "填 1（工作日）或 2（自然日）。");
    }

    static void All(Findings findings, CodeTable table, string field, IReadOnlyList<int> codes, bool required)
    {
        if (required && codes.Count == 0) findings.Error("structure.required", field, $"{table.Name}没有填写", "至少选一项。");
        for (var i = 0; i < codes.Count; i++) In(findings, table, $"{field}[{i}]", codes[i]);
        if (codes.Distinct().Count() < codes.Count) findings.Error("structure.doubled", field, $"{table.Name}有重复的代码", "删去重复的。");
    }

    static void Unique<T>(Findings findings, string field, IReadOnlyList<T> list, Func<T, string> id, Regex? shape = null)
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < list.Count; i++)
        {
            var value = id(list[i]);
            if (!(shape ?? Id()).IsMatch(value)) findings.Error("structure.id", $"{field}[{i}].id", $"标识“{value}”不合规", shape is null ? "用小写字母、数字和连字符，以字母开头。" : "用字母和数字，以字母开头，因为条件里要用到它。");
            else if (!seen.Add(value)) findings.Error("structure.doubled", $"{field}[{i}].id", $"标识“{value}”用了两次", "每一项用不同的标识。");
        }
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9-]{0,63}$")] private static partial Regex Id();
    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_]{0,63}$")] private static partial Regex Name();
}
