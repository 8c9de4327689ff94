using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using Dapper;
using Kapok.Cases.Applying;
using Kapok.Cases.Clock;
using Kapok.Cases.Deciding;
using Kapok.Cases.Flow;
using Kapok.Cases.Forms;
using Kapok.Cases.Handling;
using Kapok.Cases.Model;
using Kapok.Cases.News;
using Kapok.Cases.Wording;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Pages;
using Kapok.Identity;

namespace Kapok.Cases.Desk;

/// <summary>Open work as its page shows it.</summary>
/// <param name="Mine">The reader may work it.</param>
/// <param name="Held">The reader has claimed it.</param>
/// <param name="Targets">Earlier work it may be given back to.</param>
/// <param name="Colleagues">Who else holds the post; empty when the reader may not hand it over.</param>
public sealed record OpenWork(CaseTask Task, bool Mine, bool Held, string Unit, string Post, IReadOnlyList<FlowNode> Targets, IReadOnlyList<OfficialAtPost> Colleagues);

/// <summary>An answer as one line: its path, what it is called and what it says.</summary>
/// <param name="File">The file, where the answer is one.</param>
public sealed record AnswerLine(string Path, string Label, string Value, Guid? File = null);

/// <summary>Answers of one page of the form.</summary>
public sealed record AnswerGroup(string Id, string Title, ImmutableArray<AnswerLine> Lines);

/// <summary>Everything the case page shows to one reader.</summary>
public sealed record Dossier(CaseView View, ImmutableArray<OpenWork> Works, ImmutableArray<AnswerGroup> Answers, ImmutableArray<MaterialState> Materials,
    IReadOnlyList<NoteRow> Notes, IReadOnlyList<ConsultationRow> Questions, ImmutableArray<Lists.Change> Changes)
{
    /// <summary>The reader may act on the case beyond reading it.</summary>
    public bool Handles { get; init; }
    public bool MayDecide { get; init; }
    /// <summary>Number of the first event that breaks the chain; null when it is whole and ends where the case says.</summary>
    public int? Broken { get; init; }
    public ExtensionRequest? Request { get; init; }
    public bool Extended { get; init; }
    public int LongestExtension { get; init; }
    /// <summary>Units that can be asked, by division.</summary>
    public IReadOnlyList<Choice> Units { get; init; } = [];
    public DateTimeOffset Now { get; init; }
    public Guid? Reader { get; init; }
    /// <summary>The flow with where the case stands, as SVG.</summary>
    public string? Picture { get; init; }
    /// <summary>Where the case stands and what comes next, in a sentence.</summary>
    public string? Stands { get; init; }
    /// <summary>Verdicts kept so far, by key.</summary>
    public IReadOnlyDictionary<string, Verdict> Findings { get; init; } = new Dictionary<string, Verdict>();
    /// <summary>Files of officials; those of questions the reader may not see are left out.</summary>
    public IReadOnlyList<AttachmentRow> Attachments { get; init; } = [];
    /// <summary>Who else has the case open.</summary>
    public IReadOnlyList<Presence> Others { get; init; } = [];
    /// <summary>Confidential questions of other units, whose words the reader does not see.</summary>
    public IReadOnlySet<Guid?> Shut { get; init; } = new HashSet<Guid?>();
    /// <summary>Colleagues that can be named in a note.</summary>
    public IReadOnlyList<OfficialAtPost> Team { get; init; } = [];
    public bool Follows { get; init; }
    /// <summary>Texts of the office that can be put in, as they read for this case.</summary>
    public IReadOnlyList<FilledTemplate> Texts { get; init; } = [];

    public CaseRow Row => View.Row;
    /// <summary>What a form of the page says it looked at. A verdict of a colleague shows itself and does not stop another act.</summary>
    public int Standing => VerdictStore.Standing(View.Events);
    /// <summary>The acceptance work the reader may do now: only then verdicts are asked.</summary>
    public OpenWork? Acceptance => Row.State == CaseState.Submitted ? Works.FirstOrDefault(w => w is { Mine: true, Task.Kind: "accept" }) : null;
    public Correction? Earlier => Row.Correction is { } json ? Json.Read<Correction>(json) : null;
    public IEnumerable<CaseMaterial> Replaced => View.Materials.Where(m => m.RemovedAt is not null);
}

/// <summary>Types of the lists on the case page.</summary>
public static class Lists
{
    /// <summary>A field before and after a correction.</summary>
    public sealed record Change(string Label, string? Before, string? After);
}

/// <summary>Puts a case together for a reader, and records that he read it.</summary>
public sealed class Dossiers(Database database, CaseViews views, OrganisationDirectory directory, People people, VerdictStore verdicts, CaseFiles files, Colleagues colleagues, Presences presences, Notices notices,
    Templates templates, TimeProvider time)
{
    public async Task<(Dossier? Dossier, Decision Decision)> Open(Guid id, Actor actor, string purpose = "办理")
    {
        var (view, decision) = await views.ForOfficial(id, actor, purpose);
        return view is null ? (null, decision) : (await Of(view, actor), decision);
    }

    async Task<Dossier> Of(CaseView view, Actor actor)
    {
        var now = time.GetUtcNow();
        var row = view.Row;
        var form = FormEngine.Evaluate(view.Definition.Form, view.Answers, new FormContext(ChinaTime.DateOf(now)));
        var handles = view.Mine.Count > 0 || new[] { "cases.accept", "cases.review", "cases.decide", "cases.issue" }.Any(p => Access.Decide(actor, p, view.Case.Target));
        var works = ImmutableArray.CreateBuilder<OpenWork>();
        foreach (var task in view.Case.Tasks.OrderBy(t => t.OpenedAt)) works.Add(await Work(view, task, actor));
        if (view.Mine.Count > 0)
            await database.Read(c => c.ExecuteAsync("update cases.message set read_at = @now where case_id = @id and from_party and read_at is null", new { id = row.Id, now = now.UtcDateTime }));
        var broken = EventLog.FirstBreak(row.Id, view.Events);
        if (broken is null && (view.Events.Length == 0 || view.Events[^1].Seq != row.Version || !view.Events[^1].Digest.AsSpan().SequenceEqual(row.Digest))) broken = view.Events.Length + 1;
        var flow = view.Definition.Flow;
        var state = row.Flow is { } kept ? FlowState.FromJson(kept, flow) : null;
        var done = view.Events.Where(e => e.Type == "task-completed").Select(e => Node(e.Data));
        var questions = await views.Consultations(row.Id);
        var shut = questions.Where(q => !q.Open(actor)).Select(q => (Guid?)q.Id).ToHashSet();
        var asking = row.State == CaseState.Submitted && works.Any(w => w is { Mine: true, Task.Kind: "accept" });
        return new(view, works.ToImmutable(), AnswersOf(form, Division), Drafts.MaterialsOf(view.Definition.Item.Content, form.Scope, view.Materials), await views.Notes(row.Id), questions, ChangesOf(view.Events))
        {
            Handles = handles, MayDecide = Access.Decide(actor, "cases.decide", view.Case.Target), Broken = broken, Request = CaseClock.Request(row), Extended = CaseClock.Extended(row),
            LongestExtension = CaseClock.LongestExtension(view.Definition.Item.Content), Units = UnitsFor(view, actor), Now = now, Reader = actor.Person,
            Picture = FlowDiagram.Svg(flow, state is null ? FlowMarks.None with { Done = done.ToFrozenSet(StringComparer.Ordinal) } : FlowMarks.Of(state, done)), Stands = state is null ? null : FlowDiagram.Sentence(flow, state),
            Findings = asking ? await verdicts.Of(row) : new Dictionary<string, Verdict>(), Attachments = [.. (await files.Of(row.Id)).Where(a => !shut.Contains(a.Subject))], Shut = shut,
            Others = row.Open ? await presences.Enter(row.Id, actor) : [], Team = handles ? [.. (await colleagues.Of(view.Case)).Where(o => o.Person != actor.Person)] : [],
            Follows = await notices.Follows(actor, row.Id), Texts = handles && row.Open ? await templates.For(view, actor) : [],
        };
    }

    static string Node(string data)
    {
        using var json = JsonDocument.Parse(data);
        return json.RootElement.TryGetProperty("node", out var node) ? node.GetString() ?? "" : "";
    }

    async Task<OpenWork> Work(CaseView view, CaseTask task, Actor actor)
    {
        var unit = directory.Organisation(task.Organisation);
        var mine = view.Mine.Contains(task.Key);
        var held = task.Assignee is not null && task.Assignee == actor.Person;
        var targets = mine && view.Row.Flow is { } flow ? FlowEngine.ReturnTargets(FlowState.FromJson(flow, view.Definition.Flow), task.Key) : [];
        var assigns = held || Access.Decide(actor, "cases.assign", new(unit?.DivisionPath, task.Organisation, unit?.Line));
        var colleagues = assigns ? (await people.OfficialsAt(task.Organisation, task.Post)).Where(p => p.Person != actor.Person).ToList() : [];
        return new(task, mine, held, unit?.Name ?? "", directory.Post(task.Post)?.Name ?? task.Post, targets, colleagues);
    }

    string? Division(string code) => directory.Division(code)?.FullName;

    static ImmutableArray<AnswerGroup> AnswersOf(FormState form, Func<string, string?> division)
    {
        var groups = ImmutableArray.CreateBuilder<AnswerGroup>();
        foreach (var page in form.VisiblePages)
        {
            var lines = ImmutableArray.CreateBuilder<AnswerLine>();
            foreach (var field in form.FieldsOn(page.Page)) Add(field, "");
            if (lines.Count > 0) groups.Add(new(page.Page.Id, page.Page.Title, lines.ToImmutable()));

            void Add(FieldState field, string before)
            {
                if (!field.Visible) return;
                if (field.Field.Widget == Widget.Rows)
                    for (var i = 0; i < field.Rows.Length; i++)
                        foreach (var member in field.Rows[i]) Add(member, $"{before}{field.Field.ItemTitle} {i + 1}：");
                else if (field.Field.HasMembers && field.Field.Widget != Widget.Address)
                    foreach (var member in field.Members) Add(member, before);
                else lines.Add(new(field.Path, before + field.Field.Label, field.Show(division), field.File?.Id));
            }
        }
        return groups.ToImmutable();
    }

    /// <summary>What the last correction changed, from its event.</summary>
    static ImmutableArray<Lists.Change> ChangesOf(ImmutableArray<LoggedEvent> events)
    {
        if (events.LastOrDefault(e => e.Type == "supplemented") is not { } last) return [];
        using var data = JsonDocument.Parse(last.Data);
        static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var v) && v.GetString() is { Length: > 0 } text ? text : null;
        return data.RootElement.TryGetProperty("fields", out var fields) ? [.. fields.EnumerateArray().Select(f => new Lists.Change(Text(f, "label") ?? "", Text(f, "before"), Text(f, "after")))] : [];
    }

    IReadOnlyList<Choice> UnitsFor(CaseView view, Actor actor) =>
        [.. directory.Current.Ancestry(view.Body.DivisionCode).Reverse().SelectMany(d => directory.Current.OrganisationsIn(d.Code)
            .Where(o => o.ClosedOn is null && o.Id != actor.Organisation).Select(o => new Choice(o.Id.ToString(), o.Name, Group: d.FullName)))];
}
