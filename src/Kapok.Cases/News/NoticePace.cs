using Kapok.Foundation.Calendar;

namespace Kapok.Cases.News;

/// <summary>How often an official wants to be told: at once, once a working day, once a week.</summary>
public static class NoticePace
{
    public const string Instant = "instant", Daily = "daily", Weekly = "weekly";
    public static readonly IReadOnlyList<string> All = [Instant, Daily, Weekly];

    /// <summary>A digest lies there when the office opens.</summary>
    static readonly TimeOnly Opens = new(8, 30);

    /// <summary>When a notice of this moment shows itself: at once, on the next working morning, on the first working morning of the next week.</summary>
    public static DateTimeOffset ShowAt(string pace, DateTimeOffset now, WorkCalendar calendar)
    {
        if (pace is not (Daily or Weekly)) return now;
        var today = ChinaTime.DateOf(now);
        var day = ChinaTime.At(today, Opens) > now ? today : today.AddDays(1);
        if (pace == Weekly) day = day.AddDays((8 - (int)day.DayOfWeek) % 7);
        return ChinaTime.At(calendar.OnOrAfter(day), Opens);
    }
}
