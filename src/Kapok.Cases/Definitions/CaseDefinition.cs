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

    /// <summary>What a file was given for: the name of a material of the item, or the label of a question of the form.</summary>
    public string NameOf(string material) => FileAnswer.PathOf(material) is { } path ? Form.Find(path)?.Label ?? material : Item.Content.Materials.FirstOrDefault(m => m.Id == material)?.Name ?? material;

    /// <summary>Whether a notice or decision lists the materials handed in. The receipt is made from what it is shown with.</summary>
    public bool NamesMaterials { get; } = Documents.Any(d => d.Key != "receipt" && d.Value.Paths.Any(p => p.StartsWith("case.materials", StringComparison.Ordinal)));

    public ClockTerms Terms { get; } = Deciding.CaseClock.Terms(Item.Content);
}
