using System.Text.Json;
using Kapok.Catalogue;
using Kapok.Cases.Designing.Flows;
using Kapok.Cases.Designing.Pages;
using Kapok.Cases.Flow;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Expressions;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Designing;

/// <summary>Pages of a flow: drawing, checking while drawing, dry run.</summary>
static class FlowRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var flow = DesignerDoor.Group(routes, "/desk/designer/flows/{package}/{name}");
        flow.MapGet("", Show);
        flow.MapPost("check", Check).Allow(CatalogueDesk.Edit);
        flow.MapGet("dry-run", DryRunPage);
    }

    static async Task<IResult> Show(HttpContext http, DesignDesk desk, string package, string name, string? done)
    {
        var shown = await desk.Show(http.Actor(), "flow", $"{package}/{name}");
        if (!shown.Ok) return shown.Refuse();
        var flow = FlowDefinition.Parse(shown.Value!.Text, shown.Value.Design.Name).Definition;
        return new PageResult<FlowPage>(new { Of = shown.Value, Flow = flow, Drawing = FlowDrawing.Complete(shown.Value.Text, flow), Done = done });
    }

    /// <summary>For the drawing program: what is wrong with a text that has not been saved.</summary>
    static async Task<IResult> Check(HttpContext http, DesignDesk desk, string package, string name)
    {
        var post = await DesignPost.Read(http, desk, "flow", package, name);
        var faults = await desk.Check(post.Actor, "flow", post.Name, post.Form["text"].ToString());
        return faults.Ok ? Results.Json(new { faults = faults.Value }, Json.Options) : faults.Refuse();
    }

    static async Task<IResult> DryRunPage(HttpContext http, DesignDesk desk, TimeProvider time, string package, string name, string? answers)
    {
        var shown = await desk.Show(http.Actor(), "flow", $"{package}/{name}");
        if (!shown.Ok) return shown.Refuse();
        if (await desk.Linked(shown.Value!) is not { } flow) return Results.Redirect($"{shown.Value!.Design.Address}/text");
        var choices = http.Request.Query["do"].Select(d => d ?? "").Where(d => d.Length > 0).ToList();
        var (data, wrong) = Data(answers, ChinaTime.DateOf(time.GetUtcNow()));
        return new PageResult<Pages.DryRunPage>(new { Of = shown.Value, Run = DryRun.Play(flow, data, choices), Flow = flow, Choices = choices, Answers = answers ?? "", Wrong = wrong });
    }

    /// <summary>What conditions of a flow read, made up: <c>answers</c> as given, a case without a number.</summary>
    public static (IScope Data, string? Wrong) Data(string? answers, DateOnly today)
    {
        JsonElement given = default;
        string? wrong = null;
        if (!string.IsNullOrWhiteSpace(answers))
        {
            try { given = JsonDocument.Parse(answers).RootElement; }
            catch (JsonException e) { wrong = $"第 {e.LineNumber + 1} 行：不是正确的 JSON"; }
            if (wrong is null && given.ValueKind != JsonValueKind.Object) (given, wrong) = (default, "应写作 JSON 对象，例如 {\"category\": \"catering\"}");
        }
        return (new DictionaryScope(new Dictionary<string, Value>
        {
            ["answers"] = given.ValueKind == JsonValueKind.Object ? Value.FromJson(given) : Value.Of(new Dictionary<string, Value>()),
            ["case"] = Value.Of(new Dictionary<string, Value> { ["number"] = "试走", ["channel"] = 2 }), ["today"] = Value.Of(today),
        }, today), wrong);
    }
}
