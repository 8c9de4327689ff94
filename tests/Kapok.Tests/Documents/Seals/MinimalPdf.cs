using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Kapok.Tests.Documents.Seals;

/// <summary>A PDF by hand, with a cross-reference table or with streams, as strangers write them.</summary>
static class MinimalPdf
{
    public static byte[] Of(int pages = 1, bool streams = false)
    {
        var objects = new SortedDictionary<int, string>
        {
            [1] = "<< /Type /Catalog /Pages 2 0 R >>",
            [2] = $"<< /Type /Pages /Count {pages} /Kids [{string.Join(' ', Enumerable.Range(0, pages).Select(i => $"{10 + 2 * i} 0 R"))}] /MediaBox [0 0 595.276 841.89] >>",
            [3] = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        };
        for (var i = 0; i < pages; i++) objects[10 + 2 * i] = $"<< /Type /Page /Parent 2 0 R /Resources << /Font << /F1 3 0 R >> >> /Contents {11 + 2 * i} 0 R >>";
        var file = new MemoryStream();
        void Write(string text) => file.Write(Encoding.Latin1.GetBytes(text));
        var places = new SortedDictionary<int, (int Kind, int At, int Index)>();
        Write("%PDF-1.7\n%\u00E2\u00E3\u00CF\u00D3\n");
        for (var i = 0; i < pages; i++)
        {
            var content = $"BT /F1 24 Tf 72 720 Td (Licence page {i + 1}) Tj ET";
            places[11 + 2 * i] = (1, (int)file.Position, 0);
            Write($"{11 + 2 * i} 0 obj\n<< /Length {content.Length} >>\nstream\n{content}\nendstream\nendobj\n");
        }
        if (!streams)
        {
            foreach (var (number, text) in objects) { places[number] = (1, (int)file.Position, 0); Write($"{number} 0 obj\n{text}\nendobj\n"); }
            var table = (int)file.Position;
            Write("xref\n0 1\n0000000000 65535 f\r\n");
            foreach (var (number, place) in places) Write($"{number} 1\n{place.At.ToString("D10", CultureInfo.InvariantCulture)} 00000 n\r\n");
            Write($"trailer\n<< /Size {places.Keys.Max() + 1} /Root 1 0 R /ID [<00112233445566778899AABBCCDDEEFF><00112233445566778899AABBCCDDEEFF>] >>\nstartxref\n{table}\n%%EOF\n");
            return file.ToArray();
        }
        var (index, body) = (new StringBuilder(), new StringBuilder());
        foreach (var (number, text) in objects) { places[number] = (2, 90, places.Count(p => p.Value.Kind == 2)); index.Append($"{number} {body.Length} "); body.Append(text).Append(' '); }
        places[90] = (1, (int)file.Position, 0);
        var packed = Deflate(Encoding.Latin1.GetBytes(index + body.ToString()));
        Write($"90 0 obj\n<< /Type /ObjStm /N {objects.Count} /First {index.Length} /Filter /FlateDecode /Length {packed.Length} >>\nstream\n");
        file.Write(packed);
        Write("\nendstream\nendobj\n");
        var start = (int)file.Position;
        places[91] = (1, start, 0);
        var rows = new MemoryStream();
        foreach (var (kind, at, i) in places.Values) rows.Write([2, (byte)kind, (byte)(at >> 24), (byte)(at >> 16), (byte)(at >> 8), (byte)at, (byte)i]);
        var table2 = Deflate(Predicted(rows.ToArray(), 6));
        Write($"91 0 obj\n<< /Type /XRef /Size 92 /Root 1 0 R /W [1 4 1] /Index [{string.Join(' ', places.Keys.Select(k => $"{k} 1"))}] /Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 6 >> /Length {table2.Length} >>\nstream\n");
        file.Write(table2);
        Write($"\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n");
        return file.ToArray();
    }

    /// <summary>The PNG filter Up, row by row; each row comes with its filter byte in front.</summary>
    static byte[] Predicted(byte[] rows, int columns)
    {
        var result = rows.ToArray();
        for (var row = rows.Length / (columns + 1) - 1; row > 0; row--)
            for (var c = 1; c <= columns; c++) result[row * (columns + 1) + c] = (byte)(rows[row * (columns + 1) + c] - rows[(row - 1) * (columns + 1) + c]);
        return result;
    }

    static byte[] Deflate(byte[] data)
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, true)) zlib.Write(data);
        return packed.ToArray();
    }
}
