using Kapok.Foundation;
using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Desk;

/// <summary>Who may stand at a desk: officials who hold some permission over cases. The technical operator and the auditor do not.</summary>
static class DeskDoor
{
    public static bool Opens(Actor actor) => actor.Kind == ActorKind.Official && actor.Grants.Any(g => g.Permissions.Any(p => p.StartsWith("cases.", StringComparison.Ordinal)));

    public static RouteGroupBuilder Group(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/desk").AllowOfficials();
        group.AddEndpointFilter(async (context, next) =>
            Opens(context.HttpContext.Actor()) ? await next(context) : Problems.Forbidden("您的岗位不办理办件"));
        return group;
    }
}
