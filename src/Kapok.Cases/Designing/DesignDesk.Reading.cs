using System.Text.RegularExpressions;
using Dapper;
using Kapok.Cases.Designing.Forms;
using Kapok.Cases.Flow;
using Kapok.Catalogue;
using Kapok.Foundation;
using Kapok.Foundation.Events;
using Npgsql;

namespace Kapok.Cases.Designing;

/// <summary>A definition in the list.</summary>
/// <param name="Uses">Items that use it.</param>
/// <param name="OpenCases">Cases under way, by release; a release number of 0 is a text from before the numbers.</param>
/// <param name="OpenDrafts">Applications begun and not sent, by release.</param>
public sealed record DesignRow(Design Design, string Title, IReadOnlyList<DefinitionUse> Uses, IReadOnlyList<ReleaseCount> OpenCases, IReadOnlyList<ReleaseCount> OpenDrafts, DateTime? ChangedAt, string ChangedBy, string? WorkState)
{
    public int OldDrafts => OpenDrafts.Where(d => d.Number != Design.Released).Sum(d => d.Count);
}

public sealed record ReleaseCount(int Number, int Count);

/// <summary>A template flow and how many items use it.</summary>
public sealed record TemplateRow(string Name, string Title, int Items);

/// <summary>A definition with everything its pages show.</summary>
public sealed record ShownDesign(Design Design, string Title, IReadOnlyList<DefinitionUse> Uses, WorkingCopy? Copy, string? InForce, IReadOnlyList<Release> Releases,
    IReadOnlyList<ReleaseCount> OpenCases, IReadOnlyList<ReleaseCount> OpenDrafts, IReadOnlyList<TextFault> Faults, bool MayEdit, bool MayPublish, bool Mine)
{
    /// <summary>What is looked at: the working copy, or what is in force.</summary>
    public string Text => Copy?.Content ?? InForce ?? "";
    public int Revision => Copy?.Revision ?? Design.Revision;
    public bool Editing => MayEdit && Copy is { State: "editing" };
    public int OldDrafts => OpenDrafts.Where(d => d.Number != Design.Released).Sum(d => d.Count);

    /// <summary>The working copy was begun on a release that is no longer in force.</summary>
    public bool Stale => Copy is { } copy && copy.Base != Design.Released;
}

/// <summary>What the designer reads.</summary>
public sealed partial class DesignDesk
{
    /// <summary>Everything within the actor's scope: forms first.</summary>
    public async Task<(IReadOnlyList<DesignRow> Rows, IReadOnlyList<TemplateRow> Templates)> List(Actor actor)
    {
        var all = await uses.All();
        return await database.Read(async c =>
        {
            var designs = (await c.QueryAsync<Design>($"select {Design.Columns} from cases.design d order by d.kind, d.name")).Where(d => DesignScope.Sees(actor, d, DesignScope.UsesOf(d, all))).ToList();
            var ids = designs.Select(d => d.Id).ToArray();
            var last = (await c.QueryAsync<(Guid Id, DateTime At, string By, string? State, string Content)>("""
                select d.id, coalesce(s.at, r.released_at), coalesce(s.by_name, r.released_name), w.state, coalesce(s.content, a.content)
                from cases.design d
                left join lateral (select * from cases.release r where r.design = d.id order by (r.number = d.released) desc, r.number desc limit 1) r on true
                left join cases.artifact a on a.digest = r.digest
                left join cases.working_copy w on w.design = d.id
                left join lateral (select * from cases.working_step s where s.design = w.design order by s.revision desc limit 1) s on true
                where d.id = any(@ids)
                """, new { ids })).ToDictionary(r => r.Id);
            var (cases, drafts) = (await Counts(c, OpenCases, ids), await Counts(c, OpenDrafts, ids));
            var rows = designs.Select(d => new DesignRow(d, TitleOf(d, last[d.Id].Content), [.. DesignScope.UsesOf(d, all)], [.. cases[d.Id]], [.. drafts[d.Id]], last[d.Id].At, last[d.Id].By, last[d.Id].State)).ToList();
            var templates = FlowTemplates.Names.Select(n => new TemplateRow(n, n switch { "instant" => "即办件", "promised" => "承诺件", _ => "并联审查" }, all.Count(u => u.Flow == n))).ToList();
            return ((IReadOnlyList<DesignRow>)rows, (IReadOnlyList<TemplateRow>)templates);
        });
    }

    const string OpenCases = """(select definition, count(*) as count from cases.open o join cases."case" c on c.id = o.case_id group by definition)""";
    const string OpenDrafts = "(select definition, count(*) as count from cases.draft group by definition)";

    /// <summary>Counts by definition and release: a text is known by its digest, the newest release that says it counts.</summary>
    static async Task<ILookup<Guid, ReleaseCount>> Counts(NpgsqlConnection c, string counted, Guid[] ids) => (await c.QueryAsync<(Guid Id, int Number, int Count)>($"""
        select d.id, r.number, sum(v.count)::int from {counted} v join cases.definition f on f.id = v.definition
        join cases.design d on d.id = any(@ids)
        join lateral (select max(number) as number from cases.release r where r.design = d.id and r.digest = f.content->>d.kind) r on r.number is not null
        group by d.id, r.number order by r.number desc
        """, new { ids })).ToLookup(r => r.Id, r => new ReleaseCount(r.Number, r.Count));

    /// <summary>A definition as its pages show it; only for who answers for one of its items.</summary>
    public async Task<Outcome<ShownDesign>> Show(Actor actor, string kind, string name)
    {
        var all = await uses.All();
        return await database.Read(async c =>
        {
            if (await Find(c, kind, name) is not { } design) return Outcome<ShownDesign>.No(Refusal.NotFound, "没有这个表单或流程");
            var own = DesignScope.UsesOf(design, all).ToList();
            if (!DesignScope.Sees(actor, design, own)) return Outcome<ShownDesign>.No(Refusal.Forbidden, DesignScope.Decide(actor, CatalogueDesk.Edit, design, own).Reason);
            var copy = await Copy(c, design.Id);
            var inForce = design.Released > 0 ? await InForce(c, design) : null;
            var text = copy?.Content ?? inForce ?? "";
            var faults = await Faults(c, design, text);
            bool May(string permission) => DesignScope.Decide(actor, permission, design, own);
            return (Outcome<ShownDesign>)new ShownDesign(design, TitleOf(design, text), own, copy, inForce, await Releases.Of(c, design.Id),
                [.. (await Counts(c, OpenCases, [design.Id]))[design.Id]], [.. (await Counts(c, OpenDrafts, [design.Id]))[design.Id]], faults,
                May(CatalogueDesk.Edit), May(CatalogueDesk.Release) && May(CatalogueDesk.Review), copy?.Authors.Contains(actor.Person ?? Guid.Empty) == true);
        });
    }

    /// <summary>What is wrong with a text, without keeping it.</summary>
    public async Task<Outcome<IReadOnlyList<TextFault>>> Check(Actor actor, string kind, string name, string text)
    {
        var shown = await Show(actor, kind, name);
        if (!shown.Ok) return shown.As<IReadOnlyList<TextFault>>();
        if (text.Length > LargestText) return Outcome<IReadOnlyList<TextFault>>.No(Refusal.TooLarge, "文本过长：最多 2 MB");
        return new(await database.Read(c => Faults(c, shown.Value!.Design, text.ReplaceLineEndings("\n"))), null, []);
    }

    /// <summary>The flow with the flows it calls; null when something is wrong with it.</summary>
    public Task<FlowDefinition?> Linked(ShownDesign shown) => database.Read(async c => ReadText.Of(shown.Design, shown.Text, await Called(c, shown.Design)).Flow);

    /// <summary>What others did to a working copy after a revision: shown to whoever acts on an older one.</summary>
    public Task<IReadOnlyList<WorkingAct>> ChangesSince(Guid design, int revision) => database.Read<IReadOnlyList<WorkingAct>>(async c => (await c.QueryAsync<WorkingAct>(
        "select revision, act, by_name, at from cases.working_step where design = @design and revision > @revision order by revision", new { design, revision })).AsList());

    /// <summary>The text of the working copy as it was at a revision; null when it is no longer kept.</summary>
    public Task<string?> TextAt(Guid design, int revision) => database.Read(c =>
        c.ExecuteScalarAsync<string?>("select content from cases.working_step where design = @design and revision = @revision", new { design, revision }));

    /// <summary>Text of a release.</summary>
    public Task<string?> TextOf(Guid design, int number) => database.Read(c =>
        c.ExecuteScalarAsync<string?>("select a.content from cases.release r join cases.artifact a using (digest) where r.design = @design and r.number = @number", new { design, number }));

    public Task<IReadOnlyList<LoggedEvent>> History(Guid design) => database.Read(c => EventLog.Read(c, design));

    internal static string TitleOf(Design design, string text)
    {
        var title = design.IsForm ? ReadText.Tree(text) is { } form ? FormEdit.Read(form, "title") : "" : ProcessName().Match(text).Groups[1].Value;
        return title.Length > 0 ? System.Net.WebUtility.HtmlDecode(title) : design.Name;
    }

    [GeneratedRegex("<(?:[a-z0-9]+:)?process\\b[^>]*?\\bname=\"([^\"]*)\"")] private static partial Regex ProcessName();
}
