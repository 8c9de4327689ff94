using System.Text.Json;
using Kapok.Catalogue;
using Kapok.Cases.Applying;
using Kapok.Cases.Designing.Forms;
using Kapok.Cases.Designing.Pages;
using Kapok.Cases.Forms;
using Kapok.Foundation;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Designing;

/// <summary>Pages of a form: its tree, the preview as citizen, sample people, cost, moving drafts.</summary>
static class FormRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var form = DesignerDoor.Group(routes, "/desk/designer/forms/{package}/{name}");
        form.MapGet("", (HttpContext http, DesignDesk desk, string package, string name, string? done) => Show(http, desk, $"{package}/{name}", http.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString()), done));
        form.MapPost("acts", async (HttpContext http, DesignDesk desk, string package, string name) => await Act(await DesignPost.Read(http, desk, "form", package, name))).Allow(CatalogueDesk.Edit);
        form.MapGet("cost", Cost);
        form.MapGet("samples", (HttpContext http, DesignDesk desk, Samples samples, string package, string name, string? done) => ShowSamples(http, desk, samples, $"{package}/{name}", done));
        form.MapPost("samples", SaveSample).Allow(CatalogueDesk.Edit);
        form.MapPost("samples/{id:guid}/removal", RemoveSample).Allow(CatalogueDesk.Edit);
        form.MapGet("moves/preview", MovePreview);
        form.MapPost("moves", StartMove).Allow(CatalogueDesk.Release);
        form.MapGet("moves/{job:guid}", Watch);
        form.MapGet("try", Tasks);
        form.MapPost("try", Begin);
        form.MapGet("try/pages/{page}", ShowPage);
        form.MapPost("try/pages/{page}", SavePage);
        form.MapGet("try/division", Divisions);
        form.MapGet("try/check", Check);
    }

    static async Task<IResult> Show(HttpContext http, DesignDesk desk, string name, IReadOnlyDictionary<string, string> at, string? done, FieldErrors? errors = null, IReadOnlyList<WorkingAct>? others = null, IReadOnlyDictionary<string, string>? typed = null, int status = 200)
    {
        var shown = await desk.Show(http.Actor(), "form", name);
        if (!shown.Ok) return shown.Refuse();
        if (ReadText.Tree(shown.Value!.Text) is not { } tree) return Results.Redirect($"{shown.Value.Design.Address}/text");
        return new PageResult<OutlinePage>(new
        {
            Of = shown.Value, Outline = FormOutline.Of(tree), Field = at.GetValueOrDefault("field") ?? "", PageId = at.GetValueOrDefault("page") ?? "", Rule = at.GetValueOrDefault("rule"), Add = at.GetValueOrDefault("add") ?? "",
            Done = done, Errors = errors, Others = others ?? [], Typed = typed,
        }) { StatusCode = status };
    }

    static async Task<IResult> Act(DesignPost post)
    {
        var with = post.Form.Where(f => f.Key is not ("revision" or "back" or "do" or "move" or "_token" or "__RequestVerificationToken")).ToDictionary(f => f.Key, f => f.Value.ToString().ReplaceLineEndings("\n"));
        var act = new FormAct(post.Form["do"].ToString(), with);
        // A button of the tree: what:which:way.
        if (post.Form["move"].ToString().Split(':') is [var what, var which, var way]) act = new($"move-{what}", new Dictionary<string, string> { [what] = which, ["way"] = way });
        var done = await post.Desk.Edit(post.Actor, post.Name, post.Revision, act);
        if (done.Ok) return post.Done(After(post, act), done.Value!.Act);
        if (done.Refused is Refusal.NotFound or Refusal.Forbidden) return done.Refuse();
        var shown = await post.Desk.Show(post.Actor, "form", post.Name);
        var at = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(post.Back().Split('?').ElementAtOrDefault(1)?.Split('#')[0]).ToDictionary(q => q.Key, q => q.Value.ToString());
        return await Show(post.Http, post.Desk, post.Name, at, null, DesignPost.Errors(done), shown.Ok ? await post.Others(done, shown.Value!) : [], with, Problems.Status(done.Refused!.Value));
    }

    /// <summary>To what was just made or changed.</summary>
    static string After(DesignPost post, FormAct act) => act.Do switch
    {
        "remove-field" or "remove-page" or "remove-rule" => post.Address,
        "field" when act["name"].Length > 0 => $"{post.Address}?field={Uri.EscapeDataString(act["field"].Contains('.') ? act["field"][..(act["field"].LastIndexOf('.') + 1)] + act["name"] : act["name"])}",
        "page" when act["id"].Length > 0 => $"{post.Address}?page={act["id"]}",
        "rule" => $"{post.Address}?rule={act["id"]}",
        _ => post.Back(),
    };

    /// <summary>A form that reads, for the pages that play it; a broken one is sent to its text.</summary>
    static async Task<(ShownDesign? Of, FormDefinition? Form, IResult? Else)> Playable(HttpContext http, DesignDesk desk, string name)
    {
        var shown = await desk.Show(http.Actor(), "form", name);
        if (!shown.Ok) return (null, null, shown.Refuse());
        return ReadText.Of(shown.Value!.Design, shown.Value.Text).Form is { } form ? (shown.Value, form, null) : (shown.Value, null, Results.Redirect($"{shown.Value.Design.Address}/text"));
    }

    static async Task<IResult> Cost(HttpContext http, DesignDesk desk, Samples samples, string package, string name, string? sample)
    {
        var (of, form, otherwise) = await Playable(http, desk, $"{package}/{name}");
        if (form is null) return otherwise!;
        var people = await samples.Try(of!.Design, form);
        var chosen = people.FirstOrDefault(p => p.Key == sample) ?? people.OrderByDescending(p => p.State.Answers.GetRawText().Length).FirstOrDefault();
        var answers = chosen?.State.Answers ?? JsonSerializer.SerializeToElement(new { });
        return new PageResult<CostPage>(new { Of = of, Cost = FormCost.Measure(form, answers, chosen?.State.Context ?? samples.Context), People = people, Chosen = chosen });
    }

    static async Task<IResult> ShowSamples(HttpContext http, DesignDesk desk, Samples samples, string name, string? done, FieldErrors? errors = null)
    {
        var (of, form, otherwise) = await Playable(http, desk, name);
        if (form is null) return otherwise!;
        return new PageResult<SamplesPage>(new { Of = of, People = await samples.Try(of!.Design, form), Answering = await samples.Scratch(of.Design.Id, http.Actor().Person!.Value) != "{}", Done = done, Errors = errors }) { StatusCode = errors is null ? 200 : 422 };
    }

    static async Task<IResult> SaveSample(HttpContext http, DesignDesk desk, Samples samples, string package, string name)
    {
        var post = await DesignPost.Read(http, desk, "form", package, name);
        var shown = await desk.Show(post.Actor, "form", post.Name);
        if (!shown.Ok) return shown.Refuse();
        if (!shown.Value!.MayEdit) return Problems.Forbidden("样例由有编辑权限的人保存");
        var saved = await samples.Save(shown.Value.Design, post.Actor, post.Form["title"].ToString(), await samples.Scratch(shown.Value.Design.Id, post.Actor.Person!.Value));
        return saved.Ok ? post.Done($"{post.Address}/samples", "样例已保存") : await ShowSamples(http, desk, samples, post.Name, null, DesignPost.Errors(saved));
    }

    static async Task<IResult> RemoveSample(HttpContext http, DesignDesk desk, Samples samples, string package, string name, Guid id)
    {
        var post = await DesignPost.Read(http, desk, "form", package, name);
        var shown = await desk.Show(post.Actor, "form", post.Name);
        if (!shown.Ok) return shown.Refuse();
        if (!shown.Value!.MayEdit) return Problems.Forbidden("样例由有编辑权限的人删除");
        var removed = await samples.Remove(shown.Value.Design, post.Actor, id);
        return removed.Ok ? post.Done($"{post.Address}/samples", "样例已删除") : removed.Refuse();
    }

    static async Task<IResult> MovePreview(HttpContext http, DesignDesk desk, DraftMoves moves, string package, string name)
    {
        var shown = await desk.Show(http.Actor(), "form", $"{package}/{name}");
        if (!shown.Ok) return shown.Refuse();
        var rows = await moves.Preview(http.Actor(), shown.Value!.Design.Name);
        return rows.Ok ? new PageResult<MovePage>(new { Of = shown.Value, Rows = rows.Value }) : rows.Refuse();
    }

    static async Task<IResult> StartMove(HttpContext http, DraftMoves moves, string package, string name)
    {
        var started = await moves.Start(http.Actor(), $"{package}/{name}");
        return started.Ok ? Results.Redirect($"/desk/designer/forms/{package}/{name}/moves/{started.Value}") : started.Refuse();
    }

    static async Task<IResult> Watch(HttpContext http, DesignDesk desk, DraftMoves moves, string package, string name, Guid job, Guid? after)
    {
        var shown = await desk.Show(http.Actor(), "form", $"{package}/{name}");
        if (!shown.Ok) return shown.Refuse();
        if ((await moves.Of(shown.Value!.Design.Id)).FirstOrDefault(m => m.Job == job) is not { } state) return Problems.NotFound("没有这次迁移");
        if (state.State is "waiting" or "running") http.Response.Headers["Refresh"] = "2";
        return new PageResult<MovePage>(new { Of = shown.Value, State = state, Rows = await moves.Rows(shown.Value.Design.Id, job, after ?? Guid.Empty) });
    }

    static async Task<FormState> Answered(HttpContext http, Samples samples, Design design, FormDefinition form)
    {
        using var answers = JsonDocument.Parse(await samples.Scratch(design.Id, http.Actor().Person!.Value));
        return FormEngine.Evaluate(form, answers.RootElement.Clone(), samples.Context);
    }

    static async Task<IResult> Tasks(HttpContext http, DesignDesk desk, Samples samples, string package, string name)
    {
        var (of, form, otherwise) = await Playable(http, desk, $"{package}/{name}");
        if (form is null) return otherwise!;
        var state = await Answered(http, samples, of!.Design, form);
        return new PageResult<TryPage>(new { Of = of, State = state, Materials = await samples.Materials(of.Uses, state), People = await samples.Try(of.Design, form) });
    }

    /// <summary>Begins anew: empty, or as a sample person.</summary>
    static async Task<IResult> Begin(HttpContext http, DesignDesk desk, Samples samples, string package, string name)
    {
        var post = await DesignPost.Read(http, desk, "form", package, name);
        var shown = await desk.Show(post.Actor, "form", post.Name);
        if (!shown.Ok) return shown.Refuse();
        var sample = post.Form["sample"].ToString();
        if (sample.Length == 0) await samples.KeepScratch(shown.Value!.Design.Id, post.Actor, "{}");
        else if (!await samples.Load(shown.Value!.Design, post.Actor, sample)) return Problems.NotFound("没有这个样例");
        return Results.Redirect($"{post.Address}/try");
    }

    static async Task<IResult> ShowPage(HttpContext http, DesignDesk desk, Samples samples, FormPlace place, string package, string name, string page)
    {
        var (of, form, otherwise) = await Playable(http, desk, $"{package}/{name}");
        if (form is null) return otherwise!;
        var state = await Answered(http, samples, of!.Design, form);
        return state.Pages.FirstOrDefault(p => p.Page.Id == page) is { Visible: true } shown ? Step(of, state, shown.Page, place, false) : Results.Redirect($"{of.Design.Address}/try");
    }

    static PageResult<TryStepPage> Step(ShownDesign of, FormState state, QuestionPage page, FormPlace place, bool faults) =>
        new(new { Of = of, State = state, Question = page, Settings = place.Settings(path => $"{of.Design.Address}/try/division?field={Uri.EscapeDataString(path)}"), ShowFaults = faults }) { StatusCode = faults ? 422 : 200 };

    /// <summary>As the applicant's page saves, with the same binding and the same rules.</summary>
    static async Task<IResult> SavePage(HttpContext http, DesignDesk desk, Samples samples, FormPlace place, string package, string name, string page)
    {
        var (of, form, otherwise) = await Playable(http, desk, $"{package}/{name}");
        if (form is null) return otherwise!;
        if (form.Page(page) is not { } question) return Results.Redirect($"{of!.Design.Address}/try");
        var posted = await http.Request.ReadFormAsync(http.RequestAborted);
        var post = FormEngine.ApplyPage(form, (await Answered(http, samples, of!.Design, form)).Answers, page, posted, samples.Context);
        await samples.KeepScratch(of.Design.Id, http.Actor(), post.Answers.GetRawText());
        if (post.Stay) return Results.Redirect($"{of.Design.Address}/try/pages/{page}");
        var state = FormEngine.Evaluate(form, post.Answers, samples.Context);
        if (state.FaultsOn(question).Any()) return Step(of, state, question, place, true);
        return Results.Redirect(state.After(question) is { } next ? $"{of.Design.Address}/try/pages/{next.Id}" : $"{of.Design.Address}/try/check");
    }

    static async Task<IResult> Divisions(HttpContext http, DesignDesk desk, FormPlace place, string package, string name, string? field)
    {
        var (of, form, otherwise) = await Playable(http, desk, $"{package}/{name}");
        if (form is null) return otherwise!;
        return field is not null && form.Find(field) is { Widget: Widget.Division } asked
            ? new PageResult<DivisionPart>(new { Of = asked, Path = field, Value = DivisionPicker.Read(http.Request.Query[field]), Settings = place.Settings(path => $"{of!.Design.Address}/try/division?field={Uri.EscapeDataString(path)}") })
            : Results.NotFound();
    }

    static async Task<IResult> Check(HttpContext http, DesignDesk desk, Samples samples, FormPlace place, string package, string name)
    {
        var (of, form, otherwise) = await Playable(http, desk, $"{package}/{name}");
        if (form is null) return otherwise!;
        var state = await Answered(http, samples, of!.Design, form);
        return new PageResult<TryCheckPage>(new { Of = of, State = state, Materials = await samples.Materials(of.Uses, state), Divisions = (Func<string, string?>)place.NameOf });
    }
}
