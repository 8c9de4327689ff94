using Microsoft.AspNetCore.Http;

namespace Kapok.Foundation.Pages;

/// <summary>Language, elder mode and theme of a browser, kept in three small cookies for a year.</summary>
public static class Preferences
{
    private const string Language = "kapok-lang", Elder = "kapok-elder", Theme = "kapok-theme";

    internal static void Read(HttpRequest request, PageContext page)
    {
        if (request.Cookies[Language] is { } language && PageContext.Languages.Contains(language)) page.Language = language;
        page.Elder = request.Cookies[Elder] == "1";
        if (request.Cookies[Theme] is "light" or "dark") page.Theme = request.Cookies[Theme]!;
    }

    internal static async Task<IResult> Save(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        if (form["lang"].ToString() is { Length: > 0 } language && PageContext.Languages.Contains(language)) Keep(http, Language, language);
        if (form["elder"].ToString() is "0" or "1") Keep(http, Elder, form["elder"]!);
        if (form["theme"].ToString() is "auto" or "light" or "dark") Keep(http, Theme, form["theme"]!);
        return Results.LocalRedirect(LocalOrHome(form["return"]));
    }

    /// <summary>The address when it is a path on this site, else the home page.</summary>
    public static string LocalOrHome(string? address)
    {
        if (string.IsNullOrEmpty(address) || address[0] != '/') return "/";
        // "//host" and "/\host" are other sites to a browser, and control characters are dropped by it.
        if (address.Length > 1 && address[1] is '/' or '\\') return "/";
        return address.Any(char.IsControl) ? "/" : address;
    }

    private static void Keep(HttpContext http, string name, string value) => http.Response.Cookies.Append(name, value, new CookieOptions
    {
        MaxAge = TimeSpan.FromDays(365),
        HttpOnly = true,
        IsEssential = true,
        SameSite = SameSiteMode.Lax,
        Secure = http.Request.IsHttps,
        Path = "/",
    });
}
