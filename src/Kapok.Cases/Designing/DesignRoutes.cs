using Kapok.Catalogue;
using Kapok.Cases.Designing.Pages;
using Kapok.Cases.Forms;
using Kapok.Foundation;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Designing;

/// <summary>Pages that forms and flows have in common: list, text, differences, releases.</summary>
static class DesignRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var all = DesignerDoor.Group(routes, "/desk/designer");
        all.MapGet("", List);
        all.MapGet("new", (HttpContext http, DesignDesk desk, OrganisationDirectory directory, string? kind, string? from) => New(http, desk, directory, kind, from)).Allow(CatalogueDesk.Edit);
        all.MapPost("new", Make).Allow(CatalogueDesk.Edit);
        foreach (var kind in (string[])["form", "flow"])
        {
            var one = DesignerDoor.Group(routes, $"/desk/designer/{kind}s/{{package}}/{{name}}");
            one.MapGet("text", (HttpContext http, DesignDesk desk, string package, string name, string? done) => Text(http, desk, kind, $"{package}/{name}", done));
            one.MapPost("text", async (HttpContext http, DesignDesk desk, string package, string name) => await SaveText(await DesignPost.Read(http, desk, kind, package, name))).Allow(CatalogueDesk.Edit);
            one.MapGet("changes", (HttpContext http, DesignDesk desk, string package, string name, int? from, int? to) => Changes(http, desk, kind, $"{package}/{name}", from, to));
            one.MapGet("releases", (HttpContext http, DesignDesk desk, DraftMoves moves, string package, string name, string? done) => Releases(http, desk, moves, kind, $"{package}/{name}", done, null, 200));
            void Act<T>(string step, string permission, string words, Func<DesignPost, Task<Outcome<T>>> act) => one.MapPost(step, async (HttpContext http, DesignDesk desk, DraftMoves moves, string package, string name) =>
            {
                var post = await DesignPost.Read(http, desk, kind, package, name);
                var outcome = await act(post);
                if (outcome.Ok) return post.Done(step == "undo" ? post.Back() : step == "open" ? post.Address : $"{post.Address}/releases", words);
                if (outcome.Refused is Refusal.NotFound or Refusal.Forbidden) return outcome.Refuse();
                return await Releases(http, desk, moves, kind, post.Name, null, DesignPost.Errors(outcome), Problems.Status(outcome.Refused!.Value));
            }).Allow(permission);
            Act("open", CatalogueDesk.Edit, "工作稿已打开", p => p.Desk.Open(p.Actor, kind, p.Name));
            Act("undo", CatalogueDesk.Edit, "已撤销", p => p.Desk.Undo(p.Actor, kind, p.Name, p.Revision));
            Act("submit", CatalogueDesk.Edit, "已送审", p => p.Desk.Submit(p.Actor, kind, p.Name, p.Revision, p.Form["note"].ToString().Trim()));
            Act("drop", CatalogueDesk.Edit, "工作稿已放弃", p => p.Desk.Drop(p.Actor, kind, p.Name, p.Revision));
            Act("roll-back", CatalogueDesk.Edit, "已生成恢复旧版本的工作稿，等待另一人审核发布", p => p.Desk.RollBack(p.Actor, kind, p.Name, int.TryParse(p.Form["number"], out var n) ? n : 0, p.Form["note"].ToString().Trim()));
            Act("return", CatalogueDesk.Review, "已退回", p => p.Desk.Return(p.Actor, kind, p.Name, p.Revision, p.Form["note"].ToString().Trim()));
            Act("publish", CatalogueDesk.Release, "已发布，新的申请从现在起用这一版", p => p.Desk.Publish(p.Actor, kind, p.Name, p.Revision));
        }
        FormRoutes.Map(routes);
        FlowRoutes.Map(routes);
    }

    static async Task<IResult> List(HttpContext http, DesignDesk desk, string? q, string? kind, string? work)
    {
        var (rows, templates) = await desk.List(http.Actor());
        q = q?.Trim() ?? "";
        var shown = rows.Where(r => (q.Length == 0 || r.Title.Contains(q, StringComparison.OrdinalIgnoreCase) || r.Design.Name.Contains(q, StringComparison.OrdinalIgnoreCase) || r.Uses.Any(u => u.Name.Contains(q, StringComparison.Ordinal) || u.BasicCode == q))
            && (kind is not ("form" or "flow") || r.Design.Kind == kind)
            && (work switch { "editing" or "review" => r.WorkState == work, "old-drafts" => r.OldDrafts > 0, _ => true })).ToList();
        return new PageResult<ListPage>(new { Rows = shown, All = rows, Templates = templates, Words = q, Kind = kind ?? "", Work = work ?? "" });
    }

    static async Task<IResult> New(HttpContext http, DesignDesk desk, OrganisationDirectory directory, string? kind, string? from, IFormCollection? typed = null, FieldErrors? errors = null)
    {
        var (rows, _) = await desk.List(http.Actor());
        var own = http.Actor().Organisation is { } id ? directory.Organisation(id)?.Key ?? "" : "";
        return new PageResult<NewPage>(new { Kind = kind == "flow" ? "flow" : "form", From = from ?? "", Rows = rows, Organisation = own, Typed = typed, Errors = errors }) { StatusCode = errors is null ? 200 : 422 };
    }

    static async Task<IResult> Make(HttpContext http, DesignDesk desk, OrganisationDirectory directory)
    {
        var form = await http.Request.ReadFormAsync();
        var kind = form["kind"] == "flow" ? "flow" : "form";
        var made = directory.OrganisationByKey(form["organisation"].ToString().Trim()) is { } body
            ? await desk.Make(http.Actor(), kind, body.Id, form["name"].ToString().Trim(), form["title"].ToString(), form["from"].ToString())
            : Outcome<WorkHead>.No(Refusal.Invalid, "没有这个机构，请写作 条线@区划，例如 market@440106", "organisation");
        if (made.Ok) return Results.Redirect($"/desk/designer/{kind}s/{made.Value!.Name}?done={Uri.EscapeDataString("工作稿已打开")}");
        return made.Refused == Refusal.Forbidden ? made.Refuse() : await New(http, desk, directory, kind, form["from"], form, DesignPost.Errors(made));
    }

    static async Task<IResult> Text(HttpContext http, DesignDesk desk, string kind, string name, string? done)
    {
        var shown = await desk.Show(http.Actor(), kind, name);
        return shown.Ok ? new PageResult<TextPage>(new { Of = shown.Value, Text = shown.Value!.Text, shown.Value.Faults, Done = done }) : shown.Refuse();
    }

    /// <summary>Keeps the text as typed, right or wrong, and says what is wrong with it.</summary>
    static async Task<IResult> SaveText(DesignPost post)
    {
        var text = post.Form["text"].ToString().ReplaceLineEndings("\n");
        var saved = await post.Desk.Save(post.Actor, post.Kind, post.Name, post.Revision, text);
        if (saved.Refused is Refusal.NotFound or Refusal.Forbidden) return saved.Refuse();
        var shown = await post.Desk.Show(post.Actor, post.Kind, post.Name);
        if (!shown.Ok) return shown.Refuse();
        if (saved.Ok && shown.Value!.Faults.Count == 0) return post.Done(post.Back($"{post.Address}/text"), "已保存，没有错误");
        var others = await post.Others(saved, shown.Value!);
        return new PageResult<TextPage>(new
        {
            Of = shown.Value, Text = text, Faults = saved.Ok ? shown.Value!.Faults : [], Done = saved.Ok ? "已保存，还有下面的错误" : null, Errors = saved.Ok ? null : DesignPost.Errors(saved), Others = others,
        }) { StatusCode = saved.Ok ? 200 : Problems.Status(saved.Refused!.Value) };
    }

    /// <summary>Two versions side by side; 0 is the working copy.</summary>
    static async Task<IResult> Changes(HttpContext http, DesignDesk desk, string kind, string name, int? from, int? to)
    {
        var shown = await desk.Show(http.Actor(), kind, name);
        if (!shown.Ok) return shown.Refuse();
        var compared = await Compare(desk, shown.Value!, from, to);
        return compared is null ? Problems.NotFound("没有这两个版本") : new PageResult<ChangesPage>(new { Of = shown.Value, Compared = compared });
    }

    /// <summary>The usual comparison is that of the working copy with what is in force, or of the last two releases.</summary>
    public static async Task<Comparison?> Compare(DesignDesk desk, ShownDesign shown, int? from, int? to)
    {
        var design = shown.Design;
        var after = to ?? (shown.Copy is not null ? 0 : design.Released);
        var before = from ?? (after == 0 ? design.Released : shown.Releases.Select(r => r.Number).Where(n => n < after).DefaultIfEmpty(after).Max());
        async Task<string?> Read(int number) => number == 0 ? shown.Copy?.Content : await desk.TextOf(design.Id, number);
        if (before == 0 && shown.Copy is not null && design.Released == 0) return new(before, after, "", shown.Copy.Content, [], null, null);
        if (await Read(before) is not { } old || await Read(after) is not { } now) return null;
        if (design.IsForm)
        {
            if (ReadText.Tree(old) is not { } was || ReadText.Tree(now) is not { } @is) return new(before, after, old, now, null, null, null);
            var renames = new Dictionary<string, string>();
            if (before > 0)
                foreach (var release in shown.Releases.Where(r => r.Number > before && (after == 0 ? r.Number <= design.Released : r.Number <= after)).OrderBy(r => r.Number)) Designing.Releases.Follow(renames, Foundation.Data.Json.Read<Dictionary<string, string>>(release.Renamed));
            if (after == 0) Designing.Releases.Follow(renames, shown.Copy!.Renames);
            return new(before, after, old, now, FormVersions.Between(Forms.FormOutline.Of(was), Forms.FormOutline.Of(@is), renames), null, null);
        }
        var (left, right) = (Flow.FlowDefinition.Parse(old, design.Name).Definition, Flow.FlowDefinition.Parse(now, design.Name).Definition);
        if (left is null || right is null) return new(before, after, old, now, null, null, null);
        var changes = Flows.FlowVersions.Between(left, right);
        return new(before, after, old, now, changes, Flow.FlowDiagram.Svg(left, Flows.FlowVersions.Marks(changes, after: false), "改动之前的流程"), Flow.FlowDiagram.Svg(right, Flows.FlowVersions.Marks(changes, after: true), "改动之后的流程"));
    }

    static async Task<IResult> Releases(HttpContext http, DesignDesk desk, DraftMoves moves, string kind, string name, string? done, FieldErrors? errors, int status)
    {
        var shown = await desk.Show(http.Actor(), kind, name);
        if (!shown.Ok) return shown.Refuse();
        return new PageResult<ReleasesPage>(new
        {
            Of = shown.Value, Moves = kind == "form" ? await moves.Of(shown.Value!.Design.Id) : [], Compared = await Compare(desk, shown.Value!, null, null), Done = done, Errors = errors,
        }) { StatusCode = status };
    }
}

/// <summary>Two versions of a definition; number 0 is the working copy.</summary>
/// <param name="Changes">In words; null when one of them cannot be read.</param>
public sealed record Comparison(int From, int To, string Before, string After, IReadOnlyList<DesignChange>? Changes, string? BeforePicture, string? AfterPicture);
