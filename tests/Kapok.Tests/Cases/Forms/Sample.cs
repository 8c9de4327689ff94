using System.Text.Json;
using Kapok.Cases.Forms;
using Kapok.Foundation.Codes;

namespace Kapok.Tests.Cases.Forms;

/// <summary>Forms and answers for the tests of the engine.</summary>
static class Sample
{
    public static readonly DateOnly Today = new(2026, 9, 21);

    /// <summary>The worked example of docs/forms.md.</summary>
    public static FormDefinition Food { get; } = Parsed(Example());

    public static readonly string IdNumber = DemoCodes.CitizenId("440106", new DateOnly(1985, 3, 2), male: true, 7);
    public static readonly string CreditCode = DemoCodes.CreditCode("440106", 11);

    public static string Example()
    {
        var text = File.ReadAllText(Path.Combine(Path.GetDirectoryName(NodeModules.Folder)!, "docs/forms.md"));
        var start = text.IndexOf("```json\n", StringComparison.Ordinal) + 8;
        return text[start..text.IndexOf("\n```", start, StringComparison.Ordinal)];
    }

    public static FormDefinition Parsed(string json)
    {
        var parse = FormDefinition.Parse(json, "test");
        parse.Faults.ShouldBeEmpty();
        return parse.Definition!;
    }

    /// <summary>A form of one page with all properties on it.</summary>
    public static FormDefinition OnePage(string properties, string required = "", string ui = "")
    {
        using var parsed = JsonDocument.Parse("{" + properties + "}");
        var names = string.Join(",", parsed.RootElement.EnumerateObject().Select(p => $"\"{p.Name}\""));
        return Parsed($$$"""{"type":"object","required":[{{{required}}}],"properties":{{{{properties}}}},"ui":{"pages":[{"id":"one","title":"一","fields":[{{{names}}}]}]{{{(ui == "" ? "" : "," + ui)}}}}}""");
    }

    public static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    public static FormState Evaluate(FormDefinition form, string answers, FormContext? context = null) =>
        FormEngine.Evaluate(form, Json(answers), context ?? new FormContext(Today));

    /// <summary>Answers to <see cref="Food"/> that are complete.</summary>
    public static string Complete => $$"""
        {
          "operatorName": "广州小满餐饮店", "creditCode": "{{CreditCode}}", "legalPerson": "张三", "idNumber": "{{IdNumber}}", "phone": "13800138000",
          "category": "catering", "seats": 40, "servesRaw": false, "premises": { "division": "440106013005", "detail": "软件路 13 号" },
          "openingDate": "2026-11-01", "investment": 12000000,
          "staff": [ { "name": "李四", "role": "safety", "healthUntil": "2027-05-01", "wage": 650050 }, { "name": "王五", "role": "other", "wage": 500000 } ],
          "truthful": true
        }
        """;
}
