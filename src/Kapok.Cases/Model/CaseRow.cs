using System.Collections.Immutable;

namespace Kapok.Cases.Model;

/// <summary>States of a case; the finer states of GB/T 39046 follow from them and the event log.</summary>
public enum CaseState { Submitted, Correcting, Accepted, Suspended, Closed }

/// <summary>A case as its row in the database.</summary>
public sealed record CaseRow
{
    public required Guid Id { get; init; }
    /// <summary>办件编号: implementation code, date, daily serial. One number for all channels.</summary>
    public required string Number { get; init; }
    /// <summary>Short code for asking by phone, with a check character.</summary>
    public required string QueryCode { get; init; }
    public required int Definition { get; init; }
    public required string ItemCode { get; init; }
    public required string Implementation { get; init; }
    public required string ItemName { get; init; }
    public required Guid Organisation { get; init; }
    /// <summary>Path of the division of the handling body.</summary>
    public required string Division { get; init; }
    public required string Line { get; init; }
    public required Guid Party { get; init; }
    public required string PartyName { get; init; }
    public required Guid Submitter { get; init; }
    public required short Channel { get; init; }
    public CaseState State { get; init; }
    /// <summary>approved, refused, not-accepted, withdrawn; null while open.</summary>
    public string? Result { get; init; }
    public DateOnly? DueOn { get; init; }
    public DateTimeOffset? DueAt { get; init; }
    public DateTimeOffset? YellowAt { get; init; }
    public bool Provisional { get; init; }
    public required DateTimeOffset SubmittedAt { get; init; }
    public DateTimeOffset? AcceptedAt { get; init; }
    public DateTimeOffset? ClosedAt { get; init; }
    public int Version { get; init; }
    public byte[] Digest { get; init; } = [];
    public string? Flow { get; init; }
    public string Variables { get; init; } = "{}";
    public string Clock { get; init; } = "[]";
    public string? Correction { get; init; }

    public bool Open => State != CaseState.Closed;
}

/// <summary>A piece of work that waits for somebody.</summary>
public sealed record CaseTask
{
    public required Guid CaseId { get; init; }
    public required string Key { get; init; }
    public required string Node { get; init; }
    public required string Name { get; init; }
    /// <summary>accept, work, review, decide, deliver.</summary>
    public required string Kind { get; init; }
    public required string Post { get; init; }
    public required Guid Organisation { get; init; }
    public ImmutableArray<TaskOutcome> Outcomes { get; init; } = [];
    public required DateTimeOffset OpenedAt { get; init; }
    public DateTimeOffset? DueAt { get; init; }
    public Guid? Assignee { get; init; }
    public string? AssigneeName { get; init; }
    public DateTimeOffset? AssignedAt { get; init; }
}

public sealed record TaskOutcome(string Id, string Label);

/// <summary>What is open for correction: named fields and materials, each with what is wrong (一次性告知).</summary>
public sealed record Correction(ImmutableDictionary<string, string> Fields, ImmutableDictionary<string, string> Materials, string Note, DateTimeOffset AskedAt, DateOnly? Until, int Round);

/// <summary>What was filled in.</summary>
public sealed record CaseContent(Guid CaseId, string Answers, string Eligibility);

/// <summary>A file given for a material of the item.</summary>
public sealed record CaseMaterial
{
    public required Guid Id { get; init; }
    public required Guid Owner { get; init; }
    public required string Material { get; init; }
    public required string Name { get; init; }
    public required Guid File { get; init; }
    public required long Size { get; init; }
    public required string Type { get; init; }
    public required string Digest { get; init; }
    public required DateTime AddedAt { get; init; }
    public required Guid AddedBy { get; init; }
    public DateTime? RemovedAt { get; init; }
}

/// <summary>A case with its open work, as the deciding functions see it.</summary>
public sealed record CaseSnapshot(CaseRow Row, ImmutableArray<CaseTask> Tasks, CaseContent? Content)
{
    public CaseTask? Task(string key) => Tasks.FirstOrDefault(t => t.Key == key);
    public Foundation.Target Target => new(Row.Division, Row.Organisation, Row.Line);
}
