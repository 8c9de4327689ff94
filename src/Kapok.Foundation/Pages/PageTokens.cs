using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Kapok.Foundation.Pages;

/// <summary>
/// Antiforgery tokens of pages. A token belongs to the cookie of a browser and to the session, and serves as long as
/// both do: the pages of one session need not each have one made, which takes two rounds of encryption. A token is
/// given again only for the very cookie and session it was made for, at most ten minutes long; the check of what is
/// posted is the framework's, unchanged.
/// </summary>
public sealed class PageTokens(IAntiforgery antiforgery, IOptions<AntiforgeryOptions> options, TimeProvider time)
{
    const int Most = 4_000;
    static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);
    readonly ConcurrentDictionary<(string Cookie, string Session), (string Token, DateTimeOffset Until)> known = new();

    /// <summary>The token for the forms of this answer; sets the cookie of a browser that has none that serves.</summary>
    public string Of(HttpContext http)
    {
        var now = time.GetUtcNow();
        (string, string)? key = http.Request.Cookies[options.Value.Cookie.Name!] is { Length: > 0 } cookie && Session(http.User) is { } session ? (cookie, session) : null;
        if (key is { } of && known.TryGetValue(of, out var kept) && now < kept.Until)
        {
            // What the framework says when it makes one: a page with a token is nobody else's.
            (http.Response.Headers.CacheControl, http.Response.Headers.Pragma) = ("no-cache, no-store", "no-cache");
            return kept.Token;
        }
        var made = antiforgery.GetAndStoreTokens(http);
        // No new cookie: the one that came is good, and the token belongs to it.
        if (key is { } good && made is { CookieToken: null, RequestToken: { } token })
        {
            if (known.Count >= Most) known.Clear();
            known[good] = (token, now + Kept);
        }
        return made.RequestToken ?? "";
    }

    /// <summary>What a token is bound to besides the cookie; null when it cannot be told from one claim.</summary>
    static string? Session(ClaimsPrincipal user) => user.Identities.Any(i => i.IsAuthenticated)
        ? user.Identities.Count() == 1 && user.FindFirst(ClaimTypes.NameIdentifier) is { } id ? $"{id.Issuer}\n{id.Value}" : null
        : "";
}
