using Kapok.Cases.Handling;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Pages;

namespace Kapok.Cases.Desk;

/// <summary>Lamps, states and results as desks show them; made from the columns of a row, so that a list needs no clock.</summary>
public static class DeskWords
{
    public static LampState LampOf(string state, DateTime? due, DateTime? yellow, DateTimeOffset now) => state switch
    {
        "closed" => LampState.Done,
        "correcting" or "suspended" => LampState.Paused,
        _ when due < now.UtcDateTime => LampState.Red,
        _ when yellow <= now.UtcDateTime => LampState.Yellow,
        _ => LampState.Green,
    };

    /// <summary>Lamp of a case by what its clock reads.</summary>
    public static LampState LampOf(Clock.Lamp lamp) => (LampState)lamp;

    public static string State(string state) => state switch
    {
        "submitted" => "待受理", "correcting" => "待补正", "accepted" => "办理中", "suspended" => "特别程序", _ => "已办结",
    };

    public static Tone ToneOf(string state, string? result = null) => state switch
    {
        "submitted" => Tone.Blue, "correcting" or "suspended" => Tone.Yellow, "closed" when result == "approved" => Tone.Green, "closed" when result is not null => Tone.Neutral, _ => Tone.Neutral,
    };

    public static string Result(string? result) => result switch
    {
        "approved" => "准予", "refused" => "不予", "not-accepted" => "不予受理", "withdrawn" => "终止", null => "", _ => result,
    };

    /// <summary>Date and serial of a case number; what stands before them is the same for all cases of an item.</summary>
    public static string Tail(string number) => number.Length > 12 ? number[^12..] : number;

    /// <summary>What stands beside the lamp: 还剩 3 个工作日, 今天到期, 已超期 2 个工作日, or what stops the clock.</summary>
    public static string Left(Texts texts, string state, DateTime? due, WorkCalendar calendar, DateTimeOffset now)
    {
        if (state == "correcting") return texts["等申请人补正"];
        if (state == "suspended") return texts["暂停计时"];
        if (state == "closed") return texts["已办结"];
        if (due is not { } end) return texts["没有时限"];
        var (today, day) = (ChinaTime.DateOf(now), ChinaTime.DateOf(new(end, TimeSpan.Zero)));
        var days = (int)Math.Floor(calendar.WorkdaysBetween(today, day));
        return end < now.UtcDateTime && days >= 0 ? texts["今天已超期"] : texts.WorkingDaysLeft(days);
    }

    public static string Left(Texts texts, CaseListRow row, WorkCalendar calendar, DateTimeOffset now) => Left(texts, row.State, row.DueAt, calendar, now);
}
