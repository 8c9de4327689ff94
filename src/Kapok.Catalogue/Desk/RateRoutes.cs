using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Catalogue.Desk;

/// <summary>Rates as a page and for programs. The figures are public, because they come from public lists.</summary>
static class RateRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/rates", (Delegate)Answer).AllowAnyone();
        routes.MapPost("/api/v1/items/{id:guid}/exemptions", async (HttpContext http, CatalogueRates rates, Guid id, NewExemption body) =>
            (await rates.Exempt(http.Actor(), id, body.Rate ?? "", body.Approver ?? "", body.Document ?? "", body.Reason ?? "", body.From, body.To)).Answer(StatusCodes.Status201Created)).Allow(CatalogueDesk.Release);
        routes.MapPost("/api/v1/exemptions/{id:guid}/end", async (HttpContext http, CatalogueRates rates, Guid id, End body) => (await rates.EndExemption(http.Actor(), id, body.LastDay)).Answer()).Allow(CatalogueDesk.Release);
        routes.MapPost("/api/v1/rates/baselines", async (HttpContext http, CatalogueRates rates, NewBaseline body) => (await rates.Freeze(http.Actor(), body.Name ?? "", body.CutOff, body.Approver ?? "")).Answer(StatusCodes.Status201Created)).Allow(CatalogueDesk.Release);
        routes.MapGet("/desk/catalogue/rates", (Delegate)Page).AllowOfficials();
    }

    public sealed record NewExemption(string? Rate, string? Approver, string? Document, string? Reason, DateOnly From, DateOnly? To);
    public sealed record End(DateOnly LastDay);
    public sealed record NewBaseline(string? Name, DateTimeOffset CutOff, string? Approver);

    /// <param name="date">Cut-off: the end of this day in China; today when left out.</param>
    static async Task<IResult> Answer(CatalogueRates rates, TimeProvider time, DateOnly? date, string? division, string? line, int? level, Guid? baseline)
    {
        var query = new RateQuery(CutOff(time, date), division, line, level, baseline);
        return Results.Json(new { cutOff = query.CutOff, division, line, level, items = await rates.Compute(query) }, Json.Options);
    }

    static async Task<IResult> Page(HttpContext http, CatalogueRates rates, OrganisationDirectory directory, TimeProvider time, string? division, string? line, Guid? baseline)
    {
        var date = DateInput.TryRead(string.Join('-', http.Request.Query["date.year"], http.Request.Query["date.month"], http.Request.Query["date.day"]), out var chosen) ? chosen : (DateOnly?)null;
        var baselines = await rates.Baselines();
        var query = new RateQuery(CutOff(time, date), division is { Length: > 0 } ? division : null, line is { Length: > 0 } ? line : null, Baseline: baseline ?? baselines.FirstOrDefault()?.Id);
        return new PageResult<RatesPage>(new
        {
            Rates = await rates.Compute(query), History = await rates.History(query), Exemptions = await rates.Exemptions(query.Division), Baselines = baselines, Query = query,
            Date = date, Lines = directory.Current.Lines, Divisions = directory.Current.Divisions.Where(d => d.Level is Foundation.Codes.DivisionLevel.Province or Foundation.Codes.DivisionLevel.City or Foundation.Codes.DivisionLevel.County).ToList(),
        });
    }

    static DateTimeOffset CutOff(TimeProvider time, DateOnly? date) =>
        date is { } day && day.Year is > 2000 and < 9000 && ChinaTime.At(day.AddDays(1)).AddTicks(-10) is var end && end < time.GetUtcNow() ? end : time.GetUtcNow();
}
