using Kapok.Foundation.Codes;
using Kapok.Foundation.Expressions;

namespace Kapok.Catalogue.Linting;

/// <summary>Conditions must be expressions over names that exist.</summary>
static class ExpressionRules
{
    /// <summary>Names every condition may use besides the questions of its form.</summary>
    static readonly HashSet<string> Always = ["applicant", "answers", "case", "item"];

    public static void Check(ItemContent item, LintContext context, Findings findings)
    {
        var questions = item.Eligibility.Select(q => q.Id).ToHashSet();
        for (var i = 0; i < item.Eligibility.Count; i++)
        {
            var (question, at) = (item.Eligibility[i], $"eligibility[{i}]");
            if (string.IsNullOrWhiteSpace(question.Question)) findings.Error("structure.required", at + ".question", "问题没有填写", "写成一句能用“是”或“否”回答的话。");
            if (string.IsNullOrWhiteSpace(question.Refusal)) findings.Error("eligibility.without-refusal", at + ".refusal", "没有写明不通过时怎么告诉申请人", "说清是哪条规定、可以改办什么。");
            Parse(question.PassWhen, at + ".passWhen", questions, findings, required: true);
            if (question.See is not { } see) continue;
            if (!BasicItemCode.Check(see).IsValid) findings.Error("code.invalid", at + ".see", $"改办事项“{see}”不是基本编码", "填写 12 位基本编码。");
            else if (context.ItemExists?.Invoke(see) == false) findings.Warn("eligibility.see-unknown", at + ".see", $"改办事项 {see} 还没有发布", "先发布那个事项，或者去掉改办。");
        }

        var fields = item.Form is { } form ? context.FormFields?.Invoke(form) : null;
        if (item.Form is { } name && context.FormFields is not null && fields is null)
            findings.Error("form.unknown", "form", $"没有表单“{name}”", "表单由应用包提供，写作 包名/表单名。");
        for (var i = 0; i < item.Materials.Count; i++)
            if (item.Materials[i].When is { } when) Parse(when, $"materials[{i}].when", Known(fields, questions), findings, required: false);
    }

    static HashSet<string>? Known(IReadOnlySet<string>? fields, HashSet<string> questions) => fields is null ? null : [.. fields, .. questions, .. Always];

    static void Parse(string text, string field, IReadOnlySet<string>? known, Findings findings, bool required)
    {
        if (text.Length == 0 && !required) return;
        if (!Expression.TryParse(text, out var expression, out var fault))
        {
            findings.Error("expression.faulty", field, $"条件写得不对：{fault.Message}", "条件的写法见应用包说明，例如 age >= 80 and hasLicence = true。");
            return;
        }
        if (known is null) return;
        foreach (var name in expression.Names.Where(n => !known.Contains(n)))
            findings.Error("expression.unknown-name", field, $"条件里的“{name}”不是已知的问题", $"可用：{string.Join("、", known.Order(StringComparer.Ordinal).Take(20))}。");
    }
}
