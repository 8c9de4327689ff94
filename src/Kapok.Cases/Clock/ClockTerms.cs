namespace Kapok.Cases.Clock;

/// <summary>Units of a time limit; the numbers are those of <c>legalUnit</c> and <c>promisedUnit</c> in a package.</summary>
public enum PeriodUnit { WorkingDay = 1, NaturalDay = 2, Hour = 3, Month = 4, Year = 5 }

/// <summary>A length of time as a law or a promise states it.</summary>
public readonly record struct Period(int Amount, PeriodUnit Unit)
{
    public static Period WorkingDays(int amount) => new(amount, PeriodUnit.WorkingDay);

    /// <summary>The unit with its measure word: 个工作日, 个自然日, 小时, 个月, 年.</summary>
    public static string Measure(PeriodUnit unit) => unit switch
    {
        PeriodUnit.WorkingDay => "个工作日",
        PeriodUnit.NaturalDay => "个自然日",
        PeriodUnit.Hour => "小时",
        PeriodUnit.Month => "个月",
        _ => "年",
    };

    public override string ToString() => $"{Amount} {Measure(Unit)}";
}

/// <summary>What happens when the legal time runs out without a decision. Grant and refuse need a law that says so.</summary>
public enum Expiry { Remind, Escalate, Grant, Refuse }

/// <summary>
/// From when a case is shown yellow: this many working days before it is due (hours, for a limit in hours), but never before half of the
/// time has passed.
/// </summary>
public sealed record LampThresholds(int YellowDays = 2, int YellowHours = 2);

/// <summary>The time limits of one case, fixed when it is received.</summary>
/// <param name="Legal">法定办结时限.</param>
/// <param name="Promised">承诺办结时限; 0 working days is a case decided on the spot (即办件).</param>
public sealed record ClockTerms(Period Legal, Period Promised, Expiry Expiry = Expiry.Remind)
{
    public LampThresholds Lamps { get; init; } = new();

    /// <summary>
    /// Working days in which an office must accept, refuse or tell everything that is missing; silence means accepted on the day received
    /// (行政许可法 §32). Null where no law says so.
    /// </summary>
    public int? NoticeDays { get; init; } = 5;
}
