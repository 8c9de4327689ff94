using Kapok.Foundation.Calendar;
using Kapok.Foundation.Chinese;

namespace Kapok.Cases.Clock;

/// <summary>Tells in plain Chinese how an end came about, so that citizen and officer can count along on their fingers.</summary>
internal static class ClockExplanation
{
    public static IReadOnlyList<string> Of(ClockReading reading)
    {
        var lines = new List<string>();
        if (reading.Started is null) BeforeAcceptance(reading, lines);
        else AfterAcceptance(reading, lines);
        return lines;
    }

    private static void BeforeAcceptance(ClockReading reading, List<string> lines)
    {
        var run = reading.Run;
        if (run.ReceivedAt is not { } received) return;
        lines.Add($"{DateText.Full(ChinaTime.DateOf(received))}收到申请材料。");
        if (run.IsCorrecting)
        {
            var asked = run.Pauses[^1].From;
            var until = run.CorrectionUntil is { } last ? $"，请在{DateText.Full(last)}前补正" : "";
            lines.Add($"{DateText.Full(ChinaTime.DateOf(asked))}一次性告知需要补正的全部内容{until}；等待补正期间不计时。");
            return;
        }
        if (reading.Due is not { } due || reading.DueDate is not { } date) return;
        lines.Add($"应当在收到之日起 {run.Terms.NoticeDays} 个工作日内（{DateText.WithTime(due)}前）受理，或者一次性告知需要补正的全部内容；逾期不告知的，自收到材料之日起即为受理（行政许可法第三十二条）。");
        Holidays(run.Calendar, ChinaTime.DateOf(received), date, lines);
        Provisional(run.Calendar, ChinaTime.DateOf(received), date, lines);
    }

    private static void AfterAcceptance(ClockReading reading, List<string> lines)
    {
        var run = reading.Run;
        var (calendar, started, due) = (run.Calendar, reading.Started!.Value, reading.DueDate!.Value);
        var (promise, law) = (run.Terms.Promised, run.Terms.Legal);
        if (run.DeemedAccepted) lines.Add($"{DateText.Full(started)}收到材料后 {run.Terms.NoticeDays} 个工作日内没有告知补正，自收到之日起即为受理（行政许可法第三十二条）。");
        if (run.AskedTooLate) lines.Add("此后提出的补正不能使期限暂停。");
        lines.Add(promise.Unit == PeriodUnit.Hour ? $"从 {DateText.WithTime(run.StartedAt!.Value)} 受理时起算。"
            : promise.Amount == 0 ? $"{DateText.Full(started)}受理，当场办结，最迟当日办公时间结束前。"
            : $"从受理次日 {DateText.Full(started.AddDays(1))} 起算，受理当日不计。");
        var workdays = reading.Unit == PeriodUnit.WorkingDay;
        if (workdays) Holidays(calendar, started, due, lines);
        foreach (var pause in run.Pauses) if (Told(pause, reading) is { } told) lines.Add(told);
        foreach (var extension in run.Extensions)
            lines.Add($"{DateText.Full(ChinaTime.DateOf(extension.At))}经批准延长 {extension.By}，理由：{extension.Ground}。");
        var until = run.StoppedAt ?? reading.Now;
        if (reading.Unit == PeriodUnit.NaturalDay && run.Promised!.NominalEnd(until) is var nominal && nominal < due)
            lines.Add($"期限最后一日 {DateText.Full(nominal)} 不是工作日，顺延至 {DateText.WithWeekday(due)}。");
        if (reading.Lamp == Lamp.Paused) lines.Add("暂停期间到期日随之顺延，下面的日期按现在恢复计算。");
        lines.Add($"承诺时限 {promise}：{DateText.WithTime(reading.Due!.Value)} 到期；法定时限 {law}：{DateText.WithTime(reading.LegalDue!.Value)} 到期。");
        lines.Add(run.Terms.Expiry switch
        {
            Expiry.Grant => "法定时限届满没有作出决定的，视为准予。",
            Expiry.Refuse => "法定时限届满没有作出决定的，视为不予。",
            Expiry.Escalate => "到期没有作出决定的，报上级督办。",
            _ => "到期没有作出决定的，提醒承办部门，申请人可以投诉。",
        });
        if (reading.Unit != PeriodUnit.Hour) Provisional(calendar, started, due, lines);
    }

    private static string? Told(Pause pause, ClockReading reading)
    {
        var started = reading.Run.StartedAt!.Value;
        var end = pause.To ?? reading.Run.StoppedAt ?? reading.Now;
        var (from, to) = (ChinaTime.DateOf(pause.From), ChinaTime.DateOf(end));
        // A correction before acceptance is not part of the counted time; people still look for it.
        if (pause.To <= started) return $"{DateText.Range(from, to)}补正，受理之前不计时。";
        if (!pause.InTime) return $"{DateText.Full(from)}因{pause.Ground}暂停时已过承诺期限，到期日不变。";
        if (pause.To is null && reading.Run.StoppedAt is null) return $"{DateText.Full(from)}起因{pause.Ground}暂停计时，尚未恢复。";
        var length = reading.Unit switch
        {
            PeriodUnit.WorkingDay => reading.Run.Calendar.WorkdaysBetween(from, to),
            PeriodUnit.Hour => Math.Round((decimal)(end - pause.From).TotalHours, 1),
            _ => to.DayNumber - from.DayNumber,
        };
        return length == 0
            ? $"{DateText.Short(from)}因{pause.Ground}暂停，当日恢复，期限不变。"
            : $"{DateText.Range(from, to)}因{pause.Ground}暂停 {length:0.#} {Period.Measure(reading.Unit)}。";
    }

    private static void Holidays(WorkCalendar calendar, DateOnly start, DateOnly due, List<string> lines)
    {
        foreach (var holiday in calendar.Years.SelectMany(y => y.Holidays).Where(h => h.To > start && h.From <= due))
            lines.Add($"{holiday.Name}假期 {DateText.Range(holiday.From, holiday.To)} 不计。");
        var worked = calendar.Years.SelectMany(y => y.Holidays).SelectMany(h => h.Worked).Where(d => d > start && d <= due).Order().ToList();
        if (worked.Count > 0) lines.Add($"{string.Join("、", worked.Select(d => $"{DateText.Short(d)}（{DateText.Weekday(d)}）"))}补班，计入工作日。");
    }

    private static void Provisional(WorkCalendar calendar, DateOnly from, DateOnly to, List<string> lines)
    {
        for (var year = from.Year; year <= to.Year; year++)
            if (calendar.IsProvisional(new DateOnly(year, 1, 1)))
            {
                lines.Add($"{year} 年放假安排尚未公布，暂按周一至周五计算；公布后自动重算，日期可能调整。");
                return;
            }
    }
}
