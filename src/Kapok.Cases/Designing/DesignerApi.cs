using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kapok.Catalogue;
using Kapok.Cases.Designing.Flows;
using Kapok.Cases.Designing.Forms;
using Kapok.Cases.Forms;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Designing;

/// <summary>
/// The designer for programs of officials. A change names the working copy's revision in If-Match; a stale one is 409
/// with what others did since.
/// </summary>
static class DesignerApi
{
    /// <param name="Organisation">Key: <c>market@440106</c>.</param>
    public sealed record NewDesign(string? Kind, string? Organisation, string? Name, string? Title, string? From);
    public sealed record Words(string? Note, int? Number);
    public sealed record Doing(string? Do, Dictionary<string, JsonElement>? With);
    public sealed record NewSample(string? Title, JsonObject? Answers);

    /// <param name="Answers">As far as somebody has come; without them, the sample's.</param>
    /// <param name="Sample">Key of a sample or a scenario, as the list of samples names it.</param>
    public sealed record TryAnswers(JsonObject? Answers, string? Sample);

    /// <param name="Choices">The way so far, as <c>choices</c> of an answer name it.</param>
    public sealed record DryWay(List<string>? Choices, JsonElement? Answers);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var all = DesignerDoor.Group(routes, "/api/v1/designer").WithTags("designer");
        all.MapGet("", List);
        all.MapPost("", Make).Allow(CatalogueDesk.Edit);
        foreach (var kind in (string[])["form", "flow"])
        {
            var one = DesignerDoor.Group(routes, $"/api/v1/designer/{kind}s/{{package}}/{{name}}").WithTags("designer");
            one.MapGet("", (HttpContext http, DesignDesk desk, string package, string name) => Show(http, desk, kind, $"{package}/{name}"));
            one.MapGet("file", (HttpContext http, DesignDesk desk, string package, string name) => File(http, desk, kind, $"{package}/{name}"));
            one.MapGet("export", (HttpContext http, DesignDesk desk, string package, string name) => Export(http, desk, kind, $"{package}/{name}"));
            one.MapGet("history", (HttpContext http, DesignDesk desk, string package, string name) => History(http, desk, kind, $"{package}/{name}"));
            one.MapGet("changes", (HttpContext http, DesignDesk desk, string package, string name, int? from, int? to) => Changes(http, desk, kind, $"{package}/{name}", from, to));
            one.MapPost("check", async (HttpContext http, DesignDesk desk, string package, string name) => Faults(await desk.Check(http.Actor(), kind, $"{package}/{name}", await Body(http))));
            one.MapPost("draft", (HttpContext http, DesignDesk desk, string package, string name) => Head(http, desk.Open(http.Actor(), kind, $"{package}/{name}"))).Allow(CatalogueDesk.Edit);
            void Act(string method, string step, string permission, Func<HttpContext, DesignDesk, string, int, Task<Outcome<WorkHead>>> act) => one.MapMethods($"draft{step}", [method], (HttpContext http, DesignDesk desk, string package, string name) =>
                WithRevision(http, revision => Changed(http, desk, revision, act(http, desk, $"{package}/{name}", revision)))).Allow(permission);
            Act("PUT", "", CatalogueDesk.Edit, async (http, desk, name, revision) => await desk.Save(http.Actor(), kind, name, revision, await Body(http)));
            Act("DELETE", "", CatalogueDesk.Edit, (http, desk, name, revision) => desk.Drop(http.Actor(), kind, name, revision));
            Act("POST", "/undo", CatalogueDesk.Edit, (http, desk, name, revision) => desk.Undo(http.Actor(), kind, name, revision));
            Act("POST", "/submit", CatalogueDesk.Edit, async (http, desk, name, revision) => await desk.Submit(http.Actor(), kind, name, revision, (await Read<Words>(http))?.Note ?? ""));
            Act("POST", "/return", CatalogueDesk.Review, async (http, desk, name, revision) => await desk.Return(http.Actor(), kind, name, revision, (await Read<Words>(http))?.Note ?? ""));
            one.MapPost("draft/publish", (HttpContext http, DesignDesk desk, string package, string name) => WithRevision(http, async revision => (await desk.Publish(http.Actor(), kind, $"{package}/{name}", revision)).Answer())).Allow(CatalogueDesk.Release);
            one.MapPost("roll-back", async (HttpContext http, DesignDesk desk, string package, string name) =>
                await Read<Words>(http) is var words ? await Head(http, desk.RollBack(http.Actor(), kind, $"{package}/{name}", words?.Number ?? 0, words?.Note ?? "")) : Results.BadRequest()).Allow(CatalogueDesk.Edit);
            if (kind == "form") Act("POST", "/acts", CatalogueDesk.Edit, async (http, desk, name, revision) => await Read<Doing>(http) is { Do: { } act } doing
                ? await desk.Edit(http.Actor(), name, revision, new FormAct(act, (doing.With ?? []).ToDictionary(w => w.Key, w => w.Value.ValueKind == JsonValueKind.String ? w.Value.GetString()! : w.Value.GetRawText())))
                : Outcome<WorkHead>.No(Refusal.Invalid, "请写明做什么（do）", "do"));
        }
        var form = DesignerDoor.Group(routes, "/api/v1/designer/forms/{package}/{name}").WithTags("designer");
        form.MapGet("samples", SamplesOf);
        form.MapPost("samples", SaveSample).Allow(CatalogueDesk.Edit);
        form.MapDelete("samples/{id:guid}", RemoveSample).Allow(CatalogueDesk.Edit);
        form.MapPost("try", TryOut);
        form.MapGet("cost", Cost);
        form.MapGet("moves", async (HttpContext http, DesignDesk desk, DraftMoves moves, string package, string name) => await desk.Show(http.Actor(), "form", $"{package}/{name}") is { Ok: true, Value: { } shown } ? Results.Json(new { items = await moves.Of(shown.Design.Id) }, Json.Options) : Problems.NotFound());
        form.MapGet("moves/preview", async (HttpContext http, DraftMoves moves, string package, string name) => await moves.Preview(http.Actor(), $"{package}/{name}") is { Ok: true } rows ? Results.Json(new { items = rows.Value }, Json.Options) : Problems.NotFound());
        form.MapPost("moves", async (HttpContext http, DraftMoves moves, string package, string name) => await moves.Start(http.Actor(), $"{package}/{name}") is var started && started.Ok ? Results.Json(new { job = started.Value }, Json.Options, statusCode: StatusCodes.Status202Accepted) : started.Refuse()).Allow(CatalogueDesk.Release);
        form.MapGet("moves/{job:guid}", Report);
        DesignerDoor.Group(routes, "/api/v1/designer/flows/{package}/{name}").WithTags("designer").MapPost("dry-run", DryRun);
    }

    static async Task<IResult> List(HttpContext http, DesignDesk desk)
    {
        var (rows, templates) = await desk.List(http.Actor());
        return Results.Json(new { items = rows, templates }, Json.Options);
    }

    static async Task<IResult> Make(HttpContext http, DesignDesk desk, OrganisationDirectory directory)
    {
        var body = await Read<NewDesign>(http);
        if (body?.Kind is not ("form" or "flow")) return Outcome<WorkHead>.No(Refusal.Invalid, "kind 应为 form 或 flow", "kind").Answer();
        if (directory.OrganisationByKey(body.Organisation ?? "") is not { } owner) return Outcome<WorkHead>.No(Refusal.Invalid, "没有这个机构，写作 条线@区划", "organisation").Answer();
        return await Head(http, desk.Make(http.Actor(), body.Kind, owner.Id, body.Name ?? "", body.Title ?? "", body.From ?? ""), StatusCodes.Status201Created);
    }

    static async Task<IResult> Show(HttpContext http, DesignDesk desk, string kind, string name)
    {
        var shown = await desk.Show(http.Actor(), kind, name);
        if (shown.Value?.Copy is { } copy) http.Response.Headers.ETag = Tag(copy.Revision);
        return shown.Answer();
    }

    static async Task<IResult> File(HttpContext http, DesignDesk desk, string kind, string name)
    {
        var shown = await desk.Show(http.Actor(), kind, name);
        return shown.Ok ? Results.File(Encoding.UTF8.GetBytes(shown.Value!.Text), kind == "form" ? "application/json" : "application/xml", shown.Value.Design.File.Split('/')[1]) : shown.Answer();
    }

    static async Task<IResult> Export(HttpContext http, DesignDesk desk, string kind, string name)
    {
        var zip = await desk.Export(http.Actor(), kind, name);
        return zip.Ok ? Results.File(zip.Value!, "application/zip", name.Split('/')[0] + ".zip") : zip.Answer();
    }

    static async Task<IResult> History(HttpContext http, DesignDesk desk, string kind, string name)
    {
        var shown = await desk.Show(http.Actor(), kind, name);
        if (!shown.Ok) return shown.Answer();
        return Results.Json(new { items = (await desk.History(shown.Value!.Design.Id)).Select(e => new { e.Seq, e.Type, e.At, by = e.ActorName, e.Ground, data = Json.Read<JsonNode>(e.Data) }) }, Json.Options);
    }

    static async Task<IResult> Changes(HttpContext http, DesignDesk desk, string kind, string name, int? from, int? to)
    {
        var shown = await desk.Show(http.Actor(), kind, name);
        if (!shown.Ok) return shown.Answer();
        return await DesignRoutes.Compare(desk, shown.Value!, from, to) is { } compared ? Results.Json(new { compared.From, compared.To, compared.Changes }, Json.Options) : Problems.NotFound("没有这两个版本");
    }

    static async Task<IResult> SamplesOf(HttpContext http, DesignDesk desk, Samples samples, string package, string name)
    {
        var shown = await desk.Show(http.Actor(), "form", $"{package}/{name}");
        if (!shown.Ok) return shown.Answer();
        return ReadText.Of(shown.Value!.Design, shown.Value.Text).Form is { } form
            ? Results.Json(new { items = (await samples.Try(shown.Value.Design, form)).Select(t => new { t.Key, t.Title, t.Source, t.Passes, faults = t.State.Faults.Select(f => new { f.Path, f.Sentence }), unknown = t.State.Unknown, t.Materials }) }, Json.Options)
            : Outcome<bool>.No(Refusal.Invalid, "表单读不出来，请先改好").Answer();
    }

    static async Task<IResult> SaveSample(HttpContext http, DesignDesk desk, Samples samples, string package, string name)
    {
        var body = await Read<NewSample>(http);
        var shown = await desk.Show(http.Actor(), "form", $"{package}/{name}");
        if (!shown.Ok) return shown.Answer();
        if (!shown.Value!.MayEdit) return Problems.Forbidden("样例由有编辑权限的人保存");
        var saved = await samples.Save(shown.Value.Design, http.Actor(), body?.Title ?? "", body?.Answers?.ToJsonString(Json.Options) ?? "");
        return saved.Ok ? Results.Json(new { id = saved.Value }, Json.Options, statusCode: StatusCodes.Status201Created) : saved.Answer();
    }

    static async Task<IResult> RemoveSample(HttpContext http, DesignDesk desk, Samples samples, string package, string name, Guid id)
    {
        var shown = await desk.Show(http.Actor(), "form", $"{package}/{name}");
        if (!shown.Ok) return shown.Answer();
        if (!shown.Value!.MayEdit) return Problems.Forbidden("样例由有编辑权限的人删除");
        var removed = await samples.Remove(shown.Value.Design, http.Actor(), id);
        return removed.Ok ? Results.NoContent() : removed.Answer();
    }

    /// <summary>What the preview's pages show for these answers: which pages and questions an applicant would meet, what is wrong on each, what is to be handed in. Keeps nothing.</summary>
    static async Task<IResult> TryOut(HttpContext http, DesignDesk desk, Samples samples, string package, string name)
    {
        var body = await Read<TryAnswers>(http);
        var shown = await desk.Show(http.Actor(), "form", $"{package}/{name}");
        if (!shown.Ok) return shown.Answer();
        if (ReadText.Of(shown.Value!.Design, shown.Value.Text).Form is not { } form) return Outcome<bool>.No(Refusal.Invalid, "表单读不出来，请先改好").Answer();
        var text = body?.Answers?.ToJsonString(Json.Options) ?? (body?.Sample is { Length: > 0 } key ? await samples.AnswersOf(shown.Value.Design, key) : "{}");
        if (text is null) return Problems.NotFound("没有这个样例");
        using var answers = JsonDocument.Parse(text);
        var state = FormEngine.Evaluate(form, answers.RootElement.Clone(), samples.Context);
        return Results.Json(new
        {
            complete = state.IsComplete, answers = state.Answers, unknown = state.Unknown, materials = await samples.Materials(shown.Value.Uses, state),
            pages = state.Pages.Select(p => new
            {
                p.Page.Id, p.Page.Title, p.Visible, p.Progress, asked = state.FieldsOn(p.Page).Where(f => f.Visible).Select(f => f.Path), faults = state.FaultsOn(p.Page).Select(f => new { f.Path, f.Sentence }),
            }),
        }, Json.Options);
    }

    static async Task<IResult> Cost(HttpContext http, DesignDesk desk, Samples samples, string package, string name, string? sample)
    {
        var shown = await desk.Show(http.Actor(), "form", $"{package}/{name}");
        if (!shown.Ok) return shown.Answer();
        if (ReadText.Of(shown.Value!.Design, shown.Value.Text).Form is not { } form) return Outcome<bool>.No(Refusal.Invalid, "表单读不出来，请先改好").Answer();
        var chosen = (await samples.Try(shown.Value.Design, form)).FirstOrDefault(t => sample is null || t.Key == sample);
        return Results.Json(new { sample = chosen?.Title, cost = FormCost.Measure(form, chosen?.State.Answers ?? JsonSerializer.SerializeToElement(new { }), chosen?.State.Context ?? samples.Context) }, Json.Options);
    }

    static async Task<IResult> Report(HttpContext http, DesignDesk desk, DraftMoves moves, string package, string name, Guid job, Guid? after)
    {
        var shown = await desk.Show(http.Actor(), "form", $"{package}/{name}");
        if (!shown.Ok) return shown.Answer();
        if ((await moves.Of(shown.Value!.Design.Id)).FirstOrDefault(m => m.Job == job) is not { } state) return Problems.NotFound("没有这次迁移");
        return Results.Json(new { state, items = await moves.Rows(shown.Value.Design.Id, job, after ?? Guid.Empty) }, Json.Options);
    }

    static async Task<IResult> DryRun(HttpContext http, DesignDesk desk, TimeProvider time, string package, string name)
    {
        var way = await Read<DryWay>(http);
        var shown = await desk.Show(http.Actor(), "flow", $"{package}/{name}");
        if (!shown.Ok) return shown.Answer();
        if (await desk.Linked(shown.Value!) is not { } flow) return Outcome<bool>.Invalid([.. shown.Value!.Faults.Select(f => f.AsFault())]).Answer();
        var (data, wrong) = FlowRoutes.Data(way?.Answers?.GetRawText(), ChinaTime.DateOf(time.GetUtcNow()));
        if (wrong is not null) return Outcome<bool>.No(Refusal.Invalid, wrong, "answers").Answer();
        var run = Flows.DryRun.Play(flow, data, way?.Choices ?? []);
        return Results.Json(new { run.Sentence, status = run.State.Status, result = run.State.Result, run.Steps, run.Choices, stop = run.Stop?.Message }, Json.Options);
    }

    static IResult Faults(Outcome<IReadOnlyList<TextFault>> faults) => faults.Ok ? Results.Json(new { faults = faults.Value }, Json.Options) : faults.Answer();

    static async Task<string> Body(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        return await reader.ReadToEndAsync(http.RequestAborted);
    }

    /// <summary>The body as JSON; null when there is none. Broken JSON is answered with 400 by the house.</summary>
    static async Task<T?> Read<T>(HttpContext http) where T : class
    {
        var text = await Body(http);
        return string.IsNullOrWhiteSpace(text) ? null : JsonSerializer.Deserialize<T>(text, Json.Options);
    }

    static async Task<IResult> Head(HttpContext http, Task<Outcome<WorkHead>> act, int status = StatusCodes.Status200OK)
    {
        var outcome = await act;
        if (outcome.Ok) http.Response.Headers.ETag = Tag(outcome.Value!.Revision);
        return outcome.Answer(status);
    }

    /// <summary>A stale revision is answered with what others did since.</summary>
    static async Task<IResult> Changed(HttpContext http, DesignDesk desk, int revision, Task<Outcome<WorkHead>> act)
    {
        var outcome = await act;
        if (outcome.Refused == Refusal.Conflict && await desk.Show(http.Actor(), http.Request.Path.Value!.Contains("/forms/", StringComparison.Ordinal) ? "form" : "flow", $"{http.Request.RouteValues["package"]}/{http.Request.RouteValues["name"]}") is { Ok: true, Value: { Copy: not null } shown } && shown.Revision != revision)
        {
            http.Response.Headers.ETag = Tag(shown.Revision);
            outcome = outcome with { Faults = [.. outcome.Faults, .. (await desk.ChangesSince(shown.Design.Id, revision)).Select(a => new Fault($"第 {a.Revision} 稿", $"{a.ByName}：{a.Act}"))] };
        }
        else if (outcome.Ok) http.Response.Headers.ETag = Tag(outcome.Value!.Revision);
        return outcome.Answer();
    }

    static async Task<IResult> WithRevision(HttpContext http, Func<int, Task<IResult>> act)
    {
        if (int.TryParse(http.Request.Headers.IfMatch.ToString().Trim().Trim('"'), out var revision)) return await act(revision);
        await Problems.Write(http, StatusCodes.Status428PreconditionRequired, "请用 If-Match 写明工作稿的版本，例如 If-Match: \"3\"");
        return Results.Empty;
    }

    static string Tag(int revision) => $"\"{revision}\"";
}
