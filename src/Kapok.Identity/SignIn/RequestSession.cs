using System.Security.Claims;
using Kapok.Foundation;
using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Identity.SignIn;

/// <summary>Finds out who knocks: a browser by its cookie, a program by its bearer token.</summary>
public static class RequestSession
{
    public const string Cookie = "kapok_session";

    /// <summary>
    /// Sets the actor of the request. A token is looked at only under /api and only when it was made for programs; a
    /// request with an Authorization header is never taken for a browser. For changes under /api the cookie counts for
    /// nothing, so that no foreign page can make a browser call the interface.
    /// </summary>
    public static IApplicationBuilder UseSignIn(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        if (http.GetEndpoint() is null) { await next(); return; }
        var options = http.RequestServices.GetRequiredService<IdentityOptions>();
        if (options.BehindProxy) BelieveProxy(http);
        var sessions = http.RequestServices.GetRequiredService<Sessions>();
        if (Token(http) is { } token && await sessions.Find(token.Text) is { } session && session.Kind == token.Kind)
        {
            http.Items[typeof(ActiveSession)] = session;
            http.SetActor(session.Actor with { Origin = $"{(session.Kind == SessionKind.Api ? "api" : "portal")} {Address(http)}" });
            // Antiforgery tokens are bound to this: one handed out before sign-in does not serve after it.
            http.User = new(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, session.Id.ToString())], "kapok"));
            // What a page sends by itself counts as activity: it learns how long the session now lasts.
            if (token.Kind == SessionKind.Browser && http.Request.Headers.ContainsKey("X-Kapok-Token")) http.Response.Headers["X-Session-Ends"] = sessions.EndOf(session).ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
            if (session.MustChangePassword && !MayWithInitialPassword(http)) { await AskForNewPassword(http); return; }
        }
        await next();
    });

    /// <summary>The session of this request; null for nobody.</summary>
    public static ActiveSession? Session(this HttpContext http) => http.Items[typeof(ActiveSession)] as ActiveSession;

    public static string Address(this HttpContext http) =>
        http.Connection.RemoteIpAddress is { } ip ? (ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip).ToString() : "127.0.0.1";

    /// <summary>The token as it came, in force or not.</summary>
    public static (string Text, SessionKind Kind)? Token(HttpContext http)
    {
        var api = http.Request.Path.StartsWithSegments("/api");
        var authorization = http.Request.Headers.Authorization.ToString();
        if (authorization.Length > 0)
            return api && authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? (authorization[7..].Trim(), SessionKind.Api) : null;
        if (api && !(HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))) return null;
        return http.Request.Cookies[Cookie] is { Length: > 0 } cookie ? (cookie, SessionKind.Browser) : null;
    }

    public static void SetCookie(HttpContext http, string token) => http.Response.Cookies.Append(Cookie, token, Options(http));

    public static void ClearCookie(HttpContext http) => http.Response.Cookies.Delete(Cookie, Options(http));

    /// <summary>No expiry: it goes with the browser window, and the server ends it earlier.</summary>
    static CookieOptions Options(HttpContext http) => new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, Path = "/", IsEssential = true };

    static bool MayWithInitialPassword(HttpContext http) =>
        http.Request.Path.Value is "/my/password" or "/sign-out" or "/api/v1/my/password" or "/api/v1/sessions/current" || http.GetEndpoint()!.Metadata.GetMetadata<Door>()?.Kind == DoorKind.Anyone;

    static Task AskForNewPassword(HttpContext http)
    {
        if (http.WantsJson() || !HttpMethods.IsGet(http.Request.Method)) return Problems.Write(http, 403, "请先修改初始口令，再继续使用");
        http.Response.Redirect($"/my/password?return={Uri.EscapeDataString(http.Request.Path + http.Request.QueryString)}");
        return Task.CompletedTask;
    }

    /// <summary>Takes the last entries: those our own proxy wrote.</summary>
    static void BelieveProxy(HttpContext http)
    {
        var last = http.Request.Headers["X-Forwarded-For"].ToString().Split(',')[^1].Trim();
        if (System.Net.IPAddress.TryParse(last, out var address)) http.Connection.RemoteIpAddress = address;
        if (http.Request.Headers["X-Forwarded-Proto"].ToString().Split(',')[^1].Trim() == "https") http.Request.Scheme = "https";
    }
}
