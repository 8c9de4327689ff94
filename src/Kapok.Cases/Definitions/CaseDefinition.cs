using System.Collections.Immutable;
using Kapok.Cases.Clock;
using Kapok.Cases.Documents;
using Kapok.Cases.Flow;
using Kapok.Cases.Forms;
using Kapok.Catalogue;
using Kapok.Identity;
using Kapok.Identity.Divisions;

namespace Kapok.Cases.Definitions;

/// <summary>Everything a case was begun with: the item as published then, its form, flow and documents. Never changes.</summary>
public sealed record CaseDefinition(int Id, PublishedItem Item, FormDefinition Form, FlowDefinition Flow, ImmutableDictionary<string, DocumentTemplate> Documents)
{
    /// <summary>The body that handles the case; only implemented items can be applied for.</summary>
    public Organisation Body => Item.Organisation ?? throw new InvalidOperationException($"item {Item.BasicCode} has no implementing body");

    /// <summary>31-character implementation code.</summary>
    public string Implementation => Item.ImplementationCode ?? throw new InvalidOperationException($"item {Item.BasicCode} has no implementation code");

    public ClockTerms Terms { get; } = Deciding.CaseClock.Terms(Item.Content);
}
