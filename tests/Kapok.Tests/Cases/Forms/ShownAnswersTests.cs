using System.Text.Json.Nodes;
using Kapok.Cases.Forms;
using Xunit;

namespace Kapok.Tests.Cases.Forms;

/// <summary>The database keeps the members of an object in an order of its own; what is shown does not depend on it.</summary>
public sealed class ShownAnswersTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Answers_in_any_order_are_shown_as_they_were_submitted(bool backwards)
    {
        var submitted = FormEngine.Evaluate(Sample.Food, Sample.Json(Sample.Complete), new FormContext(Sample.Today));
        var kept = Ordered(JsonNode.Parse(submitted.Submission.GetRawText())!, backwards);
        ((JsonObject)kept)["not a field"] = 1;
        var shown = FormEngine.Show(Sample.Food, Sample.Json(kept.ToJsonString()), new FormContext(Sample.Today));
        Assert.Equal(Said(submitted.Fields), Said(shown.Fields));
        Assert.Contains(shown.Fields, f => f.Rows.Length > 0);
        Assert.Contains(shown.Fields, f => f.Members.Length > 1 && f.Members.Any(m => m.HasValue));
    }

    static List<string> Said(IEnumerable<FieldState> fields) =>
        [.. fields.Where(f => f.Visible).SelectMany(f => f.Members.Length > 0 ? Said(f.Members) : f.Rows.Length > 0 ? f.Rows.SelectMany(r => Said(r)) : [$"{f.Path}={f.Show()}"])];

    /// <summary>As jsonb keeps it: short names first; or the other way round.</summary>
    static JsonNode Ordered(JsonNode node, bool backwards) => node switch
    {
        JsonObject o => new JsonObject(backwards
            ? o.Reverse().Select(p => KeyValuePair.Create(p.Key, p.Value is null ? null : Ordered(p.Value, backwards)))
            : o.OrderBy(p => p.Key.Length).ThenBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, p.Value is null ? null : Ordered(p.Value, backwards)))),
        JsonArray a => new JsonArray([.. a.Select(v => v is null ? null : Ordered(v, backwards))]),
        _ => node.DeepClone(),
    };
}
