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

    static IEnumerable<Certificate> Certificates(byte[] content)
    {
        var several = Pem.DecodeAll(content, "CERTIFICATE").ToList();
        return (several.Count > 0 ? several : [content]).Select(Certificate.Parse);
    }
}
