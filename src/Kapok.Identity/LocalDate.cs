namespace Kapok.Identity;

/// <summary>Days as people in Guangdong count them (UTC+8, no summer time).</summary>
static class LocalDate
{
    public static readonly TimeSpan Offset = TimeSpan.FromHours(8);

    public static DateOnly Today(this TimeProvider time) => DateOnly.FromDateTime(time.GetUtcNow().ToOffset(Offset).DateTime);
}
