using System.Security.Cryptography;
using System.Text;
using Dapper;
using Kapok.Foundation.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kapok.Foundation.Http;

/// <summary>
/// Safe retries for programs: a POST under /api with an <c>Idempotency-Key</c> is carried out once for its caller; the
/// same request with the same key gets the same answer for a day, another request with that key is refused.
/// </summary>
public static class Idempotency
{
    const string Header = "Idempotency-Key";
    const int LongestKey = 200, LargestBody = 1 << 20;
    static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    public static IApplicationBuilder UseIdempotency(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        var key = http.Request.Headers[Header].ToString();
        if (key.Length == 0 || !HttpMethods.IsPost(http.Request.Method) || !http.Request.Path.StartsWithSegments("/api") || http.Actor().Person is not { } actor) { await next(); return; }
        if (key.Length > LongestKey) { await Problems.Write(http, 400, $"{Header} 最长 {LongestKey} 个字符"); return; }

        var database = http.RequestServices.GetRequiredService<Database>();
        var request = await DigestOf(http);
        var taken = await database.Read(c => c.ExecuteAsync("""
            insert into kapok.idempotency (actor, key, request, status, body) values (@actor, @key, @request, 0, '')
            on conflict (actor, key) do update set request = excluded.request, at = now()
            where kapok.idempotency.at < now() - interval '1 day' or (kapok.idempotency.status = 0 and kapok.idempotency.at < now() - @Lease)
            """, new { actor, key, request, Lease }));
        if (taken == 0) { await Replay(http, database, actor, key, request); return; }

        var answer = http.Response.Body;
        using var copy = new MemoryStream();
        http.Response.Body = copy;
        using var working = new CancellationTokenSource();
        var renewal = Renew(database, actor, key, working.Token);
        try { await next(); }
        catch (Exception)
        {
            // An accident further in is answered further out; the key is free again for the next try.
            try { await Release(database, actor, key); } catch (NpgsqlException) { }
            throw;
        }
        finally
        {
            http.Response.Body = answer;
            await working.CancelAsync();
            await renewal;
        }
        var body = Encoding.UTF8.GetString(copy.ToArray());
        // An accident is not an answer: the caller may try again with the same key.
        if (http.Response.StatusCode < 500)
            await database.Read(c => c.ExecuteAsync("update kapok.idempotency set status = @status, body = @body where actor = @actor and key = @key", new { actor, key, status = http.Response.StatusCode, body }));
        else
            await Release(database, actor, key);
        copy.Position = 0;
        await copy.CopyToAsync(answer);
    });

    /// <summary>A request under way keeps its key; that of a killed process is free again when the lease has run out.</summary>
    static async Task Renew(Database database, Guid actor, string key, CancellationToken stop)
    {
        while (true)
        {
            try { await Task.Delay(Lease / 3, stop); } catch (OperationCanceledException) { return; }
            try { await database.Read(c => c.ExecuteAsync("update kapok.idempotency set at = now() where actor = @actor and key = @key and status = 0", new { actor, key })); }
            catch (NpgsqlException) { }
        }
    }

    static Task<int> Release(Database database, Guid actor, string key) =>
        database.Read(c => c.ExecuteAsync("delete from kapok.idempotency where actor = @actor and key = @key and status = 0", new { actor, key }));

    static async Task Replay(HttpContext http, Database database, Guid actor, string key, byte[] request)
    {
        var (known, status, body) = await database.Read(c => c.QuerySingleAsync<(byte[], int, string)>(
            "select request, status, body from kapok.idempotency where actor = @actor and key = @key", new { actor, key }));
        if (!known.AsSpan().SequenceEqual(request)) { await Problems.Write(http, 422, $"这个 {Header} 已经用于另一个请求"); return; }
        if (status == 0) { http.Response.Headers.RetryAfter = "1"; await Problems.Write(http, 409, "同一个请求正在处理"); return; }
        http.Response.StatusCode = status;
        http.Response.Headers["Idempotency-Replayed"] = "true";
        if (body.Length == 0) return;
        http.Response.ContentType = status < 400 ? "application/json; charset=utf-8" : "application/problem+json; charset=utf-8";
        await http.Response.WriteAsync(body);
    }

    static async Task<byte[]> DigestOf(HttpContext http)
    {
        if (http.Request.ContentLength > LargestBody) throw new BadHttpRequestException("too large", 413);
        http.Request.EnableBuffering();
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        http.Request.Body.Position = 0;
        return SHA256.HashData([.. Encoding.UTF8.GetBytes($"{http.Request.Path}{http.Request.QueryString}\n"), .. body.ToArray()]);
    }
}
