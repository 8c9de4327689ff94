using System.Text.Json;
using Kapok.Cases.Documents;
using Kapok.Cases.Forms;
using Kapok.Cases.Model;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Deciding;

/// <summary>What flows and document templates of a case may read: answers, case, item, body, applicant, decision.</summary>
sealed class CaseScope(CaseAct act, IReadOnlyDictionary<string, Value> facts) : IScope, IShownAnswers
{
    // A document is written after the act went on: it shows the case as it stood when the document was decided.
    readonly CaseRow row = act.Row;
    readonly string given = act.Answers;
    FormState? form;
    Value? answers, @case, item, body;

    public string? Shown(string path)
    {
        if (!path.StartsWith("answers.", StringComparison.Ordinal)) return null;
        form ??= Evaluated();
        return form.Field(path[8..]) is { HasValue: true } field ? field.Show(code => act.World.Directory.Division(code)?.FullName) : "";
    }

    FormState Evaluated()
    {
        using var document = JsonDocument.Parse(given);
        return FormEngine.Show(act.Definition.Form, document.RootElement.Clone(), new FormContext(act.World.Today));
    }

    public DateOnly? Today => act.World.Today;

    public Value Get(string name) => name switch
    {
        "answers" => answers ??= Read(given),
        "case" => @case ??= Value.Of(Case()),
        "decision" => Value.Of(new Dictionary<string, Value> { ["opinion"] = facts.GetValueOrDefault("opinion"), ["by"] = act.Actor.Name, ["date"] = Date(act.World.Now) }),
        "item" => item ??= Value.Of(Item()),
        "body" => body ??= Value.Of(Body()),
        "applicant" => Value.Of(new Dictionary<string, Value> { ["name"] = row.PartyName }),
        "today" => Value.Of(act.World.Today),
        _ => facts.GetValueOrDefault(name),
    };

    static Value Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Value.FromJson(document.RootElement.Clone());
    }

    Dictionary<string, Value> Case()
    {
        var values = new Dictionary<string, Value>
        {
            ["number"] = row.Number, ["queryCode"] = row.QueryCode.Length == 10 ? $"{row.QueryCode[..5]}-{row.QueryCode[5..]}" : row.QueryCode,
            ["submittedDate"] = Date(row.SubmittedAt), ["channel"] = (int)row.Channel, ["division"] = row.Division,
            ["acceptedDate"] = row.AcceptedAt is { } at ? Date(at) : Value.Null,
            ["dueDate"] = row.DueOn is { } due ? Value.Of($"{due.Year}年{due.Month}月{due.Day}日") : Value.Null,
        };
        if (act.World.Materials.TryGetValue(row.Id, out var materials)) values["materials"] = Value.Of([.. materials.Select(name => Value.Of(new Dictionary<string, Value> { ["name"] = name }))]);
        foreach (var (name, value) in facts) values[name] = value;
        return values;
    }

    Dictionary<string, Value> Item()
    {
        var content = act.Definition.Item.Content;
        return new()
        {
            ["name"] = content.Name, ["code"] = row.ItemCode, ["promisedDays"] = content.PromisedDays, ["legalDays"] = content.LegalDays,
            ["basis"] = string.Join("、", content.Basis.Select(b => $"《{b.Law.Trim('《', '》')}》{b.Article}")),
        };
    }

    Dictionary<string, Value> Body()
    {
        var (body, content) = (act.Body, act.Definition.Item.Content);
        return new() { ["name"] = body.Name, ["shortName"] = body.ShortName, ["phone"] = content.Phone ?? "12345", ["complaintPhone"] = content.ComplaintPhone ?? "12345" };
    }

    static string Date(DateTimeOffset at)
    {
        var day = ChinaTime.Local(at);
        return $"{day.Year}年{day.Month}月{day.Day}日";
    }
}
