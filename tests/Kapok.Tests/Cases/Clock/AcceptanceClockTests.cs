using Kapok.Cases.Clock;
using Kapok.Foundation.Calendar;
using Kapok.Tests.Foundation.Calendar;

namespace Kapok.Tests.Cases.Clock;

public class AcceptanceClockTests
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

    [Fact]
    public void Before_acceptance_the_office_has_five_working_days_to_answer()
    {
        var log = new[] { Received("2026-09-21 10:00") };
        var reading = Read(Terms(8), "2026-09-21 10:00", log);
        (reading.Phase, reading.Lamp, reading.Due, reading.LegalDue, reading.Started).ShouldBe((ClockPhase.Received, Lamp.Green, At("2026-09-29 18:00"), null, null));
        reading.Moments.Select(m => m.Kind).ShouldBe([MomentKind.Yellow, MomentKind.NoticeDue]);
        reading.Summary.ShouldBe("等待受理（9月29日前答复）");
        reading.Explanation[1].ShouldContain("行政许可法第三十二条");
        Read(Terms(8), "2026-09-24 10:00", log).Lamp.ShouldBe(Lamp.Yellow);
    }

    [Fact]
    public void Silence_accepts_on_the_day_received()
    {
        var log = new[] { Received("2026-09-21 10:00") };
        Read(Terms(8), "2026-09-29 17:59", log).Phase.ShouldBe(ClockPhase.Received);
        var deemed = Read(Terms(8), "2026-09-29 18:00", log);
        (deemed.Phase, deemed.DeemedAccepted, deemed.Started, deemed.DueDate).ShouldBe((ClockPhase.Running, true, new(2026, 9, 21), new(2026, 10, 9)));
        deemed.Explanation[0].ShouldBe("2026年9月21日收到材料后 5 个工作日内没有告知补正，自收到之日起即为受理（行政许可法第三十二条）。");

        var late = Read(Terms(8), "2026-10-08 10:00", [.. log, Accepted("2026-10-08 09:00")]);
        (late.DeemedAccepted, late.Started, late.DueDate).ShouldBe((true, new(2026, 9, 21), new(2026, 10, 9)), "accepting late does not start the clock late");

        var asked = Read(Terms(8), "2026-10-08 10:00", [.. log, Asked("2026-10-08 09:00")]);
        (asked.Phase, asked.DueDate).ShouldBe((ClockPhase.Running, new(2026, 10, 9)), "asking late does not stop it");
        asked.Explanation.ShouldContain("此后提出的补正不能使期限暂停。");

        Read(Terms(8) with { NoticeDays = null }, "2026-12-01 10:00", log).Phase.ShouldBe(ClockPhase.Received);
    }

    [Fact]
    public void A_correction_before_acceptance_stops_everything_and_starts_the_answer_time_anew()
    {
        ClockEntry[] log = [Received("2026-09-21 10:00"), Asked("2026-09-22 09:00", new(2026, 10, 15))];
        var correcting = Read(Terms(8), "2026-09-30 10:00", log);
        (correcting.Phase, correcting.Lamp, correcting.Due, correcting.Summary).ShouldBe((ClockPhase.Correcting, Lamp.Paused, null, "等待补正"));
        correcting.Moments.ShouldHaveSingleItem().ShouldBe(new ClockMoment(At("2026-10-15 18:00"), MomentKind.CorrectionLapses));
        correcting.Explanation[1].ShouldBe("2026年9月22日一次性告知需要补正的全部内容，请在2026年10月15日前补正；等待补正期间不计时。");

        var again = Read(Terms(8), "2026-10-08 10:00", [.. log, Supplemented("2026-10-08 09:00")]);
        (again.Phase, again.DueDate).ShouldBe((ClockPhase.Received, new(2026, 10, 14)));
        Read(Terms(8), "2026-10-14 18:00", [.. log, Supplemented("2026-10-08 09:00")]).Started.ShouldBe(new(2026, 10, 8));
    }
}
