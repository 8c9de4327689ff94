using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Desk;

/// <summary>Who may stand at a desk: officials who hold some permission over cases. The technical operator and the auditor do not.</summary>
static class DeskDoor
{
    public static RouteGroupBuilder Group(IEndpointRouteBuilder routes) => routes.MapGroup("/desk").AllowFamily("cases.", "您的岗位不办理办件");
}
