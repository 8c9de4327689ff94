using Kapok.Foundation.Calendar;

namespace Kapok.Cases.Clock;

/// <summary>
/// The legal clock of a case: when it is due, how it stands, and why. Pure: the same terms, log, calendar and instant always give the same
/// reading, so every clock can be recomputed at any time – after a change of the calendar, for a date in the past, or to check a dispute.
/// </summary>
/// <remarks>
/// The day of acceptance is not counted (民法典 §201). "Days" of the permit law are working days (行政许可法 §82). A period of natural days,
/// months or years that ends on a day off ends on the next working day, at the end of office hours (民法典 §§202, 203).
/// A suspension takes out the days after the one on which it begins, up to and including the one on which it ends; the same day changes
/// nothing. What the law does not count is not counted in the promise either.
/// </remarks>
public static class LegalClock
{
    /// <summary>Entries after <paramref name="now"/> are left out, so that the state at any earlier instant can be read as well.</summary>
    public static ClockReading Compute(ClockTerms terms, ClockLog log, WorkCalendar calendar, DateTimeOffset now)
    {
        var run = new ClockRun(terms, calendar);
        foreach (var entry in log.Entries)
            if (entry.At <= now) run.Apply(entry);
        run.Silence(now);

        var until = run.StoppedAt is { } stopped ? stopped : now;
        return run.Promised is null ? BeforeAcceptance(run, now, until) : AfterAcceptance(run, now, until);
    }

    private static ClockReading BeforeAcceptance(ClockRun run, DateTimeOffset now, DateTimeOffset until)
    {
        var calendar = run.Calendar;
        var phase = run.StoppedAt is not null ? ClockPhase.Stopped
            : run.IsCorrecting ? ClockPhase.Correcting
            : run.ReceivedAt is not null ? ClockPhase.Received
            : ClockPhase.Idle;
        var due = run.NoticeDue;
        var answer = due is null ? null : new TermRun(Period.WorkingDays(run.Terms.NoticeDays!.Value), run.ReceivedAt!.Value, calendar);
        var yellow = answer?.Yellow(now, run.Terms.Lamps);
        var moments = new List<ClockMoment>();
        Add(moments, now, yellow, MomentKind.Yellow);
        Add(moments, now, due, MomentKind.NoticeDue);
        if (phase == ClockPhase.Correcting) Add(moments, now, run.CorrectionUntil is { } last ? calendar.Close(last) : null, MomentKind.CorrectionLapses);
        return new()
        {
            Run = run, Now = now, Phase = phase, Moments = Ordered(moments),
            Lamp = phase switch { ClockPhase.Stopped => Lamp.Done, ClockPhase.Correcting => Lamp.Paused, _ => now >= yellow ? Lamp.Yellow : Lamp.Green },
            Started = null, DeemedAccepted = false, Due = due, LegalDue = null, Yellow = yellow, IsLate = false, IsPastLegal = false,
            Unit = PeriodUnit.WorkingDay, Total = answer?.Total ?? 0, Used = answer?.Used(until) ?? 0, Left = answer?.Left(until) ?? 0, Paused = 0,
            IsProvisional = due is { } end && calendar.IsProvisional(ChinaTime.DateOf(run.ReceivedAt!.Value), ChinaTime.DateOf(end)),
        };
    }

    private static ClockReading AfterAcceptance(ClockRun run, DateTimeOffset now, DateTimeOffset until)
    {
        var (promised, legal, started) = (run.Promised!, run.Legal!, ChinaTime.DateOf(run.StartedAt!.Value));
        var (due, legalDue, yellow) = (promised.Due(until), legal.Due(until), promised.Yellow(until, run.Terms.Lamps));
        var isStopped = run.StoppedAt is not null;
        var moments = new List<ClockMoment>();
        if (!isStopped)
        {
            if (!promised.IsPaused)
            {
                Add(moments, now, yellow, MomentKind.Yellow);
                Add(moments, now, due, MomentKind.PromisedDue, run.Terms.Expiry == Expiry.Escalate ? Expiry.Escalate : Expiry.Remind);
            }
            if (!legal.IsPaused) Add(moments, now, legalDue, MomentKind.LegalDue, run.Terms.Expiry);
            Add(moments, now, run.SuspensionDue, MomentKind.SuspensionDue);
        }
        return new()
        {
            Run = run, Now = now, Moments = Ordered(moments),
            Phase = isStopped ? ClockPhase.Stopped : run.OpenGrounds.Any() ? ClockPhase.Suspended : ClockPhase.Running,
            Lamp = isStopped ? Lamp.Done : promised.IsPaused ? Lamp.Paused : now >= due ? Lamp.Red : now >= yellow ? Lamp.Yellow : Lamp.Green,
            Started = started, DeemedAccepted = run.DeemedAccepted, Due = due, LegalDue = legalDue, Yellow = promised.IsPaused ? null : yellow,
            IsLate = !promised.IsPaused && until >= due, IsPastLegal = !legal.IsPaused && until >= legalDue,
            Unit = promised.Unit, Total = promised.Total, Used = promised.Used(until), Left = promised.Left(until), Paused = promised.Paused(until),
            IsProvisional = promised.Unit != PeriodUnit.Hour && run.Calendar.IsProvisional(started, ChinaTime.DateOf(due)),
        };
    }

    private static void Add(List<ClockMoment> moments, DateTimeOffset now, DateTimeOffset? at, MomentKind kind, Expiry? consequence = null)
    {
        if (at > now) moments.Add(new(at.Value, kind, consequence));
    }

    private static IReadOnlyList<ClockMoment> Ordered(List<ClockMoment> moments)
    {
        moments.Sort((a, b) => a.At != b.At ? a.At.CompareTo(b.At) : a.Kind.CompareTo(b.Kind));
        return moments;
    }
}
