using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Kapok.Documents.Seals.PdfFiles;

/// <summary>An incremental update: new and replaced objects and a cross-reference of the file's own kind, appended.</summary>
sealed class PdfUpdate
{
    /// <summary>Blanks left for the numbers of the byte range.</summary>
    public const int RangeRoom = 50;

    readonly PdfFile file;
    readonly MemoryStream output = new();
    readonly SortedDictionary<int, (int Offset, int Generation)> offsets = [];
    int next;
    Hole hole;

    /// <summary>Where the signature value goes: the byte of its &lt; and the one after its &gt;, and the place of the range.</summary>
    public readonly record struct Hole(int Start, int End, int Range);

    public PdfUpdate(byte[] pdf, PdfFile file)
    {
        this.file = file;
        next = file.NextNumber;
        output.Write(pdf);
        if (pdf[^1] is not (10 or 13)) output.WriteByte(10);
    }

    void Write(string text) => output.Write(Encoding.Latin1.GetBytes(text));

    /// <param name="contents">Bytes of room for a signature value; 0 for an ordinary object.</param>
    public PdfReference Add(PdfDictionary dictionary, byte[]? stream = null, int contents = 0)
    {
        var reference = new PdfReference(next++, 0);
        Put(reference, dictionary, stream, contents);
        return reference;
    }

    public void Replace(PdfReference reference, PdfDictionary dictionary) => Put(reference, dictionary, null, 0);

    void Put(PdfReference reference, PdfDictionary dictionary, byte[]? stream, int contents)
    {
        offsets[reference.Number] = ((int)output.Position, reference.Generation);
        Write(string.Create(CultureInfo.InvariantCulture, $"{reference.Number} {reference.Generation} obj\n"));
        if (stream is not null) dictionary = new(dictionary) { ["Length"] = (long)stream.Length };
        var text = new StringBuilder();
        PdfText32000.Write(text, dictionary);
        if (contents > 0)
        {
            text.Length -= 2; // the closing >>
            text.Append("/ByteRange [");
            Write(text.ToString());
            var range = (int)output.Position;
            Write(new string(' ', RangeRoom) + "\n/Contents ");
            var start = (int)output.Position;
            Write("<" + new string('0', contents * 2) + ">");
            hole = new(start, (int)output.Position, range);
            Write(">>");
        }
        else Write(text.ToString());
        if (stream is not null) { Write("\nstream\n"); output.Write(stream); Write("\nendstream"); }
        Write("\nendobj\n");
    }

    /// <summary>The whole file with the hole still empty.</summary>
    public (byte[] File, Hole Hole) Finish()
    {
        var trailer = new PdfDictionary { ["Prev"] = (long)file.NewestReference };
        foreach (var key in (string[])["Root", "Info", "ID"]) if (file.Trailer.Get(key) is { } value) trailer[key] = value;
        var start = (int)output.Position;
        if (file.UsesStreams) Stream(trailer, start);
        else Table(trailer);
        Write(string.Create(CultureInfo.InvariantCulture, $"startxref\n{start}\n%%EOF\n"));
        return (output.ToArray(), hole);
    }

    IEnumerable<List<int>> Runs()
    {
        List<int> run = [];
        foreach (var number in offsets.Keys)
        {
            if (run.Count > 0 && run[^1] != number - 1) { yield return run; run = []; }
            run.Add(number);
        }
        yield return run;
    }

    void Table(PdfDictionary trailer)
    {
        Write("xref\n");
        foreach (var run in Runs())
        {
            Write(string.Create(CultureInfo.InvariantCulture, $"{run[0]} {run.Count}\n"));
            foreach (var number in run) Write(string.Create(CultureInfo.InvariantCulture, $"{offsets[number].Offset:D10} {offsets[number].Generation:D5} n\r\n"));
        }
        trailer["Size"] = (long)next;
        var text = new StringBuilder("trailer\n");
        PdfText32000.Write(text, trailer);
        Write(text.Append('\n').ToString());
    }

    void Stream(PdfDictionary trailer, int start)
    {
        var self = next++;
        offsets[self] = (start, 0);
        var index = new List<object?>();
        var data = new MemoryStream();
        Span<byte> entry = stackalloc byte[7];
        foreach (var run in Runs())
        {
            index.AddRange([(long)run[0], (long)run.Count]);
            foreach (var number in run)
            {
                entry[0] = 1;
                BinaryPrimitives.WriteInt32BigEndian(entry[1..], offsets[number].Offset);
                BinaryPrimitives.WriteUInt16BigEndian(entry[5..], (ushort)offsets[number].Generation);
                data.Write(entry);
            }
        }
        trailer["Type"] = new PdfName("XRef");
        trailer["Size"] = (long)next;
        trailer["Index"] = index;
        trailer["W"] = new List<object?> { 1L, 4L, 2L };
        Put(new(self, 0), trailer, data.ToArray(), 0);
    }
}
