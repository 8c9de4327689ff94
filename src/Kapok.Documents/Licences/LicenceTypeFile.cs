using System.Text.RegularExpressions;
using Kapok.Catalogue.Content;
using Kapok.Foundation;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Expressions;

namespace Kapok.Documents.Licences;

/// <summary>One file of <c>licences/</c> of a package. Pure: finds everything wrong with it at once, each at its line.</summary>
public sealed partial record LicenceTypeFile(string Path, LicenceType Type, Written Written)
{
    public static readonly string[] HolderCategories = ["自然人", "法人", "其他组织", "混合", "其他"];
    static readonly string[] FieldTypes = ["text", "date", "number", "code", "picture"];
    static readonly string[] YieldActs = ["issue", "renew", "change", "annotate", "cancel"];
    static readonly string[] DeskActs = ["suspend", "resume", "cancel", "annul", "revoke"];
    static readonly HashSet<string> Roots = ["answers", "applicant", "case", "body", "item", "decision", "licence", "today", "opinion", "reason"];

    /// <summary>Reads strictly; null when anything was wrong.</summary>
    public static LicenceTypeFile? Read(string package, string path, string text, List<Fault> faults)
    {
        var before = faults.Count;
        var written = WrittenText.Yaml(path, text);
        if (!written.Ok) { faults.AddRange(written.Faults); return null; }
        if (written.Value is not WrittenMap map) { faults.Add(new(path, "应为一个证照类型：一组字段")); return null; }
        if (StrictReader.Read<LicenceType>(map, faults) is not { } type) return null;
        if (type.Template is { } template) type = type with { Template = template.StartsWith('@') ? template[1..] : template.Contains('/') ? template : $"{package}/{template}" };
        var file = new LicenceTypeFile(path, type, map);
        file.Check(faults);
        return faults.Count > before ? null : file;
    }

    void Check(List<Fault> faults)
    {
        void No(string at, string message) => faults.Add(new(Written.Place(at), message));
        var t = Type;
        if (!Key().IsMatch(t.Key)) No("key", "key 应为小写字母、数字和连字符，例如 food-business-permit");
        if (t.Name.Length is 0 or > 256) No("name", "证照类型名称应有 1 到 256 个字");
        if (t.Definer.Name.Length is 0 or > 256) No("definer", "定义机构要有名称（name）和统一社会信用代码（code）");
        if (CreditCode.Check(t.Definer.Code) is { IsValid: false, Problem: { } problem }) No("definer.code", $"定义机构代码：{problem}");
        if (t.Code.Length != 21 || !t.Code.StartsWith(t.Definer.Code, StringComparison.Ordinal) || !t.Code[18..].All(c => char.IsAsciiDigit(c) || char.IsAsciiLetterUpper(c)))
            No("code", $"证照类型代码应为 21 位：定义机构代码 {t.Definer.Code} 加 3 位数字或大写字母");
        if (!HolderCategories.Contains(t.Holder)) No("holder", $"持证主体类别应为 {string.Join("、", HolderCategories)}");
        if (t.Validity is { Until: not null } and ({ Years: not null } or { Months: not null })) No("validity", "有效期限写了截止日期来源，就不再写年、月");
        if (t.Validity.Years is < 1 or > 100 || t.Validity.Months is < 1 or > 1200) No("validity", "有效期限应在 1 个月到 100 年之间；长期的不写");
        if (t.Validity.Until is { } until) Expression("validity.until", until, faults);
        CheckNumber(faults);
        CheckFields(faults);
        CheckYields(faults);
        if (t.HolderFrom is { } holder)
        {
            if (holder.Rows is { } rows) Expression("holderFrom.rows", rows, faults);
            foreach (var (at, text) in new[] { ("holderFrom.name", holder.Name), ("holderFrom.code", holder.Code) })
                if (text.Length == 0) No(at, "持证主体来源要有 name 和 code"); else Expression(at, text, faults, row: holder.Rows is not null);
        }
        for (var i = 0; i < t.TwoPerson.Count; i++) if (!DeskActs.Contains(t.TwoPerson[i])) No($"twoPerson[{i}]", $"双人办理可以写 {string.Join("、", DeskActs)}");
        for (var i = 0; i < t.Grounds.Count; i++)
        {
            if (!DeskActs.Contains(t.Grounds[i].Act)) No($"grounds[{i}].act", $"处置可以写 {string.Join("、", DeskActs)}");
            if (t.Grounds[i].Basis.Length < 4) No($"grounds[{i}].basis", "写明法律名称和条款");
        }
    }

    void CheckNumber(List<Fault> faults)
    {
        var number = Type.Number;
        if (number.Length == 0) { faults.Add(new(Written.Place("number"), "缺少证照编号规则（number），例如 JY{division}{year}{serial:6}")); return; }
        if (number.StartsWith('=')) { Expression("number", number[1..], faults); return; }
        foreach (Match part in Part().Matches(number))
            if (part.Groups[1].Value.Split(':')[0] is not ("year" or "division" or "divisionShort" or "date" or "serial")) faults.Add(new(Written.Place("number"), $"编号规则里不认识 {part.Value}"));
        if (!number.Contains("{serial", StringComparison.Ordinal)) faults.Add(new(Written.Place("number"), "编号规则里要有 {serial:N}，否则编号会重复"));
    }

    void CheckFields(List<Fault> faults)
    {
        var seen = new HashSet<string>();
        if (Type.Fields.Count == 0) faults.Add(new(Written.Place("fields"), "至少要有一个照面项（fields）"));
        for (var i = 0; i < Type.Fields.Count; i++)
        {
            var (f, at) = (Type.Fields[i], $"fields[{i}]");
            if (!FieldId().IsMatch(f.Id)) faults.Add(new(Written.Place(at + ".id"), "照面项标识应为字母开头的字母和数字"));
            else if (!seen.Add(f.Id)) faults.Add(new(Written.Place(at + ".id"), $"照面项 {f.Id} 写了两次"));
            if (f.Name.Length == 0) faults.Add(new(Written.Place(at), $"照面项 {f.Id} 缺少名称"));
            if (!FieldTypes.Contains(f.Type)) faults.Add(new(Written.Place(at + ".type"), $"数据类型应为 {string.Join("、", FieldTypes)}"));
            if (f.Grade is < 1 or > 4) faults.Add(new(Written.Place(at + ".grade"), "数据分级应为 1 到 4"));
            if (f.From is { } from) Expression(at + ".from", from, faults);
        }
    }

    void CheckYields(List<Fault> faults)
    {
        for (var i = 0; i < Type.Yields.Count; i++)
        {
            var (y, at) = (Type.Yields[i], $"yields[{i}]");
            if (y.Item.Length != 12 || !y.Item.All(char.IsAsciiDigit)) faults.Add(new(Written.Place(at + ".item"), "关联事项应为 12 位基本编码"));
            if (!YieldActs.Contains(y.Act)) faults.Add(new(Written.Place(at + ".act"), $"办理应为 {string.Join("、", YieldActs)}"));
            if (y.Number is { } number) Expression(at + ".number", number, faults);
            if (y.When is { } when) Expression(at + ".when", when, faults);
            foreach (var (field, from) in y.From)
                if (Type.Field(field) is null) faults.Add(new(Written.Place(at + ".from"), $"没有照面项 {field}"));
                else Expression($"{at}.from.{field}", from, faults);
        }
        foreach (var twice in Type.Yields.GroupBy(y => (y.Item, y.Act)).Where(g => g.Count() > 1)) faults.Add(new(Written.Place("yields"), $"事项 {twice.Key.Item} 的 {twice.Key.Act} 写了两次"));
    }

    void Expression(string at, string text, List<Fault> faults, bool row = false)
    {
        if (!Foundation.Expressions.Expression.TryParse(text, out var expression, out var fault)) faults.Add(new(Written.Place(at), $"表达式“{text}”不正确：{fault.Message}"));
        else if (!row && expression.Names.FirstOrDefault(n => !Roots.Contains(n)) is { } unknown) faults.Add(new(Written.Place(at), $"表达式里不认识 {unknown}，可以用 {string.Join("、", Roots.Order(StringComparer.Ordinal))}"));
    }

    /// <summary>Answers of a form that the type reads for one item, with the place of each.</summary>
    public IEnumerable<(string Field, string Where)> AnswersRead(Yield yield)
    {
        var texts = new List<(string? Text, string At)> { (yield.Number, "yields"), (yield.When, "yields") };
        if (yield.Act != "cancel")
        {
            texts.AddRange([(Type.Validity.Until, "validity"), (Type.HolderFrom?.Rows, "holderFrom")]);
            if (yield.Act == "issue" && Type.Number.StartsWith('=')) texts.Add((Type.Number[1..], "number"));
            if (Type.HolderFrom is { Rows: null } holder) texts.AddRange([(holder.Name, "holderFrom.name"), (holder.Code, "holderFrom.code")]);
            for (var i = 0; i < Type.Fields.Count; i++)
                texts.Add(yield.From.TryGetValue(Type.Fields[i].Id, out var own) ? (own, "yields") : (yield.Act == "issue" ? Type.Fields[i].From : null, $"fields[{i}].from"));
        }
        foreach (var (text, at) in texts)
            if (text is not null && Foundation.Expressions.Expression.TryParse(text, out var expression, out _))
                foreach (var path in expression.Paths.Where(p => p.StartsWith("answers.", StringComparison.Ordinal)))
                    yield return (path.Split('.')[1], Written.Place(at));
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{1,62}$")]
    private static partial Regex Key();
    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]{0,62}$")]
    private static partial Regex FieldId();
    [GeneratedRegex(@"\{([^}]*)\}")]
    internal static partial Regex Part();
}
