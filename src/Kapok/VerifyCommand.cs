using Kapok.Cases.Archiving;
using Kapok.Trust.Auditing;
using Kapok.Trust.Certificates;

namespace Kapok;

/// <summary><c>kapok verify audit FILE</c>: checks an export of the audit chain or the proof of a record, offline.</summary>
static class VerifyCommand
{
    /// <returns>0 whole, 1 something found, 2 the file cannot be read.</returns>
    public static int Audit(string file, string? trust)
    {
        try
        {
            IReadOnlyList<Certificate> trusted = trust is null ? [] : [.. Certificates(File.ReadAllBytes(trust)).Where(c => c.SelfIssued)];
            using var input = File.OpenRead(file);
            var verdict = new AuditVerifier(trusted).Verify(input);
            foreach (var finding in verdict.Findings) Console.WriteLine($"✗ {finding.Words}");
            Console.WriteLine(verdict.Whole
                ? $"✓ 完好：{verdict.Events} 条记录、{verdict.Roots} 个签名的根，没有改动、删除或插入"
                : $"✗ 共发现 {verdict.Findings.Count} 处问题（读了 {verdict.Events} 条记录，{verdict.Roots} 个根有效）");
            if (trust is null && verdict.TrustedRoot is { } root) Console.WriteLine($"  没有指定可信证书（--trust 根证书.pem），用的是文件自带的根证书，请另行核对它的 SM3 指纹：{root}");
            return verdict.Whole ? 0 : 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            Console.WriteLine($"✗ {e.Message}");
            return 2;
        }
    }

    /// <summary><c>kapok verify archive FILE</c>: checks the archive package of a case, offline.</summary>
    /// <returns>0 whole, 1 something found, 2 the file cannot be read.</returns>
    public static int Archive(string file, string? trust)
    {
        try
        {
            var trusted = trust is null ? null : new TrustStore([.. Certificates(File.ReadAllBytes(trust)).Where(c => c.SelfIssued)], [], []);
            using var input = File.OpenRead(file);
            var verdict = ArchiveVerifier.Verify(input, trusted, DateTimeOffset.UtcNow);
            foreach (var finding in verdict.Findings) Console.WriteLine($"✗ {finding.Where} {finding.Words}".Replace("  ", " ", StringComparison.Ordinal));
            foreach (var check in verdict.Signature?.Signatures.SelectMany(s => s.Checks) ?? []) if (check.State == CheckState.Unknown) Console.WriteLine($"？ {check.Words}");
            Console.WriteLine(verdict is { Whole: true, Manifest: { } manifest }
                ? $"✓ 完好：档号 {manifest.Number}，办件 {manifest.CaseNumber}，{verdict.Events} 个事件、{manifest.Entries.Count} 个文件，没有改动、删除或插入"
                : $"✗ 共发现 {verdict.Findings.Count} 处问题");
            if (verdict.Root is { } root) Console.WriteLine($"  没有指定可信证书（--trust 根证书.pem），用的是包里自带的根证书，请另行核对它的 SM3 指纹：{root}");
            return verdict.Whole ? 0 : verdict.Findings.Any(f => f.Fault == ArchiveFault.Unreadable) ? 2 : 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            Console.WriteLine($"✗ {e.Message}");
            return 2;
        }
    }

    static IEnumerable<Certificate> Certificates(byte[] content)
    {
        var several = Pem.DecodeAll(content, "CERTIFICATE").ToList();
        return (several.Count > 0 ? several : [content]).Select(Certificate.Parse);
    }
}
