using Kapok.Cases.Forms.Pages;
using Kapok.Foundation;
using Kapok.Foundation.Pages;
using Kapok.Identity;

namespace Kapok.Cases.Applying;

/// <summary>What citizen pages supply to the fields of a form: the divisions of the node.</summary>
public sealed class FormPlace(OrganisationDirectory directory, NodeOptions node)
{
    /// <summary>Code whose children are the first level.</summary>
    public string Root => directory.Division(node.Division) is null ? "440000" : node.Division;

    /// <summary>Divisions right below a code.</summary>
    public IReadOnlyList<Choice> Below(string? code) => [.. directory.Children(code ?? Root).Select(d => new Choice(d.Code, d.Name))];

    /// <summary>Full name of a division.</summary>
    public string? NameOf(string code) => directory.Division(code)?.FullName;

    /// <param name="load">Address that answers with a picker again: (field path) → address.</param>
    public FieldSettings Settings(Func<string, string?>? load = null) => new() { Divisions = Below, DivisionRoot = Root, DivisionName = NameOf, DivisionLoadUrl = load, DivisionFindUrl = $"/api/v1/divisions?within={Root}" };
}
