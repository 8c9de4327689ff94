using System.Collections.Immutable;
using Kapok.Cases.Clock;
using Kapok.Cases.Documents;
using Kapok.Cases.Flow;
using Kapok.Cases.Forms;
using Kapok.Catalogue;

namespace Kapok.Cases.Definitions;

/// <summary>Everything a case was begun with: the item as published then, its form, flow and documents. Never changes.</summary>
public sealed record CaseDefinition(int Id, PublishedItem Item, FormDefinition Form, FlowDefinition Flow, ImmutableDictionary<string, DocumentTemplate> Documents)
{
    public ClockTerms Terms { get; } = Deciding.CaseClock.Terms(Item.Content);
}
