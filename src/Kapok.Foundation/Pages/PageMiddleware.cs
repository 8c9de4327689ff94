using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Kapok.Foundation.Pages;

/// <summary>Security headers, page context, the language pass and pages for bare error answers.</summary>
internal sealed class PageMiddleware(RequestDelegate next, IOptions<PageOptions> options)
{
    /// <summary>Key of the request item that says why an error page is shown.</summary>
    public const string Reason = "kapok-reason";

    public async Task InvokeAsync(HttpContext http, PageContext page)
    {
        if (http.Request.Path.StartsWithSegments("/assets"))
        {
            await next(http);
            return;
        }
        Fill(http, page);
        http.Response.OnStarting(() => { Protect(http, page); return Task.CompletedTask; });
        if (page.Language == "zh-Hans")
        {
            await Answer(http, page);
            return;
        }
        var body = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var waiting = new PageBuffer(http, body, page.Language);
        http.Features.Set<IHttpResponseBodyFeature>(waiting);
        try
        {
            await Answer(http, page);
            await waiting.Finish();
        }
        finally
        {
            http.Features.Set(body);
        }
    }

    private void Fill(HttpContext http, PageContext page)
    {
        page.Http = http;
        page.Path = http.Request.Path + http.Request.QueryString;
        page.Nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        page.IsPartial = http.Request.Headers.ContainsKey("HX-Request") && !http.Request.Headers.ContainsKey("HX-Boosted");
        page.UnitName = options.Value.UnitName;
        Preferences.Read(http.Request, page);
        if (options.Value.Fill is { } fill) page.FillLater = filled => fill(http, filled);
    }

    private async Task Answer(HttpContext http, PageContext page)
    {
        await next(http);
        var response = http.Response;
        if (response.StatusCode < 400 || response.HasStarted || response.ContentLength > 0 || response.ContentType is not null) return;
        if (!http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal)) return;
        var status = response.StatusCode;
        await new PageResult<ErrorPage>(new { Status = status, Reason = http.Items[Reason] as string }) { StatusCode = status }.ExecuteAsync(http);
    }

    private static void Protect(HttpContext http, PageContext page)
    {
        var headers = http.Response.Headers;
        // An endpoint that serves a document may have set a policy of its own.
        if (headers.ContentSecurityPolicy.Count == 0)
        {
            headers.ContentSecurityPolicy =
                $"default-src 'none'; script-src 'self' 'nonce-{page.Nonce}'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
                "connect-src 'self'; media-src 'self' blob:; frame-src 'self'; manifest-src 'self'; worker-src 'self'; " +
                "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        }
        headers.XContentTypeOptions = "nosniff";
        headers.TryAdd("Referrer-Policy", "strict-origin-when-cross-origin");
        headers.TryAdd("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(), payment=(), usb=(), interest-cohort=()");
        headers.TryAdd("Cross-Origin-Opener-Policy", "same-origin");
        if (http.Request.IsHttps) headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        if (http.Response.ContentType?.StartsWith("text/html", StringComparison.Ordinal) == true)
        {
            headers.TryAdd("Vary", "Cookie, HX-Request");
            headers.TryAdd("Cache-Control", "no-store");
        }
    }
}

/// <summary>
/// Body of an answer that passes straight through unless it is a page: then it waits until the page is finished and
/// leaves in the language of the reader.
/// </summary>
internal sealed class PageBuffer(HttpContext http, IHttpResponseBodyFeature inner, string language) : Stream, IHttpResponseBodyFeature
{
    private readonly MemoryStream held = new();
    private System.IO.Pipelines.PipeWriter? writer;
    private bool? isPage;

    public Stream Stream => this;
    public System.IO.Pipelines.PipeWriter Writer => writer ??= System.IO.Pipelines.PipeWriter.Create(this, new(leaveOpen: true));

    public async Task Finish()
    {
        if (writer is not null) await writer.FlushAsync();
        if (held.Length == 0) return;
        var html = LanguagePass.Apply(Encoding.UTF8.GetString(held.GetBuffer(), 0, (int)held.Length), language, language == "en" ? http.RequestServices.GetRequiredService<TextTable>().Composed : null);
        http.Response.ContentLength = null;
        await inner.Stream.WriteAsync(Encoding.UTF8.GetBytes(html));
    }

    private bool IsPage => isPage ??= http.Response.ContentType?.StartsWith("text/html", StringComparison.Ordinal) == true;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (IsPage) held.Write(buffer.Span);
        else await inner.Stream.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
    {
        if (IsPage) held.Write(buffer, offset, count);
        else inner.Stream.Write(buffer, offset, count);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => IsPage ? Task.CompletedTask : inner.Stream.FlushAsync(cancellationToken);
    public override void Flush() { if (!IsPage) inner.Stream.Flush(); }

    public async Task CompleteAsync()
    {
        if (writer is not null) await writer.CompleteAsync();
        if (!IsPage) await inner.CompleteAsync();
    }

    public void DisableBuffering() { }
    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => inner.SendFileAsync(path, offset, count, cancellationToken);
    public Task StartAsync(CancellationToken cancellationToken = default) => IsPage ? Task.CompletedTask : inner.StartAsync(cancellationToken);

    public override bool CanRead => false;
    public override bool CanSeek => true;
    public override bool CanWrite => true;
    public override long Length => held.Length;
    public override long Position { get => held.Position; set => throw new NotSupportedException(); }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    /// <summary>An answer that was begun is taken back when an error page goes out in its place.</summary>
    public override void SetLength(long value)
    {
        held.SetLength(value);
        if (value == 0) isPage = null;
    }
}
