using System.Globalization;
using System.Text;
using Kapok.Cases.Clock;
using Kapok.Cases.Handling;
using Kapok.Foundation.Calendar;

namespace Kapok.Cases.Tracking;

/// <summary>The coming dates of a case for a calendar (iCalendar, RFC 5545).</summary>
public static class CaseCalendar
{
    /// <summary>One all-day entry for each date that concerns the applicant; none when the case is closed.</summary>
    /// <param name="address">Where the case is looked at.</param>
    public static string Write(CaseView view, string address)
    {
        var text = new StringBuilder();
        Line(text, "BEGIN:VCALENDAR");
        Line(text, "VERSION:2.0");
        Line(text, "PRODID:-//Kapok//Cases//ZH");
        foreach (var (key, day, title) in Dates(view))
        {
            Line(text, "BEGIN:VEVENT");
            Line(text, $"UID:{view.Row.Id:N}-{key}@kapok");
            Line(text, $"DTSTAMP:{view.Clock.Now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}");
            Line(text, $"DTSTART;VALUE=DATE:{day.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}");
            Line(text, $"SUMMARY:{Escape(title)}");
            Line(text, $"DESCRIPTION:{Escape($"办件编号 {view.Row.Number}\n{address}")}");
            Line(text, $"URL:{address}");
            Line(text, "END:VEVENT");
        }
        Line(text, "END:VCALENDAR");
        return text.ToString();
    }

    /// <summary>What comes when, in the applicant's words.</summary>
    public static IEnumerable<(string Key, DateOnly Day, string Title)> Dates(CaseView view)
    {
        foreach (var moment in view.Clock.Moments)
        {
            var day = ChinaTime.DateOf(moment.At);
            if (moment.Kind == MomentKind.NoticeDue) yield return ("notice", day, $"{view.Row.ItemName}：最迟今天告诉您是否受理");
            if (moment.Kind == MomentKind.CorrectionLapses && view.Correction?.Until is { } until) yield return ("correction", until, $"{view.Row.ItemName}：最迟今天提交补正");
            if (moment.Kind == MomentKind.PromisedDue) yield return ("result", day, $"{view.Row.ItemName}：最迟今天告诉您结果");
        }
    }

    static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(";", "\\;", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    /// <summary>A content line, folded after 75 octets without cutting a character.</summary>
    static void Line(StringBuilder to, string line)
    {
        var octets = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (octets + rune.Utf8SequenceLength > 75) { to.Append("\r\n "); octets = 1; }
            to.Append(rune.ToString());
            octets += rune.Utf8SequenceLength;
        }
        to.Append("\r\n");
    }
}
