using FsCheck;
using FsCheck.Fluent;
using Kapok.Foundation.Calendar;
using Shouldly;
using Xunit;

namespace Kapok.Tests.Foundation.Calendar;

public class WorkCalendarTests
{
    private static readonly WorkCalendar Calendar = SeedCalendar.Value;

    [Theory]
    [InlineData(2024, "22 18 21 22 21 19 23 22 21 19 21 22", 251)]
    [InlineData(2025, "19 19 21 22 19 20 23 21 23 18 20 23", 248)]
    [InlineData(2026, "21 16 22 21 19 21 23 21 22 18 21 23", 248)]
    public void Every_month_has_its_number_of_working_days(int year, string months, int total)
    {
        var counted = Enumerable.Range(1, 12).Select(month => Calendar.WorkdaysBetween(new DateOnly(year, month, 1).AddDays(-1), new DateOnly(year, month, 1).AddMonths(1).AddDays(-1)));
        counted.ShouldBe(months.Split(' ').Select(decimal.Parse));
        Calendar.WorkdaysBetween(new(year - 1, 12, 31), new(year, 12, 31)).ShouldBe(total);
    }

    [Theory]
    [InlineData(2024, "01-01 02-12 02-13 02-14 02-15 02-16 04-04 04-05 05-01 05-02 05-03 06-10 09-16 09-17 10-01 10-02 10-03 10-04 10-07", "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12")]
    [InlineData(2025, "01-01 01-28 01-29 01-30 01-31 02-03 02-04 04-04 05-01 05-02 05-05 06-02 10-01 10-02 10-03 10-06 10-07 10-08", "01-26 02-08 04-27 09-28 10-11")]
    [InlineData(2026, "01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 10-01 10-02 10-05 10-06 10-07", "01-04 02-14 02-28 05-09 09-20 10-10")]
    public void Only_the_noticed_days_differ_from_the_weekday(int year, string weekdaysOff, string weekendsWorked)
    {
        var days = Enumerable.Range(0, 366).Select(new DateOnly(year, 1, 1).AddDays).Where(d => d.Year == year).ToList();
        var differing = days.Where(d => Calendar.IsWorkday(d) != d.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)).ToList();
        differing.Where(d => !Calendar.IsWorkday(d)).Select(d => d.ToString("MM-dd")).ShouldBe(weekdaysOff.Split(' '));
        differing.Where(Calendar.IsWorkday).Select(d => d.ToString("MM-dd")).ShouldBe(weekendsWorked.Split(' '));
    }

    [Theory]
    [InlineData("2024-02-08", 5, "2024-02-21")]
    [InlineData("2024-09-13", 1, "2024-09-14")]
    [InlineData("2024-09-30", 5, "2024-10-12")]
    [InlineData("2025-01-24", 2, "2025-01-27")]
    [InlineData("2025-01-27", 10, "2025-02-17")]
    [InlineData("2025-09-26", 15, "2025-10-23")]
    [InlineData("2025-09-30", 1, "2025-10-09")]
    [InlineData("2025-12-31", 5, "2026-01-08")]
    [InlineData("2026-02-13", 1, "2026-02-14")]
    [InlineData("2026-02-13", 5, "2026-02-27")]
    [InlineData("2026-04-30", 2, "2026-05-07")]
    [InlineData("2026-09-18", 2, "2026-09-21")]
    [InlineData("2026-09-30", 10, "2026-10-20")]
    public void Working_days_are_counted_from_the_next_one(string accepted, int count, string due)
    {
        Calendar.AddWorkdays(DateOnly.Parse(accepted), count).ShouldBe(DateOnly.Parse(due));
        Calendar.WorkdaysBetween(DateOnly.Parse(accepted), DateOnly.Parse(due)).ShouldBe(count);
    }

    [Theory]
    [InlineData("2026-10-08", -1, "2026-09-30")]
    [InlineData("2026-10-05", -1, "2026-09-30")]
    [InlineData("2026-10-05", 0, "2026-10-05")]
    [InlineData("2026-09-21", -2, "2026-09-18")]
    public void Counting_backwards_skips_days_off_too(string from, int count, string expected) => Calendar.AddWorkdays(DateOnly.Parse(from), count).ShouldBe(DateOnly.Parse(expected));

    [Fact]
    public void A_year_without_notice_goes_by_the_weekday_and_is_provisional()
    {
        Calendar.IsProvisional(new DateOnly(2027, 1, 1)).ShouldBeTrue();
        Calendar.IsProvisional(new DateOnly(2026, 12, 31)).ShouldBeFalse();
        Calendar.IsProvisional(new(2026, 12, 31), new(2027, 1, 4)).ShouldBeTrue();
        Calendar.IsProvisional(new(2024, 1, 1), new(2026, 12, 31)).ShouldBeFalse();
        Calendar.IsWorkday(new(2027, 1, 1)).ShouldBeTrue("a Friday, off only when a notice says so");
        Calendar.IsWorkday(new(2027, 1, 2)).ShouldBeFalse();
        Calendar.AddWorkdays(new(2026, 12, 31), 5).ShouldBe(new(2027, 1, 7));
        WorkCalendar.Weekdays.AddWorkdays(new(2026, 9, 30), 5).ShouldBe(new(2026, 10, 7));
    }

    [Fact]
    public void A_gap_between_published_years_is_provisional_only_itself()
    {
        var gap = new WorkCalendar("gap", Calendar.Years.Where(y => y.Year != 2025));
        gap.IsProvisional(new(2024, 12, 1), new(2026, 1, 5)).ShouldBeTrue();
        gap.IsProvisional(new DateOnly(2026, 1, 5)).ShouldBeFalse();
        gap.IsWorkday(new(2025, 10, 1)).ShouldBeTrue();
        gap.IsWorkday(new(2026, 10, 1)).ShouldBeFalse();
    }

    [Fact]
    public void A_notice_may_name_the_last_days_of_the_year_before()
    {
        var calendar = WorkCalendar.Parse("{ id: x, years: { 2027: { notice: n, published: 2026-11-01, holidays: [ { name: 元旦, off: 2026-12-31..2027-01-02, work: [2026-12-27] } ] } } }");
        calendar.IsWorkday(new(2026, 12, 31)).ShouldBeFalse();
        calendar.IsWorkday(new(2026, 12, 27)).ShouldBeTrue();
        calendar.HolidayOn(new(2026, 12, 31))!.Name.ShouldBe("元旦");
    }

    [Theory]
    [InlineData(HalfDayRule.Ignored, "2026-03-12", 4)]
    [InlineData(HalfDayRule.Half, "2026-03-12", 4)]
    [InlineData(HalfDayRule.Off, "2026-03-12", 4)]
    public void Half_days_on_a_weekend_change_nothing(HalfDayRule rule, string due, int count) =>
        Calendar.With(rule).AddWorkdays(new(2026, 3, 6), count).ShouldBe(DateOnly.Parse(due));

    [Theory]
    [InlineData(HalfDayRule.Ignored, "2026-06-05", 5)]
    [InlineData(HalfDayRule.Half, "2026-06-08", 4.5)]
    [InlineData(HalfDayRule.Off, "2026-06-08", 4)]
    public void Half_days_count_by_the_rule_that_is_set(HalfDayRule rule, string due, decimal until)
    {
        // 1 June 2026 is a Monday.
        var calendar = Calendar.With(rule);
        calendar.AddWorkdays(new(2026, 5, 29), 5).ShouldBe(DateOnly.Parse(due));
        calendar.WorkdaysBetween(new(2026, 5, 29), new(2026, 6, 5)).ShouldBe(until);
        calendar.HalfDayRule.ShouldBe(rule);
    }

    [Fact]
    public void Offices_receive_until_they_close()
    {
        var friday = new DateOnly(2026, 9, 18);
        Calendar.ReceivedOn(ChinaTime.At(friday, new(17, 59))).ShouldBe(friday);
        Calendar.ReceivedOn(ChinaTime.At(friday, new(18, 0))).ShouldBe(new(2026, 9, 20), "the Sunday is worked for the National Day");
        Calendar.ReceivedOn(new DateTimeOffset(2026, 9, 18, 16, 30, 0, TimeSpan.Zero)).ShouldBe(new(2026, 9, 20), "half past midnight in China");
        Calendar.Close(friday).ShouldBe(new DateTimeOffset(2026, 9, 18, 10, 0, 0, TimeSpan.Zero));
        Calendar.IsOpen(ChinaTime.At(friday, new(12, 30))).ShouldBeFalse();
        Calendar.IsOpen(ChinaTime.At(friday, new(9, 0))).ShouldBeTrue();
        Calendar.IsOpen(ChinaTime.At(new(2026, 10, 1), new(9, 0))).ShouldBeFalse();
        Calendar.OnOrAfter(new(2026, 10, 1)).ShouldBe(new(2026, 10, 8));
        Calendar.OnOrAfter(new(2026, 10, 8)).ShouldBe(new(2026, 10, 8));
    }

    [Fact]
    public void Days_off_belong_to_their_holiday()
    {
        Calendar.HolidayOn(new(2026, 10, 4))!.Name.ShouldBe("国庆节");
        Calendar.HolidayOn(new(2026, 10, 10)).ShouldBeNull();
        Calendar.HolidayOn(new(2026, 11, 1)).ShouldBeNull();
        Calendar.Years.Select(y => (y.Year, y.Published)).ShouldBe([(2024, new(2023, 10, 25)), (2025, new(2024, 11, 12)), (2026, new(2025, 11, 4))]);
        Calendar.Years.ShouldAllBe(y => y.Notice == $"国务院办公厅关于{y.Year}年部分节假日安排的通知");
    }

    private static readonly Arbitrary<DateOnly> Dates = Gen.Choose(-900, 2_000).Select(new DateOnly(2024, 1, 1).AddDays).ToArbitrary();

    private static readonly Arbitrary<WorkCalendar> Calendars = Gen.Elements(Calendar, Calendar.With(HalfDayRule.Off), Calendar.With(HalfDayRule.Half),
        WorkCalendar.Weekdays, new WorkCalendar("gap", Calendar.Years.Where(y => y.Year != 2025))).ToArbitrary();

    [Fact]
    public void Counting_agrees_with_walking_day_by_day() =>
        Prop.ForAll(Calendars, Dates, Gen.Choose(1, 60).ToArbitrary(), (calendar, from, count) =>
        {
            if (calendar.HalfDayRule == HalfDayRule.Half) return true;
            var (day, left) = (from, count);
            while (left > 0) { day = day.AddDays(1); if (calendar.IsWorkday(day)) left--; }
            return calendar.AddWorkdays(from, count) == day && calendar.WorkdaysBetween(from, day) == count && calendar.WorkdaysBetween(day, from) == -count;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Adding_ends_on_a_working_day_never_goes_back_and_comes_back_again() =>
        Prop.ForAll(Calendars, Dates, Gen.Choose(1, 500).ToArbitrary(), (calendar, from, halves) =>
        {
            var due = calendar.AddHalfDays(from, halves);
            var back = calendar.AddHalfDays(due.AddDays(1), -halves);
            return calendar.IsWorkday(due) && due > from && calendar.AddHalfDays(from, halves + 1) >= due && calendar.HalfDaysBetween(from, due) >= halves
                && calendar.HalfDaysBetween(from, due.AddDays(-1)) < halves && back > from && calendar.IsWorkday(back);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Theory]
    [InlineData("id: [", "格式有误", 2)]
    [InlineData("- 1", "不是一份日历", 1)]
    [InlineData("id: x", "缺少 years", 1)]
    [InlineData("id: x\nyears:\n  20x6: {}", "不是年份", 3)]
    [InlineData("id: x\nyears:\n  2026:\n    notice: n\n    published: 2025-11-04", "缺少 holidays", 4)]
    [InlineData("id: x\nyears:\n  2026:\n    notice: n\n    published: 2025-11-04\n    holidays:\n      - { name: 元旦, off: 01-32 }", "“01-32”不是日期", 7)]
    [InlineData("id: x\nyears:\n  2026:\n    notice: n\n    published: 2025-11-04\n    holidays:\n      - { name: 元旦, off: 01-03..01-01 }", "先后有误", 7)]
    [InlineData("id: x\nyears:\n  2026:\n    notice: n\n    published: 2025-11-04\n    holidays:\n      - { name: 元旦, off: 01-01, work: [01-05] }", "2026-01-05 不是周末", 7)]
    [InlineData("id: x\nyears:\n  2026:\n    notice: n\n    published: 2025-11-04\n    holidays:\n      - { name: 元旦, off: 01-01 }\n      - { name: 春节, off: 01-01 }", "出现两次（元旦、春节）", 1)]
    [InlineData("id: x\nofficeHours: [\"9\"]\nyears: {}", "09:00-12:00", 2)]
    [InlineData("id: x\nofficeHours: [\"12:00-09:00\"]\nyears: {}", "先后有误", 2)]
    [InlineData("id: x\nhalfDays: { rule: some, days: [] }\nyears: {}", "ignored", 2)]
    public void A_faulty_calendar_is_refused_with_its_line(string text, string says, int line)
    {
        var fault = Should.Throw<CalendarFault>(() => WorkCalendar.Parse(text));
        fault.Message.ShouldContain(says);
        fault.Line.ShouldBe(line);
    }
}
