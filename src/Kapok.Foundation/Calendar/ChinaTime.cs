namespace Kapok.Foundation.Calendar;

/// <summary>The one zone of the house: UTC+8 the whole year. Instants are kept in UTC, dates are local dates.</summary>
public static class ChinaTime
{
    public static readonly TimeSpan Offset = TimeSpan.FromHours(8);

    public static DateTimeOffset Local(DateTimeOffset instant) => instant.ToOffset(Offset);

    public static DateOnly DateOf(DateTimeOffset instant) => DateOnly.FromDateTime(instant.ToOffset(Offset).DateTime);

    public static TimeOnly TimeOf(DateTimeOffset instant) => TimeOnly.FromDateTime(instant.ToOffset(Offset).DateTime);

    /// <summary>The instant of a local date and time.</summary>
    public static DateTimeOffset At(DateOnly date, TimeOnly time = default) => new(date.ToDateTime(time), Offset);
}
