using Kapok.Foundation.Codes;

namespace Kapok.Catalogue.Content;

/// <summary>Time limits in working days (unit 1) or natural days (unit 2), compared without knowing the calendar.</summary>
public static class TimeLimit
{
    public const int Working = 1, Natural = 2;

    /// <summary>
    /// Whether <paramref name="days"/> can never end later than <paramref name="limit"/>, whatever the holidays: n working
    /// days last at least n natural days; the other way round nothing is certain except for zero.
    /// </summary>
    public static bool NeverLonger(int days, int unit, int limit, int limitUnit) =>
        days <= limit && (unit == limitUnit || unit == Natural || days == 0);

    /// <summary>Working days; a week of natural days counts five, a part of a week is rounded up.</summary>
    public static decimal InWorkingDays(int days, int unit) => unit == Natural ? Math.Ceiling(days * 5m / 7m) : days;

    public static string Text(int days, int unit) => days == 0 ? "当场" : $"{days} 个{CodeTables.TimeUnit.Label(unit)}";
}
