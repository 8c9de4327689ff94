using System.Text.Json;
using Kapok.Cases.Forms;
using Kapok.Catalogue;
using Kapok.Foundation;
using Kapok.Foundation.Files;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Applying;

/// <summary>Applying by pages: from the item to the number. Every step is an address and works without script.</summary>
static class ApplyPages
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/apply/{implementation}", Offer).AllowSignedIn();
        routes.MapPost("/apply/{implementation}", Begin).AllowSignedIn();
        var draft = routes.MapGroup("/my/drafts/{id:guid}").AllowSignedIn();
        draft.MapGet("", Tasks);
        draft.MapPost("deletion", Delete);
        draft.MapPost("change-seen", async (Guid id, HttpContext http, Drafts drafts) => { await drafts.SeenChange(id, http.Actor()); return Results.Redirect($"/my/drafts/{id}"); });
        draft.MapGet("pages/{page}", ShowPage);
        draft.MapPost("pages/{page}", SavePage).WithMetadata(new RequestSizeLimitAttribute(MaterialPages.LargestForm)).WithFormOptions(multipartBodyLengthLimit: MaterialPages.LargestForm);
        draft.MapPost("pages/{page}/autosave", AutoSave);
        draft.MapGet("division", Divisions);
        draft.MapGet("check", ShowCheck);
        draft.MapPost("check", Submit);
        MaterialPages.Map(draft);
        AnswerFiles.Map(draft);
    }

    /// <summary>A draft that is not (or no longer) there: the case it has become, else not found.</summary>
    public static async Task<IResult> Gone(Guid id, HttpContext http, Handling.CaseViews views) =>
        await views.ForApplicant(id, http.Actor()) is not null ? Results.Redirect($"/my/cases/{id}") : Problems.NotFound("没有这份草稿，可能已经删除或者过期");

    static async Task<IResult> Offer(string implementation, HttpContext http, Items items, People people, Tracking.WaitingThings waiting)
    {
        if (await items.Find(implementation) is not { ImplementationCode: not null, Organisation: not null } item) return Problems.NotFound("没有这个事项，或者它已经停办");
        return await Ask(item, http, people, waiting, null);
    }

    static async Task<IResult> Ask(PublishedItem item, HttpContext http, People people, Tracking.WaitingThings waiting, FieldErrors? errors)
    {
        var actor = http.Actor();
        var begun = (await waiting.Begun(actor)).Where(d => d.ItemName == item.Content.Name && d.Body == item.Organisation!.Name).ToList();
        return new PageResult<ApplyPage>(new
        {
            Item = item, Parties = For(item, await people.PartiesOf(actor)), Chosen = actor.OnBehalfOf ?? actor.Person, Begun = begun, Errors = errors,
            Eligibility = Eligible(item, http.Request.Query),
        }) { StatusCode = errors is null ? 200 : 422 };
    }

    /// <summary>Those of my parties that the item is meant for: 服务对象 1 is people, the others are bodies.</summary>
    static IReadOnlyList<Party> For(PublishedItem item, IReadOnlyList<Party> parties) => item.Content.Audience is { Count: 0 } ? parties
        : [.. parties.Where(p => p.Kind == PartyKind.Person ? item.Content.Audience.Contains(1) : item.Content.Audience.Any(a => a > 1))];

    /// <summary>Answers to "can I apply?" that came along in the address.</summary>
    static IReadOnlyDictionary<string, bool> Eligible(PublishedItem item, IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> values)
    {
        var given = values.ToDictionary(v => v.Key, v => v.Value.ToString());
        return item.Content.Eligibility.Where(q => given.GetValueOrDefault(q.Id) is "true" or "false" or "yes" or "no").ToDictionary(q => q.Id, q => given[q.Id] is "true" or "yes");
    }

    static async Task<IResult> Begin(string implementation, HttpContext http, Items items, Drafts drafts, People people, Tracking.WaitingThings waiting)
    {
        if (await items.Find(implementation) is not { ImplementationCode: not null, Organisation: not null } item) return Problems.NotFound("没有这个事项，或者它已经停办");
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var actor = http.Actor();
        var parties = For(item, await people.PartiesOf(actor));
        if (!Guid.TryParse(form["party"], out var chosen) || parties.FirstOrDefault(p => p.Id == chosen) is not { } party)
        {
            var errors = new FieldErrors();
            errors.Add("party", "请选择替谁办");
            return await Ask(item, http, people, waiting, errors);
        }
        // The form carries an id, so that a second press of the button finds the draft of the first.
        Guid? id = Guid.TryParse(form["draft"], out var made) && made.Version == 7 ? made : null;
        var begun = await drafts.Begin(implementation, actor with { OnBehalfOf = party.Kind == PartyKind.Company ? party.Id : null }, JsonSerializer.SerializeToElement(Eligible(item, form)), id);
        return begun.Ok ? Results.Redirect($"/my/drafts/{begun.Value}") : begun.Refuse();
    }

    static async Task<IResult> Tasks(Guid id, HttpContext http, Drafts drafts, Handling.CaseViews views, TimeProvider time) =>
        await drafts.Find(id, http.Actor()) is { } draft ? new PageResult<DraftPage>(new { Draft = draft, Now = time.GetUtcNow() }) : await Gone(id, http, views);

    static async Task<IResult> Delete(Guid id, HttpContext http, Drafts drafts) =>
        await drafts.Delete(id, http.Actor()) > 0 ? Results.Redirect("/my/cases?deleted=1") : Problems.NotFound("没有这份草稿，可能已经提交或删除");

    static async Task<IResult> ShowPage(Guid id, string page, string? go, HttpContext http, Drafts drafts, FormPlace place, Handling.CaseViews views)
    {
        if (await drafts.Find(id, http.Actor()) is not { } draft) return await Gone(id, http, views);
        if (draft.Form.Pages.FirstOrDefault(p => p.Page.Id == page) is not { Visible: true } state) return Results.Redirect($"/my/drafts/{id}");
        return Page(draft, state.Page, place, go, faults: go == "check" && state.Faults > 0);
    }

    static PageResult<StepPage> Page(DraftView draft, QuestionPage page, FormPlace place, string? go, bool faults, IReadOnlyList<FormChange>? elsewhere = null, FieldErrors? files = null)
    {
        var (here, writer) = ($"/my/drafts/{draft.Row.Id}", Guid.NewGuid().ToString("N"));
        return new(new
        {
            Draft = draft, Of = page, Writer = writer, Go = go == "check" ? go : null, ShowFaults = faults, Elsewhere = elsewhere, FileErrors = files,
            Settings = place.Settings(path => $"{here}/division?field={Uri.EscapeDataString(path)}")
                .Showing(draft.AnswerFiles, $"{here}/files", path => $"{here}/pages/{page.Id}/upload?field={Uri.EscapeDataString(path)}&writer={writer}"),
        }) { StatusCode = elsewhere is not null ? 409 : faults || files is { Any: true } ? 422 : 200 };
    }

    sealed record Posted(DraftView Draft, QuestionPage Page, FormPost Post, IFormCollection Form, int? Revision, DraftWriter Writer, FieldErrors Errors);

    /// <summary>What a page posted, put into the answers as they stand now.</summary>
    static async Task<Posted?> Read(Guid id, string page, HttpContext http, Drafts drafts, FileStore files)
    {
        if (await drafts.Find(id, http.Actor()) is not { } draft || draft.Definition.Form.Page(page) is not { } question) return null;
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        using var standing = JsonDocument.Parse(draft.Row.Answers);
        var (actor, errors) = (http.Actor(), new FieldErrors());
        var (values, removed) = await AnswerFiles.With(form, draft.Definition.Form, files, actor, errors, (field, path, file) => drafts.AddAnswer(id, field, path, actor, file.Id), http.RequestAborted);
        var post = FormEngine.ApplyPage(draft.Definition.Form, standing.RootElement, page, values, draft.Form.Context);
        var writer = form["_writer"].ToString();
        return new(draft, question, post with { Stay = post.Stay || removed }, form, int.TryParse(form["_revision"], out var revision) ? revision : null, new(page, writer.Length <= 40 ? writer : ""), errors);
    }

    static async Task<IResult> SavePage(Guid id, string page, HttpContext http, Drafts drafts, FileStore files, FormPlace place, Handling.CaseViews views)
    {
        if (await Read(id, page, http, drafts, files) is not { } posted)
            // The page may have gone with a new version of the form; the draft says what changed.
            return await drafts.Find(id, http.Actor()) is not null ? Results.Redirect($"/my/drafts/{id}") : await Gone(id, http, views);
        var (actor, go) = (http.Actor(), posted.Form["go"].ToString());
        var saved = await drafts.Save(id, actor, posted.Post.Answers, posted.Revision, posted.Writer);
        if (saved.Refused == Refusal.Conflict) return Conflict(posted, place, go);
        if (!saved.Ok) return saved.Refuse();
        var draft = (await drafts.Find(id, actor))!;
        var again = $"/my/drafts/{id}/pages/{page}{(go == "check" ? "?go=check" : "")}";
        if (posted.Post.Stay) return Results.Redirect(again + Anchor(draft, posted.Form));
        if (posted.Errors.Any || draft.Form.FaultsOn(posted.Page).Any()) return Page(draft, posted.Page, place, go, faults: true, files: posted.Errors);
        return Results.Redirect(go == "check" ? $"/my/drafts/{id}/check" : draft.Form.After(posted.Page) is { } next ? $"/my/drafts/{id}/pages/{next.Id}"
            : draft.Materials.Any(m => m is { Needed: true, Source: "upload" }) ? $"/my/drafts/{id}/materials" : draft.Faults.Count == 0 ? $"/my/drafts/{id}/check" : $"/my/drafts/{id}");
    }

    /// <summary>Somebody has written in between: what was typed here is shown beside what stands there, and may be saved over it.</summary>
    static PageResult<StepPage> Conflict(Posted posted, FormPlace place, string go)
    {
        var draft = posted.Draft;
        using var standing = JsonDocument.Parse(draft.Row.Answers);
        var changes = FormDiff.Between(draft.Definition.Form, standing.RootElement, posted.Post.Answers, place.NameOf);
        return Page(draft with { Form = FormEngine.Evaluate(draft.Definition.Form, posted.Post.Answers, draft.Form.Context) }, posted.Page, place, go, faults: false, changes);
    }

    /// <summary>Where to go on after a button inside the page: the new row, or the field whose next level was asked for.</summary>
    static string Anchor(DraftView draft, IFormCollection form)
    {
        if (form.Keys.FirstOrDefault(k => k.EndsWith(".choose", StringComparison.Ordinal)) is { } chosen) return "#" + Uri.EscapeDataString(chosen[..^7]);
        var action = form["do"].ToString();
        var name = action.Split('[', ':')[0];
        if (draft.Form.Field(name) is not { } rows) return "";
        return "#" + Uri.EscapeDataString(action.EndsWith(":add", StringComparison.Ordinal) && rows.Rows.Length > 0 ? $"{name}[{rows.Rows.Length - 1}]" : name);
    }

    static async Task<IResult> AutoSave(Guid id, string page, HttpContext http, Drafts drafts, FileStore files)
    {
        if (await Read(id, page, http, drafts, files) is not { } posted) return Results.NotFound();
        var saved = await drafts.Save(id, http.Actor(), posted.Post.Answers, posted.Revision, posted.Writer);
        return saved.Ok ? Results.NoContent() : Results.StatusCode(Problems.Status(saved.Refused!.Value));
    }

    /// <summary>The division picker with its next level, for the script.</summary>
    static async Task<IResult> Divisions(Guid id, string? field, HttpContext http, Drafts drafts, FormPlace place)
    {
        if (await drafts.Find(id, http.Actor()) is not { } draft || field is null || draft.Definition.Form.Find(field) is not { Widget: Widget.Division } of) return Results.NotFound();
        return new PageResult<DivisionPart>(new { Of = of, Path = field, Value = DivisionPicker.Read(http.Request.Query[field]), Settings = place.Settings(path => $"/my/drafts/{id}/division?field={Uri.EscapeDataString(path)}") });
    }

    static async Task<IResult> ShowCheck(Guid id, HttpContext http, Drafts drafts, FormPlace place, Handling.CaseViews views) =>
        await drafts.Find(id, http.Actor()) is { } draft ? Check(draft, place, null) : await Gone(id, http, views);

    static PageResult<CheckPage> Check(DraftView draft, FormPlace place, FieldErrors? errors) =>
        new(new { Draft = draft, Divisions = (Func<string, string?>)place.NameOf, Errors = errors }) { StatusCode = errors is null ? 200 : 422 };

    static async Task<IResult> Submit(Guid id, HttpContext http, Drafts drafts, FormPlace place, Handling.CaseViews views, CancellationToken stop)
    {
        var form = await http.Request.ReadFormAsync(stop);
        var draft = await drafts.Find(id, http.Actor());
        if (draft?.Definition.Form.Declaration is not null && form["declaration"] != "true")
        {
            var errors = new FieldErrors();
            errors.Add("declaration", "请先看过声明并打勾");
            return Check(draft, place, errors);
        }
        var receipt = await drafts.Submit(id, http.Actor(), IsPhone(http) ? (short)3 : (short)2, stop);
        // What a clerk takes in at the counter is the applicant's case, not his own: he goes on at his desk.
        if (receipt.Ok && http.Actor().Kind == ActorKind.Official && await views.ForApplicant(id, http.Actor()) is null) return Results.Redirect($"/desk/cases/{id}?done=counter");
        if (receipt.Ok) return Results.Redirect($"/my/cases/{id}/submitted");
        return receipt.Refused == Refusal.Invalid && draft is not null ? Check(draft, place, null) : receipt.Refused == Refusal.NotFound ? await Gone(id, http, views) : receipt.Refuse();
    }

    static bool IsPhone(HttpContext http) => http.Request.Headers.UserAgent.ToString().Contains("Mobile", StringComparison.Ordinal);
}
