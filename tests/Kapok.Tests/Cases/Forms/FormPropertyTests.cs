using System.Text.Json;
using System.Text.Json.Nodes;
using Kapok.Cases.Forms;
using static Kapok.Tests.Cases.Forms.Sample;

namespace Kapok.Tests.Cases.Forms;

/// <summary>What must hold for any answers at all: random ones, half sensible, half nonsense.</summary>
public sealed class FormPropertyTests
{
    static readonly string[] texts = ["", " ", "甲", "catering", "retail", "canteen", "safety", "other", "440106", "2026-11-01", "2026-4-31", "13800138000", "12.5", "1,200", "true", "on", "x\u0000y", "𠮷", "\u202E", "<b>", "=1+1"];

    static JsonNode? Any(Random random, FormField? field, int depth)
    {
        if (field is { Widget: Widget.Rows } && random.Next(8) > 0) return new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Members(random, field, depth))]);
        if (field is { HasMembers: true } && random.Next(8) > 0) return Members(random, field, depth);
        if (field is { Options.Length: > 0 } && random.Next(3) > 0) return JsonNode.Parse(field.Options[random.Next(field.Options.Length)].Value.GetRawText());
        return random.Next(depth > 0 ? 9 : 7) switch
        {
            0 => null,
            1 => random.Next(2) == 0,
            2 => random.Next(-5, 5_000),
            3 => random.Next(0, 500) / 10m,
            4 or 5 or 6 => texts[random.Next(texts.Length)],
            7 => new JsonArray(Any(random, null, depth - 1), Any(random, null, depth - 1)),
            _ => new JsonObject { ["division"] = Any(random, null, depth - 1), ["name"] = Any(random, null, depth - 1) },
        };
    }

    static JsonObject Members(Random random, FormField field, int depth)
    {
        var group = new JsonObject();
        foreach (var member in field.Members) if (random.Next(4) > 0) group[member.Name] = Any(random, member, depth - 1);
        return group;
    }

    static JsonElement Answers(Random random)
    {
        var answers = new JsonObject();
        foreach (var field in Food.Fields) if (random.Next(5) > 0) answers[field.Name] = Any(random, field, 2);
        if (random.Next(4) == 0) answers["extra"] = Any(random, null, 2);
        return JsonSerializer.SerializeToElement(answers);
    }

    static void ForMany(Action<FormState, Random> check)
    {
        for (var seed = 0; seed < 600; seed++)
        {
            var random = new Random(seed);
            var answers = Answers(random);
            try { check(FormEngine.Evaluate(Food, answers, new FormContext(Today)), random); }
            catch (Exception e) { throw new Xunit.Sdk.XunitException($"seed {seed}: {answers.GetRawText()}\n{e}"); }
        }
    }

    [Fact]
    public void Evaluating_what_was_submitted_changes_nothing() => ForMany((state, _) =>
    {
        var again = FormEngine.Evaluate(Food, state.Submission, new FormContext(Today));
        again.Submission.GetRawText().ShouldBe(state.Submission.GetRawText());
        again.Faults.Select(f => f.ToString()).ShouldBe(state.Faults.Select(f => f.ToString()));
        again.Unknown.ShouldBeEmpty();
    });

    [Fact]
    public void A_draft_keeps_its_shape_when_it_is_read_again() => ForMany((state, _) =>
        FormEngine.Evaluate(Food, state.Answers, new FormContext(Today)).Answers.GetRawText().ShouldBe(state.Answers.GetRawText()));

    [Fact]
    public void A_form_without_faults_obeys_its_schema_but_for_what_is_hidden() => ForMany((state, _) =>
    {
        if (state.IsComplete) Food.Schema.Validate(state.Submission).ShouldBeEmpty();
        foreach (var error in Food.Schema.Validate(state.Submission).Where(e => e.Keyword is not ("required" or "minItems" or "maxItems")))
            state.Faults.ShouldNotBeEmpty(error.ToString());
    });

    [Fact]
    public void Every_fault_stands_at_a_visible_field_of_its_page() => ForMany((state, _) =>
    {
        foreach (var fault in state.Faults)
        {
            state.Field(fault.Path).ShouldNotBeNull(fault.Path).Visible.ShouldBeTrue(fault.Path);
            fault.Page.Fields.Select(f => f.Name).ShouldContain(fault.Path.Split('.', '[')[0]);
        }
    });

    [Fact]
    public void Equal_answers_have_no_differences_and_closed_forms_no_faults() => ForMany((state, random) =>
    {
        FormDiff.Between(Food, state.Answers, state.Answers).ShouldBeEmpty();
        FormEngine.Evaluate(Food, state.Answers, new FormContext(Today) { OpenFields = new HashSet<string>() }).Faults.ShouldBeEmpty();
    });
}
