using System.Text.Json;

namespace Kapok.Cases.Forms;

/// <summary>
/// The form engine. Nothing about progress is stored: pages, conditions, computed values and faults are derived from the
/// definition and the answers each time, always by the same rules, whoever asks.
/// </summary>
public static class FormEngine
{
    /// <summary>Evaluates a form.</summary>
    /// <param name="answers">A JSON object; unknown names are left out, wrong kinds become faults.</param>
    public static FormState Evaluate(FormDefinition definition, JsonElement answers, FormContext context) =>
        new Evaluation(definition, context).Run(answers);

    /// <summary>The form as it is shown to read: what was answered, without asking again whether it is right.</summary>
    /// <param name="answers">As they were submitted (<see cref="FormState.Submission"/>), in any order.</param>
    public static FormState Show(FormDefinition definition, JsonElement answers, FormContext context) =>
        new Evaluation(definition, context).Run(answers, check: false);

    /// <summary>
    /// Takes what a page posted into the answers. What cannot be understood is kept as typed and becomes a fault when the
    /// result is evaluated. Names that the page does not have, and changes to closed fields, are left out and reported.
    /// </summary>
    /// <param name="posted">Names and values as a browser sends them.</param>
    public static FormPost ApplyPage(FormDefinition definition, JsonElement answers, string pageId,
        IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> posted, FormContext context) =>
        new PageBinding(definition, posted, context).Apply(answers, pageId);
}
