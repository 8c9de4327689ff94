using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Foundation.Pages;

/// <summary>Routes of the page of all components and of the sample pages made from them.</summary>
internal static class Gallery
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/components").AllowAnyone();
        group.MapGet("", () => new PageResult<GalleryPage>());
        group.MapGet("/home", () => new PageResult<GalleryHome>());
        group.MapGet("/item", () => new PageResult<GalleryItem>());
        group.MapGet("/case", () => new PageResult<GalleryCase>());
        group.MapGet("/desk", () => new PageResult<GalleryDesk>());
        group.MapGet("/review", () => new PageResult<GalleryReview>());
        group.MapGet("/sign-in", () => new PageResult<GallerySignIn>());
        group.MapGet("/division", (string[] division) => new PageResult<DivisionPicker>(new Dictionary<string, object?>
        {
            [nameof(DivisionPicker.Name)] = "division",
            [nameof(DivisionPicker.Label)] = "经营场所所在地",
            [nameof(DivisionPicker.Root)] = "440000",
            [nameof(DivisionPicker.Depth)] = 3,
            [nameof(DivisionPicker.Options)] = (Func<string?, IReadOnlyList<Choice>>)GallerySamples.DivisionsBelow,
            [nameof(DivisionPicker.Value)] = DivisionPicker.Read(division),
            [nameof(DivisionPicker.LoadUrl)] = "/components/division",
        }));
        // The samples of forms keep nothing.
        group.MapPost("/draft", () => Results.NoContent());
        group.MapPost("", () => Results.LocalRedirect("/components"));
    }
}
