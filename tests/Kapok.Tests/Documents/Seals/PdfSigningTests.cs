using System.Text;
using Kapok.Documents.Seals;
using Kapok.Documents.Verifying;
using Kapok.Foundation;
using Kapok.Tests.Trust;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Certificates;

namespace Kapok.Tests.Documents.Seals;

/// <summary>Signatures on PDF: ours against strangers' programs, strangers' against ours, and attacks on them.</summary>
public sealed class PdfSigningTests
{
    readonly SealGiven given = new(SignatureSuite.P256Sha256);

    async Task<byte[]> Signed(byte[] pdf, string name = "天河区市场监督管理局", PdfStamp? stamp = null)
    {
        var (key, certificate) = given.Person(name);
        var outcome = await PdfSigning.Apply(pdf, Signer.Of(key, certificate.Raw) with { Chain = [given.Root.Raw] }, name, "准予许可", SealGiven.Now.AddHours(-1), stamp);
        outcome.Ok.ShouldBeTrue(outcome.Message);
        return outcome.Value!;
    }

    static PdfStamp Stamp(int page = 1) => new(new(page, 130, 200), SealGiven.Picture, 42, 42);

    VerificationReport Verify(byte[] pdf) => Verification.Of(pdf, given.Ground);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_signed_PDF_is_genuine_here_and_valid_for_pdfsig_and_whole_for_qpdf(bool streams)
    {
        var pdf = await Signed(MinimalPdf.Of(2, streams), stamp: Stamp(-1));
        var report = Verify(pdf);
        report.Verdict.ShouldBe(Verdict.Genuine, SealGiven.Shown(report));
        using var judge = new OpenSsl();
        judge.File("signed.pdf", pdf);
        var (_, shown) = judge.Run("pdfsig", ["-nocert", "signed.pdf"]);
        shown.ShouldContain("Signature is Valid");
        shown.ShouldContain("Total document signed");
        shown.ShouldContain("ETSI.CAdES.detached");
        judge.Run("qpdf", ["--check", "signed.pdf"]).Code.ShouldBe(0);
        judge.Run("pdftotext", ["signed.pdf", "-"]).Output.ShouldContain("Licence page 2");
    }

    [Fact]
    public async Task The_seal_is_seen_on_the_page()
    {
        using var judge = new OpenSsl();
        judge.File("signed.pdf", await Signed(MinimalPdf.Of(), stamp: Stamp()));
        judge.Run("pdftoppm", ["-r", "36", "-png", "-singlefile", "signed.pdf", "page"]).Code.ShouldBe(0);
        judge.File("blank.pdf", MinimalPdf.Of());
        judge.Run("pdftoppm", ["-r", "36", "-png", "-singlefile", "blank.pdf", "blank"]).Code.ShouldBe(0);
        judge.Read("page.png").Length.ShouldBeGreaterThan(judge.Read("blank.png").Length + 200);
    }

    [Fact]
    public async Task Two_signatures_follow_each_other_and_both_hold()
    {
        var pdf = await Signed(await Signed(MinimalPdf.Of(), stamp: Stamp()), "天河区公安分局", Stamp());
        var report = Verify(pdf);
        report.Verdict.ShouldBe(Verdict.Genuine, SealGiven.Shown(report));
        SealGiven.Check(report, "scope").Words.ShouldBe("签名保护了当时的整个文件，之后只加了 1 个签名");
        using var judge = new OpenSsl();
        judge.File("signed.pdf", pdf);
        judge.Run("pdfsig", ["-nocert", "signed.pdf"]).Output.Split("Signature is Valid").Length.ShouldBe(3);
    }

    [Fact]
    public async Task A_change_of_any_signed_byte_is_found()
    {
        var pdf = await Signed(MinimalPdf.Of());
        var random = new Random(32000);
        for (var i = 0; i < 300; i++)
        {
            var changed = pdf.ToArray();
            changed[random.Next(pdf.Length)] ^= (byte)(1 << random.Next(8));
            var report = Verify(changed);
            // The room behind the signature value holds zeros that mean nothing.
            if (report.Verdict == Verdict.Genuine) changed.AsSpan().Count((byte)'0').ShouldBeGreaterThan(0);
            else report.Verdict.ShouldBeOneOf(Verdict.Invalid, Verdict.Uncertain, Verdict.Unsigned, Verdict.Unreadable);
        }
        var text = pdf.ToArray();
        text[text.AsSpan().IndexOf("Licence page"u8)] = (byte)'X';
        SealGiven.Check(Verify(text), "original").State.ShouldBe(CheckState.Failed);
        using var judge = new OpenSsl();
        judge.File("changed.pdf", text);
        judge.Run("pdfsig", ["-nocert", "changed.pdf"]).Output.ShouldNotContain("Signature is Valid");
    }

    [Fact]
    public async Task Content_appended_after_the_signature_is_found()
    {
        var signed = await Signed(MinimalPdf.Of());
        var page = Encoding.ASCII.GetBytes("11 0 obj\n<< /Length 39 >>\nstream\nBT /F1 24 Tf 72 720 Td (Forged) Tj ET    \nendstream\nendobj\n");
        var at = signed.Length;
        var previous = Encoding.ASCII.GetString(signed)[(Encoding.ASCII.GetString(signed).LastIndexOf("startxref", StringComparison.Ordinal) + 9)..].Trim().Split('\n')[0];
        byte[] forged = [.. signed, .. page, .. Encoding.ASCII.GetBytes($"xref\n11 1\n{at:D10} 00000 n\r\ntrailer\n<< /Size 100 /Root 1 0 R /Prev {previous} >>\nstartxref\n{at + page.Length}\n%%EOF\n")];
        var report = Verify(forged);
        report.Verdict.ShouldBe(Verdict.Invalid, SealGiven.Shown(report));
        SealGiven.Check(report, "scope").Words.ShouldContain("签名以后文件又增加了内容");
        // Signing the forged file again does not make the first signature vouch for it.
        var again = Verify(await Signed(forged, "天河区公安分局"));
        (SealGiven.Check(again, "scope").State, SealGiven.Check(again, "scope", 1).State).ShouldBe((CheckState.Unknown, CheckState.Passed), SealGiven.Shown(again));
    }

    [Fact]
    public async Task Nothing_can_hide_in_the_hole_of_a_range()
    {
        var pdf = Encoding.Latin1.GetString(await Signed(MinimalPdf.Of()));
        var end = pdf.IndexOf(">>", pdf.IndexOf("/Contents <", StringComparison.Ordinal), StringComparison.Ordinal);
        var wider = pdf[..(end - 40)] + "> /X (something hidden here instead)" + pdf[(end - 4)..];
        Verify(Encoding.Latin1.GetBytes(wider)).Verdict.ShouldBe(Verdict.Invalid);
    }

    [Fact]
    public async Task What_is_no_PDF_or_an_encrypted_one_is_refused_and_nothing_done()
    {
        var (key, certificate) = given.Person("x");
        foreach (var bad in (byte[][])["hello"u8.ToArray(), "%PDF-1.7\nno table"u8.ToArray(), Encoding.ASCII.GetBytes("%PDF-1.7\nxref\n0 0\ntrailer\n<< /Encrypt << >> /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"),
            Encoding.ASCII.GetBytes("%PDF-1.7\n1 0 obj\n<< /Length 1 0 R >>\nstream\n\nendstream\nendobj\nxref\n1 1\n0000000009 00000 n\r\ntrailer\n<< /Root 1 0 R >>\nstartxref\n65\n%%EOF\n")])
            (await PdfSigning.Apply(bad, Signer.Of(key, certificate.Raw), "x", "x", SealGiven.Now)).Refused.ShouldBe(Refusal.Invalid);
        (await PdfSigning.Apply(MinimalPdf.Of(), Signer.Of(key, certificate.Raw), "x", "x", SealGiven.Now, Stamp(7))).Faults.Single().Message.ShouldBe("文档只有 1 页，没有要盖章的那一页");
    }

    [Fact]
    public async Task Thousands_of_names_for_one_large_object_do_not_cost_thousands_of_readings()
    {
        const int names = 20_000;
        var (key, certificate) = given.Person("x");
        var index = string.Concat(Enumerable.Range(100, names).Select(i => $"{i} 0 "));
        var body = index + "<< /Type /Page /X [" + string.Concat(Enumerable.Repeat("0 ", 200_000)) + "] >>";
        var file = new MemoryStream();
        void Write(string text) => file.Write(Encoding.ASCII.GetBytes(text));
        Write("%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n");
        var pages = (int)file.Position;
        Write($"2 0 obj\n<< /Type /Pages /Kids [{string.Concat(Enumerable.Range(100, names).Select(i => $"{i} 0 R "))}] >>\nendobj\n");
        var container = (int)file.Position;
        Write($"3 0 obj\n<< /Type /ObjStm /N {names} /First {index.Length} /Length {body.Length} >>\nstream\n{body}\nendstream\nendobj\n");
        var table = (int)file.Position;
        Write($"4 0 obj\n<< /Type /XRef /Size {100 + names} /Root 1 0 R /W [1 4 2] /Index [1 3 100 {names}] /Length {7 * (names + 3)} >>\nstream\n");
        void Row(int kind, int second, int third) => file.Write([(byte)kind, (byte)(second >> 24), (byte)(second >> 16), (byte)(second >> 8), (byte)second, (byte)(third >> 8), (byte)third]);
        foreach (var at in (int[])[9, pages, container]) Row(1, at, 0);
        for (var i = 0; i < names; i++) Row(2, 3, i);
        Write($"\nendstream\nendobj\nstartxref\n{table}\n%%EOF\n");
        var outcome = await PdfSigning.Apply(file.ToArray(), Signer.Of(key, certificate.Raw), "x", "x", SealGiven.Now);
        outcome.Message.ShouldContain("对象互相重叠");
    }

    [Fact]
    public async Task Random_damage_to_PDF_ends_in_an_answer()
    {
        var random = new Random(7);
        byte[][] whole = [await Signed(MinimalPdf.Of(2, true)), await Signed(MinimalPdf.Of()), MinimalPdf.Of(1, true)];
        var (key, certificate) = given.Person("x");
        for (var i = 0; i < 2000; i++)
        {
            var bytes = whole[i % whole.Length].ToArray();
            for (var n = random.Next(1, 10); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(6) == 0) bytes = bytes[..random.Next(bytes.Length)];
            Verify(bytes).Conclusion.ShouldNotBeEmpty();
            (await PdfSigning.Apply(bytes, Signer.Of(key, certificate.Raw), "x", "x", SealGiven.Now)).ShouldNotBeNull();
        }
    }
}
