namespace Kapok.Foundation.Calendar;

/// <summary>One published year: what the notice of the State Council says about it.</summary>
/// <param name="Notice">Title of the notice.</param>
public sealed record CalendarYear(int Year, string Notice, DateOnly Published, IReadOnlyList<Holiday> Holidays);

/// <summary>A holiday with the weekend days worked for it. <paramref name="To"/> is the last day off.</summary>
public sealed record Holiday(string Name, DateOnly From, DateOnly To, IReadOnlyList<DateOnly> Worked);

/// <summary>How days count on which part of the staff is off for half a day (妇女节、青年节、儿童节、建军节).</summary>
public enum HalfDayRule
{
    /// <summary>They are whole working days. The practice for case clocks.</summary>
    Ignored,

    /// <summary>They count half a working day.</summary>
    Half,

    /// <summary>They do not count.</summary>
    Off,
}

/// <summary>When offices are open on a working day, one or more spans in order.</summary>
public sealed record OfficeHours(IReadOnlyList<(TimeOnly From, TimeOnly To)> Spans)
{
    /// <summary>09:00–12:00 and 13:00–18:00. Hours are local custom: set them for each node.</summary>
    public static OfficeHours Default { get; } = new([(new(9, 0), new(12, 0)), (new(13, 0), new(18, 0))]);

    public TimeOnly Opens => Spans[0].From;
    public TimeOnly Closes => Spans[^1].To;

    public bool Covers(TimeOnly time) => Spans.Any(s => time >= s.From && time < s.To);

    public override string ToString() => string.Join("、", Spans.Select(s => $"{s.From:HH:mm}–{s.To:HH:mm}"));
}

/// <summary>What is wrong with the text of a calendar; the message is for the administrator who imports it.</summary>
public sealed class CalendarFault(string message, long line) : Exception($"第 {line} 行：{message}")
{
    public long Line { get; } = line;
}
