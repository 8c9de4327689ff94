using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Identity.SignIn;

/// <summary>After signing in again: what was posted is there, one press sends it on.</summary>
static class KeptFormRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(KeptForms.Address, async (HttpContext http, KeptForms forms) => new PageResult<KeptFormPage>(new { Kept = await forms.Find(http) })).AllowSignedIn();
        routes.MapPost(KeptForms.Address + "/forget", async (HttpContext http, KeptForms forms) => { await forms.Forget(http); return Results.Redirect("/"); }).AllowSignedIn();
    }
}
