using Kapok.Foundation.Calendar;

namespace Kapok.Tests.Foundation.Calendar;

/// <summary>The calendar that comes with the program.</summary>
public static class SeedCalendar
{
    public static readonly string Text = File.ReadAllText(Path.Combine(TestDatabase.Root, "packages/guangdong/calendar.yaml"));

    public static readonly WorkCalendar Value = WorkCalendar.Parse(Text);
}
