namespace Kapok.Identity;

/// <summary>Settings of sign-in. Times are wall-clock times; each has an environment variable.</summary>
public sealed record IdentityOptions
{
    /// <summary>A session ends after this time without a request (KAPOK_SESSION_IDLE_MINUTES).</summary>
    public TimeSpan SessionIdle { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>A session ends after this time whatever happens (KAPOK_SESSION_HOURS).</summary>
    public TimeSpan SessionLongest { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Rounds of PBKDF2-HMAC-SHA256; never below 210,000 outside a test of something else.</summary>
    public int PasswordRounds { get; init; } = 210_000;

    /// <summary>
    /// The node stands behind a proxy of its own that writes X-Forwarded-For and -Proto (KAPOK_BEHIND_PROXY=1). Off by
    /// default: else anyone could name the address that the throttle counts.
    /// </summary>
    public bool BehindProxy { get; init; }

    /// <summary>Password of every demonstration account; they exist only in demonstration mode.</summary>
    public const string DemonstrationPassword = "Kapok-demo-2026";

    /// <summary>Reads the environment; a value that is no number or out of range stops the start with its name.</summary>
    public static IdentityOptions FromEnvironment() => new()
    {
        SessionIdle = TimeSpan.FromMinutes(Number("KAPOK_SESSION_IDLE_MINUTES", 30, 1, 24 * 60)),
        SessionLongest = TimeSpan.FromHours(Number("KAPOK_SESSION_HOURS", 12, 1, 24 * 7)),
        BehindProxy = Environment.GetEnvironmentVariable("KAPOK_BEHIND_PROXY") == "1",
    };

    static int Number(string name, int otherwise, int least, int most) =>
        Environment.GetEnvironmentVariable(name) is not { Length: > 0 } text ? otherwise
        : int.TryParse(text, out var value) && value >= least && value <= most ? value
        : throw new InvalidOperationException($"环境变量 {name} 应为 {least} 到 {most} 之间的整数，现在是“{text}”");
}
