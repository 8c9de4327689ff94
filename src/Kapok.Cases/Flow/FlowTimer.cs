using System.Globalization;
using System.Text.RegularExpressions;

namespace Kapok.Cases.Flow;

/// <summary>How a timer counts.</summary>
public enum FlowTimerKind : byte { Duration, Date, WorkingDays }

/// <summary>A timer as written in the definition.</summary>
/// <param name="Text">Duration (ISO 8601), date, or number of working days; may be computed.</param>
/// <param name="Times">How often it fires: 1; n; <see cref="Endless"/> until what it is attached to ends.</param>
public sealed record FlowTimer(FlowTimerKind Kind, FlowText Text, int Times)
{
    /// <summary>Value of <see cref="Times"/> for a timer without an end.</summary>
    public const int Endless = int.MaxValue;
}

/// <summary>An ISO 8601 duration, months and days kept apart because their length depends on the date they are added to.</summary>
public readonly partial record struct FlowDuration(int Months, int Days, TimeSpan Time)
{
    /// <summary>Reads <c>P2D</c>, <c>PT4H</c>, <c>P1Y2M3W4DT5H6M7S</c>; at least one part, no sign, parts up to 9,999.</summary>
    public static bool TryParse(string text, out FlowDuration duration)
    {
        duration = default;
        var match = Shape().Match(text);
        if (!match.Success || text.EndsWith('T') || text.Length < 3) return false;
        duration = new(Part("y") * 12 + Part("m"), Part("w") * 7 + Part("d"), new TimeSpan(Part("h"), Part("min"), Part("s")));
        return true;

        int Part(string name) =>
            match.Groups[name].Success ? int.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>The moment this long after another.</summary>
    public DateTimeOffset After(DateTimeOffset start) => start.AddMonths(Months).AddDays(Days).Add(Time);

    public override string ToString()
    {
        var date = (Months > 0 ? $"{Months}M" : "") + (Days > 0 ? $"{Days}D" : "");
        if (Time == TimeSpan.Zero) return date.Length > 0 ? "P" + date : "PT0S";
        var hours = (int)Time.TotalHours;
        return $"P{date}T" + (hours > 0 ? $"{hours}H" : "") + (Time.Minutes > 0 ? $"{Time.Minutes}M" : "")
            + (Time.Seconds > 0 ? $"{Time.Seconds}S" : "");
    }

    [GeneratedRegex(@"^P(?:(?<y>\d{1,4})Y)?(?:(?<m>\d{1,4})M)?(?:(?<w>\d{1,4})W)?(?:(?<d>\d{1,4})D)?(?:T(?:(?<h>\d{1,4})H)?(?:(?<min>\d{1,4})M)?(?:(?<s>\d{1,4})S)?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
