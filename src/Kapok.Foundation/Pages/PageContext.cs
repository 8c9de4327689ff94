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
public sealed class PageContext(PageTokens tokens)
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
    public string? Actor { get { Fill(); return actor; } set => actor = value; }
    private string? actor;

    /// <summary>Second line under the name: post and unit, or "代 … 办理".</summary>
    public string? ActorDetail { get { Fill(); return actorDetail; } set => actorDetail = value; }
    private string? actorDetail;

    /// <summary>Links of the account menu.</summary>
    public IReadOnlyList<NavLink> AccountLinks { get { Fill(); return accountLinks; } set => accountLinks = value; }
    private IReadOnlyList<NavLink> accountLinks = [];

    /// <summary>Navigation of the page when the page passes none to its shell.</summary>
    public IReadOnlyList<NavLink> Nav { get { Fill(); return nav; } set => nav = value; }
    private IReadOnlyList<NavLink> nav = [];

    /// <summary>Address of the sign-in page.</summary>
    public string SignInPath { get; set; } = "/sign-in";

    /// <summary>Address the sign-out form posts to.</summary>
    public string SignOutPath { get; set; } = "/sign-out";

    /// <summary>Name of the unit in the header.</summary>
    public string UnitName { get { Fill(); return unitName; } set => unitName = value; }
    private string unitName = "";

    /// <summary>When the session ends; the page warns two minutes before.</summary>
    public DateTimeOffset? SessionEnds { get { Fill(); return sessionEnds; } set => sessionEnds = value; }
    private DateTimeOffset? sessionEnds;

    /// <summary>Address that prolongs the session when posted to.</summary>
    public string SessionKeepPath { get; set; } = "/session";

    /// <summary>True when htmx asks for a part of a page.</summary>
    public bool IsPartial { get; set; }

    internal HttpContext? Http { get; set; }

    /// <summary>Runs once, when a page first asks who looks: sign-in is known by then, and answers that are no pages pay nothing.</summary>
    internal Action<PageContext>? FillLater { get; set; }

    private void Fill()
    {
        if (FillLater is not { } fill) return;
        FillLater = null;
        fill(this);
    }

    /// <summary>Antiforgery token of this request; made on first use, before the answer starts.</summary>
    public string Token => token ??= Http is null ? "" : tokens.Of(Http);
    private string? token;

    /// <summary>The link that leads to this page, or to its nearest ancestor; null when none does.</summary>
    public NavLink? Current(IReadOnlyList<NavLink> links)
    {
        NavLink? best = null;
        var here = PathOf(Path);
        foreach (var link in links)
        {
            var there = PathOf(link.Href);
            var leads = here == there || (there.Length > 1 && here.StartsWith(there + "/", StringComparison.Ordinal));
            if (leads && (best is null || there.Length > PathOf(best.Href).Length)) best = link;
        }
        return best;
    }

    private static string PathOf(string address)
    {
        var end = address.AsSpan().IndexOfAny('?', '#');
        var path = end < 0 ? address : address[..end];
        return path.Length > 1 ? path.TrimEnd('/') : path;
    }
}
