using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Kapok.Foundation;

namespace Kapok.Cases.Finding;

/// <summary>
/// Fragments of text as keyed digests. Numbers and Latin words are cut into runs of four characters, Chinese into
/// pairs; each fragment becomes 64 bits of HMAC-SHA256 under a key of this node. Whoever has the table without the
/// node's secret reads nothing in it; whoever looks for a fragment must know it.
/// </summary>
public sealed class SearchTokens(NodeOptions options)
{
    /// <summary>Shortest runs that are kept and can be looked for.</summary>
    public const int Latin = 4, Chinese = 2;
    /// <summary>Most characters of one text, most tokens of one case.</summary>
    const int LongestText = 8_000, Most = 6_000;

    readonly byte[] key = HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(options.Secret), 32, info: "kapok case search 1"u8.ToArray());

    /// <summary>Digests of all fragments of these texts.</summary>
    public long[] Of(IEnumerable<string> texts)
    {
        var fragments = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in texts)
            foreach (var run in Runs(text.Length <= LongestText ? text : text[..LongestText]))
            {
                var size = Size(run);
                for (var i = 0; i + size <= run.Length && fragments.Count < Most; i++) fragments.Add(run.Substring(i, size));
            }
        return [.. fragments.Select(Digest).Order()];
    }

    /// <summary>Digests that a case must have for what is looked for to be in it; empty when that is too short.</summary>
    public long[] For(string wanted)
    {
        var runs = Runs(wanted).ToList();
        return runs.Count == 0 || runs.Any(r => r.Length < Size(r)) ? [] : Of([wanted]);
    }

    static int Size(string run) => char.IsAsciiLetterOrDigit(run[0]) ? Latin : Chinese;

    /// <summary>Maximal runs of letters and digits, and of other letters; width, case and separators inside numbers do not matter.</summary>
    static IEnumerable<string> Runs(string text)
    {
        var run = new StringBuilder();
        var latin = false;
        foreach (var typed in text)
        {
            // Full-width letters and digits (U+FF01 to U+FF5E) are the same as the narrow ones.
            var c = char.ToUpperInvariant(typed is >= '\uFF01' and <= '\uFF5E' ? (char)(typed - 0xFEE0) : typed);
            if (!char.IsLetterOrDigit(c) && !char.IsSurrogate(c))
            {
                // 138-0000-0001 and 138 0000 0001 are one number.
                if (run.Length > 0 && latin && c is '-' or ' ' && char.IsAsciiDigit(run[^1])) continue;
                if (run.Length > 0) { yield return run.ToString(); run.Clear(); }
                continue;
            }
            var narrow = char.IsAsciiLetterOrDigit(c);
            if (run.Length > 0 && narrow != latin) { yield return run.ToString(); run.Clear(); }
            latin = narrow;
            run.Append(c);
        }
        if (run.Length > 0) yield return run.ToString();
    }

    long Digest(string fragment)
    {
        Span<byte> digest = stackalloc byte[32];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(fragment), digest);
        return BinaryPrimitives.ReadInt64BigEndian(digest);
    }
}
