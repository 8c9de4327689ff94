using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Kapok.Cases.Definitions;
using Kapok.Cases.Documents;
using Kapok.Cases.Flow;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Expressions;
using Kapok.Documents.Licences;
using Kapok.Identity;
using Kapok.Identity.Divisions;

namespace Kapok.Cases.Deciding;

/// <summary>What deciding may look at besides the case: the time, the calendar, who is who.</summary>
public sealed record CaseWorld(DateTimeOffset Now, WorkCalendar Calendar, DirectorySnapshot Directory)
{
    /// <summary>The date in China (UTC+8, no summer time).</summary>
    public DateOnly Today => ChinaTime.DateOf(Now);

    /// <summary>Names of the materials handed in, by case; only for cases whose documents name them.</summary>
    public IReadOnlyDictionary<Guid, IReadOnlyList<string>> Materials { get; init; } = ImmutableDictionary<Guid, IReadOnlyList<string>>.Empty;

    /// <summary>Which licences the approval of an item yields.</summary>
    public LicenceTypeBook Licences { get; init; } = LicenceTypeBook.Empty;

    /// <summary>What issuing must know, by case; only for cases that are about to yield a licence.</summary>
    public IReadOnlyDictionary<Guid, LicenceFacts> LicenceFacts { get; init; } = ImmutableDictionary<Guid, LicenceFacts>.Empty;
}

/// <summary>One decision in the making: collects what is to be written. Nothing leaves it when a rule says no.</summary>
sealed class CaseAct(CaseSnapshot before, Actor actor, CaseDefinition definition, CaseWorld world)
{
    readonly List<NewEvent> events = [];
    readonly List<string> closed = [], disarmed = [];
    readonly List<CaseTask> written = [];
    readonly List<CaseTimer> timers = [];
    readonly List<NewMessage> messages = [];
    readonly List<Unwritten> unwritten = [];
    readonly List<NewNote> notes = [];
    readonly List<NewConsultation> consultations = [];
    readonly Dictionary<string, Value> facts = [];
    ConsultationAnswer? answered;
    readonly List<NewAttachment> attachments = [];
    readonly List<NewFlowMessage> sent = [];
    readonly List<(int Event, LicenceOrder Order)> orders = [];
    readonly List<LicenceChange> ended = [];
    Guid? reminded, took;
    string? answers;

    public CaseRow Row { get; set; } = before.Row;
    public List<OtherNumber> OtherNumbers { get; } = [];
    public ImmutableArray<CaseTask> Tasks { get; private set; } = before.Tasks;
    public Actor Actor => actor;
    public CaseDefinition Definition => definition;
    public CaseWorld World => world;
    public CaseSnapshot Before => before;

    /// <summary>A document that is decided and waits for its number: the case as it stood then, and its place among the events.</summary>
    sealed record Unwritten(int Event, string Occasion, DocumentTemplate Template, CaseScope Scope);

    /// <summary>Series of which its documents need a number, once for each document.</summary>
    public IEnumerable<string> Numbered => unwritten.Where(d => d.Template.Serial).Select(d => Series(d.Template)).Concat(orders.Select(o => o.Order.Series).OfType<string>());

    /// <summary>A rule of the end of the case says no; then nothing of the act is written.</summary>
    public No? Refused { get; set; }

    /// <summary>Deciding needs the facts for licences, which were not read yet.</summary>
    public bool NeedsLicenceFacts { get; set; }

    /// <summary>Why an approval yields no licence, when the official says so.</summary>
    public string? WithoutLicence { get; set; }

    /// <summary>What the case says now, for expressions.</summary>
    public CaseScope Scope() => new(this, new Dictionary<string, Value>(facts));

    /// <summary>A licence to be issued in the transaction of this act; its number is given when the act finishes.</summary>
    public void Issue(LicenceOrder order)
    {
        orders.Add((events.Count, order));
        Log("licence-ordered", new { });
    }

    /// <summary>A licence that ends with this act.</summary>
    public void End(LicenceChange change) => ended.Add(change);

    string Series(DocumentTemplate template) => $"document {Row.Organisation} {template.Id} {world.Today.Year}";

    public string Answers => answers ?? before.Content?.Answers ?? "{}";

    public Organisation Body => world.Directory.Organisation(Row.Organisation) ?? throw new InvalidOperationException($"organisation {Row.Organisation} of case {Row.Number} is unknown");

    public void Log(string type, object data, string ground = "") => events.Add(new(type, Json.Write(data), ground));

    /// <summary>A fact that document templates may show under <c>case</c>.</summary>
    public void Fact(string name, Value value) => facts[name] = value;

    public void SetAnswers(string json) => answers = json;

    /// <summary>News for the applicant.</summary>
    public void Tell(string kind, string title, string body, bool needsAct = false) =>
        messages.Add(new(Row.Id, Row.Party, false, Body.Name, kind, title, body, needsAct));

    public void FromApplicant(string text) => messages.Add(new(Row.Id, Row.Party, true, actor.Name, "message", "您的留言", text, false));

    public void Note(string text) => notes.Add(new(Row.Id, actor.Person ?? Guid.Empty, actor.Name, text));

    public void Ask(NewConsultation question) => consultations.Add(question);

    public void Answer(ConsultationAnswer answer) => answered = answer;

    public void Remind(Guid consultation) => reminded = consultation;

    /// <summary>Puts files of an official to the case; the events say what they are by digest.</summary>
    public void Attach(string purpose, Guid? subject, ImmutableArray<AttachedFile> files)
    {
        foreach (var file in files) attachments.Add(new(Guid.CreateVersion7(), Row.Id, purpose, subject, file, actor.Person ?? Guid.Empty, actor.Name));
    }

    public void Took(Guid message) => took = message;

    /// <summary>
    /// A message to the flow of the case whose number is the parameter <c>case</c>; what else is said goes with it as
    /// variables. Without an address it is not lost in silence: the log says so.
    /// </summary>
    public void Send(string nodeId, string? name, ImmutableArray<KeyValuePair<string, Value>> parameters)
    {
        name ??= Text(parameters, "name");
        if (name is null || Text(parameters, "case") is not { Length: > 0 } to) { Log("flow-message-unaddressed", new { nodeId, name }); return; }
        var content = Value.Of(parameters.Where(p => p.Key is not ("name" or "case")).ToDictionary(p => p.Key, p => p.Value));
        sent.Add(new(Guid.CreateVersion7(), Row.Id, name, to, content.ToJson()!.ToJsonString(Json.Options)));
        Log("flow-message-sent", new { nodeId, name, to });
    }

    public void Write(CaseTask task)
    {
        Tasks = Tasks.RemoveAll(t => t.Key == task.Key).Add(task);
        written.Add(task);
    }

    public void Arm(string key, DateTimeOffset due) { disarmed.Remove(key); timers.Add(new(Row.Id, key, due)); }

    public void Disarm(string key) { timers.RemoveAll(t => t.Key == key); disarmed.Add(key); }

    /// <summary>
    /// The document that the item names for this occasion, if it names one. It is written when the act finishes: its number is
    /// set aside for the whole batch at once, and a refused act must not use one up.
    /// </summary>
    public void Document(string occasion)
    {
        if (!definition.Documents.TryGetValue(occasion, out var template)) return;
        unwritten.Add(new(events.Count, occasion, template, new CaseScope(this, new Dictionary<string, Value>(facts))));
        Log("document-made", new { });
    }

    NewDocument Write(Unwritten document, NumberRanges numbers)
    {
        var template = document.Template;
        var number = template.Number.Length == 0 ? "" : template.NumberFor(
            DivisionShort(world.Directory.Division(Body.DivisionCode)?.Name ?? ""), Body.ShortName, world.Today.Year, template.Serial ? (int)numbers.Next(Series(template)) : 0);
        var html = template.Render(document.Scope);
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(html)));
        var made = new NewDocument(Guid.CreateVersion7(), Row.Id, document.Occasion, template.Title, number, html, digest, Body.Name);
        events[document.Event] = new("document-made", Json.Write(new { made.Id, made.Kind, made.Title, made.Number, made.Digest }));
        return made;
    }

    LicenceChange Order(int at, LicenceOrder order, NumberRanges numbers)
    {
        var change = LicenceDecisions.Order(order, order.NumberFor(order.Series is { } series ? numbers.Next(series) : 0), actor, world.Now);
        var row = change.After;
        events[at] = new("licence-ordered", Json.Write(new { row.Id, order.Act, row.Name, row.Number, row.Identifier, row.Version }));
        return change;
    }

    public static string DivisionShort(string name) => name.Length > 2 && name[^1] is '省' or '市' or '区' or '县' or '镇' or '乡' ? name[..^1] : name;

    /// <summary>Moves the flow by one trigger and does what it asks for.</summary>
    /// <returns>The words of the refusal, or null.</returns>
    public string? Move(Trigger trigger, string? reason = null)
    {
        var state = Row.Flow is null ? null : FlowState.FromJson(Row.Flow, definition.Flow);
        using var own = JsonDocument.Parse(Row.Variables);
        var variables = FlowVariables.Of(new CaseScope(this, facts), own.RootElement);
        var step = FlowEngine.Advance(definition.Flow, state, trigger, variables);
        if (!step.Succeeded) return step.Fault.Message;
        Row = Row with
        {
            Flow = step.State.Status == FlowStatus.Running ? step.State.ToJson() : null,
            Variables = variables.With(step.Effects).ToJson().ToJsonString(Json.Options),
        };
        foreach (var effect in step.Effects) Do(effect, reason);
        return null;
    }

    void Do(Effect effect, string? reason)
    {
        switch (effect)
        {
            case Effect.OpenTask open: Open(open); break;
            case Effect.CloseTask close: Close(close.Key); break;
            case Effect.ArmTimer timer: Arm("flow:" + timer.Key, DueOf(timer.Due)); break;
            case Effect.DisarmTimer timer: Disarm("flow:" + timer.Key); break;
            case Effect.CallService call: CaseServices.Call(this, call); break;
            case Effect.SendMessage { Name: "remind" } remind:
                Log("reminded", new { remind.NodeId });
                Note("这个环节已经到时，请尽快办理。");
                break;
            case Effect.SendMessage send when send.Parameters.Any(p => p.Key == "case"): Send(send.NodeId, send.Name, send.Parameters); break;
            case Effect.SendMessage send: Tell("message", Text(send.Parameters, "title") ?? definition.Item.Content.Name, Text(send.Parameters, "text") ?? send.Name); break;
            case Effect.Ended ended: Ending.Close(this, ended.Result ?? "approved", reason); break;
            case Effect.Faulted fault: Log("flow-faulted", new { fault.Code, fault.NodeId }); Ending.Close(this, "refused", $"流程出错（{fault.Code}）"); break;
        }
    }

    static string? Text(ImmutableArray<KeyValuePair<string, Value>> parameters, string name) =>
        parameters.FirstOrDefault(p => p.Key == name) is { Key: not null } p && !p.Value.IsNull ? p.Value.ToString() : null;

    void Open(Effect.OpenTask open)
    {
        var organisation = open.Line is null ? Body : Resolve(open.Line);
        var task = new CaseTask
        {
            CaseId = Row.Id, Key = open.Key, Node = open.NodeId, Name = open.Name, Kind = open.Kind.ToString().ToLowerInvariant(), Post = open.Post,
            Organisation = organisation.Id, Outcomes = [.. open.Outcomes.Select(o => new TaskOutcome(o.Id, o.Label))], OpenedAt = world.Now,
            DueAt = open.WorkingDays is { } days ? world.Calendar.Close(world.Calendar.AddWorkdays(world.Today, days)) : null,
        };
        Write(task);
        Log("task-opened", new { task.Key, task.Node, task.Name, task.Post, organisation = organisation.Key });
    }

    /// <summary>A whole body (<c>village@440106001001</c>), or the body of a line of business nearest to the case: in its own division, else in the one above, and so on.</summary>
    Organisation Resolve(string line)
    {
        if (line.Contains('@')) return world.Directory.OrganisationByKey(line) ?? Body;
        for (var code = Body.DivisionCode; code is { Length: > 0 }; code = world.Directory.Division(code)?.Parent)
            if (world.Directory.OrganisationByKey($"{line}@{code}") is { } found) return found;
        return Body;
    }

    public void Close(string key)
    {
        Tasks = Tasks.RemoveAll(t => t.Key == key);
        written.RemoveAll(t => t.Key == key);
        closed.Add(key);
    }

    DateTimeOffset DueOf(FlowDue due) => due.Kind switch
    {
        FlowTimerKind.Duration => due.Duration.After(world.Now),
        FlowTimerKind.Date => due.Date!.Value,
        _ => world.Calendar.Close(world.Calendar.AddWorkdays(world.Today, due.WorkingDays)),
    };

    /// <summary>May the actor work this task? His post must be the task's, in the task's organisation.</summary>
    public Decision MayWork(CaseTask task)
    {
        if (actor.Kind == ActorKind.System) return new(true, "系统");
        var organisation = world.Directory.Organisation(task.Organisation);
        var target = new Target(organisation?.DivisionPath, task.Organisation, organisation?.Line);
        if (!actor.Grants.Any(g => g.Role == task.Post && g.Reaches(target)))
            return new(false, $"“{task.Name}”由{organisation?.Name}的{world.Directory.Post(task.Post)?.Name ?? task.Post}办理，您没有这个岗位");
        return task.Assignee is null || task.Assignee == actor.Person ? new(true, task.Post) : new(false, $"“{task.Name}”已由{task.AssigneeName}领取");
    }

    /// <summary>Officials who handle the case or have work in it.</summary>
    public Decision MayHandle()
    {
        foreach (var permission in (string[])["cases.accept", "cases.review", "cases.decide", "cases.issue"])
            if (Access.Decide(actor, permission, before.Target) is { Allowed: true } yes) return yes;
        return Tasks.Any(t => MayWork(t)) ? new(true, "有待办") : new(false, "您不办理这个办件");
    }

    public bool IsApplicant => actor.Person is { } me && (me == Row.Submitter || me == Row.Party) || actor.OnBehalfOf == Row.Party;

    /// <summary>Writes the documents, chains the events and gives what is to be stored.</summary>
    /// <param name="numbers">Numbers of the series in <see cref="Numbered"/>.</param>
    public CaseChange Finish(NumberRanges numbers)
    {
        var documents = unwritten.ConvertAll(d => Write(d, numbers));
        var licences = orders.ConvertAll(o => Order(o.Event, o.Order, numbers));
        var (sealedEvents, head) = EventLog.Seal(Row.Id, new(before.Row.Version, before.Row.Version == 0 ? ChainHead.Start(Row.Id).Digest : before.Row.Digest), actor, world.Now, events);
        Row = Row with { Version = head.Seq, Digest = head.Digest };
        return new CaseChange(new CaseSnapshot(Row, Tasks, before.Content is null ? null : before.Content with { Answers = Answers }))
        {
            DueMoved = Row.DueAt != before.Row.DueAt, Ended = before.Row.Open && !Row.Open,
            Events = sealedEvents, ClosedTasks = closed, WrittenTasks = written, Timers = timers, DisarmedTimers = disarmed, Messages = messages,
            Documents = documents, Notes = notes, Consultations = consultations, Answered = answered, Answers = answers, Reminded = reminded, Attachments = attachments, Sent = sent, Took = took, OtherNumbers = OtherNumbers,
            Licences = [.. licences, .. ended],
        };
    }
}
