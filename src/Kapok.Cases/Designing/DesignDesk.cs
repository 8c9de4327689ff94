using System.Text.Json.Nodes;
using Dapper;
using Kapok.Cases.Definitions;
using Kapok.Cases.Designing.Forms;
using Kapok.Cases.Flow;
using Kapok.Catalogue;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Packages;
using Kapok.Identity;
using Npgsql;

namespace Kapok.Cases.Designing;

/// <summary>
/// What officials do with forms and flows: open a working copy, change it, undo, submit, return, publish, roll back. Every
/// act is decided on all items that use the definition, names the revision it was made on, and is an event in the same
/// transaction. Who wrote in a copy does not publish it. Open cases keep the release they began with.
/// </summary>
public sealed partial class DesignDesk(Database database, DefinitionUses uses, Items items, OrganisationDirectory directory, PackageInstaller packages, TimeProvider time)
{
    const int LargestText = 2 << 20;

    /// <summary>Opens a working copy on what is in force; an open one is returned as it is.</summary>
    public Task<Outcome<WorkHead>> Open(Actor actor, string kind, string name) => Act(actor, kind, name, CatalogueDesk.Edit, null, async (c, design, copy) =>
        copy is not null ? Head(design, copy) : await Begin(c, actor, design, await InForce(c, design), "published", "{}", "", "打开工作稿"));

    /// <summary>A new definition of an organisation: a form to begin with, a copy of another, or a flow from a template.</summary>
    /// <param name="from"><c>package/name</c> of another, a template, or empty.</param>
    public async Task<Outcome<WorkHead>> Make(Actor actor, string kind, Guid organisation, string name, string title, string from)
    {
        if (directory.Organisation(organisation) is not { } owner) return No(Refusal.NotFound, "没有这个机构", "organisation");
        if (Access.Decide(actor, CatalogueDesk.Edit, owner.AsTarget()) is { Allowed: false } no) return No(Refusal.Forbidden, no.Reason);
        if (!ShortName().IsMatch(name)) return No(Refusal.Invalid, "代号用小写字母、数字和连字符，以字母开头", "name");
        if (title.Trim().Length is 0 or > 60) return No(Refusal.Invalid, "请填写名称，不超过 60 个字", "title");
        return await database.Write(async (c, _) =>
        {
            var full = $"{owner.Line}-{owner.DivisionCode}/{name}";
            if (await Start(c, actor, kind, from) is not { } text) return No(Refusal.Invalid, "没有这个起点", "from");
            text = Titled(kind, text, title.Trim(), name);
            var id = await c.ExecuteScalarAsync<Guid?>("""
                insert into cases.design (kind, name, organisation, division, line) values (@kind, @full, @Id, @DivisionPath, @Line) on conflict do nothing returning id
                """, new { kind, full, owner.Id, owner.DivisionPath, owner.Line });
            if (id is null) return No(Refusal.Conflict, $"已经有“{full}”", "name");
            var design = new Design(id.Value, kind, full, owner.Id, owner.DivisionPath, owner.Line, 0, 0);
            await EventLog.Append(c, design.Id, actor, Now, new NewEvent(DesignEvents.Made, Json.Write(new { name = full, from, title })));
            return await Begin(c, actor, design, text, "published", "{}", "", $"新建“{title.Trim()}”");
        });
    }

    async Task<string?> Start(NpgsqlConnection c, Actor actor, string kind, string from)
    {
        if (kind == "flow" && FlowTemplates.Names.Contains(from)) return FlowTemplates.Xml(from, new() { Units = [new("fire", "消防"), new("water", "水务")] });
        if (kind == "form" && from.Length == 0) return FormText.Write(Blank());
        if (await Find(c, kind, from) is not { Released: > 0 } other || !DesignScope.Sees(actor, other, DesignScope.UsesOf(other, await uses.All()))) return null;
        return await InForce(c, other);
    }

    static JsonObject Blank() => JsonNode.Parse("""
        {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"","type":"object","required":["name"],
         "properties":{"name":{"title":"姓名","type":"string","format":"person-name","ui":{"prefill":"person.name"}}},
         "ui":{"pages":[{"id":"basic","title":"基本情况","fields":["name"]}],"declaration":"本人承诺所填内容真实、准确。"}}
        """)!.AsObject();

    static string Titled(string kind, string text, string title, string name)
    {
        if (kind == "form")
        {
            if (ReadText.Tree(text) is not { } form) return text;
            form["title"] = title;
            return FormText.Write(form);
        }
        return Flows.FlowDrawing.Titled(text, title, name);
    }

    /// <summary>One act on a form.</summary>
    public Task<Outcome<WorkHead>> Edit(Actor actor, string name, int revision, FormAct act) => Act(actor, "form", name, CatalogueDesk.Edit, revision, async (c, design, copy) =>
    {
        if (Editable(copy) is { } not) return not;
        if (ReadText.Tree(copy!.Content) is not { } form) return No(Refusal.Invalid, "文本不是正确的 JSON，请先在“文本”里改好");
        var edited = FormEdit.Apply(form, act);
        if (!edited.Ok) return edited.As<WorkHead>();
        var renamed = new Dictionary<string, string>(copy.Renames);
        if (edited.Value!.Renamed is { } rename) Releases.Follow(renamed, new Dictionary<string, string> { [rename.From] = rename.To });
        return await Put(c, actor, design, copy, FormText.Write(edited.Value.Form), Json.Write(renamed), edited.Value.Words, new JsonObject { ["do"] = act.Do, ["with"] = new JsonObject(act.With.Select(w => KeyValuePair.Create(w.Key, (JsonNode?)w.Value))) });
    });

    /// <summary>Takes a whole text, right or wrong; a wrong one cannot be submitted.</summary>
    public Task<Outcome<WorkHead>> Save(Actor actor, string kind, string name, int revision, string text) => Act(actor, kind, name, CatalogueDesk.Edit, revision, async (c, design, copy) =>
    {
        if (Editable(copy) is { } not) return not;
        if (text.Length > LargestText) return No(Refusal.TooLarge, "文本过长：最多 2 MB");
        if (text.Contains('\0')) return No(Refusal.Invalid, "文本里有不能用的字符");
        text = text.ReplaceLineEndings("\n");
        return text == copy!.Content ? Head(design, copy) : await Put(c, actor, design, copy, text, copy.Renamed, kind == "form" ? "改了文本" : "改了流程图", []);
    });

    /// <summary>Takes the last act back; again and again, as far as the copy goes.</summary>
    public Task<Outcome<WorkHead>> Undo(Actor actor, string kind, string name, int revision) => Act(actor, kind, name, CatalogueDesk.Edit, revision, async (c, design, copy) =>
    {
        if (Editable(copy) is { } not) return not;
        if (copy!.Back is not { } back) return No(Refusal.Conflict, "没有可以撤销的操作");
        var (content, renamed, before) = await c.QuerySingleAsync<(string, string, int?)>("select content, renamed::text, back from cases.working_step where design = @Id and revision = @back", new { design.Id, back });
        var next = copy with { Revision = design.Revision + 1, Content = content, Renamed = renamed, Back = before, Act = $"撤销：{copy.Act}" };
        return await Step(c, actor, design, next, new NewEvent(DesignEvents.Undone, Json.Write(new { revision = next.Revision, act = copy.Act, back })));
    });

    /// <summary>Gives the copy up. What is in force stays.</summary>
    public Task<Outcome<WorkHead>> Drop(Actor actor, string kind, string name, int revision) => Act(actor, kind, name, CatalogueDesk.Edit, revision, async (c, design, copy) =>
    {
        if (copy is null) return No(Refusal.NotFound, "没有工作稿");
        await c.ExecuteAsync("delete from cases.working_copy where design = @Id", new { design.Id });
        await EventLog.Append(c, design.Id, actor, Now, new NewEvent(DesignEvents.Dropped, Json.Write(new { copy.Revision, copy.Content })));
        return Head(design, copy);
    });

    async Task<Outcome<WorkHead>> Put(NpgsqlConnection c, Actor actor, Design design, WorkingCopy copy, string content, string renamed, string words, JsonObject data)
    {
        var next = copy with { Revision = design.Revision + 1, Content = content, Renamed = renamed, Back = copy.Revision, Act = words };
        data["revision"] = next.Revision;
        data["act"] = words;
        return await Step(c, actor, design, next, new NewEvent(DesignEvents.Changed, data.ToJsonString(Json.Options)));
    }

    async Task<Outcome<WorkHead>> Step(NpgsqlConnection c, Actor actor, Design design, WorkingCopy next, NewEvent happened)
    {
        await c.ExecuteAsync("update cases.design set revision = @Revision where id = @Design", next);
        await c.ExecuteAsync("insert into cases.working_step (design, revision, content, renamed, back, act, by_name, at) values (@Design, @Revision, @Content, @Renamed::jsonb, @Back, @Act, @Name, @at)",
            new { next.Design, next.Revision, next.Content, next.Renamed, next.Back, next.Act, actor.Name, at = Now.UtcDateTime });
        await c.ExecuteAsync("update cases.working_copy set authors = @authors where design = @Design", new { next.Design, authors = next.Authors.Append(actor.Person ?? Guid.Empty).Distinct().ToArray() });
        await EventLog.Append(c, design.Id, actor, Now, happened);
        return Head(design, next);
    }

    async Task<Outcome<WorkHead>> Begin(NpgsqlConnection c, Actor actor, Design design, string content, string cause, string renamed, string note, string words)
    {
        var state = cause == "rolled-back" ? "review" : "editing";
        await c.ExecuteAsync("insert into cases.working_copy (design, base, cause, state, authors, note) values (@Id, @Released, @cause, @state, @authors, @note)",
            new { design.Id, design.Released, cause, state, authors = new[] { actor.Person ?? Guid.Empty }, note });
        var copy = new WorkingCopy
        {
            Design = design.Id, Base = design.Released, Cause = cause, State = state, Authors = [actor.Person ?? Guid.Empty], Note = note, Revision = design.Revision + 1, Content = content, Renamed = renamed, Act = words, ByName = actor.Name, At = Now.UtcDateTime,
        };
        return await Step(c, actor, design, copy, new NewEvent(DesignEvents.Opened, Json.Write(new { revision = copy.Revision, @base = design.Released, cause }), note));
    }

    static Outcome<WorkHead>? Editable(WorkingCopy? copy) => copy is null ? No(Refusal.NotFound, "没有工作稿，请先打开") : copy.State != "editing" ? No(Refusal.Conflict, "工作稿已经送审，退回后才能修改") : null;

    DateTimeOffset Now => time.GetUtcNow();
    static Outcome<WorkHead> No(Refusal refusal, string message, string where = "") => Outcome<WorkHead>.No(refusal, message, where);
    static WorkHead Head(Design design, WorkingCopy copy) => new(design.Id, design.Kind, design.Name, copy.Revision, copy.State, copy.Act);

    static Task<Design?> Find(NpgsqlConnection c, string kind, string name, bool forUpdate = false) =>
        c.QuerySingleOrDefaultAsync<Design>($"select {Design.Columns} from cases.design d where kind = @kind and name = @name{(forUpdate ? " for update" : "")}", new { kind, name });

    static Task<WorkingCopy?> Copy(NpgsqlConnection c, Guid design) => c.QuerySingleOrDefaultAsync<WorkingCopy>($"{WorkingCopy.Select} where w.design = @design", new { design });

    static async Task<string> InForce(NpgsqlConnection c, Design design) => await c.QuerySingleAsync<string>(
        "select a.content from cases.release r join cases.artifact a using (digest) where r.design = @Id and r.number = @Released", new { design.Id, design.Released });

    /// <summary>Locks the definition, decides on rights and revision, then acts; a refusal writes nothing.</summary>
    async Task<Outcome<T>> Act<T>(Actor actor, string kind, string name, string permission, int? revision, Func<NpgsqlConnection, Design, WorkingCopy?, Task<Outcome<T>>> act)
    {
        var all = await uses.All();
        await using var c = await database.Open();
        await using var transaction = await c.BeginTransactionAsync();
        if (await Find(c, kind, name, forUpdate: true) is not { } design) return Outcome<T>.No(Refusal.NotFound, "没有这个表单或流程");
        if (DesignScope.Decide(actor, permission, design, DesignScope.UsesOf(design, all)) is { Allowed: false } no) return Outcome<T>.No(Refusal.Forbidden, no.Reason);
        var copy = await Copy(c, design.Id);
        if (revision is { } expected && copy is not null && copy.Revision != expected)
            return Outcome<T>.No(Refusal.Conflict, $"{copy.ByName}在您之后改过（{copy.Act}），请看过变化再改");
        var result = await act(c, design, copy);
        if (result.Ok) await transaction.CommitAsync();
        return result;
    }

    [System.Text.RegularExpressions.GeneratedRegex("^[a-z][a-z0-9-]{1,40}$")] private static partial System.Text.RegularExpressions.Regex ShortName();
}
