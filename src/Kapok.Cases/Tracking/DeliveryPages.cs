using Kapok.Cases.Handling;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Tracking;

/// <summary>How the result reaches the applicant: chosen by page or program, noted by officials.</summary>
static class DeliveryPages
{
    public static void Map(RouteGroupBuilder one)
    {
        one.MapGet("delivery", async (Guid id, HttpContext http, CaseViews views) => await views.ForApplicant(id, http.Actor()) is { } view
            ? view.MayChooseDelivery ? Page(view, view.Delivery.Choice, null) : Results.Redirect($"/my/cases/{id}#delivery") : Problems.NotFound("没有这个办件"));
        one.MapPost("delivery", Choose);
    }

    public static void MapApi(RouteGroupBuilder mine, RouteGroupBuilder cases)
    {
        mine.MapPut("cases/{id:guid}/delivery", async (Guid id, ChoiceBody body, HttpContext http, Deliveries deliveries) =>
            Brief(await deliveries.Choose(id, http.Actor(), new(body.Method, body.Recipient ?? "", body.Phone ?? "", body.Place ?? ""))));
        cases.MapPost("{id:guid}/delivery", async (Guid id, MoveBody body, HttpContext http, Deliveries deliveries) =>
            Brief(await deliveries.Move(id, http.Actor(), body.Stage, body.Carrier ?? "", body.Number ?? "", body.Note ?? "")));
    }

    public sealed record ChoiceBody(DeliveryMethod Method, string? Recipient, string? Phone, string? Place);
    public sealed record MoveBody(DeliveryStage Stage, string? Carrier, string? Number, string? Note);

    static IResult Brief(Outcome<CaseSnapshot> outcome) => outcome.Ok ? Results.Json(CaseJson.Brief(outcome.Value!), Json.Options) : outcome.Refuse();

    static PageResult<DeliveryPage> Page(CaseView view, DeliveryChoice typed, FieldErrors? errors) =>
        new(new { View = view, Typed = typed, Errors = errors }) { StatusCode = errors is null ? 200 : 422 };

    static async Task<IResult> Choose(Guid id, HttpContext http, CaseViews views, Deliveries deliveries)
    {
        if (await views.ForApplicant(id, http.Actor()) is not { } view) return Problems.NotFound("没有这个办件");
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        string Text(string name) => form[name].ToString().Trim();
        var errors = new FieldErrors();
        if (!Enum.TryParse<DeliveryMethod>(Text("method"), true, out var method) || !Enum.IsDefined(method)) errors.Add("method", "请选择怎样领取结果");
        var place = method switch { DeliveryMethod.Locker => Text("locker"), DeliveryMethod.Window => Text("window"), _ => Text("place") };
        var wanted = new DeliveryChoice(method, Text("recipient"), Text("phone"), place);
        if (errors.Any) return Page(view, wanted, errors);
        var done = await deliveries.Choose(id, http.Actor(), wanted);
        if (done.Ok) return Results.Redirect($"/my/cases/{id}?done=delivery#delivery");
        if (done.Refused != Refusal.Invalid) return done.Refuse();
        foreach (var fault in done.Faults) errors.Add(fault.Where == "place" ? method switch { DeliveryMethod.Locker => "locker", DeliveryMethod.Window => "window", _ => "place" } : fault.Where, fault.Message);
        return Page(view, wanted, errors);
    }
}
