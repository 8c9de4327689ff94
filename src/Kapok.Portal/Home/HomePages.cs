using Kapok.Cases.Tracking;
using Kapok.Catalogue;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Portal.Home;

/// <summary>The first page.</summary>
static class HomePages
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/", Show).AllowAnyone();

    static async Task<IResult> Show(HttpContext http, CatalogueEntrance entrance, ItemUse use, WaitingThings waiting) =>
        new PageResult<HomePage>(new { Events = await entrance.LifeEvents(), Often = await use.Most(6), Waiting = await waiting.Of(http.Actor()), SignedIn = http.Actor().SignedIn });
}
