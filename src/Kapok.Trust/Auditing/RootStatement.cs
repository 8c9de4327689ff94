using System.Globalization;
using System.Text;

namespace Kapok.Trust.Auditing;

/// <summary>
/// What is signed about the tree at a moment, as text so that anybody can read it. Its bytes are UTF-8, lines end with
/// a line feed, the last one too.
/// </summary>
/// <param name="Previous">SHA-256 of the statement before, hexadecimal; 64 zeros for the first.</param>
public sealed record RootStatement(string Node, long Number, long Size, byte[] Root, string Previous, DateTimeOffset At)
{
    const string Head = "kapok audit root 1";

    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Head}\nnode {Node}\nnumber {Number}\nsize {Size}\nroot {Convert.ToHexStringLower(Root)}\nprevious {Previous}\nat {At.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}\n");

    public static readonly string NoPrevious = new('0', 64);

    /// <summary>Reads the text; throws <see cref="FormatException"/> unless it is exactly what <see cref="Text"/> writes.</summary>
    public static RootStatement Parse(string text)
    {
        var lines = text.Split('\n');
        string Value(int line, string name) => lines[line].StartsWith(name + " ", StringComparison.Ordinal) ? lines[line][(name.Length + 1)..] : throw new FormatException($"根声明第 {line + 1} 行应以 {name} 开头");
        if (lines.Length != 8 || lines[0] != Head) throw new FormatException("这不是审计根声明");
        try
        {
            var statement = new RootStatement(Value(1, "node"), long.Parse(Value(2, "number"), CultureInfo.InvariantCulture), long.Parse(Value(3, "size"), CultureInfo.InvariantCulture),
                Convert.FromHexString(Value(4, "root")), Value(5, "previous"), DateTimeOffset.ParseExact(Value(6, "at"), "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
            return statement.Text == text && statement.Root.Length == MerkleTree.Size ? statement : throw new FormatException("审计根声明写法不对");
        }
        catch (OverflowException e) { throw new FormatException("审计根声明里的数太大", e); }
    }

    /// <summary>SHA-256 of a statement's text, as the next one names it.</summary>
    public static string DigestOf(string text) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

/// <summary>A signed root: statement, signature over its UTF-8 bytes, the signer's certificate, a timestamp over the signature.</summary>
public sealed record SignedRoot(string Statement, byte[] Signature, byte[] Certificate, byte[] Timestamp)
{
    public RootStatement Read() => RootStatement.Parse(Statement);
}
