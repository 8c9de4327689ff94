using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;

namespace Kapok.Foundation.Pages;

/// <summary>A link of a navigation list.</summary>
/// <param name="Text">Chinese; translated when shown.</param>
/// <param name="Href">Local address.</param>
/// <param name="Icon">Name in the icon set, shown in side navigation.</param>
/// <param name="Count">Waiting things, shown beside the text when above zero.</param>
/// <param name="Group">Heading above the first link of the group in side navigation.</param>
public sealed record NavLink(string Text, string Href, string? Icon = null, int? Count = null, string? Group = null);

/// <summary>What every page of one request knows: language, preferences, who looks, where.</summary>
public sealed class PageContext(IAntiforgery antiforgery)
{
    /// <summary>Languages of the interface, by BCP 47 tag; the first is the source.</summary>
    public static readonly IReadOnlyList<string> Languages = ["zh-Hans", "zh-Hant", "en"];

    /// <summary>One of <see cref="Languages"/>.</summary>
    public string Language { get; set; } = "zh-Hans";

    /// <summary>Elder mode (适老化): text × 1.5, targets of at least 48 px, at most two columns.</summary>
    public bool Elder { get; set; }

    /// <summary><c>auto</c>, <c>light</c> or <c>dark</c>.</summary>
    public string Theme { get; set; } = "auto";

    /// <summary>Nonce of this answer's content security policy.</summary>
    public string Nonce { get; set; } = "";

    /// <summary>Path and query of the page.</summary>
    public string Path { get; set; } = "/";

    /// <summary>Display name of who is signed in; null when nobody is.</summary>
    public string? Actor { get; set; }

    /// <summary>Second line under the name: post and unit, or "代 … 办理".</summary>
    public string? ActorDetail { get; set; }

    /// <summary>Links of the account menu.</summary>
    public IReadOnlyList<NavLink> AccountLinks { get; set; } = [];

    /// <summary>Navigation of the page when the page passes none to its shell.</summary>
    public IReadOnlyList<NavLink> Nav { get; set; } = [];

    /// <summary>Address of the sign-in page.</summary>
    public string SignInPath { get; set; } = "/sign-in";

    /// <summary>Address the sign-out form posts to.</summary>
    public string SignOutPath { get; set; } = "/sign-out";

    /// <summary>Name of the unit in the header.</summary>
    public string UnitName { get; set; } = "";

    /// <summary>When the session ends; the page warns two minutes before.</summary>
    public DateTimeOffset? SessionEnds { get; set; }

    /// <summary>Address that prolongs the session when posted to.</summary>
    public string SessionKeepPath { get; set; } = "/session";

    /// <summary>True when htmx asks for a part of a page.</summary>
    public bool IsPartial { get; set; }

    internal HttpContext? Http { get; set; }

    /// <summary>Antiforgery token of this request; made on first use, before the answer starts.</summary>
    public string Token => token ??= Http is null ? "" : antiforgery.GetAndStoreTokens(Http).RequestToken ?? "";
    private string? token;

    /// <summary>True when the link leads to this page or an ancestor of it.</summary>
    public bool IsCurrent(string href)
    {
        var here = PathOf(Path);
        var there = PathOf(href);
        return here == there || (there.Length > 1 && here.StartsWith(there + "/", StringComparison.Ordinal));
    }

    private static string PathOf(string address)
    {
        var end = address.AsSpan().IndexOfAny('?', '#');
        var path = end < 0 ? address : address[..end];
        return path.Length > 1 ? path.TrimEnd('/') : path;
    }
}
