using Dapper;
using Kapok.Foundation;

namespace Kapok.Catalogue.Desk;

/// <summary>The part of the lists that an official's grants reach, as a condition on <c>catalogue.item i</c>. A stranger's draft is not found.</summary>
static class Scope
{
    static readonly string[] Permissions = [CatalogueDesk.Edit, CatalogueDesk.Review, CatalogueDesk.Release];

    public static bool Reaches(Actor actor, Target target) => Permissions.Any(p => Access.Decide(actor, p, target));

    /// <summary>SQL that is true for what the actor may work on; parameters are added to <paramref name="values"/>.</summary>
    public static string Condition(Actor actor, DynamicParameters values)
    {
        if (actor.Kind == ActorKind.System) return "true";
        var parts = new List<string>();
        foreach (var grant in actor.Grants.Where(g => g.Permissions.Overlaps(Permissions)))
        {
            var (n, all) = (parts.Count, new List<string>());
            if (grant.Division is { } division)
            {
                all.Add($"(i.division = @scopeDivision{n} or i.division like @scopeBelow{n})");
                values.Add($"scopeDivision{n}", division);
                values.Add($"scopeBelow{n}", division + ".%");
            }
            if (grant.Organisation is { } organisation) { all.Add($"i.organisation = @scopeOrganisation{n}"); values.Add($"scopeOrganisation{n}", organisation); }
            if (grant.Line is { } line) { all.Add($"i.line = @scopeLine{n}"); values.Add($"scopeLine{n}", line); }
            if (all.Count == 0) return "true";
            parts.Add("(" + string.Join(" and ", all) + ")");
        }
        return parts.Count == 0 ? "false" : "(" + string.Join(" or ", parts) + ")";
    }
}
