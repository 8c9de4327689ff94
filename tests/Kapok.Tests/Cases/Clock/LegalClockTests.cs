using System.Text.Json;
using Kapok.Cases.Clock;
using Kapok.Foundation.Calendar;
using Kapok.Tests.Foundation.Calendar;

namespace Kapok.Tests.Cases.Clock;

public class LegalClockTests
{
    private static readonly WorkCalendar Calendar = SeedCalendar.Value;

    private static DateTimeOffset At(string text) => new(DateTime.Parse(text), ChinaTime.Offset);

    private static ClockTerms Terms(int promised, PeriodUnit unit = PeriodUnit.WorkingDay, int legal = 20, Expiry expiry = Expiry.Remind) =>
        new(new(legal, unit), new(promised, unit), expiry);

    private static ClockReading Read(ClockTerms terms, string now, params ClockEntry[] log) => LegalClock.Compute(terms, new ClockLog(log), Calendar, At(now));

    private static ClockEntry Accepted(string at) => new ClockEntry.Accepted(At(at));
    private static ClockEntry Received(string at) => new ClockEntry.Received(At(at));
    private static ClockEntry Asked(string at, DateOnly? until = null) => new ClockEntry.CorrectionAsked(At(at), until);
    private static ClockEntry Supplemented(string at) => new ClockEntry.Supplemented(At(at));
    private static ClockEntry Suspended(string at, string ground = "专家评审", int? max = null) => new ClockEntry.Suspended(At(at), ground, max);
    private static ClockEntry Resumed(string at, string? ground = null) => new ClockEntry.Resumed(At(at), ground);
    private static ClockEntry Extended(string at, int days, PeriodUnit unit = PeriodUnit.WorkingDay) => new ClockEntry.Extended(At(at), new(days, unit), "案情复杂");
    private static ClockEntry Stopped(string at) => new ClockEntry.Stopped(At(at));

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
    public void The_day_of_acceptance_is_not_counted_and_the_end_is_the_close_of_the_last_day(string accepted, int days, string due)
    {
        foreach (var time in new[] { "00:00", "10:00", "23:59" })
            Read(Terms(days), accepted + " 23:59", Accepted($"{accepted} {time}")).Due.ShouldBe(At(due + " 18:00"));
    }

    [Fact]
    public void The_lamp_goes_from_green_over_yellow_to_red_at_the_moments_announced()
    {
        var log = new[] { Accepted("2026-09-23 10:00") };
        var reading = Read(Terms(8), "2026-09-23 10:00", log);
        (reading.Lamp, reading.Phase, reading.Started, reading.DueDate, reading.Left, reading.Used, reading.Total)
            .ShouldBe((Lamp.Green, ClockPhase.Running, new(2026, 9, 23), new(2026, 10, 12), 8m, 0m, 8m));
        reading.Moments.Select(m => (m.Kind, m.At, m.Consequence)).ShouldBe(
        [
            (MomentKind.Yellow, At("2026-10-09 00:00"), null),
            (MomentKind.PromisedDue, At("2026-10-12 18:00"), Expiry.Remind),
            (MomentKind.LegalDue, At("2026-10-28 18:00"), Expiry.Remind),
        ]);
        reading.Summary.ShouldBe("还剩 8 个工作日（10月12日前）");

        Read(Terms(8), "2026-10-08 23:59", log).Lamp.ShouldBe(Lamp.Green);
        var yellow = Read(Terms(8), "2026-10-09 00:00", log);
        (yellow.Lamp, yellow.Left, yellow.Used, yellow.LampText).ShouldBe((Lamp.Yellow, 2m, 6m, "黄灯 临期"));
        yellow.Moments.Count.ShouldBe(2);
        Read(Terms(8), "2026-10-12 17:59", log).Summary.ShouldBe("今天到期");
        var red = Read(Terms(8), "2026-10-12 18:00", log);
        (red.Lamp, red.IsLate, red.IsPastLegal, red.Summary).ShouldBe((Lamp.Red, true, false, "已超期（10月12日 18:00 到期）"));
        var late = Read(Terms(8), "2026-10-29 09:00", log);
        (late.Left, late.IsPastLegal, late.Moments.Count, late.Summary).ShouldBe((-13m, true, 0, "已超期 13 个工作日（10月12日到期）"));
    }

    [Fact]
    public void The_reading_explains_itself_in_plain_chinese()
    {
        var reading = Read(Terms(8), "2026-09-23 10:00", Received("2026-09-21 10:00"), Asked("2026-09-22 09:00"), Supplemented("2026-09-23 09:00"), Accepted("2026-09-23 10:00"));
        reading.Explanation.ShouldBe(
        [
            "从受理次日 2026年9月24日 起算，受理当日不计。",
            "中秋节假期 9月25–27日 不计。",
            "国庆节假期 10月1–7日 不计。",
            "10月10日（周六）补班，计入工作日。",
            "9月22–23日补正，受理之前不计时。",
            "承诺时限 8 个工作日：2026年10月12日 18:00 到期；法定时限 20 个工作日：2026年10月28日 18:00 到期。",
            "到期没有作出决定的，提醒承办部门，申请人可以投诉。",
        ]);
    }

    [Fact]
    public void A_short_promise_is_not_yellow_from_its_first_day()
    {
        Read(Terms(3), "2026-09-21 10:00", Accepted("2026-09-21 10:00")).Yellow.ShouldBe(At("2026-09-23 00:00"));
        Read(Terms(1), "2026-09-21 10:00", Accepted("2026-09-21 10:00")).Yellow.ShouldBe(At("2026-09-22 00:00"));
        Read(Terms(8) with { Lamps = new(YellowDays: 3) }, "2026-09-23 10:00", Accepted("2026-09-23 10:00")).Yellow.ShouldBe(At("2026-10-08 00:00"));
        Read(Terms(8, PeriodUnit.NaturalDay), "2026-09-30 10:00", Accepted("2026-09-30 10:00")).Yellow.ShouldBe(At("2026-10-04 00:00"), "not before half of the time");
    }

    [Fact]
    public void A_suspension_takes_out_its_working_days()
    {
        var log = new[] { Accepted("2026-09-21 10:00"), Suspended("2026-09-22 15:00"), Resumed("2026-09-28 09:00") };
        var during = Read(Terms(8), "2026-09-24 12:00", log);
        (during.Lamp, during.Phase, during.Left, during.Used, during.Paused).ShouldBe((Lamp.Paused, ClockPhase.Suspended, 7m, 1m, 2m));
        during.Moments.ShouldBeEmpty();
        during.Yellow.ShouldBeNull();
        during.Summary.ShouldBe("计时暂停：专家评审，恢复后还剩 7 个工作日");
        during.Explanation.ShouldContain("2026年9月22日起因专家评审暂停计时，尚未恢复。");

        var after = Read(Terms(8), "2026-09-28 12:00", log);
        // Without the suspension 8 days end on 9 October; 23, 24 and 28 September are taken out.
        (after.Lamp, after.DueDate, after.Left, after.Paused).ShouldBe((Lamp.Green, new(2026, 10, 13), 7m, 3m));
        after.Explanation.ShouldContain("9月22–28日因专家评审暂停 3 个工作日。");
    }

    [Fact]
    public void Two_grounds_at_once_pause_until_the_last_is_over()
    {
        ClockEntry[] log = [Accepted("2026-09-01 10:00"), Suspended("2026-09-02 10:00", "听证"), Suspended("2026-09-03 10:00", "检验"), Resumed("2026-09-04 10:00", "听证")];
        Read(Terms(8), "2026-09-07 10:00", log).Lamp.ShouldBe(Lamp.Paused);
        var reading = Read(Terms(8), "2026-09-08 10:00", [.. log, Resumed("2026-09-07 10:00", "检验")]);
        (reading.Lamp, reading.Paused, reading.DueDate).ShouldBe((Lamp.Green, 3m, new(2026, 9, 16)));
        Read(Terms(8), "2026-09-08 10:00", [.. log, Resumed("2026-09-07 10:00")]).DueDate.ShouldBe(reading.DueDate);
    }

    [Fact]
    public void A_suspension_after_the_end_does_not_undo_lateness()
    {
        ClockEntry[] log = [Accepted("2026-09-01 10:00"), Suspended("2026-09-08 10:00")];
        var reading = Read(Terms(3, legal: 20), "2026-09-09 10:00", log);
        (reading.Lamp, reading.Phase, reading.DueDate, reading.IsLate).ShouldBe((Lamp.Red, ClockPhase.Suspended, new(2026, 9, 4), true));
        reading.Explanation.ShouldContain("2026年9月8日因专家评审暂停时已过承诺期限，到期日不变。");
        var resumed = Read(Terms(3, legal: 20), "2026-09-10 10:00", [.. log, Resumed("2026-09-10 09:00")]);
        resumed.LegalDue.ShouldBe(At("2026-10-08 18:00"), "the legal time was still running and is two days longer");
        resumed.DueDate.ShouldBe(new(2026, 9, 4));
    }

    [Fact]
    public void A_suspension_may_have_a_longest_time()
    {
        var reading = Read(Terms(8), "2026-09-02 10:00", Accepted("2026-09-01 10:00"), Suspended("2026-09-02 10:00", max: 10));
        reading.Moments.ShouldHaveSingleItem().ShouldBe(new ClockMoment(At("2026-09-16 18:00"), MomentKind.SuspensionDue));
    }

    [Fact]
    public void An_extension_lengthens_both_times()
    {
        var reading = Read(Terms(8), "2026-09-24 10:00", Accepted("2026-09-01 10:00"), Extended("2026-09-09 10:00", 10));
        (reading.DueDate, reading.LegalDue, reading.Total).ShouldBe((new(2026, 9, 24), At("2026-10-19 18:00"), 18m));
        reading.Explanation.ShouldContain("2026年9月9日经批准延长 10 个工作日，理由：案情复杂。");
        Read(Terms(8), "2026-09-24 10:00", Accepted("2026-09-01 10:00"), Extended("2026-09-09 10:00", 30, PeriodUnit.NaturalDay)).DueDate.ShouldBe(new(2026, 10, 12));
    }

    [Theory]
    [InlineData("2026-09-01", 30, PeriodUnit.NaturalDay, "2026-10-08", "期限最后一日 2026年10月1日 不是工作日，顺延至 2026年10月8日 周四。")]
    [InlineData("2026-09-01", 29, PeriodUnit.NaturalDay, "2026-09-30", null)]
    [InlineData("2026-01-31", 1, PeriodUnit.Month, "2026-02-28", null)]
    [InlineData("2026-07-31", 2, PeriodUnit.Month, "2026-09-30", null)]
    [InlineData("2024-02-29", 1, PeriodUnit.Year, "2025-02-28", null)]
    [InlineData("2025-10-03", 1, PeriodUnit.Year, "2026-10-08", "期限最后一日 2026年10月3日 不是工作日，顺延至 2026年10月8日 周四。")]
    public void A_period_by_the_calendar_ends_on_its_day_or_the_next_working_day(string accepted, int amount, PeriodUnit unit, string due, string? says)
    {
        var reading = Read(Terms(amount, unit, legal: amount), accepted + " 12:00", Accepted(accepted + " 10:00"));
        (reading.Due, reading.Unit).ShouldBe((At(due + " 18:00"), PeriodUnit.NaturalDay));
        if (says is null) reading.Explanation.ShouldNotContain(l => l.Contains("顺延至"));
        else reading.Explanation.ShouldContain(says);
    }

    [Fact]
    public void A_suspension_of_a_period_by_the_calendar_takes_out_all_its_days()
    {
        var reading = Read(Terms(20, PeriodUnit.NaturalDay), "2026-09-10 10:00", Accepted("2026-09-01 10:00"), Suspended("2026-09-04 10:00"), Resumed("2026-09-07 10:00"));
        (reading.DueDate, reading.Used, reading.Left, reading.Paused).ShouldBe((new(2026, 9, 24), 6m, 14m, 3m));
    }

    [Fact]
    public void Hours_run_from_the_minute()
    {
        ClockEntry[] log = [Accepted("2026-09-21 16:30"), Suspended("2026-09-21 17:00"), Resumed("2026-09-21 17:45")];
        var reading = Read(Terms(4, PeriodUnit.Hour), "2026-09-21 18:30", log);
        (reading.Due, reading.Unit, reading.Yellow, reading.Left, reading.Lamp).ShouldBe((At("2026-09-21 21:15"), PeriodUnit.Hour, At("2026-09-21 19:15"), 2.8m, Lamp.Green));
        reading.Explanation[0].ShouldBe("从 2026年9月21日 16:30 受理时起算。");
    }

    [Fact]
    public void A_case_decided_on_the_spot_is_due_the_same_day_or_after_hours_the_next()
    {
        Read(Terms(0), "2026-09-21 10:00", Accepted("2026-09-21 10:00")).Due.ShouldBe(At("2026-09-21 18:00"));
        Read(Terms(0), "2026-09-30 20:00", Accepted("2026-09-30 20:00")).Due.ShouldBe(At("2026-10-08 18:00"));
        Read(Terms(0), "2026-10-01 10:00", Accepted("2026-10-01 10:00")).Lamp.ShouldBe(Lamp.Green);
    }

    [Fact]
    public void A_correction_after_acceptance_suspends()
    {
        ClockEntry[] log = [Received("2026-09-01 09:00"), Accepted("2026-09-01 10:00"), Asked("2026-09-02 10:00")];
        Read(Terms(8), "2026-09-03 10:00", log).Summary.ShouldBe("计时暂停：补正，恢复后还剩 7 个工作日");
        Read(Terms(8), "2026-09-07 10:00", [.. log, Supplemented("2026-09-04 10:00")]).DueDate.ShouldBe(new(2026, 9, 15));
    }

    [Fact]
    public void A_stopped_clock_keeps_what_it_showed()
    {
        ClockEntry[] log = [Accepted("2026-09-01 10:00"), Stopped("2026-09-08 10:00"), Extended("2026-09-09 10:00", 5)];
        var reading = Read(Terms(8), "2026-12-08 10:00", log);
        (reading.Phase, reading.Lamp, reading.Used, reading.Left, reading.IsLate, reading.DueDate).ShouldBe((ClockPhase.Stopped, Lamp.Done, 5m, 3m, false, new(2026, 9, 11)));
        reading.Moments.ShouldBeEmpty();
        reading.Summary.ShouldBe("已办结，用时 5 个工作日");
        var late = Read(Terms(3), "2026-12-08 10:00", log);
        (late.IsLate, late.Summary).ShouldBe((true, "已办结，用时 5 个工作日，超过承诺时限"));
        var refused = Read(Terms(3), "2026-12-08 10:00", Received("2026-09-01 10:00"), Stopped("2026-09-02 10:00"));
        (refused.Phase, refused.Lamp, refused.Due, refused.Summary).ShouldBe((ClockPhase.Stopped, Lamp.Done, null, "已结束"));
    }

    [Theory]
    [InlineData(Expiry.Remind, Expiry.Remind, "可以投诉")]
    [InlineData(Expiry.Escalate, Expiry.Escalate, "督办")]
    [InlineData(Expiry.Grant, Expiry.Remind, "视为准予")]
    [InlineData(Expiry.Refuse, Expiry.Remind, "视为不予")]
    public void The_legal_end_has_the_consequence_of_the_item(Expiry expiry, Expiry atPromise, string says)
    {
        var reading = Read(Terms(8, expiry: expiry), "2026-09-01 10:00", Accepted("2026-09-01 10:00"));
        reading.Moments.Single(m => m.Kind == MomentKind.LegalDue).Consequence.ShouldBe(expiry);
        reading.Moments.Single(m => m.Kind == MomentKind.PromisedDue).Consequence.ShouldBe(atPromise);
        reading.Explanation.ShouldContain(l => l.Contains(says));
    }

    [Fact]
    public void A_due_date_in_an_unpublished_year_is_provisional_and_moves_with_the_new_calendar()
    {
        ClockEntry[] log = [Accepted("2026-12-28 10:00")];
        var reading = Read(Terms(8), "2026-12-28 10:00", log);
        (reading.IsProvisional, reading.DueDate).ShouldBe((true, new(2027, 1, 7)));
        reading.Explanation.ShouldContain("2027 年放假安排尚未公布，暂按周一至周五计算；公布后自动重算，日期可能调整。");
        Read(Terms(3), "2026-12-28 10:00", log).IsProvisional.ShouldBeFalse();

        var published = new WorkCalendar("next", [.. Calendar.Years, new CalendarYear(2027, "n", new(2026, 11, 1), [new("元旦", new(2027, 1, 1), new(2027, 1, 3), [])])]);
        var again = LegalClock.Compute(Terms(8), new ClockLog(log), published, At("2026-12-28 10:00"));
        (again.IsProvisional, again.DueDate).ShouldBe((false, new(2027, 1, 8)));
    }

    [Fact]
    public void Half_days_count_by_the_rule_of_the_calendar()
    {
        var half = LegalClock.Compute(Terms(5), new ClockLog(Accepted("2026-05-29 10:00")), Calendar.With(HalfDayRule.Half), At("2026-06-02 10:00"));
        (half.DueDate, half.Used, half.Left).ShouldBe((new(2026, 6, 8), 1.5m, 4m));
    }

    [Fact]
    public void Nothing_received_is_nothing_due()
    {
        var reading = Read(Terms(8), "2026-09-01 10:00");
        (reading.Phase, reading.Lamp, reading.Due, reading.Summary).ShouldBe((ClockPhase.Idle, Lamp.Green, null, "尚未收件"));
        reading.Explanation.ShouldBeEmpty();
    }

    [Fact]
    public void A_log_is_kept_as_json_and_read_again()
    {
        ClockEntry[] log = [Received("2026-09-01 09:00"), Asked("2026-09-01 10:00", new(2026, 9, 9)), Supplemented("2026-09-02 09:00"), Accepted("2026-09-02 10:00"),
            Suspended("2026-09-03 10:00", "听证", 5), Resumed("2026-09-04 10:00", "听证"), Extended("2026-09-07 10:00", 10), Stopped("2026-09-08 10:00")];
        JsonSerializer.Deserialize<ClockEntry[]>(JsonSerializer.Serialize(log)).ShouldBe(log);
    }
}
