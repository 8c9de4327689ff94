using System.Xml.Linq;
using Kapok.Documents.Ofd;
using Kapok.Foundation;

namespace Kapok.Documents.Seals;

/// <summary>One signature of an OFD as its Signature.xml describes it (GB/T 33190-2016 clause 18).</summary>
/// <param name="Path">Signature.xml in the package.</param>
/// <param name="IsSeal">True for a seal (Type Seal), false for a plain digital signature (Type Sign).</param>
/// <param name="References">Path in the package and its digest as written (Base64).</param>
/// <param name="ValuePath">SignedValue.dat in the package.</param>
/// <param name="SealPath">Seal.esl in the package, when there is one.</param>
public sealed record OfdSignature(string Id, bool IsSeal, string Path, string Provider, string SignatureMethod, string CheckMethod, IReadOnlyList<OfdSignature.Reference> References, IReadOnlyList<Stamp> Stamps, string ValuePath, string? SealPath)
{
    /// <param name="Path">Null when what is written leads out of the package.</param>
    public sealed record Reference(string Written, string? Path, string CheckValue);

    /// <summary>Folder of the signature's own files, with a slash at the end.</summary>
    public string Folder => Path[..(Path.LastIndexOf('/') + 1)];
}

/// <summary>Where the signatures of the first document of an OFD are.</summary>
/// <param name="DocumentPath">Document.xml.</param>
/// <param name="ListPath">Signatures.xml; null when OFD.xml names none.</param>
/// <param name="Signatures">In order, each read or with the reason why it could not be.</param>
public sealed record OfdSignatures(string DocumentPath, string? ListPath, int MaxId, IReadOnlyList<Outcome<OfdSignature>> Signatures)
{
    public const int MostSignatures = 50, MostReferences = 5_000, MostStamps = 2_000;

    public string DocumentFolder => DocumentPath[..(DocumentPath.LastIndexOf('/') + 1)];

    public static Outcome<OfdSignatures> Read(OfdPackage package)
    {
        var entrance = package.Xml(OfdPackage.Entrance);
        if (!entrance.Ok) return entrance.As<OfdSignatures>();
        var body = entrance.Value.Child("DocBody");
        if (body.Child("DocRoot")?.Value is not { } root || OfdPackage.Resolve(OfdPackage.Entrance, root) is not { } documentPath || package[documentPath] is null)
            return Outcome<OfdSignatures>.No(Refusal.Invalid, "找不到文档的主文件（DocRoot）", OfdPackage.Entrance);
        if (body.Child("Signatures")?.Value is not { } list) return new OfdSignatures(documentPath, null, 0, []);
        if (OfdPackage.Resolve(OfdPackage.Entrance, list) is not { } listPath) return Outcome<OfdSignatures>.No(Refusal.Invalid, "签名列表的路径不正确（Signatures）", OfdPackage.Entrance);
        if (package[listPath] is null) return new OfdSignatures(documentPath, listPath, 0, []);
        var read = package.Xml(listPath);
        if (!read.Ok) return read.As<OfdSignatures>();
        var entries = read.Value.Children("Signature").ToList();
        if (entries.Count > MostSignatures) return Outcome<OfdSignatures>.No(Refusal.TooLarge, $"签名超过 {MostSignatures} 个", listPath);
        var max = Number(read.Value.Child("MaxSignId")?.Value);
        foreach (var entry in entries) max = Math.Max(max, Number(entry.Text("ID")));
        return new OfdSignatures(documentPath, listPath, max, [.. entries.Select(e => Signature(package, listPath, e))]);
    }

    static int Number(string? id) => int.TryParse(id?.TrimStart('s', 'S'), out var number) && number is >= 0 and < 1_000_000 ? number : 0;

    static Outcome<OfdSignature> Signature(OfdPackage package, string listPath, XElement entry)
    {
        if (OfdPackage.Resolve(listPath, entry.Text("BaseLoc") ?? "") is not { } path) return Outcome<OfdSignature>.No(Refusal.Invalid, "签名文件的路径不正确（BaseLoc）", listPath);
        var xml = package.Xml(path);
        if (!xml.Ok) return xml.As<OfdSignature>();
        Outcome<OfdSignature> Bad(string message) => Outcome<OfdSignature>.No(Refusal.Invalid, message, path);
        if (xml.Value.Child("SignedInfo") is not { } info) return Bad("缺少 SignedInfo");
        if (OfdPackage.Resolve(path, xml.Value.Child("SignedValue")?.Value ?? "") is not { } valuePath) return Bad("缺少签名值的路径（SignedValue）");
        if (info.Child("References") is not { } list) return Bad("缺少受保护文件列表（References）");
        var references = list.Children("Reference").ToList();
        if (references.Count > MostReferences) return Bad($"受保护文件超过 {MostReferences} 个");
        var stamps = info.Children("StampAnnot").ToList();
        if (stamps.Count > MostStamps) return Bad($"印章位置超过 {MostStamps} 处");
        var placed = new List<Stamp>();
        foreach (var stamp in stamps)
        {
            if (StampBox.Parse(stamp.Text("Boundary")) is not { } box) return Bad("印章位置不正确（StampAnnot Boundary）");
            placed.Add(new(stamp.Text("PageRef") ?? "", box, StampBox.Parse(stamp.Text("Clip"))));
        }
        return new OfdSignature(entry.Text("ID") ?? "", entry.Text("Type") != "Sign", path, info.Child("Provider").Text("ProviderName") ?? "",
            info.Child("SignatureMethod")?.Value.Trim() ?? "", list.Text("CheckMethod") ?? "MD5",
            [.. references.Select(r => r.Text("FileRef") ?? "").Zip(references, (written, r) => new OfdSignature.Reference(written, OfdPackage.Resolve(path, written), r.Child("CheckValue")?.Value.Trim() ?? ""))],
            placed, valuePath, info.Child("Seal")?.Child("BaseLoc")?.Value is { } seal ? OfdPackage.Resolve(path, seal) : null);
    }

    /// <summary>The pages in order with their sizes.</summary>
    internal static Outcome<List<Stamping.PageSize>> Pages(OfdPackage package, string documentPath)
    {
        var document = package.Xml(documentPath);
        if (!document.Ok) return document.As<List<Stamping.PageSize>>();
        var common = StampBox.Parse(document.Value.Child("CommonData").Child("PageArea").Child("PhysicalBox")?.Value) ?? new(0, 0, 210, 297);
        var pages = new List<Stamping.PageSize>();
        foreach (var page in document.Value.Child("Pages").Children("Page"))
        {
            var path = OfdPackage.Resolve(documentPath, page.Text("BaseLoc") ?? "");
            var area = path is not null && package.Xml(path) is { Ok: true } content ? StampBox.Parse(content.Value.Child("Area").Child("PhysicalBox")?.Value) : null;
            pages.Add(new(page.Text("ID") ?? "", (area ?? common).Width, (area ?? common).Height));
        }
        return pages.Count == 0 ? Outcome<List<Stamping.PageSize>>.No(Refusal.Invalid, "文档没有页面", documentPath) : pages;
    }
}
