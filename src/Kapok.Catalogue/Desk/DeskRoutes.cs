using System.Text.Json.Nodes;
using Kapok.Catalogue.Content;
using Kapok.Catalogue.Inheritance;
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

/// <summary>The catalogue desk as pages. Every form shows its page's token; every act names the draft's revision.</summary>
static class DeskRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var desk = routes.MapGroup("/desk/catalogue");
        desk.MapGet("", (Delegate)List).AllowOfficials();
        desk.MapGet("{id:guid}", (Delegate)Show).AllowOfficials();
        desk.MapGet("{id:guid}/compare", (Delegate)Compare).AllowOfficials();
        desk.MapGet("{id:guid}/history", (Delegate)History).AllowOfficials();
        desk.MapGet("{id:guid}/edit/{section}", (Delegate)Edit).Allow(CatalogueDesk.Edit);
        desk.MapPost("{id:guid}/edit/{section}", (Delegate)Save).Allow(CatalogueDesk.Edit);
        desk.MapGet("import", () => new PageResult<ImportPage>()).Allow(CatalogueDesk.Edit);
        desk.MapPost("import", (Delegate)Import).Allow(CatalogueDesk.Edit);
        desk.MapGet("deviations", (Delegate)Deviations).AllowOfficials();
        desk.MapGet("take-over", (Delegate)Find).Allow(CatalogueDesk.Edit);
        desk.MapPost("take-over", (Delegate)TakeOver).Allow(CatalogueDesk.Edit);
        Act(desk, "open", CatalogueDesk.Edit, "草稿已打开，逐段修改后送审", (d, a, id, _, _) => d.Open(a, id));
        Act(desk, "submit", CatalogueDesk.Edit, "已送审", (d, a, id, r, f) => d.Submit(a, id, r, f["note"].ToString()));
        Act(desk, "rebase", CatalogueDesk.Edit, "已以现行版本为基础", (d, a, id, r, _) => d.Rebase(a, id, r));
        Act(desk, "drop", CatalogueDesk.Edit, "草稿已放弃", (d, a, id, r, _) => d.Drop(a, id, r));
        Act(desk, "roll-back", CatalogueDesk.Edit, "已生成恢复旧版本的草稿，等待审核", (d, a, id, _, f) => d.RollBack(a, id, int.TryParse(f["number"], out var n) ? n : 0, f["note"].ToString()));
        Act(desk, "return", CatalogueDesk.Review, "已退回", (d, a, id, r, f) => d.Return(a, id, r, f["note"].ToString()));
        Act(desk, "approve", CatalogueDesk.Review, "审核通过", (d, a, id, r, _) => d.Approve(a, id, r));
        Act(desk, "publish", CatalogueDesk.Release, "已发布", Publish);
        Act(desk, "unschedule", CatalogueDesk.Release, "已取消定时发布", (d, a, id, r, _) => d.Unschedule(a, id, r));
        Act(desk, "withdraw", CatalogueDesk.Release, "事项已取消", (d, a, id, _, f) => d.Withdraw(a, id, f["note"].ToString()));
    }

    static void Act<T>(RouteGroupBuilder desk, string step, string permission, string done, Func<CatalogueDesk, Actor, Guid, int, IFormCollection, Task<Outcome<T>>> act) =>
        desk.MapPost("{id:guid}/" + step, async (HttpContext http, CatalogueDesk catalogue, Guid id) =>
        {
            var form = await http.Request.ReadFormAsync();
            var outcome = await act(catalogue, http.Actor(), id, int.TryParse(form["revision"], out var revision) ? revision : 0, form);
            if (outcome.Ok) return Results.Redirect($"/desk/catalogue/{id}?done={Uri.EscapeDataString(done)}");
            if (outcome.Refused is Refusal.NotFound or Refusal.Forbidden) return outcome.Refuse();
            return await Page(http, catalogue, id, null, outcome.Faults, Problems.Status(outcome.Refused!.Value));
        }).Allow(permission);

    static async Task<Outcome<Publishing.Published?>> Publish(CatalogueDesk desk, Actor actor, Guid id, int revision, IFormCollection form)
    {
        if (DateInput.Read(form, "at") is not { } typed) return await desk.Publish(actor, id, revision);
        return DateInput.TryRead(typed, out var date)
            ? await desk.Publish(actor, id, revision, ChinaTime.At(date))
            : Outcome<Publishing.Published?>.No(Refusal.Invalid, "发布日期不是一个存在的日期", "at");
    }

    static async Task<IResult> List(HttpContext http, CatalogueDesk desk, OrganisationDirectory directory, string? q, string? kind, string? state, string? work, string? line, string? division, string? after, string? done)
    {
        var filter = new DeskFilter(Trim(q), Trim(kind), Trim(state), Trim(work), Trim(line), Trim(division), Trim(after));
        return new PageResult<ListPage>(new { List = await desk.List(http.Actor(), filter), Filter = filter, Counts = await desk.Counts(http.Actor()), Directory = directory, Lines = directory.Current.Lines, Done = done });
    }

    static async Task<IResult> Deviations(HttpContext http, CatalogueDesk desk, OrganisationDirectory directory, string? q, string? after) =>
        new PageResult<DeviationsPage>(new { Shown = await desk.Deviations(http.Actor(), Trim(q), Trim(after)), Words = Trim(q), Directory = directory });

    static string? Trim(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    static Task<IResult> Show(HttpContext http, CatalogueDesk desk, Guid id, string? done) => Page(http, desk, id, done, [], StatusCodes.Status200OK);

    static async Task<IResult> Page(HttpContext http, CatalogueDesk desk, Guid id, string? done, IReadOnlyList<Fault> faults, int status)
    {
        var item = await desk.Show(http.Actor(), id);
        if (!item.Ok) return item.Refuse();
        FieldErrors? errors = null;
        foreach (var fault in faults) (errors ??= []).Add("", fault.Message);
        return new PageResult<ItemPage>(new { Item = item.Value, Actor = http.Actor(), Done = done, Errors = errors }) { StatusCode = status };
    }

    static async Task<IResult> Compare(HttpContext http, CatalogueDesk desk, Guid id, int? from, int? to)
    {
        var item = await desk.Show(http.Actor(), id);
        if (!item.Ok) return item.Refuse();
        return from is { } older && to is { } newer && await desk.Compare(id, older, newer) is { } changes
            ? new PageResult<ComparePage>(new { Item = item.Value, From = older, To = newer, Changes = changes })
            : Problems.NotFound("没有这两个版本");
    }

    static async Task<IResult> History(HttpContext http, CatalogueDesk desk, Guid id) =>
        await desk.History(http.Actor(), id) is var history && history.Ok ? new PageResult<HistoryPage>(new { Item = id, Events = history.Value }) : history.Refuse();

    static async Task<IResult> Edit(HttpContext http, CatalogueDesk desk, CatalogueEntrance entrance, OrganisationDirectory directory, Guid id, string section)
    {
        var item = await desk.Show(http.Actor(), id);
        if (!item.Ok) return item.Refuse();
        if (Sections.Find(section) is not { } known) return Problems.NotFound();
        if (item.Value!.Draft?.State != Publishing.DraftState.Editing) return Results.Redirect($"/desk/catalogue/{id}");
        return new PageResult<EditPage>(new { Item = item.Value, Section = known, Choices = await Choices(entrance, directory) });
    }

    /// <summary>Reads the section, puts it into the content, and saves: the fields themselves, or below the basic list what they narrow.</summary>
    static async Task<IResult> Save(HttpContext http, CatalogueDesk desk, CatalogueEntrance entrance, OrganisationDirectory directory, Guid id, string section)
    {
        var shown = await desk.Show(http.Actor(), id);
        if (!shown.Ok) return shown.Refuse();
        if (Sections.Find(section) is not { } known) return Problems.NotFound();
        var (item, form, faults) = (shown.Value!, await http.Request.ReadFormAsync(), new List<Fault>());
        if (item.Draft is null) return Results.Redirect($"/desk/catalogue/{id}");
        var posted = PostedForm.Read(form, known);
        if (!item.IsBase) posted = posted with { Entries = [.. posted.Entries.Where(e => Sections.IsOpen(item.Upper!, e.Key))] };
        var fields = StrictReader.Read<ItemContent>(posted, faults) is { } filled ? Fields(item, posted, filled, faults) : [];
        var saved = faults.Count > 0 ? Outcome<DraftHead>.Invalid(faults) : await desk.Save(http.Actor(), id, int.TryParse(form["revision"], out var revision) ? revision : 0, fields);
        if (saved.Ok) return Results.Redirect($"/desk/catalogue/{id}?done={Uri.EscapeDataString("已保存")}#{section}");
        if (saved.Refused is Refusal.NotFound or Refusal.Forbidden) return saved.Refuse();
        var others = saved.Refused == Refusal.Conflict ? await desk.ChangesSince(id, int.TryParse(form["revision"], out var old) ? old : 0) : [];
        var errors = new FieldErrors();
        foreach (var fault in saved.Faults) errors.Add(fault.Where, fault.Message);
        return new PageResult<EditPage>(new { Item = item, Section = known, Typed = form, Errors = errors, Others = others, Choices = await Choices(entrance, directory) }) { StatusCode = Problems.Status(saved.Refused!.Value) };
    }

    static JsonObject Fields(DeskItem item, WrittenMap posted, ItemContent filled, List<Fault> faults)
    {
        var given = Object(filled);
        if (item.IsBase) return new(posted.Entries.Select(e => KeyValuePair.Create(e.Key, given[e.Key]?.DeepClone())));
        var wanted = Object(item.Effective);
        foreach (var (field, _, _) in posted.Entries)
            if (given[field] is { } value) wanted[field] = value.DeepClone();
            else wanted.Remove(field);
        var own = Narrowed.From(item.Upper!, item.UpperIsBody, item.Own!, Json.Read<ItemContent>(wanted.ToJsonString(Json.Options)), faults);
        faults.AddRange(Merge.Down(item.Upper!, own, item.UpperIsBody).Conflicts.Where(c => item.Conflicts.All(k => k.Key != c.Key)).Select(c => new Fault(c.Field, c.Message)));
        var now = Object(own);
        return new(Elements.Of(typeof(Overrides)).Select(e => KeyValuePair.Create(e.Name, now[e.Name]?.DeepClone())));
    }

    static JsonObject Object<T>(T value) => System.Text.Json.JsonSerializer.SerializeToNode(value, Json.Options)!.AsObject();

    static async Task<IReadOnlyDictionary<string, IReadOnlyList<Choice>>> Choices(CatalogueEntrance entrance, OrganisationDirectory directory) => new Dictionary<string, IReadOnlyList<Choice>>
    {
        ["lifeEvents"] = [.. (await entrance.LifeEvents()).Select(e => new Choice(e.Key, e.Name))],
        ["line"] = [.. directory.Current.Lines.Select(l => new Choice(l.Key, l.Name))],
        ["open"] = [.. Narrowing.Fields.Where(f => f.Field != "open").Select(f => new Choice(f.Field, f.Title, f.Rule))],
        ["expiry"] = [new("remind", "提醒"), new("escalate", "上报"), new("grant", "视为同意"), new("refuse", "视为不同意")],
        ["kind"] = [new("licence", "电子证照"), new("data", "数据共享"), new("earlier-file", "以前交过的材料")],
    };

    static async Task<IResult> Import(HttpContext http, CatalogueDesk desk)
    {
        var file = (await http.Request.ReadFormAsync()).Files["file"];
        var errors = new FieldErrors();
        if (file is null or { Length: 0 }) errors.Add("file", "请选择填报表");
        else
        {
            var bytes = new MemoryStream();
            await file.CopyToAsync(bytes);
            var made = await desk.ImportSheet(http.Actor(), bytes.ToArray());
            if (made.Ok) return new PageResult<ImportPage>(new { Made = made.Value });
            foreach (var fault in made.Faults.Take(200)) errors.Add("file", fault.ToString());
        }
        return new PageResult<ImportPage>(new { Errors = errors }) { StatusCode = StatusCodes.Status422UnprocessableEntity };
    }

    static async Task<IResult> Find(HttpContext http, ItemSearch search, OrganisationDirectory directory, string? q, string? organisation)
    {
        var own = http.Actor().Organisation is { } o ? directory.Organisation(o)?.Key ?? "" : "";
        return new PageResult<TakeOverPage>(new { Words = q ?? "", Organisation = organisation ?? own, Hits = string.IsNullOrWhiteSpace(q) ? [] : (await search.Find(new(q))).Hits });
    }

    static async Task<IResult> TakeOver(HttpContext http, CatalogueDesk desk, Items items, OrganisationDirectory directory)
    {
        var form = await http.Request.ReadFormAsync();
        var errors = new FieldErrors();
        if (directory.OrganisationByKey(form["organisation"].ToString().Trim()) is not { } body) errors.Add("", "没有这个机构，请写作 条线@区划，例如 market@440106");
        else if (await items.Find(form["code"].ToString()) is not { } item) errors.Add("", "没有这个事项");
        else
        {
            var made = await desk.TakeOver(http.Actor(), item.ItemId, body.Id);
            if (made.Ok) return Results.Redirect($"/desk/catalogue/{made.Value!.Item}?done={Uri.EscapeDataString("已承接，请填写本单位的窗口、电话，需要时调整其他内容")}");
            foreach (var fault in made.Faults) errors.Add("", fault.Message);
        }
        return new PageResult<TakeOverPage>(new { Words = "", Organisation = form["organisation"].ToString(), Errors = errors }) { StatusCode = StatusCodes.Status422UnprocessableEntity };
    }
}
