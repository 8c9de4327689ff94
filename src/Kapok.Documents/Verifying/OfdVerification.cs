using Kapok.Documents.Ofd;
using Kapok.Documents.Seals;
using Kapok.Foundation;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Certificates;

namespace Kapok.Documents.Verifying;

/// <summary>Verifies the seals and signatures of an OFD: the files against Signature.xml, Signature.xml against the signature, the signature against seal and certificates.</summary>
static class OfdVerification
{
    public static VerificationReport Of(ReadOnlySpan<byte> file, VerificationGround ground)
    {
        var opened = OfdPackage.Open(file);
        if (!opened.Ok) return VerificationReport.Unreadable("OFD", opened.Message);
        var package = opened.Value!;
        var found = OfdSignatures.Read(package);
        if (!found.Ok) return VerificationReport.Unreadable("OFD", found.Message);
        var document = found.Value!;
        var pages = OfdParts.Pages(package, document.DocumentPath);
        var digests = new Dictionary<(string, string), byte[]>();
        var reports = document.Signatures.Select((s, i) => s.Ok
            ? One(package, document, i, pages, digests, ground)
            : new SignatureReport(true, "", null, null, "", [], [new(CheckKeys.Format, CheckState.Failed, $"第 {i + 1} 个签名的说明文件读不懂：{s.Message}")])).ToList();
        if (reports.Count == 0 && document.ListPath is not null && package[document.ListPath] is null)
            return VerificationReport.Of("OFD", [new(true, "", null, null, "", [], [new(CheckKeys.Format, CheckState.Failed, "文件声明有签名，但签名已经被删掉")])]);
        return VerificationReport.Of("OFD", reports);
    }

    static SignatureReport One(OfdPackage package, OfdSignatures document, int index, (Dictionary<string, int> ByPath, Dictionary<string, int> ById) pages, Dictionary<(string, string), byte[]> digests, VerificationGround ground)
    {
        var signature = document.Signatures[index].Value!;
        var shown = signature.Stamps.Select(s => pages.ById.GetValueOrDefault(s.PageId)).Where(p => p > 0).Distinct().Order().ToList();
        var original = Original(package, signature, pages.ByPath, digests);
        var scope = Scope(package, document, index, pages.ByPath);
        if (package[signature.ValuePath] is not { } value)
            return new(signature.IsSeal, "", null, null, "", shown, [new(CheckKeys.Format, CheckState.Failed, "签名值文件不见了"), original, scope]);
        return signature.IsSeal ? Seal(package, signature, value, shown, original, scope, ground) : Plain(package, signature, value, original, scope, ground);
    }

    static SignatureReport Seal(OfdPackage package, OfdSignature signature, byte[] value, List<int> shown, Check original, Check scope, VerificationGround ground)
    {
        var parsed = SealSignature.Parse(value);
        if (!parsed.Ok) return new(true, "", null, null, "", shown, [new(CheckKeys.Format, CheckState.Failed, $"签章数据读不懂：{parsed.Message}"), original, scope]);
        var made = parsed.Value!;
        var checks = SealChecks.Of(made, ground, out var signer);
        if (signature.SealPath is { } path && (package[path] is not { } copy || !copy.AsSpan().SequenceEqual(made.Seal.Raw)))
            checks.Add(new(CheckKeys.Seal, CheckState.Failed, "文件里显示的印章（Seal.esl）与签名时用的印章不是同一枚"));
        var bytes = package[signature.Path]!;
        var digest = made.SignatureOid == SignatureSuite.Sm2Sm3.SignatureOid || SignatureSuite.Of(made.SignatureOid) is null ? Sm3.Hash(bytes) : SignatureSuite.Of(made.SignatureOid)!.Digest(bytes);
        if (!digest.AsSpan().SequenceEqual(made.Digest)) checks.Add(new(CheckKeys.Original, CheckState.Failed, "受保护文件的清单（Signature.xml）在盖章以后被改动过"));
        else if (made.Property.Length > 0 && OfdPackage.Resolve("OFD.xml", made.Property) is var named && named != signature.Path && made.Property.EndsWith(".xml", StringComparison.OrdinalIgnoreCase))
            checks.Add(new(CheckKeys.Original, CheckState.Failed, $"这个签章是为另一份清单（{made.Property}）盖的，被挪用到了这里"));
        else checks.Add(original);
        checks.Add(scope);
        return new(true, signer, made.Seal, made.At, SealChecks.StandardOf(made.Version), shown, checks) { Digest = made.Digest };
    }

    /// <summary>A signature without a seal: GB/T 35275 over the digest or the bytes of Signature.xml; some write a bare signature value.</summary>
    static SignatureReport Plain(OfdPackage package, OfdSignature signature, byte[] value, Check original, Check scope, VerificationGround ground)
    {
        var bytes = package[signature.Path]!;
        var parsed = SignedMessage.Parse(value);
        if (!parsed.Ok)
            return new(false, "", null, null, "", [], [value.Length is > 8 and < 80
                ? new(CheckKeys.Signature, CheckState.Unknown, "签名里没有签名人的证书，在这里不能确认是谁签的")
                : new(CheckKeys.Format, CheckState.Failed, $"签名数据读不懂：{parsed.Message}"), original, scope]);
        var message = parsed.Value!;
        var entry = message.Signers[0];
        var digest = MessageChecks.Digest(entry.DigestOid, bytes);
        var carriesDigest = message.Content is { Length: 32 } && digest is not null && message.Content.AsSpan().SequenceEqual(digest);
        var content = message.Content is null || carriesDigest || message.Content.AsSpan().SequenceEqual(bytes) ? message.Content ?? bytes : null;
        var checks = new List<Check> { new(CheckKeys.Format, CheckState.Passed, message.Chinese ? "签名数据完整，符合 GB/T 35275" : "签名数据完整（CMS）") };
        if (content is null) checks.Add(new(CheckKeys.Original, CheckState.Failed, "受保护文件的清单（Signature.xml）在签名以后被改动过"));
        else checks.Add(original);
        checks.AddRange(MessageChecks.Of(message, entry, content ?? message.Content!, ground, out var signer));
        checks.Add(scope);
        return new(false, signer, null, entry.SigningTime, message.Chinese ? "GB/T 35275" : "CMS", [], checks) { Digest = digest };
    }

    /// <summary>Every protected file against its digest; what changed is named as people call it.</summary>
    static Check Original(OfdPackage package, OfdSignature signature, Dictionary<string, int> pages, Dictionary<(string, string), byte[]> known)
    {
        var done = signature.IsSeal ? "盖章" : "签名";
        if (OfdParts.DigestOf(signature.CheckMethod) is not { } digest) return new(CheckKeys.Original, CheckState.Unknown, $"文件用的摘要算法（{signature.CheckMethod}）在这里不能验证");
        var changed = new List<string>();
        foreach (var reference in signature.References)
        {
            if (reference.Path is not { } path || package[path] is not { } content) { changed.Add($"{OfdParts.NameOf(reference.Path ?? reference.Written, pages)}不见了（{reference.Written}）"); continue; }
            if (!known.TryGetValue((signature.CheckMethod, path), out var actual)) known[(signature.CheckMethod, path)] = actual = digest(content);
            Span<byte> expected = stackalloc byte[64];
            if (!Convert.TryFromBase64String(reference.CheckValue, expected, out var length) || !expected[..length].SequenceEqual(actual)) changed.Add($"{OfdParts.NameOf(path, pages)}被改动过（{reference.Written}）");
        }
        if (changed.Count > 0) return new(CheckKeys.Original, CheckState.Failed, $"{done}以后文件变了：{string.Join("；", changed.Take(5))}{(changed.Count > 5 ? $"；另有 {changed.Count - 5} 处" : "")}");
        if (OfdParts.IsBroken(signature.CheckMethod)) return new(CheckKeys.Original, CheckState.Unknown, $"没有发现改动，但文件用的摘要算法（{signature.CheckMethod}）已经不安全，不能完全确认");
        return new(CheckKeys.Original, CheckState.Passed, $"{done}以后没有改动过（核对了 {signature.References.Count} 个部分）");
    }

    /// <summary>What the signature leaves unprotected: content must not be among it; the list of signatures and later signatures may.</summary>
    static Check Scope(OfdPackage package, OfdSignatures document, int index, Dictionary<string, int> pages)
    {
        var signature = document.Signatures[index].Value!;
        var covered = signature.References.Select(r => r.Path).OfType<string>().ToHashSet(StringComparer.Ordinal);
        covered.Add(signature.Path);
        covered.Add(signature.ValuePath);
        if (document.ListPath is { } list) covered.Add(list);
        var later = document.Signatures.Skip(index + 1).Where(s => s.Ok).Select(s => s.Value!.Folder).ToList();
        var open = package.Paths.Where(p => !covered.Contains(p) && !later.Any(folder => p.StartsWith(folder, StringComparison.Ordinal))).ToList();
        if (!covered.Contains(OfdPackage.Entrance) || !covered.Contains(document.DocumentPath)) return new(CheckKeys.Scope, CheckState.Failed, "印章没有保护文件的主要内容，不能证明内容是真的");
        var content = open.Where(p => pages.ContainsKey(p) || p.StartsWith(document.DocumentFolder, StringComparison.Ordinal)).ToList();
        if (content.Count > 0) return new(CheckKeys.Scope, CheckState.Failed, $"有内容不在印章的保护范围内，可能是盖章以后加进去的：{string.Join("；", content.Take(5).Select(p => $"{OfdParts.NameOf(p, pages)}（/{p}）"))}");
        if (open.Count > 0) return new(CheckKeys.Scope, CheckState.Unknown, $"文件包里有 {open.Count} 个与文档无关的附加文件，不受印章保护：/{open[0]}");
        return new(CheckKeys.Scope, CheckState.Passed, later.Count > 0 ? $"保护了全部内容，之后还加盖了 {later.Count} 个章" : "保护了文件的全部内容");
    }
}
