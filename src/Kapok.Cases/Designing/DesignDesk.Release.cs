using System.Text;
using Dapper;
using Kapok.Cases.Definitions;
using Kapok.Cases.Documents;
using Kapok.Cases.Forms;
using Kapok.Catalogue;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Expressions;
using Kapok.Foundation.Packages;
using Npgsql;

namespace Kapok.Cases.Designing;

/// <summary>From a working copy to what is in force, and back.</summary>
public sealed partial class DesignDesk
{
    /// <summary>Hands a copy without faults to a second person.</summary>
    public Task<Outcome<WorkHead>> Submit(Actor actor, string kind, string name, int revision, string note) => Act(actor, kind, name, CatalogueDesk.Edit, revision, async (c, design, copy) =>
    {
        if (Editable(copy) is { } not) return not;
        if (await Faults(c, design, copy!.Content) is { Count: > 0 } faults) return Outcome<WorkHead>.Invalid([.. faults.Select(f => f.AsFault())]);
        if (design.Released > 0 && await InForce(c, design) == copy.Content) return No(Refusal.Invalid, "工作稿和现行版本一样，没有可以送审的");
        await c.ExecuteAsync("update cases.working_copy set state = 'review', note = @note where design = @Id", new { design.Id, note });
        await EventLog.Append(c, design.Id, actor, Now, new NewEvent(DesignEvents.Submitted, Json.Write(new { copy.Revision }), note));
        return Head(design, copy with { State = "review" });
    });

    public Task<Outcome<WorkHead>> Return(Actor actor, string kind, string name, int revision, string note) => Act(actor, kind, name, CatalogueDesk.Review, revision, async (c, design, copy) =>
    {
        if (copy is not { State: "review" }) return No(Refusal.Conflict, "没有待审核的工作稿");
        if (note.Trim().Length < 2) return No(Refusal.Invalid, "请写明退回的原因", "note");
        await c.ExecuteAsync("update cases.working_copy set state = 'editing', note = @note where design = @Id", new { design.Id, note });
        await EventLog.Append(c, design.Id, actor, Now, new NewEvent(DesignEvents.Returned, Json.Write(new { copy.Revision }), note));
        return Head(design, copy with { State = "editing" });
    });

    /// <summary>A second person reviews and publishes: from now on new applications get this release.</summary>
    public async Task<Outcome<Release>> Publish(Actor actor, string kind, string name, int revision)
    {
        var all = DesignScope.UsesOf(new(Guid.Empty, kind, name, null, null, null, 0, 0), await uses.All());
        return await Act<Release>(actor, kind, name, CatalogueDesk.Release, revision, async (c, design, copy) =>
        {
            if (DesignScope.Decide(actor, CatalogueDesk.Review, design, all) is { Allowed: false } no) return Outcome<Release>.No(Refusal.Forbidden, no.Reason);
            if (copy is not { State: "review" }) return Outcome<Release>.No(Refusal.Conflict, "没有送审的工作稿");
            if (copy.Authors.Contains(actor.Person ?? Guid.Empty)) return Outcome<Release>.No(Refusal.Forbidden, "您参与了编制，要由别人审核和发布");
            if (copy.Base != design.Released) return Outcome<Release>.No(Refusal.Conflict, "工作稿打开之后，现行版本变过。请退回，以现行版本重新打开");
            if (await Faults(c, design, copy.Content) is { Count: > 0 } faults) return Outcome<Release>.Invalid([.. faults.Select(f => f.AsFault())]);
            var digest = await DefinitionStore.Keep(c, kind, copy.Content);
            var number = await c.ExecuteScalarAsync<int>("select coalesce(max(number), 0) + 1 from cases.release where design = @Id", new { design.Id });
            var author = await c.ExecuteScalarAsync<string>("select string_agg(distinct by_name, '、') from cases.working_step where design = @Id", new { design.Id });
            var release = new Release(number, digest, copy.Cause, copy.Renamed, copy.Note, author ?? "", actor.Name, Now.UtcDateTime);
            await Releases.Insert(c, design.Id, release);
            await Releases.Enforce(c, design, number, digest);
            if (ReadText.Of(design, copy.Content).Form is { } form) await DefinitionUses.KnowForm(c, design.Name, [.. form.Fields.Select(f => f.Name)]);
            await c.ExecuteAsync("delete from cases.working_copy where design = @Id", new { design.Id });
            await EventLog.Append(c, design.Id, actor, Now, new NewEvent(DesignEvents.Published, Json.Write(new { number, digest, copy.Cause, renamed = copy.Renames, authors = copy.Authors }), copy.Note));
            return release;
        });
    }

    /// <summary>Prepares the return to an older release; a second person publishes it like any other change.</summary>
    public Task<Outcome<WorkHead>> RollBack(Actor actor, string kind, string name, int number, string note) => Act(actor, kind, name, CatalogueDesk.Edit, null, async (c, design, copy) =>
    {
        if (copy is not null) return No(Refusal.Conflict, "已经有工作稿，请先发布或放弃");
        if (note.Trim().Length < 2) return No(Refusal.Invalid, "请写明为什么恢复", "note");
        var all = await Releases.Of(c, design.Id);
        if (number == design.Released || all.FirstOrDefault(r => r.Number == number) is not { } old) return No(Refusal.NotFound, "没有这个版本，或者它就是现行版本", "number");
        // Going back undoes the renames that lie between; going to a newer one of a package follows them.
        var (low, high) = (Math.Min(number, design.Released), Math.Max(number, design.Released));
        var between = new Dictionary<string, string>();
        foreach (var release in all.Where(r => r.Number > low && r.Number <= high).OrderBy(r => r.Number)) Releases.Follow(between, Json.Read<Dictionary<string, string>>(release.Renamed));
        var renamed = number < design.Released ? between.ToDictionary(r => r.Value, r => r.Key) : between;
        return await Begin(c, actor, design, await Releases.Text(c, old.Digest), "rolled-back", Json.Write(renamed), note, $"恢复第 {number} 版");
    });

    /// <summary>Everything wrong with a text: its own faults, and what the items that use it would lose.</summary>
    internal async Task<IReadOnlyList<TextFault>> Faults(NpgsqlConnection c, Design design, string text)
    {
        var read = ReadText.Of(design, text, await Called(c, design));
        return read.Form is { } form ? await Missed(c, design, form) : read.Faults;
    }

    async Task<Func<string, string?>?> Called(NpgsqlConnection c, Design design)
    {
        if (design.IsForm) return null;
        var known = (await c.QueryAsync<(string Name, string Content)>("select n.name, a.content from cases.artifact_name n join cases.artifact a using (digest) where n.kind = 'flow'")).ToDictionary(r => r.Name, r => r.Content);
        return name => known.GetValueOrDefault(name.Contains('/') ? name : $"{design.Package}/{name}");
    }

    /// <summary>Questions that materials, documents and flows of the items read, but the form does not ask.</summary>
    async Task<IReadOnlyList<TextFault>> Missed(NpgsqlConnection c, Design design, FormDefinition form)
    {
        var missed = new List<TextFault>();
        foreach (var use in DesignScope.UsesOf(design, await uses.All()))
        {
            if (await items.Find(use.BasicCode) is not { } item) continue;
            void Miss(IEnumerable<string> fields, string where)
            {
                foreach (var field in fields.Distinct().Where(f => form.Find(f) is null)) missed.Add(new(0, field, $"事项“{use.Name}”的{where}用到“{field}”，但表单没有这一项", "请保留或改名，或者先改事项"));
            }
            var asked = item.Content.Eligibility.Select(e => e.Id).ToHashSet();
            foreach (var material in item.Content.Materials)
                if (material.When is { } when && Expression.TryParse(when, out var condition, out _)) Miss(condition.Names.Where(n => !asked.Contains(n)), $"材料“{material.Name}”的条件");
            var names = item.Content.Documents.Values.Append(item.Content.Flow).ToArray();
            foreach (var (kind, name, content) in await c.QueryAsync<(string, string, string)>("select n.kind, n.name, a.content from cases.artifact_name n join cases.artifact a using (digest) where n.name = any(@names) and n.kind in ('document', 'flow')", new { names }))
                if (kind == "document") Miss(DocumentTemplate.Parse(name, content).Value?.Paths.Where(p => p.StartsWith("answers.", StringComparison.Ordinal)).Select(p => p.Split('.')[1]) ?? [], $"文书 {name} ");
                else Miss(Flows.FlowDrawing.AnswersRead(content), $"流程 {name} ");
        }
        return [.. missed.Distinct()];
    }

    /// <summary>The definition as package files: the package it belongs to as it stands here, or one made for it.</summary>
    public async Task<Outcome<byte[]>> Export(Actor actor, string kind, string name)
    {
        var shown = await Show(actor, kind, name);
        if (!shown.Ok) return shown.As<byte[]>();
        var design = shown.Value!.Design;
        if (design.Released == 0) return Outcome<byte[]>.No(Refusal.Conflict, "还没有发布过的版本");
        return await database.Read(async c =>
        {
            var package = await packages.Export(design.Package) is { } zip ? Package.FromZip(zip).Value : null;
            // Everything of the package that stands differently here goes along: an application travels whole.
            var texts = (await c.QueryAsync<(string Kind, string Name, string Content)>("""
                select d.kind, d.name, a.content from cases.design d join cases.release r on r.design = d.id and r.number = d.released join cases.artifact a using (digest)
                where d.name like @prefix and (@whole or d.id = @Id)
                """, new { prefix = design.Package + "/%", whole = package is not null, design.Id }))
                .Select(t => KeyValuePair.Create((design with { Kind = t.Kind, Name = t.Name }).File, Encoding.UTF8.GetBytes(t.Content)));
            if (package is not null) return (Outcome<byte[]>)package.With(texts).ToZip();
            var files = new SortedDictionary<string, byte[]>(texts.ToDictionary(), StringComparer.Ordinal)
            {
                ["package.yaml"] = Encoding.UTF8.GetBytes($"id: {design.Package}\nversion: 1.0.{design.Released}\ntitle: {shown.Value.Title}\n"),
            };
            var made = Package.FromFiles(files);
            return made.Ok ? made.Value!.ToZip() : made.As<byte[]>();
        });
    }
}
