using Kapok.Cases.Applying;
using Kapok.Catalogue;
using Kapok.Documents.Licences.Holding;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Tracking;

/// <summary>An error on a licence becomes a case of the issuing body: an application with what is known already filled in.</summary>
static class LicenceObjections
{
    /// <summary>Basic code of the item 电子证照信息纠正.</summary>
    public const string Item = "442083001000";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/my/licences/{id:guid}/objection", Begin).AllowSignedIn();

    static async Task<IResult> Begin(Guid id, HttpContext http, Wallet wallet, Items items, Drafts drafts)
    {
        var actor = http.Actor();
        if (await wallet.Find(id, actor) is not { } licence) return Problems.NotFound("没有这本证照");
        // The issuer itself where it has taken the item over, else the nearest body of the place.
        var item = await items.Find(Item, licence.Issuer) ?? await items.Nearest(Item, licence.AreaCode);
        if (item?.ImplementationCode is not { } implementation) return Results.Redirect($"/items?q={Uri.EscapeDataString("证照信息纠正")}");
        // The same licence again opens the application that was begun.
        var known = new Guid(System.Security.Cryptography.SHA256.HashData([.. licence.Id.ToByteArray(), .. (actor.Person ?? Guid.Empty).ToByteArray()])[..16]);
        var begun = await drafts.Begin(implementation, actor, null, known);
        if (!begun.Ok) return begun.Refuse();
        if (await drafts.Find(begun.Value, actor) is { Row.Version: 0 or 1 } fresh && fresh.Row.Answers is "{}")
            await drafts.Save(begun.Value, actor, Json.Element(new { licenceName = licence.Name, licenceNumber = licence.Number, identifier = licence.Identifier }), null);
        return Results.Redirect($"/my/drafts/{begun.Value}");
    }
}
