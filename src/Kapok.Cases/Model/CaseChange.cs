using Kapok.Documents.Licences;
using Kapok.Foundation.Events;

namespace Kapok.Cases.Model;

/// <summary>Everything one decision writes, in one transaction.</summary>
public sealed record CaseChange(CaseSnapshot After)
{
    public required IReadOnlyList<LoggedEvent> Events { get; init; }
    /// <summary>The due time of the open case is another than before.</summary>
    public bool DueMoved { get; init; }
    /// <summary>The case was open and is closed now.</summary>
    public bool Ended { get; init; }
    public IReadOnlyList<string> ClosedTasks { get; init; } = [];
    /// <summary>Tasks that are new or whose assignee changed.</summary>
    public IReadOnlyList<CaseTask> WrittenTasks { get; init; } = [];
    public IReadOnlyList<CaseTimer> Timers { get; init; } = [];
    public IReadOnlyList<string> DisarmedTimers { get; init; } = [];
    public IReadOnlyList<NewMessage> Messages { get; init; } = [];
    public IReadOnlyList<NewDocument> Documents { get; init; } = [];
    public IReadOnlyList<NewNote> Notes { get; init; } = [];
    public IReadOnlyList<NewConsultation> Consultations { get; init; } = [];
    public ConsultationAnswer? Answered { get; init; }
    /// <summary>Question that somebody was reminded of.</summary>
    public Guid? Reminded { get; init; }
    public IReadOnlyList<OtherNumber> OtherNumbers { get; init; } = [];
    public IReadOnlyList<NewAttachment> Attachments { get; init; } = [];
    /// <summary>Messages to the flows of other cases, and the one that this case's flow took.</summary>
    public IReadOnlyList<NewFlowMessage> Sent { get; init; } = [];
    public Guid? Took { get; init; }
    /// <summary>Licences that the decision issues or ends, still without their files.</summary>
    public IReadOnlyList<LicenceChange> Licences { get; init; } = [];
    /// <summary>New answers of the applicant, when a correction changed them.</summary>
    public string? Answers { get; init; }
}

public sealed record CaseTimer(Guid CaseId, string Key, DateTimeOffset DueAt);

/// <summary>Something for the inbox of the party.</summary>
public sealed record NewMessage(Guid CaseId, Guid Party, bool FromParty, string Sender, string Kind, string Title, string Body, bool NeedsAct);

/// <summary>A document to be rendered from a template; its number is given when it is written.</summary>
public sealed record NewDocument(Guid Id, Guid CaseId, string Kind, string Title, string Number, string Html, string Digest, string MadeBy);

/// <summary>A number of the case in another system.</summary>
public sealed record OtherNumber(Guid CaseId, string Number, string Source);

public sealed record NewNote(Guid CaseId, Guid Author, string AuthorName, string Text);

public sealed record NewConsultation(Guid Id, Guid CaseId, Guid AskedBy, string AskedByName, Guid From, Guid? Organisation, string Question, DateOnly? DueOn, bool Confidential = false)
{
    /// <summary>The one person it goes to; null = the whole unit.</summary>
    public Expert? Expert { get; init; }
}

/// <summary>A stored file that an official puts to a case.</summary>
public sealed record AttachedFile(Guid File, string Name, long Size, string Type, string Digest);

/// <summary>What it is put there for: evidence, question, answer.</summary>
public sealed record NewAttachment(Guid Id, Guid CaseId, string Purpose, Guid? Subject, AttachedFile File, Guid AddedBy, string AddedByName);

/// <param name="Correlation">Number of the case whose flow waits.</param>
public sealed record NewFlowMessage(Guid Id, Guid FromCase, string Name, string Correlation, string Content);

public sealed record ConsultationAnswer(Guid Id, Guid AnsweredBy, string AnsweredByName, string Answer);
