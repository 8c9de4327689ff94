using Kapok.Foundation.Calendar;

namespace Kapok.Cases.Clock;

/// <param name="InTime">False when the promised time was over before it began: then it changes nothing.</param>
internal sealed record Pause(DateTimeOffset From, DateTimeOffset? To, string Ground, bool InTime);

/// <summary>The log of a clock folded entry by entry up to an instant.</summary>
internal sealed class ClockRun(ClockTerms terms, WorkCalendar calendar)
{
    public const string Correction = "补正";

    private readonly Dictionary<string, DateTimeOffset?> open = [];

    public ClockTerms Terms => terms;
    public WorkCalendar Calendar => calendar;

    /// <summary>When the application, or what was missing in it, arrived.</summary>
    public DateTimeOffset? ReceivedAt { get; private set; }
    public bool IsCorrecting { get; private set; }
    public DateOnly? CorrectionUntil { get; private set; }
    public DateTimeOffset? StartedAt { get; private set; }
    public bool DeemedAccepted { get; private set; }

    /// <summary>The office asked for a correction when silence had already accepted the case.</summary>
    public bool AskedTooLate { get; private set; }
    public DateTimeOffset? StoppedAt { get; private set; }
    public TermRun? Promised { get; private set; }
    public TermRun? Legal { get; private set; }
    public List<Pause> Pauses { get; } = [];
    public List<ClockEntry.Extended> Extensions { get; } = [];
    public IEnumerable<string> OpenGrounds => open.Keys;

    /// <summary>The earliest instant at which an open suspension has lasted as long as it may.</summary>
    public DateTimeOffset? SuspensionDue => open.Values.Min();

    /// <summary>The end of the time in which the office must answer; null when nothing waits for an answer.</summary>
    public DateTimeOffset? NoticeDue =>
        ReceivedAt is { } at && !IsCorrecting && StartedAt is null && StoppedAt is null && terms.NoticeDays is { } days
            ? calendar.Close(calendar.AddWorkdays(ChinaTime.DateOf(at), days))
            : null;

    public void Apply(ClockEntry entry)
    {
        if (StoppedAt is not null) return;
        Silence(entry.At);
        switch (entry)
        {
            case ClockEntry.Received when StartedAt is null && !IsCorrecting: ReceivedAt = entry.At; break;
            case ClockEntry.CorrectionAsked asked when StartedAt is null: (IsCorrecting, CorrectionUntil) = (true, asked.Until); Open(Correction, asked.At, null); break;
            case ClockEntry.CorrectionAsked when DeemedAccepted: AskedTooLate = true; break;
            case ClockEntry.CorrectionAsked asked: Open(Correction, asked.At, asked.Until is { } until ? calendar.Close(until) : null); break;
            case ClockEntry.Supplemented when StartedAt is null:
                if (IsCorrecting) (IsCorrecting, CorrectionUntil, ReceivedAt) = (false, null, entry.At);
                Close(Correction, entry.At);
                break;
            case ClockEntry.Supplemented: Close(Correction, entry.At); break;
            case ClockEntry.Accepted when StartedAt is null: Start(entry.At); break;
            case ClockEntry.Suspended suspended when StartedAt is not null: Open(suspended.Ground, suspended.At, End(suspended)); break;
            case ClockEntry.Resumed { Ground: null }: foreach (var ground in open.Keys.ToList()) Close(ground, entry.At); break;
            case ClockEntry.Resumed { Ground: { } ground }: Close(ground, entry.At); break;
            case ClockEntry.Extended extended when StartedAt is not null:
                Extensions.Add(extended);
                Promised!.Add(extended.By);
                Legal!.Add(extended.By);
                break;
            case ClockEntry.Stopped: StoppedAt = entry.At; break;
        }
    }

    /// <summary>The law lets silence accept: from the end of the notice time on, the case counts as accepted on the day received.</summary>
    public void Silence(DateTimeOffset now)
    {
        if (NoticeDue is not { } due || now < due) return;
        DeemedAccepted = true;
        Start(ReceivedAt!.Value);
    }

    private void Start(DateTimeOffset at)
    {
        // Accepting ends a correction that the applicant never answered.
        if (IsCorrecting) Close(Correction, at);
        (StartedAt, IsCorrecting, CorrectionUntil) = (at, false, null);
        (Promised, Legal) = (new(terms.Promised, at, calendar), new(terms.Legal, at, calendar));
    }

    private void Open(string ground, DateTimeOffset at, DateTimeOffset? until)
    {
        if (!open.TryAdd(ground, until)) return;
        if (open.Count == 1)
        {
            Promised?.Pause(at);
            Legal?.Pause(at);
        }
        Pauses.Add(new(at, null, ground, Promised is null || Promised.IsPaused));
    }

    private void Close(string ground, DateTimeOffset at)
    {
        if (!open.Remove(ground)) return;
        var index = Pauses.FindLastIndex(p => p.Ground == ground && p.To is null);
        Pauses[index] = Pauses[index] with { To = at };
        if (open.Count > 0) return;
        Promised?.Resume(at);
        Legal?.Resume(at);
    }

    private DateTimeOffset? End(ClockEntry.Suspended suspended) =>
        suspended.MaxWorkdays is { } days ? calendar.Close(calendar.AddWorkdays(ChinaTime.DateOf(suspended.At), days)) : null;
}
