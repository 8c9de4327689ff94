using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Kapok.Documents.Ofd;
using Kapok.Foundation;

namespace Kapok.Documents.Seals;

/// <summary>Whether more seals may follow.</summary>
public enum SealMode
{
    /// <summary>Everything is protected but the list of signatures: others may seal after us, and protect our seal with theirs.</summary>
    Continue,
    /// <summary>The list of signatures is protected too: the file is closed.</summary>
    Whole,
}

/// <summary>A sealed package with what was signed and the signature value.</summary>
/// <param name="Digest">Digest of Signature.xml, which holds the digests of all protected parts.</param>
sealed record SealedOfd(OfdPackage Package, byte[] Digest, byte[] Signature);

/// <summary>
/// Signs an OFD with a seal (GB/T 33190-2016 clause 18, GB/T 38540-2020). Every file of the package is protected by its
/// digest in Signature.xml, whose bytes are what the seal signs. What is hashed and what is packed are the same bytes.
/// </summary>
public static class OfdSealing
{
    const string Provider = "Kapok";
    static readonly XNamespace Ofd = OfdXml.Ofd;

    /// <summary>Puts a seal on a document.</summary>
    /// <param name="at">Time of signing, kept to the second.</param>
    /// <returns>The sealed package; refused with <see cref="Refusal.Conflict"/> when an earlier seal has closed the file, <see cref="Refusal.Invalid"/> when a place is not in the document.</returns>
    /// <exception cref="Kapok.Trust.Keys.KeyUnavailable">The holder of the key does not answer; nothing was sealed.</exception>
    public static async Task<Outcome<OfdPackage>> Apply(OfdPackage package, SealHolder holder, IReadOnlyList<StampPlace> places, DateTimeOffset at, SealMode mode = SealMode.Continue)
    {
        var made = await Run(package, holder, places, at, mode);
        return made.Ok ? made.Value!.Package : made.As<OfdPackage>();
    }

    internal static async Task<Outcome<SealedOfd>> Run(OfdPackage package, SealHolder holder, IReadOnlyList<StampPlace> places, DateTimeOffset at, SealMode mode)
    {
        var seal = holder.Seal;
        var planned = Plan(package, seal.Picture, places);
        if (!planned.Ok) return planned.As<SealedOfd>();
        var (prepared, listPath, folder, number, stamps) = planned.Value!;
        var (sealPath, signaturePath, valuePath) = ($"{folder}Seal.esl", $"{folder}Signature.xml", $"{folder}SignedValue.dat");
        prepared = WithListed(prepared.With(sealPath, seal.Raw), listPath, number, isSeal: true, signaturePath);
        var signature = SignatureXml(prepared, mode == SealMode.Continue ? listPath : null, holder.Signer, at, stamps, "/" + sealPath, "/" + valuePath);
        var digest = holder.Signer.Suite.Digest(signature);
        var toSign = SealSignature.ToSign(seal.Raw, at, digest, "/" + signaturePath);
        var value = await holder.Signer.Sign(toSign);
        var token = holder.Signer.Timestamp is { } stamp ? await stamp(value) : null;
        return new SealedOfd(prepared.With(signaturePath, signature).With(valuePath, SealSignature.Assemble(toSign, holder.Signer.Certificate, holder.Signer.Suite.SignatureOid, value, token)), digest, value);
    }

    /// <summary>Signs without a seal (Type Sign): GB/T 35275 signed data over Signature.xml.</summary>
    public static async Task<Outcome<OfdPackage>> Sign(OfdPackage package, Signer signer, DateTimeOffset at, SealMode mode = SealMode.Continue)
    {
        var planned = Plan(package, null, []);
        if (!planned.Ok) return planned.As<OfdPackage>();
        var (prepared, listPath, folder, number, _) = planned.Value!;
        var (signaturePath, valuePath) = ($"{folder}Signature.xml", $"{folder}SignedValue.dat");
        prepared = WithListed(prepared, listPath, number, isSeal: false, signaturePath);
        var signature = SignatureXml(prepared, mode == SealMode.Continue ? listPath : null, signer, at, [], null, "/" + valuePath);
        // GM/T 0099-2020 7.2.2: what is signed is the digest of Signature.xml, carried inside.
        var value = await SignedData.Make(signer.Suite.Digest(signature), signer, attached: true);
        return prepared.With(signaturePath, signature).With(valuePath, value);
    }

    sealed record Prepared(OfdPackage Package, string ListPath, string Folder, int Number, IReadOnlyList<Stamp> Stamps);

    static Outcome<Prepared> Plan(OfdPackage package, SealPicture? picture, IReadOnlyList<StampPlace> places)
    {
        var existing = OfdSignatures.Read(package);
        if (!existing.Ok) return existing.As<Prepared>();
        var (document, list) = (existing.Value!, existing.Value!.ListPath);
        foreach (var earlier in document.Signatures)
        {
            if (!earlier.Ok) return Outcome<Prepared>.No(Refusal.Invalid, "文件里已有的签名读不懂，不能再加盖", earlier.Faults[0].Where);
            if (earlier.Value!.References.Any(r => r.Path == list)) return Outcome<Prepared>.No(Refusal.Conflict, "前一个印章已经锁定整个文件，不能再加盖");
        }
        if (document.Signatures.Count >= OfdSignatures.MostSignatures) return Outcome<Prepared>.No(Refusal.Conflict, $"一个文件最多 {OfdSignatures.MostSignatures} 个签名");
        var pages = OfdSignatures.Pages(package, document.DocumentPath);
        if (!pages.Ok) return pages.As<Prepared>();
        var stamps = new List<Stamp>();
        foreach (var place in places)
        {
            if (Stamping.Of(place, pages.Value!, picture!.Width, picture.Height) is not { } found)
                return Outcome<Prepared>.No(Refusal.Invalid, $"文档只有 {pages.Value!.Count} 页，没有要盖章的那一页", place.ToString());
            stamps.AddRange(found);
        }
        if (list is null)
        {
            list = $"{document.DocumentFolder}Signs/Signatures.xml";
            if (Insert(package, list) is not { } entrance) return Outcome<Prepared>.No(Refusal.Invalid, "OFD.xml 的写法不能加入签名", OfdPackage.Entrance);
            package = package.With(OfdPackage.Entrance, entrance);
        }
        var folder = list[..(list.LastIndexOf('/') + 1)];
        var index = 0;
        while (package.Paths.Any(p => p.StartsWith($"{folder}Sign_{index}/", StringComparison.Ordinal))) index++;
        return new Prepared(package, list, $"{folder}Sign_{index}/", document.MaxId + 1, stamps);
    }

    /// <summary>OFD.xml with the path of Signatures.xml, which is the last child of DocBody.</summary>
    static byte[]? Insert(OfdPackage package, string list)
    {
        using var reader = XmlReader.Create(new MemoryStream(package[OfdPackage.Entrance]!), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        var entrance = XDocument.Load(reader);
        var body = entrance.Root?.Elements().FirstOrDefault(e => e.Name.LocalName == "DocBody");
        body?.Add(new XElement(body.Name.Namespace + "Signatures", "/" + list));
        return body is null ? null : Bytes(entrance);
    }

    static OfdPackage WithListed(OfdPackage package, string listPath, int number, bool isSeal, string signaturePath)
    {
        XDocument list;
        if (package[listPath] is { } bytes)
        {
            using var reader = XmlReader.Create(new MemoryStream(bytes), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            list = XDocument.Load(reader);
        }
        else list = new(Root("Signatures", new XElement(Ofd + "MaxSignId", "")));
        var space = list.Root!.Name.Namespace;
        var id = Id(number);
        if (list.Root.Element(space + "MaxSignId") is { } max) max.Value = id;
        else list.Root.AddFirst(new XElement(space + "MaxSignId", id));
        list.Root.Add(new XElement(space + "Signature", new XAttribute("ID", id), new XAttribute("Type", isSeal ? "Seal" : "Sign"), new XAttribute("BaseLoc", "/" + signaturePath)));
        return package.With(listPath, Bytes(list));
    }

    static byte[] SignatureXml(OfdPackage package, string? unprotected, Signer signer, DateTimeOffset at, IReadOnlyList<Stamp> stamps, string? sealPath, string valuePath)
    {
        var suite = signer.Suite;
        var references = new XElement(Ofd + "References", new XAttribute("CheckMethod", suite.DigestOid));
        foreach (var (path, content) in package.Files)
            if (path != unprotected)
                references.Add(new XElement(Ofd + "Reference", new XAttribute("FileRef", "/" + path), new XElement(Ofd + "CheckValue", Convert.ToBase64String(suite.Digest(content)))));
        var info = new XElement(Ofd + "SignedInfo",
            new XElement(Ofd + "Provider", new XAttribute("ProviderName", Provider), new XAttribute("Version", "1.0")),
            new XElement(Ofd + "SignatureMethod", suite.SignatureOid),
            new XElement(Ofd + "SignatureDateTime", at.UtcDateTime.ToString("yyyyMMddHHmmss'Z'", CultureInfo.InvariantCulture)),
            references);
        for (var i = 0; i < stamps.Count; i++)
        {
            var stamp = new XElement(Ofd + "StampAnnot", new XAttribute("ID", Id(i + 1)), new XAttribute("PageRef", stamps[i].PageId), new XAttribute("Boundary", stamps[i].Boundary.ToString()));
            if (stamps[i].Clip is { } clip) stamp.Add(new XAttribute("Clip", clip.ToString()));
            info.Add(stamp);
        }
        if (sealPath is not null) info.Add(new XElement(Ofd + "Seal", new XElement(Ofd + "BaseLoc", sealPath)));
        return Bytes(new(Root("Signature", info, new XElement(Ofd + "SignedValue", valuePath))));
    }

    static string Id(int number) => "s" + number.ToString("000", CultureInfo.InvariantCulture);

    static XElement Root(string name, params object[] content) => new(Ofd + name, new XAttribute(XNamespace.Xmlns + "ofd", Ofd.NamespaceName), content);

    static byte[] Bytes(XDocument document)
    {
        using var stream = new MemoryStream();
        using (var writer = XmlWriter.Create(stream, new() { Encoding = new UTF8Encoding(false), Indent = false, OmitXmlDeclaration = false })) document.Save(writer);
        return stream.ToArray();
    }
}
