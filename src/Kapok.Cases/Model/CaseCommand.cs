using System.Collections.Immutable;
using System.Text.Json;
using Kapok.Foundation;

namespace Kapok.Cases.Model;

/// <summary>Something a person (or the clock) wants done with a case.</summary>
/// <param name="CaseId">Which case.</param>
/// <param name="Actor">Who, from where.</param>
public abstract record CaseCommand(Guid CaseId, Actor Actor)
{
    /// <summary>Version the actor looked at; another version is a conflict. Null = whatever stands.</summary>
    public int? Expected { get; init; }

    /// <summary>Whether deciding needs what was filled in.</summary>
    public virtual bool NeedsContent => false;
}

/// <summary>受理: the application is complete and accepted; the legal clock starts.</summary>
public sealed record Accept(Guid CaseId, Actor Actor) : CaseCommand(CaseId, Actor) { public override bool NeedsContent => true; }

/// <summary>不予受理, with the reason in writing (行政许可法 第三十二条).</summary>
public sealed record RefuseAcceptance(Guid CaseId, Actor Actor, string Reason) : CaseCommand(CaseId, Actor) { public override bool NeedsContent => true; }

/// <summary>一次性告知: everything missing, once. Asking the same again needs a reason.</summary>
public sealed record AskCorrection(Guid CaseId, Actor Actor, ImmutableDictionary<string, string> Fields, ImmutableDictionary<string, string> Materials, string Note = "", string RepeatReason = "")
    : CaseCommand(CaseId, Actor) { public override bool NeedsContent => true; }

/// <summary>补正: the applicant answers; only what was named may change.</summary>
public sealed record Supplement(Guid CaseId, Actor Actor, JsonElement Answers, ImmutableArray<string> ChangedMaterials) : CaseCommand(CaseId, Actor) { public override bool NeedsContent => true; }

/// <summary>Finishes a piece of work with one of its outcomes.</summary>
public sealed record CompleteTask(Guid CaseId, Actor Actor, string Task, string Outcome, string Note = "", JsonElement? Variables = null) : CaseCommand(CaseId, Actor)
{
    public override bool NeedsContent => true;

    /// <summary>Why an approval yields no electronic licence although the item has one (业务办结时同步签发, recorded reason).</summary>
    public string? WithoutLicence { get; init; }
}

/// <summary>退回: back to an earlier piece of work.</summary>
public sealed record ReturnTask(Guid CaseId, Actor Actor, string Task, string ToNode, string Reason) : CaseCommand(CaseId, Actor);

public sealed record Claim(Guid CaseId, Actor Actor, string Task) : CaseCommand(CaseId, Actor);
public sealed record Release(Guid CaseId, Actor Actor, string Task) : CaseCommand(CaseId, Actor);
/// <summary>Gives work to a colleague (assign, reassign, hand over).</summary>
public sealed record Assign(Guid CaseId, Actor Actor, string Task, Guid To, string ToName, string Reason = "") : CaseCommand(CaseId, Actor);

/// <summary>特别程序: the clock stops on a named ground with evidence (行政许可法 第四十五条).</summary>
public sealed record Suspend(Guid CaseId, Actor Actor, string Procedure, string Ground, ImmutableArray<AttachedFile> Evidence) : CaseCommand(CaseId, Actor) { public override bool NeedsContent => true; }
public sealed record Resume(Guid CaseId, Actor Actor, string Finding) : CaseCommand(CaseId, Actor);

/// <summary>延期: asked by one, granted by another who may decide (行政许可法 第四十二条).</summary>
public sealed record AskExtension(Guid CaseId, Actor Actor, int Days, string Ground) : CaseCommand(CaseId, Actor);
public sealed record DecideExtension(Guid CaseId, Actor Actor, bool Granted, string Note = "") : CaseCommand(CaseId, Actor) { public override bool NeedsContent => true; }

/// <summary>The applicant takes the application back.</summary>
public sealed record Withdraw(Guid CaseId, Actor Actor, string Reason) : CaseCommand(CaseId, Actor);

/// <summary>一个流水号: the number under which the case is known in an older or neighbouring system, so that it is found by that too.</summary>
/// <param name="Source">Name of that system.</param>
public sealed record AddOtherNumber(Guid CaseId, Actor Actor, string Number, string Source) : CaseCommand(CaseId, Actor);

/// <summary>A message inside the case, from the applicant or to him.</summary>
public sealed record SendMessage(Guid CaseId, Actor Actor, string Text) : CaseCommand(CaseId, Actor);

/// <summary>A note for colleagues only; those it names hear of it.</summary>
public sealed record AddNote(Guid CaseId, Actor Actor, string Text) : CaseCommand(CaseId, Actor)
{
    public ImmutableArray<Mention> Mentions { get; init; } = [];
}

/// <summary>A colleague named in a note.</summary>
public sealed record Mention(Guid Person, string Name);

/// <summary>The same question to one or several units at a time.</summary>
public sealed record AskUnit(Guid CaseId, Actor Actor, ImmutableArray<Guid> Organisations, string Question, DateOnly? Due) : CaseCommand(CaseId, Actor)
{
    /// <summary>Only the two units see the words.</summary>
    public bool Confidential { get; init; }
    public ImmutableArray<AttachedFile> Files { get; init; } = [];
}

/// <summary>What a unit answers.</summary>
/// <param name="Confidential">As it was asked.</param>
public sealed record AnswerUnit(Guid CaseId, Actor Actor, Guid Consultation, Guid Organisation, string Answer, bool Confidential = false) : CaseCommand(CaseId, Actor)
{
    public ImmutableArray<AttachedFile> Files { get; init; } = [];
}

/// <summary>催办: asks for an answer again.</summary>
public sealed record RemindUnit(Guid CaseId, Actor Actor, Guid Consultation, Guid Organisation) : CaseCommand(CaseId, Actor);

/// <summary>Somebody asked by name: an official with his organisation, or an expert from outside with unit and phone.</summary>
/// <param name="Phone">Mobile of an outside expert; with the name it says whose account may answer.</param>
public sealed record Expert(Guid? Person, string Name, Guid? Organisation, string Unit, string Phone);

/// <summary>A question to one person.</summary>
public sealed record AskExpert(Guid CaseId, Actor Actor, Expert Expert, string Question, DateOnly? Due) : CaseCommand(CaseId, Actor)
{
    /// <summary>Only the asking unit and the person see the words.</summary>
    public bool Confidential { get; init; }
    public ImmutableArray<AttachedFile> Files { get; init; } = [];
}

/// <summary>What the person answers.</summary>
/// <param name="Unit">Where he works, as he was asked.</param>
public sealed record AnswerExpert(Guid CaseId, Actor Actor, Guid Consultation, string Unit, string Answer, bool Confidential = false) : CaseCommand(CaseId, Actor)
{
    public ImmutableArray<AttachedFile> Files { get; init; } = [];
}

public sealed record RemindExpert(Guid CaseId, Actor Actor, Guid Consultation, Guid? Person, string Name) : CaseCommand(CaseId, Actor);

/// <summary>A message of another case's flow has come; the flow goes on where it waits for it.</summary>
/// <param name="Message">Id of the message; it is taken away in the same transaction.</param>
/// <param name="From">Number of the case it comes from.</param>
public sealed record ReceiveMessage(Guid CaseId, Actor Actor, Guid Message, string Name, JsonElement? Content, string From) : CaseCommand(CaseId, Actor) { public override bool NeedsContent => true; }

/// <summary>A timer of the flow or the clock has come due.</summary>
public sealed record TimerDue(Guid CaseId, Actor Actor, string Key) : CaseCommand(CaseId, Actor)
{
    public override bool NeedsContent => true;

    /// <summary>When the timer stood to fire; known once it is taken.</summary>
    public DateTimeOffset? At { get; init; }
}
