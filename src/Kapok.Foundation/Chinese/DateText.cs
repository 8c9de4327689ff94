using Kapok.Foundation.Calendar;

namespace Kapok.Foundation.Chinese;

/// <summary>Dates and times as people read them.</summary>
public static class DateText
{
    /// <summary>2026年11月20日</summary>
    public static string Full(DateOnly date) => $"{date.Year}年{date.Month}月{date.Day}日";

    /// <summary>2026年11月20日 周五</summary>
    public static string WithWeekday(DateOnly date) => $"{Full(date)} {Weekday(date)}";

    /// <summary>11月20日</summary>
    public static string Short(DateOnly date) => $"{date.Month}月{date.Day}日";

    /// <summary>周五</summary>
    public static string Weekday(DateOnly date) => "周" + "日一二三四五六"[(int)date.DayOfWeek];

    /// <summary>2026年11月20日 09:05, local time.</summary>
    public static string WithTime(DateTimeOffset instant) => $"{Full(ChinaTime.DateOf(instant))} {ChinaTime.TimeOf(instant):HH:mm}";

    /// <summary>10月1–7日, 1月28日–2月4日, 2026年12月31日–2027年1月2日; one date when both are the same.</summary>
    public static string Range(DateOnly from, DateOnly to) =>
        from == to ? Short(from)
        : from.Year != to.Year ? $"{Full(from)}–{Full(to)}"
        : from.Month != to.Month ? $"{Short(from)}–{Short(to)}"
        : $"{from.Month}月{from.Day}–{to.Day}日";

    /// <summary>
    /// How much time is left until a date: 还剩 3 个工作日（11月25日前）, 今天到期, 已超期 2 个工作日（11月25日到期）.
    /// Half-days are told as they are: 还剩 2.5 个工作日.
    /// </summary>
    /// <param name="unit">With its measure word, e.g. 个工作日 or 天.</param>
    public static string Left(decimal left, string unit, DateOnly due) => left switch
    {
        > 0 => $"还剩 {left:0.#} {unit}（{Short(due)}前）",
        0 => "今天到期",
        _ => $"已超期 {-left:0.#} {unit}（{Short(due)}到期）",
    };
}
