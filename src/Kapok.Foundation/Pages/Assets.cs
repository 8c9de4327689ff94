using System.Collections.Frozen;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Kapok.Foundation.Pages;

/// <summary>
/// Styles, scripts and pictures that modules carry under <c>Web/</c>, served under an address with the hash of the
/// content, so that a browser keeps them for ever and a new release is seen at once.
/// The files <c>Web/kapok/*.css</c> of all modules are joined, in order of name, into <c>kapok.css</c>.
/// </summary>
public sealed partial class Assets
{
    private readonly FrozenDictionary<string, Asset> byName;

    /// <summary>Reads the resources of the module assemblies.</summary>
    /// <exception cref="InvalidOperationException">Two modules carry different files of the same name.</exception>
    public Assets(IOptions<PageOptions> options)
    {
        var found = new Dictionary<string, Asset>(StringComparer.Ordinal);
        var styles = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var assembly in options.Value.ModuleAssemblies())
        {
            foreach (var resource in assembly.GetManifestResourceNames())
            {
                if (!resource.StartsWith("Web/", StringComparison.Ordinal)) continue;
                var name = resource[4..];
                var bytes = Read(assembly, resource);
                if (name.StartsWith("kapok/", StringComparison.Ordinal) && name.EndsWith(".css", StringComparison.Ordinal))
                    styles[name] = Encoding.UTF8.GetString(bytes);
                else if (!found.TryAdd(name, new Asset(name, bytes)))
                    throw new InvalidOperationException($"Two modules carry Web/{name}; rename one.");
            }
        }
        var sheet = string.Join("\n", styles.Values) + Accent.Rule(options.Value.Accent);
        found["kapok.css"] = new Asset("kapok.css", Encoding.UTF8.GetBytes(Tighten(sheet)));
        byName = found.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Address of an asset with its content hash.</summary>
    /// <exception cref="KeyNotFoundException">No module carries the file.</exception>
    public string Url(string name) => byName.TryGetValue(name, out var asset)
        ? asset.Url
        : throw new KeyNotFoundException($"No module carries Web/{name}.");

    /// <summary>True when some module carries the file.</summary>
    public bool Has(string name) => byName.ContainsKey(name);

    /// <summary>Content of a text asset.</summary>
    public string Text(string name) => Encoding.UTF8.GetString(byName[name].Content);

    /// <summary>
    /// Answers a request for <c>/assets/{path}</c>. The right hash is kept for a year; a hash of another release gets
    /// the present content but must be asked for again, so that pages made by the old release do not lose their style.
    /// </summary>
    public async Task Serve(HttpContext http, string path)
    {
        var (name, hash) = Split(path);
        if (!byName.TryGetValue(name, out var asset))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        var headers = http.Response.GetTypedHeaders();
        headers.ETag = new EntityTagHeaderValue($"\"{asset.Hash}\"");
        http.Response.Headers.CacheControl = hash == asset.Hash ? "public, max-age=31536000, immutable" : "no-cache";
        http.Response.Headers.Vary = "Accept-Encoding";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.ContentType = asset.ContentType;
        if (http.Request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Tag == headers.ETag.Tag || tag.Tag == "*"))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        var accepted = http.Request.Headers.AcceptEncoding.ToString();
        var body = asset.Content;
        if (asset.Compresses && accepted.Contains("br", StringComparison.Ordinal))
        {
            body = asset.Brotli.Value;
            http.Response.Headers.ContentEncoding = "br";
        }
        else if (asset.Compresses && accepted.Contains("gzip", StringComparison.Ordinal))
        {
            body = asset.Gzip.Value;
            http.Response.Headers.ContentEncoding = "gzip";
        }
        http.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method)) await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    private static (string Name, string Hash) Split(string path)
    {
        var match = Hashed().Match(path);
        return match.Success ? (match.Groups[1].Value + match.Groups[3].Value, match.Groups[2].Value) : (path, "");
    }

    private static byte[] Read(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Comments and blank space out of a style sheet; strings in our sheets hold no braces or runs of space.</summary>
    internal static string Tighten(string css)
    {
        css = Comments().Replace(css, "");
        css = Blanks().Replace(css, " ");
        return Around().Replace(css, "$1").Replace(";}", "}").Trim();
    }

    [GeneratedRegex(@"^(.+)\.([0-9a-f]{12})(\.[a-z0-9]+)$")] private static partial Regex Hashed();
    [GeneratedRegex(@"/\*[\s\S]*?\*/")] private static partial Regex Comments();
    [GeneratedRegex(@"\s+")] private static partial Regex Blanks();
    [GeneratedRegex(@" ?([{};,]) ?")] private static partial Regex Around();

    private sealed class Asset
    {
        public Asset(string name, byte[] content)
        {
            Content = content;
            Hash = Convert.ToHexStringLower(SHA256.HashData(content))[..12];
            var extension = Path.GetExtension(name);
            (ContentType, Compresses) = TypeOf(extension);
            Url = $"/assets/{name[..^extension.Length]}.{Hash}{extension}";
            Brotli = new(() => Pack(stream => new BrotliStream(stream, CompressionLevel.SmallestSize)));
            Gzip = new(() => Pack(stream => new GZipStream(stream, CompressionLevel.SmallestSize)));
        }

        public byte[] Content { get; }
        public string Hash { get; }
        public string Url { get; }
        public string ContentType { get; }
        public bool Compresses { get; }
        public Lazy<byte[]> Brotli { get; }
        public Lazy<byte[]> Gzip { get; }

        private byte[] Pack(Func<Stream, Stream> open)
        {
            using var target = new MemoryStream();
            using (var packed = open(target)) packed.Write(Content);
            return target.ToArray();
        }

        private static (string, bool) TypeOf(string extension) => extension switch
        {
            ".css" => ("text/css; charset=utf-8", true),
            ".js" or ".mjs" => ("text/javascript; charset=utf-8", true),
            ".svg" => ("image/svg+xml; charset=utf-8", true),
            ".json" or ".map" => ("application/json; charset=utf-8", true),
            ".webmanifest" => ("application/manifest+json; charset=utf-8", true),
            ".txt" => ("text/plain; charset=utf-8", true),
            ".wasm" => ("application/wasm", true),
            ".png" => ("image/png", false),
            ".jpg" => ("image/jpeg", false),
            ".ico" => ("image/x-icon", false),
            ".woff2" => ("font/woff2", false),
            _ => ("application/octet-stream", false),
        };
    }
}
