using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kapok.Foundation.Calendar;

/// <summary>Reads a calendar from YAML (of which JSON is a part), refusing what a notice could not say.</summary>
internal static class CalendarText
{
    public static WorkCalendar Parse(string text)
    {
        var root = Load(text);
        var years = new List<CalendarYear>();
        foreach (var (key, value) in Map(Required(root, "years"), "years").Children)
            years.Add(Year(key, Map(value, "年份")));
        Unique(years, root);
        var (rule, halfDays) = HalfDays(root);
        return new(Text(Required(root, "id")), years, Hours(root), halfDays, rule);
    }

    private static YamlMappingNode Load(string text)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode root ? root : throw new CalendarFault("这不是一份日历", 1);
        }
        catch (YamlException fault)
        {
            throw new CalendarFault($"格式有误：{fault.InnerException?.Message ?? fault.Message}", fault.Start.Line);
        }
    }

    private static CalendarYear Year(YamlNode key, YamlMappingNode node)
    {
        if (!int.TryParse(Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out var year) || year is < 1950 or > 2200) throw Fault(key, $"“{Text(key)}”不是年份");
        var holidays = Items(Required(node, "holidays")).Select(n => Holiday(year, Map(n, "节日"))).ToList();
        return new(year, Text(Required(node, "notice")), Date(year, Required(node, "published")), holidays);
    }

    private static Holiday Holiday(int year, YamlMappingNode node)
    {
        var (off, name) = (Required(node, "off"), Text(Required(node, "name")));
        var ends = Text(off).Split("..");
        if (ends.Length > 2) throw Fault(off, "放假日期请写成 01-01 或者 10-01..10-07");
        var (from, to) = (Date(year, off, ends[0]), Date(year, off, ends[^1]));
        if (to < from || to.DayNumber - from.DayNumber > 20) throw Fault(off, $"{name}的放假日期先后有误");
        var worked = node.Children.TryGetValue("work", out var work) ? Items(work).Select(n => Worked(year, n)).ToList() : [];
        return new(name, from, to, worked);
    }

    private static DateOnly Worked(int year, YamlNode node)
    {
        var date = Date(year, node);
        return date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? date : throw Fault(node, $"补班日 {date:yyyy-MM-dd} 不是周末");
    }

    private static void Unique(List<CalendarYear> years, YamlNode root)
    {
        var seen = new Dictionary<DateOnly, string>();
        foreach (var holiday in years.SelectMany(y => y.Holidays))
        {
            for (var day = holiday.From; day <= holiday.To; day = day.AddDays(1)) Once(day, holiday.Name);
            foreach (var day in holiday.Worked) Once(day, holiday.Name);
        }

        void Once(DateOnly day, string name)
        {
            if (!seen.TryAdd(day, name)) throw Fault(root, $"{day:yyyy-MM-dd} 出现两次（{seen[day]}、{name}）");
        }
    }

    private static (HalfDayRule Rule, List<(int, int)> Days) HalfDays(YamlMappingNode root)
    {
        if (!root.Children.TryGetValue("halfDays", out var node)) return (HalfDayRule.Ignored, []);
        var map = Map(node, "halfDays");
        var rule = Required(map, "rule");
        // Any leap year does: only month and day are kept.
        var days = Items(Required(map, "days")).Select(n => Date(2024, n)).Select(d => (d.Month, d.Day)).ToList();
        return (Text(rule) switch
        {
            "ignored" => HalfDayRule.Ignored,
            "half" => HalfDayRule.Half,
            "off" => HalfDayRule.Off,
            _ => throw Fault(rule, "半天假的规则只能是 ignored（不计）、half（算半天）或者 off（算放假）"),
        }, days);
    }

    private static OfficeHours? Hours(YamlMappingNode root)
    {
        if (!root.Children.TryGetValue("officeHours", out var node)) return null;
        var spans = new List<(TimeOnly From, TimeOnly To)>();
        foreach (var item in Items(node))
        {
            var ends = Text(item).Split('-', '–');
            if (ends.Length != 2 || !Time(ends[0], out var from) || !Time(ends[1], out var to)) throw Fault(item, "办公时间请写成 09:00-12:00");
            if (to <= from || spans.Count > 0 && from < spans[^1].To) throw Fault(item, "办公时间先后有误");
            spans.Add((from, to));
        }
        return spans.Count > 0 ? new(spans) : throw Fault(node, "办公时间至少要有一段");

        static bool Time(string text, out TimeOnly time) => TimeOnly.TryParseExact(text.Trim(), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
    }

    // Month and day of the year they stand under, or a full date: a notice may name the last days of the year before.
    private static DateOnly Date(int year, YamlNode node, string? part = null)
    {
        var text = (part ?? Text(node)).Trim();
        if (DateOnly.TryParseExact(text.Length == 5 ? $"{year}-{text}" : text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) return date;
        throw Fault(node, $"“{text}”不是日期，请写成 01-31 或者 2026-01-31");
    }

    private static YamlNode Required(YamlMappingNode node, string name) =>
        node.Children.TryGetValue(name, out var value) ? value : throw Fault(node, $"缺少 {name}");

    private static YamlMappingNode Map(YamlNode node, string what) => node as YamlMappingNode ?? throw Fault(node, $"{what} 应当是一组“名称: 值”");

    private static IEnumerable<YamlNode> Items(YamlNode node) => (node as YamlSequenceNode ?? throw Fault(node, "这里应当是一个列表")).Children;

    private static string Text(YamlNode node) => (node as YamlScalarNode)?.Value ?? throw Fault(node, "这里应当是一段文字");

    private static CalendarFault Fault(YamlNode node, string message) => new(message, node.Start.Line);
}
