namespace Kapok.Foundation.Calendar;

/// <summary>
/// Which days are working days: Monday to Friday unless a published notice says off, and weekend days that a notice says are worked.
/// A year without a notice goes by the weekday and is provisional. Immutable; every question is answered in constant time.
/// </summary>
/// <remarks>
/// The published span is laid out once as running totals of half-days, together with the reverse table. Outside it the totals of plain
/// weekdays are a formula, so no date is ever out of reach.
/// </remarks>
public sealed class WorkCalendar
{
    private readonly int first;
    private readonly int days;
    private readonly int[] totals;
    private readonly int[] dayOfUnit;
    private readonly Dictionary<int, CalendarYear> years;
    private readonly HashSet<(int Month, int Day)> halfDays;

    /// <param name="halfDays">Month and day, every year.</param>
    public WorkCalendar(string id, IEnumerable<CalendarYear> years, OfficeHours? officeHours = null, IEnumerable<(int Month, int Day)>? halfDays = null, HalfDayRule halfDayRule = HalfDayRule.Ignored)
    {
        (Id, OfficeHours, HalfDayRule) = (id, officeHours ?? OfficeHours.Default, halfDayRule);
        this.years = years.ToDictionary(y => y.Year);
        this.halfDays = [.. halfDays ?? []];
        var exceptions = Exceptions(this.years.Values);
        // Days outside the published years may still be named, such as 31 December for the next New Year.
        var dates = this.years.Keys.SelectMany(y => new[] { new DateOnly(y, 1, 1), new DateOnly(y, 12, 31) }).Concat(exceptions.Keys).ToList();
        (first, days) = dates.Count == 0 ? (0, 0) : (dates.Min().DayNumber, dates.Max().DayNumber - dates.Min().DayNumber + 1);
        totals = new int[days + 1];
        for (var i = 0; i < days; i++) totals[i + 1] = totals[i] + Units(DateOnly.FromDayNumber(first + i), exceptions);
        dayOfUnit = new int[totals[days]];
        for (var i = 0; i < days; i++)
            for (var unit = totals[i]; unit < totals[i + 1]; unit++) dayOfUnit[unit] = first + i;
    }

    /// <summary>Plain weekdays: nothing published, every date provisional.</summary>
    public static WorkCalendar Weekdays { get; } = new("weekdays", []);

    /// <summary>Reads the format of <c>packages/guangdong/calendar.yaml</c>, which describes itself; JSON of the same shape too.</summary>
    /// <exception cref="CalendarFault">The text is not a calendar; the message names the line.</exception>
    public static WorkCalendar Parse(string text) => CalendarText.Parse(text);

    /// <summary>Names this version; computations can be traced to it.</summary>
    public string Id { get; }

    public OfficeHours OfficeHours { get; }

    public HalfDayRule HalfDayRule { get; }

    /// <summary>The published years in order.</summary>
    public IReadOnlyList<CalendarYear> Years => [.. years.Values.OrderBy(y => y.Year)];

    /// <summary>The same days with half-days counted by another rule.</summary>
    public WorkCalendar With(HalfDayRule rule) => new(Id, years.Values, OfficeHours, halfDays, rule);

    /// <summary>The same days with other office hours.</summary>
    public WorkCalendar With(OfficeHours hours) => new(Id, years.Values, hours, halfDays, HalfDayRule);

    /// <summary>True when the date's year is not published, so that it goes by the weekday for now.</summary>
    public bool IsProvisional(DateOnly date) => !years.ContainsKey(date.Year);

    /// <summary>True when any day from one date to another is provisional.</summary>
    public bool IsProvisional(DateOnly from, DateOnly to)
    {
        for (var year = from.Year; year <= to.Year; year++)
            if (!years.ContainsKey(year)) return true;
        return false;
    }

    public bool IsWorkday(DateOnly date) => Total(date.DayNumber) > Total(date.DayNumber - 1);

    /// <summary>
    /// The date on which <paramref name="count"/> working days have passed since <paramref name="date"/>, which itself is not counted
    /// (the day of the event is not counted); backwards when negative; the date itself when 0.
    /// </summary>
    public DateOnly AddWorkdays(DateOnly date, int count) => AddHalfDays(date, 2 * count);

    /// <summary>The same in halves of working days.</summary>
    public DateOnly AddHalfDays(DateOnly date, int count) => count switch
    {
        0 => date,
        > 0 => DateOnly.FromDayNumber(DayOf(Total(date.DayNumber) + count)),
        _ => DateOnly.FromDayNumber(DayOf(Total(date.DayNumber - 1) + count + 1)),
    };

    /// <summary>
    /// Working days after <paramref name="from"/> up to and including <paramref name="to"/>; negative when <paramref name="to"/> is earlier.
    /// Whole unless half-days count half.
    /// </summary>
    public decimal WorkdaysBetween(DateOnly from, DateOnly to) => HalfDaysBetween(from, to) / 2m;

    /// <summary>The same in halves of working days.</summary>
    public int HalfDaysBetween(DateOnly from, DateOnly to) => Total(to.DayNumber) - Total(from.DayNumber);

    /// <summary>The date when it is a working day, otherwise the next one: where a period of natural days ends (民法典 §203).</summary>
    public DateOnly OnOrAfter(DateOnly date) => IsWorkday(date) ? date : AddHalfDays(date, 1);

    /// <summary>The end of office hours of a date.</summary>
    public DateTimeOffset Close(DateOnly date) => ChinaTime.At(date, OfficeHours.Closes);

    public bool IsOpen(DateTimeOffset instant) => IsWorkday(ChinaTime.DateOf(instant)) && OfficeHours.Covers(ChinaTime.TimeOf(instant));

    /// <summary>The day an office receives what reaches it at an instant: that day until the end of office hours, otherwise the next working day.</summary>
    public DateOnly ReceivedOn(DateTimeOffset instant)
    {
        var date = ChinaTime.DateOf(instant);
        return IsWorkday(date) && ChinaTime.TimeOf(instant) < OfficeHours.Closes ? date : AddHalfDays(date, 1);
    }

    /// <summary>The holiday to which a day off belongs; null for working days, plain weekends and provisional dates.</summary>
    public Holiday? HolidayOn(DateOnly date) =>
        years.TryGetValue(date.Year, out var year) && Find(year, date) is { } holiday ? holiday
        : years.TryGetValue(date.Year + 1, out var next) ? Find(next, date) : null;

    private static Holiday? Find(CalendarYear year, DateOnly date) => year.Holidays.FirstOrDefault(h => h.From <= date && date <= h.To);

    // Half-days of work on all days up to and including a day number, counted from the first day of the published span.
    private int Total(int day)
    {
        var index = day - first;
        if (days == 0) return PlainTotal(day);
        if (index < 0) return PlainTotal(day) - PlainTotal(first - 1);
        return index < days ? totals[index + 1] : totals[days] + PlainTotal(day) - PlainTotal(first + days - 1);
    }

    // The day that holds half-day number `unit` (from 1) of the same count.
    private int DayOf(int unit)
    {
        if (days == 0) return PlainDayOf(unit);
        if (unit < 1) return PlainDayOf(unit + PlainTotal(first - 1));
        return unit <= dayOfUnit.Length ? dayOfUnit[unit - 1] : PlainDayOf(unit - dayOfUnit.Length + PlainTotal(first + days - 1));
    }

    // Day number 0, 1 January of the year 1, is a Monday.
    private static int PlainTotal(int day) => 2 * ((day + 1) / 7 * 5 + Math.Min((day + 1) % 7, 5));

    private static int PlainDayOf(int unit) => (unit - 1) / 2 / 5 * 7 + (unit - 1) / 2 % 5;

    private int Units(DateOnly date, Dictionary<DateOnly, bool> exceptions)
    {
        if (!(exceptions.TryGetValue(date, out var worked) ? worked : date.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))) return 0;
        if (!halfDays.Contains((date.Month, date.Day))) return 2;
        return HalfDayRule switch { HalfDayRule.Half => 1, HalfDayRule.Off => 0, _ => 2 };
    }

    private static Dictionary<DateOnly, bool> Exceptions(IEnumerable<CalendarYear> years)
    {
        var exceptions = new Dictionary<DateOnly, bool>();
        foreach (var holiday in years.SelectMany(y => y.Holidays))
        {
            for (var day = holiday.From; day <= holiday.To; day = day.AddDays(1)) exceptions[day] = false;
            foreach (var day in holiday.Worked) exceptions[day] = true;
        }
        return exceptions;
    }
}
