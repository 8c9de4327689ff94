using System.Xml;
using System.Xml.Linq;
using Kapok.Cases.Handling;
using Kapok.Documents.Verifying;
using Kapok.Foundation.Files;
using Kapok.Trust.Certificates;
using Verdict = Kapok.Documents.Verifying.Verdict;

namespace Kapok.Cases.Archiving;

/// <summary>One check of the four properties.</summary>
/// <param name="Property">真实性, 完整性, 可用性, 安全性.</param>
/// <param name="Key">Kebab-case name for programs.</param>
/// <param name="Words">A Chinese sentence.</param>
public sealed record ArchiveCheck(string Property, string Key, CheckState State, string Words);

/// <summary>What is known about a package besides its content.</summary>
/// <param name="PackageDigest">SHA-256 of the stored package as read now; null when the store could not give it.</param>
/// <param name="Harm">What was found in it, null when it is clean; <paramref name="Inspected"/> says whether anybody looked.</param>
/// <param name="Metadata"><c>metadata.xml</c> as packed.</param>
public sealed record ArchiveGround(ArchiveRow Record, CaseView? Case, string? PackageDigest, bool Inspected, string? Harm, byte[]? Metadata);

/// <summary>The four-property check (四性检测): authenticity, integrity, usability and safety of an archive package, each as single checks. Pure.</summary>
public static class FourProperties
{
    public const string Authenticity = "真实性", Integrity = "完整性", Usability = "可用性", Safety = "安全性";

    /// <summary>Types that can be read for as long as they are kept.</summary>
    static readonly HashSet<string> Lasting = ["pdf", "ofd", "jpg", "png"];

    public static bool Sound(IReadOnlyList<ArchiveCheck> checks) => checks.All(c => c.State != CheckState.Failed);

    public static IReadOnlyList<ArchiveCheck> Of(ArchiveVerdict verdict, ArchiveGround ground)
    {
        var checks = new List<ArchiveCheck>();
        void Say(string property, string key, bool right, string yes, string no) => checks.Add(new(property, key, right ? CheckState.Passed : CheckState.Failed, right ? yes : no));
        string Named(IEnumerable<ArchiveFinding> findings) => string.Join("；", findings.Take(5).Select(f => f.Words));
        var (record, manifest) = (ground.Record, verdict.Manifest);
        List<ArchiveFinding> Faults(Func<ArchiveFinding, bool> of) => [.. verdict.Findings.Where(of)];
        static bool IsEvent(ArchiveFinding f) => f.Where.StartsWith("chain.json#", StringComparison.Ordinal);

        // 真实性
        var forged = Faults(f => f.Fault == ArchiveFault.Forged);
        if (forged.Count > 0) checks.Add(new(Authenticity, "signature", CheckState.Failed, Named(forged)));
        else checks.Add(verdict.Signature switch
        {
            null => new(Authenticity, "signature", CheckState.Failed, "读不到签名"),
            { Verdict: Verdict.Genuine } report => new(Authenticity, "signature", CheckState.Passed, $"归档清单由“{report.Signatures[0].Signer}”签名，有时间戳，签名有效"),
            var report => new(Authenticity, "signature", CheckState.Unknown, "签名没有发现问题，但有的情况确认不了：" + string.Join("；", report.Signatures.SelectMany(s => s.Checks).Where(c => c.State == CheckState.Unknown).Select(c => c.Words).Take(3))),
        });
        Say(Authenticity, "registered", ground.PackageDigest is not null && ground.PackageDigest == record.PackageDigest, "归档包和登记时的摘要一致", "归档包和登记时的摘要不一致");
        Say(Authenticity, "identity", manifest is not null && manifest.Number == record.Number && manifest.CaseNumber == record.CaseNumber && manifest.Chain.Id == record.CaseId, "包里的档号、办件编号和登记的一致", "包里的档号、办件编号和登记的不一致");
        var events = Faults(IsEvent);
        Say(Authenticity, "chain", manifest is not null && verdict.Events > 0 && events.Count == 0, $"办理过程的 {verdict.Events} 个事件首尾相连，没有改动", events.Count > 0 ? Named(events) : "读不到办理过程");

        // 完整性
        var files = Faults(f => f.Fault is ArchiveFault.Changed or ArchiveFault.Dropped or ArchiveFault.Inserted && !IsEvent(f));
        Say(Integrity, "files", manifest is not null && files.Count == 0, $"清单里的 {manifest?.Entries.Count} 个文件都在，没有多，没有少，没有改动", files.Count > 0 ? Named(files) : "读不到归档清单");
        if (manifest is not null && ground.Case is { } view)
        {
            int In(string folder) => manifest.Entries.Count(e => e.Path.StartsWith(folder, StringComparison.Ordinal));
            Say(Integrity, "materials", In("materials/") == view.Materials.Length && In("documents/") == view.Documents.Length && manifest.Missing is not { Count: > 0 }, $"{view.Materials.Length} 份材料、{view.Documents.Length} 份文书都在包里",
                manifest.Missing is { Count: > 0 } missing ? $"有 {missing.Count} 个文件归档时就找不到：{string.Join("、", missing.Take(5))}" : $"材料应有 {view.Materials.Length} 份，包里 {In("materials/")} 份；文书应有 {view.Documents.Length} 份，包里 {In("documents/")} 份");
            Say(Integrity, "current", manifest.Chain.Digests is [.., var last] && last == Convert.ToHexStringLower(view.Row.Digest), "归档以后办件没有新的记录", "归档以后办件又有了新的记录，请重新归档");
        }
        var lacking = Lacking(ground.Metadata);
        Say(Integrity, "metadata", lacking is { Count: 0 }, "必填的元数据都有", lacking is null ? "元数据读不出来" : $"元数据缺 {string.Join("、", lacking)}");

        // 可用性
        var broken = Faults(f => f.Fault == ArchiveFault.Unreadable);
        Say(Usability, "opens", broken.Count == 0, "归档包能打开，每个文件都能解开", Named(broken));
        var given = verdict.Types.Where(t => t.Key.StartsWith("materials/", StringComparison.Ordinal) || t.Key.StartsWith("attachments/", StringComparison.Ordinal)).ToList();
        var unknown = given.Where(t => t.Value is null).Select(t => t.Key).ToList();
        var passing = given.Where(t => t.Value is { } type && !Lasting.Contains(type.Extension)).Select(t => t.Key).ToList();
        checks.Add(unknown.Count > 0 ? new(Usability, "formats", CheckState.Failed, $"认不出格式，将来可能打不开：{string.Join("、", unknown.Take(5))}")
            : passing.Count > 0 ? new(Usability, "formats", CheckState.Unknown, $"不是长期保存的格式，建议另存为 PDF 或 OFD：{string.Join("、", passing.Take(5))}")
            : new(Usability, "formats", CheckState.Passed, "材料都是可以长期保存的格式"));

        // 安全性
        Say(Safety, "stored", ground.PackageDigest is not null, "存储里的归档包读得出来", "存储里的归档包读不出来，或者已经损坏");
        var tricks = manifest?.Entries.Where(e => Trick(e.Path)).Select(e => e.Path).ToList() ?? [];
        Say(Safety, "names", tricks.Count == 0, "文件名里没有危险的路径，没有程序文件", $"文件名有危险：{string.Join("、", tricks.Take(5))}");
        checks.Add(!ground.Inspected ? new(Safety, "virus", CheckState.Unknown, "本节点没有配置病毒检查") : ground.Harm is { } harm ? new(Safety, "virus", CheckState.Failed, $"查出病毒（{harm}）") : new(Safety, "virus", CheckState.Passed, "没有查出病毒"));
        return checks;
    }

    static bool Trick(string path) => path.StartsWith('/') || path.Contains('\\') || path.Split('/').Any(p => p is "" or "." or "..")
        || Path.GetExtension(path).ToLowerInvariant() is ".exe" or ".dll" or ".bat" or ".cmd" or ".js" or ".vbs" or ".msi" or ".sh" or ".com" or ".scr";

    /// <summary>Required elements without a value; null when the file cannot be read.</summary>
    static List<string>? Lacking(byte[]? metadata)
    {
        if (metadata is null) return null;
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(metadata), new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            var root = XDocument.Load(reader).Root!;
            return [.. ArchiveMetadata.Required.Where(name => string.IsNullOrWhiteSpace(root.Element(ArchiveMetadata.Namespace + name)?.Value))];
        }
        catch (XmlException) { return null; }
    }
}
