using Kapok.Cases.Deciding;
using Kapok.Cases.Documents;
using Kapok.Cases.Handling;
using Kapok.Foundation;
using Kapok.Foundation.Expressions;
using Kapok.Identity;

namespace Kapok.Cases.Tracking;

/// <summary>A receipt as it is printed.</summary>
/// <param name="Html">Body, safe to show.</param>
public sealed record PrintedReceipt(string Title, string Html, DocumentTemplate.SignatureBlock Signature);

/// <summary>The receipt of an application, made from the template of the item whenever it is asked for: it holds nothing that changes.</summary>
public sealed class Receipts(CalendarStore calendars, OrganisationDirectory directory)
{
    /// <summary>The receipt; null when the item has no template for it.</summary>
    public PrintedReceipt? Of(CaseView view)
    {
        if (!view.Definition.Documents.TryGetValue("receipt", out var template)) return null;
        var given = view.Materials.Where(m => m.AddedAt <= view.Row.SubmittedAt.UtcDateTime).Select(m => m.Material).Distinct().Select(view.Definition.NameOf).Distinct();
        var facts = new Dictionary<string, Value>
        {
            ["materials"] = Value.Of([.. given.Select(name => Value.Of(new Dictionary<string, Value> { ["name"] = name }))]),
        };
        var act = new CaseAct(view.Case, Actor.System, view.Definition, new CaseWorld(view.Clock.Now, calendars.Current, directory.Current));
        return new(template.Title, template.Render(new CaseScope(act, facts)), template.Signature);
    }
}
