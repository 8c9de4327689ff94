using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kapok.Documents.Ofd;
using Kapok.Documents.Seals;
using Kapok.Documents.Verifying;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Certificates;

namespace Kapok.Bench;

/// <summary>
/// Verifying an uploaded OFD of one seal: unzip, digests, Signature.xml, signature, seal, both chains. The floor is what the
/// bare cryptography of it takes in the same run: the signatures and the SM3 of all bytes.
/// </summary>
public static class VerifyBench
{
    public static async Task<IReadOnlyList<Figure>> Run(TimeSpan time)
    {
        var now = DateTimeOffset.UtcNow;
        var (file, ground) = await Document(now);
        if (Verification.Of(file, ground) is not { Verdict: Verdict.Genuine } report) throw new InvalidOperationException("the document of the measurement is not genuine");
        var bytes = OfdPackage.Open(file).Value!.Files.Sum(f => f.Value.Length);
        var bare = Bare(bytes, 5, TimeSpan.FromSeconds(Math.Min(2, time.TotalSeconds / 4)));
        var clients = Environment.ProcessorCount;
        var parallel = await Load.Run("verify", "files/s", clients, time, _ => { Verification.Of(file, ground); return Task.CompletedTask; }, bare * clients, warmUp: 50);
        var alone = await Load.Run("verify-alone", "files/s", 1, time / 2, _ => { Verification.Of(file, ground); return Task.CompletedTask; }, bare);
        return [parallel, alone with { Name = "verify-alone" }];
    }

    /// <summary>How often a second one thread could do the bare cryptography.</summary>
    static double Bare(int bytes, int signatures, TimeSpan time)
    {
        using var key = SignatureSuite.Sm2Sm3.Generate();
        var data = new byte[bytes];
        var signature = key.Sign(data.AsSpan(0, 300));
        var times = 0;
        var watch = Stopwatch.StartNew();
        for (; watch.Elapsed < time; times++)
        {
            Sm3.Hash(data);
            for (var i = 0; i < signatures; i++) SignatureSuite.Sm2Sm3.Verify(key.PublicKeyInfo, data.AsSpan(0, 300), signature);
        }
        return times / watch.Elapsed.TotalSeconds;
    }

    static async Task<(byte[] File, VerificationGround Ground)> Document(DateTimeOffset now)
    {
        var suite = SignatureSuite.Sm2Sm3;
        using var root = suite.Generate();
        var name = DistinguishedName.Of("测量根");
        var top = CertificateWriter.Write(new() { Subject = name, Issuer = name, PublicKeyInfo = root.PublicKeyInfo, NotBefore = now.AddDays(-9), NotAfter = now.AddYears(9), Authority = true, KeyUsage = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign }, root);
        (PrivateKey, Certificate) Issue(string subject)
        {
            var key = suite.Generate();
            return (key, CertificateWriter.Write(new() { Subject = DistinguishedName.Of(subject), Issuer = name, PublicKeyInfo = key.PublicKeyInfo, NotBefore = now.AddDays(-9), NotAfter = now.AddYears(5), AuthorityKeyId = top.SubjectKeyId }, root));
        }
        var ((makerKey, maker), (signerKey, signer)) = (Issue("制章单位"), Issue("某某局"));
        var list = RevocationList.ListToBeSigned(top, suite, 1, now.AddDays(-1), now.AddDays(6), []);
        var info = ElectronicSeal.Info("KAPOK", "44010600000001", new(1, "某某局", [signer.Raw], [], now.AddDays(-1), now.AddDays(-1), now.AddYears(4)), new("PNG", new byte[8_500], 42, 42));
        var seal = ElectronicSeal.Parse(ElectronicSeal.Assemble(info, maker.Raw, suite.SignatureOid, makerKey.Sign(info))).Value!;
        var font = new byte[24_000];
        new Random(1).NextBytes(font);
        const string space = "xmlns:ofd=\"http://www.ofdspec.org/2016\"";
        var package = OfdPackage.Of(new Dictionary<string, byte[]>
        {
            ["OFD.xml"] = Encoding.UTF8.GetBytes($"<ofd:OFD {space} Version=\"1.0\" DocType=\"OFD\"><ofd:DocBody><ofd:DocInfo><ofd:DocID>0123456789abcdef0123456789abcdef</ofd:DocID></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"),
            ["Doc_0/Document.xml"] = Encoding.UTF8.GetBytes($"<ofd:Document {space}><ofd:CommonData><ofd:MaxUnitID>20</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages><ofd:Page ID=\"1\" BaseLoc=\"Pages/Page_0/Content.xml\"/></ofd:Pages></ofd:Document>"),
            ["Doc_0/Pages/Page_0/Content.xml"] = Encoding.UTF8.GetBytes($"<ofd:Page {space}><ofd:Content><ofd:Layer ID=\"2\">{string.Concat(Enumerable.Range(3, 80).Select(i => $"<ofd:TextObject ID=\"{i}\" Boundary=\"20 {i} 170 6\" Font=\"9\" Size=\"4\"><ofd:TextCode X=\"0\" Y=\"4\" DeltaX=\"g 19 4\">食品经营许可证第 {i} 行的文字内容</ofd:TextCode></ofd:TextObject>"))}</ofd:Layer></ofd:Content></ofd:Page>"),
            ["Doc_0/Res/font_9.ttf"] = font,
        });
        var made = await OfdSealing.Apply(package, new(seal, Signer.Of(signerKey, signer.Raw)), [new StampPlace.At(1, 130, 220)], now.AddMinutes(-1));
        var revocations = RevocationList.Parse(CertificateWriter.Finish(list, suite, root.Sign(list)));
        return (made.Value!.ToZip(), new(new([top], [], [revocations]), [maker], now));
    }
}
