using System.Globalization;
using System.IO.Compression;
using System.Text;
using Kapok.Documents.Seals.Drawing;
using Kapok.Documents.Seals.PdfFiles;
using Kapok.Foundation;

namespace Kapok.Documents.Seals;

/// <summary>How a signature looks on a page of a PDF.</summary>
/// <param name="Picture">The seal picture.</param>
/// <param name="Width">Millimetres.</param>
/// <param name="Height">Millimetres.</param>
public sealed record PdfStamp(StampPlace.At Place, SealBitmap Picture, double Width, double Height);

/// <summary>
/// Signs a PDF by an incremental update: not one byte of the document changes, what is new is appended. CMS of PAdES
/// baseline, level B-T with a timestamp, B-B without (ETSI EN 319 142-1).
/// </summary>
public static class PdfSigning
{
    /// <summary>Room for the CMS, bytes: certificates, signature and timestamp token.</summary>
    const int Room = 16 << 10;
    const double PointsPerMillimetre = 72 / 25.4;

    /// <param name="name">Who signs, as readers show it.</param>
    /// <param name="reason">Why, as readers show it.</param>
    /// <param name="stamp">Where the seal shows; null signs without showing anything.</param>
    /// <exception cref="Kapok.Trust.Keys.KeyUnavailable">The holder of the key does not answer; nothing was signed.</exception>
    public static async Task<Outcome<byte[]>> Apply(byte[] pdf, Signer signer, string name, string reason, DateTimeOffset at, PdfStamp? stamp = null)
    {
        var opened = PdfFile.Open(pdf);
        if (!opened.Ok) return opened.As<byte[]>();
        PdfUpdate update;
        try { update = Prepare(pdf, opened.Value!, name, reason, at, stamp); }
        catch (MalformedPdf e) { return Outcome<byte[]>.No(Refusal.Invalid, $"PDF 文件结构不正确：{e.Message}", $"第 {e.At} 字节"); }
        catch (InvalidDataException) { return Outcome<byte[]>.No(Refusal.Invalid, "PDF 文件里的压缩内容已损坏"); }
        catch (PageMissing e) { return Outcome<byte[]>.No(Refusal.Invalid, e.Message, "page"); }
        var (file, hole) = update.Finish();
        // The four numbers of the range stand in the bytes that are signed: written first, over blanks of the same length.
        var range = string.Create(CultureInfo.InvariantCulture, $"0 {hole.Start} {hole.End} {file.Length - hole.End}]");
        Encoding.ASCII.GetBytes(range.PadRight(PdfUpdate.RangeRoom)).CopyTo(file, hole.Range);
        var signed = new byte[file.Length - (hole.End - hole.Start)];
        file.AsSpan(0, hole.Start).CopyTo(signed);
        file.AsSpan(hole.End).CopyTo(signed.AsSpan(hole.Start));
        var cms = await SignedData.Make(signed, signer, attached: false, SignedData.Attributes.Pades);
        if (cms.Length > Room) return Outcome<byte[]>.No(Refusal.TooLarge, $"签名值有 {cms.Length} 字节，超过预留的 {Room} 字节");
        Encoding.ASCII.GetBytes(Convert.ToHexString(cms)).CopyTo(file, hole.Start + 1);
        return file;
    }

    sealed class PageMissing(string message) : Exception(message);

    static PdfUpdate Prepare(byte[] pdf, PdfFile file, string name, string reason, DateTimeOffset at, PdfStamp? stamp)
    {
        var update = new PdfUpdate(pdf, file);
        var pages = file.Pages();
        var wanted = stamp is null ? 0 : stamp.Place.Page < 0 ? pages.Count + stamp.Place.Page : stamp.Place.Page - 1;
        if (wanted < 0 || wanted >= pages.Count) throw new PageMissing($"文档只有 {pages.Count} 页，没有要盖章的那一页");
        var (pageReference, page, box) = pages[wanted];
        var (rootReference, catalog) = file.Root();

        var signature = update.Add(new PdfDictionary
        {
            ["Type"] = new PdfName("Sig"), ["Filter"] = new PdfName("Adobe.PPKLite"), ["SubFilter"] = new PdfName("ETSI.CAdES.detached"),
            ["Name"] = PdfText32000.Text(name), ["Reason"] = PdfText32000.Text(reason),
            ["M"] = new PdfText(Encoding.ASCII.GetBytes(at.UtcDateTime.ToString("'D:'yyyyMMddHHmmss'Z'", CultureInfo.InvariantCulture))),
        }, contents: Room);
        var widget = new PdfDictionary
        {
            ["Type"] = new PdfName("Annot"), ["Subtype"] = new PdfName("Widget"), ["FT"] = new PdfName("Sig"), ["T"] = PdfText32000.Text($"Seal{signature.Number}"),
            ["V"] = signature, ["P"] = pageReference, ["F"] = 132L, // printed, locked
            ["Rect"] = new List<object?> { 0L, 0L, 0L, 0L },
        };
        var (width, height) = ((stamp?.Width ?? 0) * PointsPerMillimetre, (stamp?.Height ?? 0) * PointsPerMillimetre);
        if (stamp is not null)
        {
            var (left, top) = (box[0] + stamp.Place.X * PointsPerMillimetre, box[3] - stamp.Place.Y * PointsPerMillimetre);
            widget["Rect"] = new List<object?> { left, top - height, left + width, top };
        }
        widget["AP"] = new PdfDictionary { ["N"] = Appearance(update, stamp?.Picture, width, height) };
        var field = update.Add(widget);

        var newPage = new PdfDictionary(page) { ["Annots"] = (List<object?>)[.. file.Resolve(page.Get("Annots")) as List<object?> ?? [], field] };
        update.Replace(pageReference, newPage);
        var form = new PdfDictionary(file.Resolve(catalog.Get("AcroForm")) as PdfDictionary ?? []) { ["SigFlags"] = 3L };
        form["Fields"] = (List<object?>)[.. file.Resolve(form.Get("Fields")) as List<object?> ?? [], field];
        if (catalog.Get("AcroForm") is PdfReference formReference) update.Replace(formReference, form);
        else update.Replace(rootReference, new PdfDictionary(catalog) { ["AcroForm"] = form });
        return update;
    }

    static PdfReference Appearance(PdfUpdate update, SealBitmap? picture, double width, double height)
    {
        var form = new PdfDictionary { ["Type"] = new PdfName("XObject"), ["Subtype"] = new PdfName("Form"), ["BBox"] = new List<object?> { 0L, 0L, width, height } };
        if (picture is null) return update.Add(form, stream: []);
        var mask = update.Add(new PdfDictionary
        {
            ["Type"] = new PdfName("XObject"), ["Subtype"] = new PdfName("Image"), ["Width"] = (long)picture.Width, ["Height"] = (long)picture.Height,
            ["ColorSpace"] = new PdfName("DeviceGray"), ["BitsPerComponent"] = 8L, ["Filter"] = new PdfName("FlateDecode"),
        }, stream: Deflate(picture.Opacity));
        var image = update.Add(new PdfDictionary
        {
            ["Type"] = new PdfName("XObject"), ["Subtype"] = new PdfName("Image"), ["Width"] = (long)picture.Width, ["Height"] = (long)picture.Height,
            ["ColorSpace"] = new List<object?> { new PdfName("Indexed"), new PdfName("DeviceRGB"), 0L, new PdfText([picture.Red, picture.Green, picture.Blue]) },
            ["BitsPerComponent"] = 1L, ["Filter"] = new PdfName("FlateDecode"), ["SMask"] = mask,
        }, stream: Deflate(new byte[(picture.Width + 7) / 8 * picture.Height]));
        form["Resources"] = new PdfDictionary { ["XObject"] = new PdfDictionary { ["Seal"] = image } };
        return update.Add(form, stream: Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"q {width:0.####} 0 0 {height:0.####} 0 0 cm /Seal Do Q")));
    }

    static byte[] Deflate(byte[] data)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, true)) zlib.Write(data);
        return packed.ToArray();
    }
}
