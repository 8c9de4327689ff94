using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity.Administration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Identity.SignIn;

/// <summary>The page of a new node; not found once the node has its first officials.</summary>
static class SetupRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/setup", async (FirstOfficials first) => await first.Missing() is { Count: > 0 } missing ? Page(missing, new(), null) : Problems.NotFound()).AllowAnyone();
        routes.MapPost("/setup", async (HttpContext http, OrganisationDirectory directory, FirstOfficials first, [FromForm] SetupForm form) =>
        {
            if (await first.Missing() is not { Count: > 0 } missing) return Problems.NotFound();
            var outcome = await first.Open(form.Code ?? "", form.Post ?? "", new(form.Name, form.IdNumber, form.Phone, form.Account?.Trim().ToLowerInvariant()), $"setup {http.Address()}");
            return outcome.Ok
                ? new PageResult<SetupDonePage>(new { Official = outcome.Value!.Officials[0], More = missing.Count > 1 })
                : Page(missing, form, outcome.Faults.ToErrors("code", "post", "name", "idNumber", "phone", "account"));
        }).AllowAnyone();
    }

    static IResult Page(IReadOnlyList<MissingOfficial> missing, SetupForm form, FieldErrors? errors) =>
        new PageResult<SetupPage>(new { Missing = missing, Form = form, Errors = errors }) { StatusCode = errors is null ? 200 : 422 };
}

/// <summary>What was typed into the page of a new node.</summary>
public sealed record SetupForm
{
    public string? Code { get; init; }
    public string? Post { get; init; }
    public string? Name { get; init; }
    public string? IdNumber { get; init; }
    public string? Phone { get; init; }
    public string? Account { get; init; }
}
