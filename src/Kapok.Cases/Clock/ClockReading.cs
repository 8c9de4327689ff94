using Kapok.Foundation.Calendar;
using Kapok.Foundation.Chinese;

namespace Kapok.Cases.Clock;

public enum ClockPhase
{
    /// <summary>Nothing received yet.</summary>
    Idle,
    /// <summary>Received; the office has to accept or to tell what is missing.</summary>
    Received,
    /// <summary>Waiting for the applicant to supplement.</summary>
    Correcting,
    Running,
    Suspended,
    Stopped,
}

/// <summary>How a case stands in time. Names are those of scenarios in a package.</summary>
public enum Lamp { Green, Yellow, Red, Paused, Done }

public enum MomentKind
{
    /// <summary>The office has been silent too long: from here on the case is accepted as of the day received.</summary>
    NoticeDue,
    /// <summary>The applicant's time to supplement is over.</summary>
    CorrectionLapses,
    /// <summary>The lamp turns yellow.</summary>
    Yellow,
    /// <summary>The promised time is over: the lamp turns red.</summary>
    PromisedDue,
    /// <summary>The legal time is over.</summary>
    LegalDue,
    /// <summary>A suspension has lasted as long as it may.</summary>
    SuspensionDue,
}

/// <summary>A coming instant at which the program must act unless the log changes before.</summary>
/// <param name="Consequence">What to do when time is over; null for other moments.</param>
public sealed record ClockMoment(DateTimeOffset At, MomentKind Kind, Expiry? Consequence = null);

/// <summary>What the clock of a case shows at one instant.</summary>
public sealed record ClockReading
{
    internal ClockRun Run { get; init; } = null!;

    public required DateTimeOffset Now { get; init; }

    public required ClockPhase Phase { get; init; }

    public required Lamp Lamp { get; init; }

    /// <summary>The lamp in words, for people who see no colours.</summary>
    public string LampText => LampWords(Lamp);

    /// <summary>The day from which the time counts (that day not counted); null before acceptance.</summary>
    public required DateOnly? Started { get; init; }

    /// <summary>The office was silent too long, so that the case counts as accepted on the day received.</summary>
    public required bool DeemedAccepted { get; init; }

    /// <summary>
    /// The end the lamp is measured by: of the promised time; before acceptance, of the time to accept. While suspended, as if resumed now.
    /// Null when nothing runs or while the applicant supplements.
    /// </summary>
    public required DateTimeOffset? Due { get; init; }

    /// <summary>The end of the legal time; null before acceptance.</summary>
    public required DateTimeOffset? LegalDue { get; init; }

    /// <summary>When the lamp turns or turned yellow; null when it does not run.</summary>
    public required DateTimeOffset? Yellow { get; init; }

    /// <summary>The unit of the four amounts below: working days, natural days or hours.</summary>
    public required PeriodUnit Unit { get; init; }

    /// <summary>Promised time with extensions.</summary>
    public required decimal Total { get; init; }

    /// <summary>Time counted so far, without suspensions.</summary>
    public required decimal Used { get; init; }

    /// <summary>Time left until <see cref="Due"/>; 0 on the last day, negative after it.</summary>
    public required decimal Left { get; init; }

    /// <summary>Time not counted because the clock was suspended.</summary>
    public required decimal Paused { get; init; }

    /// <summary>Reaches into a year whose holidays are not published: the date may still change.</summary>
    public required bool IsProvisional { get; init; }

    /// <summary>What comes next, earliest first; empty when stopped.</summary>
    public required IReadOnlyList<ClockMoment> Moments { get; init; }

    /// <summary>Local date of <see cref="Due"/>.</summary>
    public DateOnly? DueDate => Due is { } due ? ChinaTime.DateOf(due) : null;

    /// <summary>Past the promised time, or decided after it.</summary>
    public required bool IsLate { get; init; }

    /// <summary>Past the legal time, or decided after it.</summary>
    public required bool IsPastLegal { get; init; }

    /// <summary>Why the end is when it is, sentence by sentence in plain Chinese.</summary>
    public IReadOnlyList<string> Explanation => ClockExplanation.Of(this);

    /// <summary>One line for lists: 还剩 3 个工作日（11月25日前）.</summary>
    public string Summary => Phase switch
    {
        ClockPhase.Idle => "尚未收件",
        ClockPhase.Received when Due is null => "等待受理",
        ClockPhase.Received => $"等待受理（{DateText.Short(DueDate!.Value)}前答复）",
        ClockPhase.Correcting => "等待补正",
        ClockPhase.Suspended when Lamp == Lamp.Paused => $"计时暂停：{string.Join("、", Run.OpenGrounds)}，恢复后还剩 {Left:0.#} {Period.Measure(Unit)}",
        ClockPhase.Stopped when Started is null => "已结束",
        ClockPhase.Stopped => $"已办结，用时 {Used:0.#} {Period.Measure(Unit)}{(IsLate ? "，超过承诺时限" : "")}",
        _ when Lamp == Lamp.Red && Left == 0 => $"已超期（{DateText.Short(DueDate!.Value)} {ChinaTime.TimeOf(Due!.Value):HH:mm} 到期）",
        _ => DateText.Left(Left, Period.Measure(Unit), DueDate!.Value),
    };

    public static string LampWords(Lamp lamp) => lamp switch
    {
        Lamp.Green => "绿灯 正常",
        Lamp.Yellow => "黄灯 临期",
        Lamp.Red => "红灯 超期",
        Lamp.Paused => "暂停计时",
        _ => "已办结",
    };
}
