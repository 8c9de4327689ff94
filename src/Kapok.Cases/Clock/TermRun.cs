using Kapok.Foundation.Calendar;

namespace Kapok.Cases.Clock;

/// <summary>
/// One time limit running down: from <c>cursor</c> on, <c>need</c> is still to pass. Every pause takes off what has passed and moves the cursor to
/// the resumption. Working days are kept in halves, natural days, months and years in days, hours in ticks.
/// </summary>
internal sealed class TermRun
{
    private readonly WorkCalendar calendar;
    private readonly PeriodUnit unit;
    private DateTimeOffset cursor;
    private DateTimeOffset? pausedAt;
    // Negative when a suspension began on the days to which an end had moved: an extension counts from the end itself.
    private long need;
    private long total;
    private long spent;
    private long paused;

    public TermRun(Period period, DateTimeOffset start, WorkCalendar calendar)
    {
        (this.calendar, unit) = (calendar, period.Unit);
        // Decided on the spot: what comes in after hours is on the spot of the next working day.
        cursor = period.Amount == 0 && unit != PeriodUnit.Hour ? ChinaTime.At(calendar.ReceivedOn(start)) : start;
        Add(period);
    }

    public bool IsPaused => pausedAt is not null;

    public PeriodUnit Unit => unit is PeriodUnit.WorkingDay or PeriodUnit.Hour ? unit : PeriodUnit.NaturalDay;

    public decimal Total => Measured(total);

    /// <summary>After the end nothing is left to suspend: lateness is not undone by a pause.</summary>
    public void Pause(DateTimeOffset at)
    {
        if (IsPaused || at >= Reach(cursor, need)) return;
        var passed = Math.Max(0, Between(cursor, at));
        spent += passed;
        need -= passed;
        pausedAt = at;
    }

    public void Resume(DateTimeOffset at)
    {
        if (pausedAt is not { } from) return;
        paused += Between(from, at);
        cursor = Later(cursor, at);
        pausedAt = null;
    }

    public void Add(Period period)
    {
        var more = More(period);
        need += more;
        total += more;
    }

    /// <summary>The end; while paused, as if resumed at <paramref name="now"/>.</summary>
    public DateTimeOffset Due(DateTimeOffset now) => Reach(pausedAt is null ? cursor : Later(now, cursor), need);

    /// <summary>The last day before it moves off a holiday; only natural days move.</summary>
    public DateOnly NominalEnd(DateTimeOffset now) =>
        Unit == PeriodUnit.NaturalDay ? ChinaTime.DateOf(pausedAt is null ? cursor : now).AddDays((int)Math.Max(0, need)) : ChinaTime.DateOf(Due(now));

    public decimal Used(DateTimeOffset now) => Measured(spent + (IsPaused ? 0 : Math.Max(0, Between(cursor, now))));

    public decimal Left(DateTimeOffset now) => IsPaused ? Measured(Math.Max(0, need)) : Measured(Between(now, Due(now)));

    public decimal Paused(DateTimeOffset now) => Measured(paused + (pausedAt is { } from ? Between(from, now) : 0));

    /// <summary>The threshold before the end, but not before half of the time.</summary>
    public DateTimeOffset Yellow(DateTimeOffset now, LampThresholds lamps)
    {
        var due = Due(now);
        if (unit == PeriodUnit.Hour) return due.AddTicks(-Math.Min(TimeSpan.TicksPerHour * lamps.YellowHours, total / 2));
        var end = ChinaTime.DateOf(due);
        if (unit == PeriodUnit.WorkingDay) return ChinaTime.At(calendar.AddWorkdays(end, -(int)Math.Min(lamps.YellowDays, total / 4)));
        var day = calendar.AddWorkdays(end, -lamps.YellowDays);
        var half = end.AddDays(-(int)(total / 2));
        return ChinaTime.At(day > half ? day : half);
    }

    private DateTimeOffset Reach(DateTimeOffset from, long amount) => unit switch
    {
        PeriodUnit.Hour => from.AddTicks(amount),
        PeriodUnit.WorkingDay when amount > 0 => calendar.Close(calendar.AddHalfDays(ChinaTime.DateOf(from), (int)amount)),
        PeriodUnit.WorkingDay => calendar.Close(calendar.OnOrAfter(ChinaTime.DateOf(from))),
        _ => calendar.Close(calendar.OnOrAfter(ChinaTime.DateOf(from).AddDays((int)Math.Max(0, amount)))),
    };

    private long Between(DateTimeOffset from, DateTimeOffset to) => unit switch
    {
        PeriodUnit.Hour => (to - from).Ticks,
        PeriodUnit.WorkingDay => calendar.HalfDaysBetween(ChinaTime.DateOf(from), ChinaTime.DateOf(to)),
        _ => ChinaTime.DateOf(to).DayNumber - ChinaTime.DateOf(from).DayNumber,
    };

    private long More(Period period)
    {
        if (period.Unit == unit && unit == PeriodUnit.WorkingDay) return 2L * period.Amount;
        if (period.Unit == unit && unit == PeriodUnit.Hour) return TimeSpan.TicksPerHour * period.Amount;
        // From the end so far on, in the unit given: the corresponding day of a later month (民法典 §202), or any mixture of units.
        var end = Unit == PeriodUnit.NaturalDay ? ChinaTime.DateOf(cursor).AddDays((int)Math.Max(0, need)) : ChinaTime.DateOf(Reach(cursor, need));
        var later = period.Unit switch
        {
            PeriodUnit.WorkingDay => calendar.AddWorkdays(end, period.Amount),
            PeriodUnit.NaturalDay => end.AddDays(period.Amount),
            PeriodUnit.Month => end.AddMonths(period.Amount),
            PeriodUnit.Year => end.AddYears(period.Amount),
            _ => end.AddDays((period.Amount + 23) / 24),
        };
        return unit switch
        {
            PeriodUnit.WorkingDay => calendar.HalfDaysBetween(end, calendar.OnOrAfter(later)),
            PeriodUnit.Hour => TimeSpan.TicksPerDay * (later.DayNumber - end.DayNumber),
            _ => later.DayNumber - end.DayNumber,
        };
    }

    private decimal Measured(long amount) => unit switch
    {
        PeriodUnit.WorkingDay => amount / 2m,
        PeriodUnit.Hour => Math.Round((decimal)amount / TimeSpan.TicksPerHour, 1),
        _ => amount,
    };

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
