using System.Text.Json.Serialization;

namespace Kapok.Cases.Clock;

/// <summary>One thing that happened to the clock of a case.</summary>
/// <param name="At">When; only the local date matters except for limits in hours.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Received), "received")]
[JsonDerivedType(typeof(CorrectionAsked), "correctionAsked")]
[JsonDerivedType(typeof(Supplemented), "supplemented")]
[JsonDerivedType(typeof(Accepted), "accepted")]
[JsonDerivedType(typeof(Suspended), "suspended")]
[JsonDerivedType(typeof(Resumed), "resumed")]
[JsonDerivedType(typeof(Extended), "extended")]
[JsonDerivedType(typeof(Stopped), "stopped")]
public abstract record ClockEntry(DateTimeOffset At)
{
    /// <summary>The application arrived (收件).</summary>
    public sealed record Received(DateTimeOffset At) : ClockEntry(At);

    /// <summary>The one notice of all that is missing (一次性告知). Before acceptance it waits for the applicant; after it, it suspends.</summary>
    /// <param name="Until">The last day to supplement, when one was set.</param>
    public sealed record CorrectionAsked(DateTimeOffset At, DateOnly? Until = null) : ClockEntry(At);

    /// <summary>The applicant handed in what was missing.</summary>
    public sealed record Supplemented(DateTimeOffset At) : ClockEntry(At);

    /// <summary>受理: the clock starts; the day itself is not counted.</summary>
    public sealed record Accepted(DateTimeOffset At) : ClockEntry(At);

    /// <summary>A special procedure began that the law does not count (行政许可法 §45). Several grounds may be open at once.</summary>
    /// <param name="Ground">E.g. 专家评审; names the suspension when it is resumed.</param>
    /// <param name="MaxWorkdays">How long it may last; the clock reminds and does not resume by itself.</param>
    public sealed record Suspended(DateTimeOffset At, string Ground, int? MaxWorkdays = null) : ClockEntry(At);

    /// <summary>A special procedure ended; without ground, all that are open.</summary>
    public sealed record Resumed(DateTimeOffset At, string? Ground = null) : ClockEntry(At);

    /// <summary>The head of the office approved more time (行政许可法 §42); it lengthens the legal and the promised time.</summary>
    public sealed record Extended(DateTimeOffset At, Period By, string Ground) : ClockEntry(At);

    /// <summary>The case was decided, not accepted or withdrawn.</summary>
    public sealed record Stopped(DateTimeOffset At) : ClockEntry(At);
}

/// <summary>Everything that happened to the clock of a case. Entries of the same instant keep their order.</summary>
public sealed class ClockLog
{
    public ClockLog(params IEnumerable<ClockEntry> entries) => Entries = [.. entries.OrderBy(e => e.At)];

    public IReadOnlyList<ClockEntry> Entries { get; }

    public ClockLog With(ClockEntry entry) => new([.. Entries, entry]);
}
