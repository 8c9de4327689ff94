using System.IO.Compression;
using System.Text;
using Kapok.Foundation;

namespace Kapok.Documents.Seals.PdfFiles;

/// <summary>
/// The objects of a PDF as its cross-reference says (ISO 32000-2 clause 7.5), tables and streams, all revisions. Only what is
/// needed to sign: an encrypted or broken file is refused, never guessed at.
/// </summary>
sealed class PdfFile
{
    const int MostRevisions = 200, MostObjects = 1_000_000, MostDecoded = 64 << 20, MostPages = 20_000;

    /// <summary>Where an object is: byte in the file, or number of the object stream and index in it.</summary>
    readonly record struct Place(int Offset, int Generation, int Container);

    readonly Dictionary<int, Place> places = [];
    readonly Dictionary<int, (byte[] Bytes, Dictionary<int, int> Offsets)> containers = [];
    readonly ReadOnlyMemory<byte> bytes;
    int depth;
    long decoded, spent;

    PdfFile(ReadOnlyMemory<byte> bytes) => this.bytes = bytes;

    /// <summary>The trailer of the newest revision.</summary>
    public PdfDictionary Trailer { get; private set; } = [];

    /// <summary>Byte at which the newest cross-reference stands.</summary>
    public int NewestReference { get; private set; }

    /// <summary>Whether that is a stream.</summary>
    public bool UsesStreams { get; private set; }

    public static Outcome<PdfFile> Open(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var file = new PdfFile(bytes);
            file.ReadReferences();
            return file.Trailer.ContainsKey("Encrypt") ? Outcome<PdfFile>.No(Refusal.Invalid, "PDF 文件加了密，不能签章") : file;
        }
        catch (MalformedPdf e) { return Outcome<PdfFile>.No(Refusal.Invalid, $"PDF 文件结构不正确：{e.Message}", $"第 {e.At} 字节"); }
        catch (InvalidDataException) { return Outcome<PdfFile>.No(Refusal.Invalid, "PDF 文件里的压缩内容已损坏"); }
    }

    void ReadReferences()
    {
        var all = bytes.Span;
        if (!all.StartsWith("%PDF-"u8)) throw new MalformedPdf(0, "不是 PDF 文件");
        var tail = Math.Max(0, all.Length - 2048);
        var found = all[tail..].LastIndexOf("startxref"u8);
        if (found < 0) throw new MalformedPdf(all.Length, "找不到 startxref");
        var at = NewestReference = new PdfScanner(bytes, tail + found + 9).Integer();
        HashSet<int> seen = [];
        for (var revision = 0; ; revision++)
        {
            if (at < 0 || at >= bytes.Length || !seen.Add(at) || revision == MostRevisions) throw new MalformedPdf(Math.Max(0, at), "交叉引用表的链条不正确");
            var scanner = new PdfScanner(bytes, at);
            var table = scanner.Take("xref");
            var trailer = table ? ReadTable(scanner) : ReadReferenceStream(at);
            if (revision == 0) (Trailer, UsesStreams) = (trailer, !table);
            if (trailer.Get("XRefStm") is long hybrid && seen.Add((int)hybrid)) ReadReferenceStream((int)hybrid);
            if (trailer.Get("Prev") is not long previous) return;
            at = previous is >= 0 and < int.MaxValue ? (int)previous : -1;
        }
    }

    PdfDictionary ReadTable(PdfScanner scanner)
    {
        while (!scanner.Take("trailer"))
        {
            var (first, count) = (scanner.Integer(), scanner.Integer());
            if (first < 0 || count < 0 || first + (long)count > MostObjects) throw scanner.Bad("交叉引用表的编号不正确");
            for (var i = 0; i < count; i++)
            {
                var (offset, generation) = (scanner.Integer(), scanner.Integer());
                if (scanner.Word() == "n") places.TryAdd(first + i, new(offset, generation, -1));
                else places.TryAdd(first + i, new(-1, generation, -1));
            }
        }
        return scanner.Value() as PdfDictionary ?? throw scanner.Bad("缺少 trailer 字典");
    }

    PdfDictionary ReadReferenceStream(int at)
    {
        if (at < 0 || at >= bytes.Length) throw new MalformedPdf(Math.Max(0, at), "交叉引用流的位置不正确");
        if (ObjectAt(at, null) is not PdfStream stream || stream.Dictionary.Name("Type") != "XRef") throw new MalformedPdf(at, "这里应当是交叉引用");
        var data = Decode(stream);
        var widths = (stream.Dictionary.Get("W") as List<object?>)?.OfType<long>().Select(w => (int)w).ToArray() ?? [];
        if (widths.Length != 3 || widths.Any(w => w is < 0 or > 8) || widths.Sum() == 0) throw new MalformedPdf(at, "交叉引用流的 W 不正确");
        var size = stream.Dictionary.Get("Size") is long s && s is >= 0 and <= MostObjects ? s : throw new MalformedPdf(at, "交叉引用流的 Size 不正确");
        var index = (stream.Dictionary.Get("Index") as List<object?>)?.OfType<long>().ToList() ?? [0, size];
        var position = 0;
        for (var pair = 0; pair + 1 < index.Count; pair += 2)
            for (long i = 0; i < index[pair + 1] && position + widths.Sum() <= data.Length; i++)
            {
                long Field(int width, long otherwise)
                {
                    if (width == 0) return otherwise;
                    long value = 0;
                    for (var b = 0; b < width; b++) value = value << 8 | data[position++];
                    return value;
                }
                var (type, second, third) = (Field(widths[0], 1), Field(widths[1], 0), Field(widths[2], 0));
                var number = index[pair] + i;
                if (number is < 0 or > MostObjects || second is < 0 or > int.MaxValue || third is < 0 or > int.MaxValue) throw new MalformedPdf(at, "交叉引用流的编号不正确");
                places.TryAdd((int)number, type switch { 1 => new((int)second, (int)third, -1), 2 => new((int)third, 0, (int)second), _ => new(-1, 0, -1) });
            }
        return stream.Dictionary;
    }

    /// <summary>The value behind a reference; other values are themselves.</summary>
    public object? Resolve(object? value)
    {
        for (var i = 0; i < 32; i++)
        {
            if (value is not PdfReference reference) return value;
            value = Object(reference);
        }
        throw new MalformedPdf(0, "引用绕成了圈");
    }

    /// <summary>Counts bytes read. A thousand references may lead to one large object: what is read in all is bounded by the size of the file.</summary>
    void Spend(int read, int at)
    {
        if ((spent += Math.Max(0, read)) > 8L * bytes.Length + (16 << 20)) throw new MalformedPdf(at, "对象互相重叠，读起来没有尽头");
    }

    object? Object(PdfReference reference)
    {
        if (!places.TryGetValue(reference.Number, out var place) || place.Offset < 0) return null;
        if (place.Container < 0) return place.Offset < bytes.Length ? ObjectAt(place.Offset, reference) : null;
        if (!containers.TryGetValue(place.Container, out var container)) containers[place.Container] = container = OpenContainer(place.Container);
        if (!container.Offsets.TryGetValue(reference.Number, out var offset)) return null;
        var scanner = new PdfScanner(container.Bytes, offset);
        var value = scanner.Value();
        Spend(scanner.Position - offset, offset);
        return value;
    }

    (byte[], Dictionary<int, int>) OpenContainer(int number)
    {
        if (!places.TryGetValue(number, out var place) || place.Container >= 0 || place.Offset < 0 || ObjectAt(place.Offset, null) is not PdfStream stream) throw new MalformedPdf(0, $"对象流 {number} 不正确");
        var data = Decode(stream);
        if (Resolve(stream.Dictionary.Get("N")) is not long count || Resolve(stream.Dictionary.Get("First")) is not long first || count is < 0 or > 100_000 || first < 0 || first > data.Length) throw new MalformedPdf(place.Offset, "对象流的目录不正确");
        var scanner = new PdfScanner(data);
        var offsets = new Dictionary<int, int>();
        for (var i = 0; i < count; i++)
        {
            var (inner, offset) = (scanner.Integer(), scanner.Integer());
            if (offset < 0 || first + offset > data.Length) throw new MalformedPdf(place.Offset, "对象流的目录不正确");
            offsets.TryAdd(inner, (int)first + offset);
        }
        return (data, offsets);
    }

    object? ObjectAt(int offset, PdfReference? expected)
    {
        // The length of a stream may be a reference, which may lead to another stream: a circle must end.
        if (++depth > 40) throw new MalformedPdf(offset, "对象互相引用的层数太多");
        try { return ReadObject(offset, expected); }
        finally { depth--; }
    }

    object? ReadObject(int offset, PdfReference? expected)
    {
        var scanner = new PdfScanner(bytes, offset);
        var number = scanner.Integer();
        scanner.Integer();
        if (!scanner.Take("obj") || expected is not null && expected.Number != number) throw new MalformedPdf(offset, "这里应当是一个对象");
        var value = scanner.Value();
        Spend(scanner.Position - offset, offset);
        if (value is not PdfDictionary dictionary || !scanner.Take("stream")) return value;
        var start = scanner.Position;
        var all = bytes.Span;
        if (start < all.Length && all[start] == 13) start++;
        if (start < all.Length && all[start] == 10) start++;
        return Resolve(dictionary.Get("Length")) is long length && length >= 0 && start + length <= all.Length ? new PdfStream(dictionary, start, (int)length) : throw new MalformedPdf(start, "数据流的长度不正确");
    }

    byte[] Decode(PdfStream stream)
    {
        var filter = stream.Dictionary.Get("Filter") is List<object?> { Count: 1 } one ? one[0] : stream.Dictionary.Get("Filter");
        var raw = bytes.Slice(stream.Start, stream.Length);
        if (filter is null) return raw.ToArray();
        if (filter is not PdfName { Value: "FlateDecode" }) throw new MalformedPdf(stream.Start, "不认识的压缩方法");
        using var zlib = new ZLibStream(new MemoryStream(raw.ToArray()), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        var buffer = new byte[16 << 10];
        for (int read; (read = zlib.Read(buffer)) > 0;)
        {
            if ((decoded += read) > MostDecoded) throw new MalformedPdf(stream.Start, "压缩的目录解压后太大");
            plain.Write(buffer, 0, read);
        }
        var parameters = stream.Dictionary.Get("DecodeParms") is List<object?> { Count: 1 } list ? list[0] : stream.Dictionary.Get("DecodeParms");
        return Resolve(parameters) is PdfDictionary p && Resolve(p.Get("Predictor")) is long predictor and >= 10 ? Unpredict(plain.ToArray(), Resolve(p.Get("Columns")) is long c && c is > 0 and < 10_000 ? (int)c : 1) : plain.ToArray();
    }

    /// <summary>Undoes the PNG filters None, Sub and Up for one byte a column, as cross-reference streams use them.</summary>
    static byte[] Unpredict(byte[] data, int columns)
    {
        var rows = data.Length / (columns + 1);
        var result = new byte[rows * columns];
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
            {
                var left = column > 0 ? result[row * columns + column - 1] : 0;
                var up = row > 0 ? result[(row - 1) * columns + column] : 0;
                var value = data[row * (columns + 1) + 1 + column];
                result[row * columns + column] = data[row * (columns + 1)] switch
                {
                    0 => value, 1 => (byte)(value + left), 2 => (byte)(value + up), 3 => (byte)(value + (left + up) / 2),
                    _ => throw new MalformedPdf(0, "不认识的预测方法"),
                };
            }
        return result;
    }

    /// <summary>The catalogue and its reference.</summary>
    public (PdfReference Reference, PdfDictionary Catalog) Root() =>
        Trailer.Get("Root") is PdfReference root && Resolve(root) is PdfDictionary catalog ? (root, catalog) : throw new MalformedPdf(NewestReference, "找不到文档目录（Root）");

    /// <summary>The pages in order: reference, dictionary, and the box (left, bottom, right, top in points) inherited or own.</summary>
    public List<(PdfReference Reference, PdfDictionary Page, double[] Box)> Pages()
    {
        var result = new List<(PdfReference, PdfDictionary, double[])>();
        HashSet<int> seen = [];
        void Visit(object? node, double[] box, int depth)
        {
            if (node is not PdfReference reference || !seen.Add(reference.Number) || depth > 60 || result.Count > MostPages) throw new MalformedPdf(0, "页面目录不正确");
            if (Resolve(reference) is not PdfDictionary dictionary) throw new MalformedPdf(0, "页面目录不正确");
            if (Box(Resolve(dictionary.Get("MediaBox"))) is { } own) box = own;
            if (dictionary.Name("Type") == "Page" || !dictionary.ContainsKey("Kids")) { result.Add((reference, dictionary, box)); return; }
            foreach (var kid in Resolve(dictionary.Get("Kids")) as List<object?> ?? []) Visit(kid, box, depth + 1);
        }
        Visit(Root().Catalog.Get("Pages"), [0, 0, 595.276, 841.89], 0);
        return result;
    }

    double[]? Box(object? value) => value is List<object?> { Count: 4 } list
        ? [.. list.Select(v => Resolve(v) switch { long l => (double)l, double d => d, _ => 0 })] : null;

    /// <summary>Numbers of all objects that are there.</summary>
    public IEnumerable<int> Numbers => places.Where(p => p.Value.Offset >= 0).Select(p => p.Key);

    /// <summary>An object as text, its stream as it stands; cross-reference and object streams, which hold other objects, are empty.</summary>
    public string Text(int number)
    {
        var text = new StringBuilder();
        switch (Object(new(number, 0)))
        {
            case PdfStream stream when stream.Dictionary.Name("Type") is "XRef" or "ObjStm": break;
            case PdfStream stream:
                PdfText32000.Write(text, stream.Dictionary);
                Spend(stream.Length, stream.Start);
                text.Append(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes.Span.Slice(stream.Start, stream.Length))));
                break;
            case var value: PdfText32000.Write(text, value); break;
        }
        return text.ToString();
    }

    /// <summary>Number for the next new object.</summary>
    public int NextNumber => (int)Math.Max(Trailer.Get("Size") is long size && size is > 0 and < MostObjects ? size : 1, places.Count == 0 ? 1 : places.Keys.Max() + 1);
}
