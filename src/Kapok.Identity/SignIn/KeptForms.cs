using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Kapok.Identity.SignIn;

/// <summary>A form as it was posted.</summary>
/// <param name="Path">Where it was going, with its query.</param>
/// <param name="Files">Names of files that came along; they are not kept.</param>
public sealed record KeptForm(string Path, IReadOnlyList<KeyValuePair<string, string>> Values, IReadOnlyList<string> Files, DateTimeOffset At);

/// <summary>
/// A form posted after the session has ended waits an hour for its writer. It is enciphered under a token that only his
/// browser has, shown to the same account only, and sent again only when he presses the button: so neither a foreign page
/// nor the next one at a shared computer gains anything. Forms with passwords are never kept.
/// </summary>
public sealed class KeptForms(Database database, IDataProtectionProvider protection, TimeProvider time) : IUnsentForms
{
    public const string Cookie = "kapok_kept", Address = "/kept-form";
    public static readonly TimeSpan Valid = TimeSpan.FromHours(1);

    const int Largest = 1 << 20, MostOfAccount = 5;

    public async Task<string?> Keep(HttpContext http)
    {
        if (!HttpMethods.IsPost(http.Request.Method) || !http.Request.HasFormContentType || !FromOwnPage(http.Request)) return null;
        if (await Writer(http) is not { } account || await Read(http) is not { } form) return null;
        var token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var content = Protector(token).Protect(JsonSerializer.SerializeToUtf8Bytes(form));
        var now = time.GetUtcNow();
        await database.Write((c, _) => c.ExecuteAsync("""
            insert into identity.kept_form (token_hash, account, content, created_at, expires_at) values (@hash, @account, @content, @at, @until);
            delete from identity.kept_form where account = @account and token_hash not in (select token_hash from identity.kept_form where account = @account order by created_at desc limit @MostOfAccount);
            """, new { hash = Sessions.HashOf(token), account, content, at = now.UtcDateTime, until = (now + Valid).UtcDateTime, MostOfAccount }));
        http.Response.Cookies.Append(Cookie, token, new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, Path = Address, MaxAge = Valid, IsEssential = true });
        return http.Session() is null ? $"/sign-in?done=kept&return={Uri.EscapeDataString(Address)}" : Address;
    }

    /// <summary>What this browser posted for this account, as long as it is kept.</summary>
    public async Task<KeptForm?> Find(HttpContext http)
    {
        if (http.Request.Cookies[Cookie] is not { Length: > 40 and < 64 } token || http.Session() is not { } session) return null;
        var content = await database.Read(c => c.QuerySingleOrDefaultAsync<byte[]?>("select content from identity.kept_form where token_hash = @hash and account = @Account and expires_at > @now",
            new { hash = Sessions.HashOf(token), session.Account, now = time.GetUtcNow().UtcDateTime }));
        if (content is null) return null;
        try { return JsonSerializer.Deserialize<KeptForm>(Protector(token).Unprotect(content)); }
        catch (CryptographicException) { return null; }
    }

    /// <summary>Forgets what this browser posted.</summary>
    public async Task Forget(HttpContext http)
    {
        http.Response.Cookies.Delete(Cookie, new() { Path = Address });
        if (http.Request.Cookies[Cookie] is { Length: > 40 and < 64 } token && http.Session() is { } session)
            await database.Read(c => c.ExecuteAsync("delete from identity.kept_form where token_hash = @hash and account = @Account", new { hash = Sessions.HashOf(token), session.Account }));
    }

    IDataProtector Protector(string token) => protection.CreateProtector("kapok.kept-form", token);

    /// <summary>
    /// Sent by a page of this site as a whole page: other sites' requests bring neither the strict cookie nor these headers,
    /// and what a script sends is handled by the script.
    /// </summary>
    static bool FromOwnPage(HttpRequest request) =>
        request.Cookies.ContainsKey("kapok-token") && !request.Headers.ContainsKey("X-Kapok-Token") && !request.Headers.ContainsKey("HX-Request")
        && request.Headers["Sec-Fetch-Site"].ToString() is var site && (site == "same-origin" || site.Length == 0 && request.Headers.Origin.ToString() == $"{request.Scheme}://{request.Host}");

    /// <summary>Whose form it is: the account of the session, or of the one that has ended.</summary>
    async Task<Guid?> Writer(HttpContext http)
    {
        if (http.Session() is { } session) return session.Account;
        if (http.Request.Cookies[RequestSession.Cookie] is not { Length: >= 40 and <= 64 } token) return null;
        return await database.Read(c => c.ExecuteScalarAsync<Guid?>("select account from identity.session where token_hash = @hash and kind = 'browser'", new { hash = Sessions.HashOf(token) }));
    }

    async Task<KeptForm?> Read(HttpContext http)
    {
        IFormCollection form;
        try { form = await http.Request.ReadFormAsync(http.RequestAborted); }
        catch (Exception e) when (e is BadHttpRequestException or InvalidDataException or IOException) { return null; }
        var path = http.Request.Path + http.Request.QueryString.ToString();
        if (!LocalUrl.IsLocal(path) || form.Keys.Any(k => k.Contains("password", StringComparison.OrdinalIgnoreCase))) return null;
        var values = form.Where(f => f.Key != "_token").SelectMany(f => f.Value.Select(v => KeyValuePair.Create(f.Key, v ?? ""))).ToList();
        if (values.Sum(v => (long)v.Key.Length + v.Value.Length) > Largest) return null;
        return new(path, values, [.. form.Files.Where(f => f.Length > 0).Select(f => Foundation.Files.FileStore.SafeName(f.FileName))], time.GetUtcNow());
    }
}
