using System.Globalization;
using System.Text;

namespace Kapok.Documents.Seals.PdfFiles;

/// <summary>A PDF cannot be read; the place is the byte.</summary>
sealed class MalformedPdf(int at, string message) : Exception(message)
{
    public int At => at;
}

/// <summary>Reads values from the bytes of a PDF (ISO 32000-2 clause 7.2, 7.3). Depth and length are bounded.</summary>
sealed class PdfScanner(ReadOnlyMemory<byte> bytes, int position = 0)
{
    const int Deepest = 64, LongestName = 500, MostEntries = 200_000;

    public int Position { get; private set; } = position;

    ReadOnlySpan<byte> Bytes => bytes.Span;

    static bool IsSpace(byte b) => b is 0 or 9 or 10 or 12 or 13 or 32;
    static bool IsDelimiter(byte b) => b is (byte)'(' or (byte)')' or (byte)'<' or (byte)'>' or (byte)'[' or (byte)']' or (byte)'{' or (byte)'}' or (byte)'/' or (byte)'%';

    public MalformedPdf Bad(string message) => new(Position, message);

    public void SkipSpace()
    {
        var all = Bytes;
        while (Position < all.Length)
            if (IsSpace(all[Position])) Position++;
            else if (all[Position] == '%') while (Position < all.Length && all[Position] is not (10 or 13)) Position++;
            else return;
    }

    /// <summary>The next run of regular characters; empty at a delimiter or the end.</summary>
    public string Word()
    {
        SkipSpace();
        var start = Position;
        var all = Bytes;
        while (Position < all.Length && !IsSpace(all[Position]) && !IsDelimiter(all[Position]) && Position - start < LongestName) Position++;
        return Encoding.Latin1.GetString(all[start..Position]);
    }

    /// <summary>Moves on when the word stands here.</summary>
    public bool Take(string word)
    {
        SkipSpace();
        if (!Bytes[Position..].StartsWith(Encoding.Latin1.GetBytes(word))) return false;
        Position += word.Length;
        return true;
    }

    public int Integer()
    {
        var word = Word();
        return int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : throw Bad("这里应当是整数");
    }

    public object? Value(int depth = 0)
    {
        if (depth > Deepest) throw Bad($"嵌套超过 {Deepest} 层");
        SkipSpace();
        var all = Bytes;
        if (Position >= all.Length) throw Bad("文件在这里突然结束");
        switch (all[Position])
        {
            case (byte)'/': Position++; return new PdfName(Name());
            case (byte)'(': return Literal();
            case (byte)'[': Position++; return List(depth);
            case (byte)'<' when Position + 1 < all.Length && all[Position + 1] == '<': Position += 2; return Dictionary(depth);
            case (byte)'<': return Hex();
        }
        var start = Position;
        var word = Word();
        switch (word)
        {
            case "": throw Bad("看不懂这里的内容");
            case "true": return true;
            case "false": return false;
            case "null": return null;
        }
        if (long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return Reference(number) ?? (object)number;
        if (double.TryParse(word, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var real)) return real;
        Position = start;
        throw Bad("看不懂这里的内容");
    }

    PdfReference? Reference(long number)
    {
        if (number is < 0 or > 8_388_607) return null;
        var back = Position;
        if (int.TryParse(Word(), NumberStyles.None, CultureInfo.InvariantCulture, out var generation) && generation <= 65535 && Word() == "R") return new((int)number, generation);
        Position = back;
        return null;
    }

    string Name()
    {
        var start = Position;
        var word = new StringBuilder();
        var all = Bytes;
        while (Position < all.Length && !IsSpace(all[Position]) && !IsDelimiter(all[Position]))
        {
            if (Position - start > LongestName) throw Bad("名称太长");
            if (all[Position] == '#' && Position + 2 < all.Length && byte.TryParse(Encoding.Latin1.GetString(all.Slice(Position + 1, 2)), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                word.Append((char)code);
                Position += 3;
            }
            else word.Append((char)all[Position++]);
        }
        return word.ToString();
    }

    List<object?> List(int depth)
    {
        var list = new List<object?>();
        while (!Take("]"))
        {
            if (list.Count == MostEntries) throw Bad("列表太长");
            list.Add(Value(depth + 1));
        }
        return list;
    }

    PdfDictionary Dictionary(int depth)
    {
        var dictionary = new PdfDictionary();
        while (!Take(">>"))
        {
            if (dictionary.Count == MostEntries) throw Bad("字典太长");
            if (!Take("/")) throw Bad("字典里应当是名称");
            dictionary[Name()] = Value(depth + 1);
        }
        return dictionary;
    }

    PdfText Hex()
    {
        var all = Bytes;
        var end = all[Position..].IndexOf((byte)'>');
        if (end < 0) throw Bad("字符串没有结束");
        var digits = new List<byte>(end);
        foreach (var b in all.Slice(Position + 1, end - 1))
            if (!IsSpace(b)) digits.Add(char.IsAsciiHexDigit((char)b) ? b : throw Bad("十六进制字符串里有别的字符"));
        if (digits.Count % 2 == 1) digits.Add((byte)'0');
        Position += end + 1;
        return new(Convert.FromHexString(Encoding.Latin1.GetString(digits.ToArray())));
    }

    PdfText Literal()
    {
        var all = Bytes;
        var result = new List<byte>();
        var open = 0;
        for (Position++; ; Position++)
        {
            if (Position >= all.Length) throw Bad("字符串没有结束");
            var b = all[Position];
            if (b == '(') open++;
            else if (b == ')' && open-- == 0) { Position++; return new([.. result]); }
            else if (b == '\\' && Position + 1 < all.Length)
            {
                b = all[++Position];
                if (b is >= (byte)'0' and <= (byte)'7')
                {
                    var code = 0;
                    for (var i = 0; i < 3 && Position < all.Length && all[Position] is >= (byte)'0' and <= (byte)'7'; i++) code = code * 8 + all[Position++] - '0';
                    Position--;
                    b = (byte)code;
                }
                else if (b is 10 or 13) { if (b == 13 && Position + 1 < all.Length && all[Position + 1] == 10) Position++; continue; }
                else b = b switch { (byte)'n' => 10, (byte)'r' => 13, (byte)'t' => 9, (byte)'b' => 8, (byte)'f' => 12, _ => b };
            }
            result.Add(b);
        }
    }
}
