using System.Globalization;

namespace Kapok.Cases.Flow.Running;

/// <summary>Computes when a timer or task is due. Literal values were checked when the flow was read; computed ones are checked here.</summary>
internal static class Due
{
    private static readonly TimeSpan China = TimeSpan.FromHours(8);

    /// <summary>Null when the value is unusable; the step has then failed.</summary>
    public static FlowDue? Of(Work work, FlowNode node)
    {
        var timer = node.Timer!;
        var text = timer.Text.Read(work.Scope);
        switch (timer.Kind)
        {
            case FlowTimerKind.Duration when text is not null && FlowDuration.TryParse(text, out var duration):
                return new(timer.Kind, duration, null, 0);
            case FlowTimerKind.WorkingDays when IsDays(text, out var days):
                return new(timer.Kind, default, null, days);
            case FlowTimerKind.Date when DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day):
                return new(timer.Kind, default, new(day.ToDateTime(TimeOnly.MinValue), China), 0);
            case FlowTimerKind.Date when text is not null && Parsing.EventReader.IsDate(text):
                return new(timer.Kind, default, DateTimeOffset.Parse(text, CultureInfo.InvariantCulture), 0);
        }
        work.Fail(FlowRefusal.BadExpression, node.Index, $"定时“{node.Title}”的时间“{timer.Text.Computed?.Text}”算出来是“{text}”，不能用。");
        return null;
    }

    /// <summary>Working days of a task; null = no limit.</summary>
    public static int? Days(Work work, FlowNode node, FlowText? text)
    {
        if (text?.Read(work.Scope) is not { } value) return null;
        if (IsDays(value, out var days)) return days;
        work.Fail(FlowRefusal.BadExpression, node.Index, $"“{node.Title}”的办理期限“{text.Computed?.Text}”算出来是“{value}”，不是工作日数。");
        return null;
    }

    private static bool IsDays(string? text, out int days) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out days) && days <= 3650;
}
