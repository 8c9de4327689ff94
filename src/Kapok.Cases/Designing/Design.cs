using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Kapok.Cases.Designing.Forms;
using Kapok.Cases.Flow;
using Kapok.Cases.Forms;
using Kapok.Catalogue;
using Kapok.Foundation;
using Kapok.Foundation.Data;

namespace Kapok.Cases.Designing;

/// <summary>A form or flow as something people work on. The id is the stream of its events.</summary>
/// <param name="Kind"><c>form</c> or <c>flow</c>.</param>
/// <param name="Name"><c>package/name</c>, as items say it.</param>
/// <param name="Revision">Number of the last change of any working copy; never goes back.</param>
/// <param name="Released">Number of the release in force; 0 = none yet.</param>
public sealed record Design(Guid Id, string Kind, string Name, Guid? Organisation, string? Division, string? Line, int Revision, int Released)
{
    public bool IsForm => Kind == "form";
    public string Address => $"/desk/designer/{Kind}s/{Name}";
    public string Package => Name.Split('/')[0];

    /// <summary>File of a package.</summary>
    public string File => IsForm ? $"forms/{Name.Split('/')[1]}.json" : $"flows/{Name.Split('/')[1]}.bpmn";

    internal const string Columns = "d.id, d.kind, d.name, d.organisation, d.division, d.line, d.revision, d.released";
}

/// <summary>The working copy of a definition as it stands.</summary>
public sealed record WorkingCopy
{
    public Guid Design { get; init; }

    /// <summary>Release it was begun from.</summary>
    public int Base { get; init; }
    public string Cause { get; init; } = "";

    /// <summary><c>editing</c> or <c>review</c>.</summary>
    public string State { get; init; } = "";

    /// <summary>Everybody who wrote in it; none of them may publish it.</summary>
    public Guid[] Authors { get; init; } = [];
    public string Note { get; init; } = "";
    public int Revision { get; init; }
    public string Content { get; init; } = "";
    public string Renamed { get; init; } = "{}";

    /// <summary>Revision that undoing leads to; null when there is nothing to undo.</summary>
    public int? Back { get; init; }

    /// <summary>What was done last, and by whom.</summary>
    public string Act { get; init; } = "";
    public string ByName { get; init; } = "";
    public DateTime At { get; init; }

    /// <summary>Fields that only changed their names since the base: old path → new path.</summary>
    public IReadOnlyDictionary<string, string> Renames => Json.Read<Dictionary<string, string>>(Renamed);

    internal const string Select = """
        select w.design, w.base, w.cause, w.state, w.authors, w.note, s.revision, s.content, s.renamed::text as renamed, s.back, s.act, s.by_name, s.at
        from cases.working_copy w join lateral (select * from cases.working_step s where s.design = w.design order by s.revision desc limit 1) s on true
        """;
}

/// <summary>What a name meant, or means.</summary>
/// <param name="Cause">package, published or rolled-back.</param>
public sealed record Release(int Number, string Digest, string Cause, string Renamed, string Note, string AuthorName, string ReleasedName, DateTime ReleasedAt);

/// <summary>An act of somebody on a working copy, for whoever comes second.</summary>
public sealed record WorkingAct(int Revision, string Act, string ByName, DateTime At);

/// <summary>A working copy after an act.</summary>
/// <param name="Revision">The next act must name it.</param>
public sealed record WorkHead(Guid Design, string Kind, string Name, int Revision, string State, string Act);

/// <summary>One thing wrong with a text, where, and what to do.</summary>
/// <param name="Element">Id of the element of a flow, path of the field or pointer of a form.</param>
public sealed record TextFault(int Line, string Element, string Message, string Hint)
{
    public Fault AsFault() => new(Line > 0 ? $"第 {Line} 行{(Element.Length > 0 ? " " + Element : "")}" : Element, Hint.Length > 0 ? $"{Message}（{Hint}）" : Message);
}

/// <summary>A text read: the form or flow, or everything wrong with it.</summary>
public sealed record ReadText(FormDefinition? Form, FlowDefinition? Flow, ImmutableArray<TextFault> Faults)
{
    /// <summary>Reads the text of a definition. Broken JSON, BPMN or FEEL is named by line and element.</summary>
    /// <param name="called">Text of another flow by its name.</param>
    public static ReadText Of(Design design, string text, Func<string, string?>? called = null)
    {
        if (design.IsForm)
        {
            var form = FormDefinition.Parse(text, design.Name);
            return new(form.Definition, null, [.. form.Faults.Select(f => new TextFault(f.Line, f.Pointer, f.Message, ""))]);
        }
        var flow = FlowDefinition.Parse(text, design.Name);
        var faults = flow.Faults;
        if (flow.Definition is { } parsed)
        {
            faults = [.. parsed.Nodes.Where(n => n.Operation is { } o && !Deciding.CaseServices.Known.Contains(o))
                .Select(n => new FlowFault(n.Id, n.XmlLine, $"不认识的操作“{n.Operation}”", $"可用的有 {string.Join("、", Deciding.CaseServices.Known)}"))];
            if (!parsed.UnlinkedCalls.IsEmpty && called is not null)
            {
                flow = parsed.Link(name => name == design.Name ? parsed : called(name) is { } other ? FlowDefinition.Parse(other, name).Definition : null);
                faults = [.. faults, .. flow.Faults];
            }
        }
        return new(null, faults.IsEmpty ? flow.Definition : null, [.. faults.Select(f => new TextFault(f.Line, f.ElementId, f.Message, f.Hint))]);
    }

    /// <summary>The text as an object to edit; null when it is no JSON.</summary>
    public static JsonObject? Tree(string text)
    {
        try { return JsonNode.Parse(text) as JsonObject; }
        catch (System.Text.Json.JsonException) { return null; }
        catch (ArgumentException) { return null; }
    }
}

/// <summary>Who may do what with a definition: who answers for every item that uses it.</summary>
public static class DesignScope
{
    static readonly string[] Permissions = [CatalogueDesk.Edit, CatalogueDesk.Review, CatalogueDesk.Release];

    /// <summary>A change reaches all items that use the definition, so it needs the right over every one of them.</summary>
    public static Decision Decide(Actor actor, string permission, Design design, IEnumerable<DefinitionUse> uses)
    {
        var targets = Targets(design, uses);
        foreach (var (target, name) in targets)
            if (Access.Decide(actor, permission, target) is { Allowed: false } no) return no with { Reason = name.Length == 0 ? no.Reason : $"“{name}”用到它，{no.Reason}" };
        return new(true, "范围包含用到它的全部事项");
    }

    /// <summary>Whether somebody may look: one of its items is his.</summary>
    public static bool Sees(Actor actor, Design design, IEnumerable<DefinitionUse> uses) =>
        Targets(design, uses).Any(t => Permissions.Any(p => Access.Decide(actor, p, t.Target)));

    static List<(Target Target, string Name)> Targets(Design design, IEnumerable<DefinitionUse> uses)
    {
        var targets = uses.Select(u => (u.AsTarget(), u.Name)).ToList();
        if (design.Organisation is not null) targets.Add((new(design.Division, design.Organisation, design.Line), ""));
        // Nobody uses it and nobody drew it here: only who may everywhere.
        if (targets.Count == 0) targets.Add((Target.Anything, ""));
        return targets;
    }

    public static IEnumerable<DefinitionUse> UsesOf(Design design, IEnumerable<DefinitionUse> all) => all.Where(u => (design.IsForm ? u.Form : u.Flow) == design.Name);
}

/// <summary>Types of the events of a definition; the stream is its id.</summary>
public static class DesignEvents
{
    public const string Made = "design-made", Opened = "working-copy-opened", Changed = "working-copy-changed", Undone = "working-copy-undone", Dropped = "working-copy-dropped",
        Submitted = "working-copy-submitted", Returned = "working-copy-returned", Published = "definition-published", Package = "definition-from-package",
        MoveStarted = "draft-move-started", Moved = "drafts-moved", SampleSaved = "sample-saved", SampleRemoved = "sample-removed";
}
