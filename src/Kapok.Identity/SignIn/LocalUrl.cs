namespace Kapok.Identity.SignIn;

/// <summary>Where to go back to: only ever a place of this site.</summary>
public static class LocalUrl
{
    /// <summary>The path when it is one of this site, else <paramref name="otherwise"/>.</summary>
    public static string Or(string? url, string otherwise) => IsLocal(url) ? url! : otherwise;

    /// <summary>
    /// True for <c>/path?query</c>. Browsers read <c>//host</c> and <c>/\host</c> as another site and drop tabs and
    /// line ends inside an address.
    /// </summary>
    public static bool IsLocal(string? url) =>
        url is ['/', ..] && url.Length <= 2000 && !url.StartsWith("//", StringComparison.Ordinal) && !url.Contains('\\') && !url.Any(char.IsControl)
        && !url.StartsWith("/sign-in", StringComparison.Ordinal) && !url.StartsWith("/sign-out", StringComparison.Ordinal);
}
