using Kapok.Documents.Seals;
using Kapok.Tests.Documents.Seals;
using Kapok.Tests.Trust;

namespace Kapok.Tests.Documents.Verifying;

/// <summary>docs/seals.md says how anybody verifies without us; this runs its lines.</summary>
public sealed class SealDocsTests
{
    [Fact]
    public async Task The_shell_lines_of_the_documentation_verify_a_sealed_document_and_find_a_changed_one()
    {
        var text = File.ReadAllText(Path.Combine(TestDatabase.Root, "docs/seals.md"));
        var lines = text[(text.IndexOf("```sh\n", StringComparison.Ordinal) + 6)..];
        lines = lines[..lines.IndexOf("```", StringComparison.Ordinal)];
        var given = new SealGiven();
        var package = (await OfdSealing.Apply(MinimalOfd.Of(), given.Holder(), [new StampPlace.At(1, 130, 200)], SealGiven.Now)).Value!;

        using var shell = new OpenSsl();
        shell.File("document.ofd", package.ToZip());
        var (code, output) = shell.Run("bash", ["-c", "set -e -o pipefail\n" + lines]);
        code.ShouldBe(0, output);
        output.Split("Verified OK").Length.ShouldBe(3, output);
        output.ShouldContain("广州市天河区市场监督管理局");
        output.ShouldContain("same /Doc_0/Pages/Page_0/Content.xml");
        output.ShouldNotContain("CHANGED");
        var digest = Convert.ToHexStringLower(given.Suite.Digest(package["Doc_0/Signs/Sign_0/Signature.xml"]!));
        output.Split(digest).Length.ShouldBe(3, "the digest that was signed and the one openssl computes");

        using var again = new OpenSsl();
        again.File("document.ofd", package.With("Doc_0/Pages/Page_0/Content.xml", [.. package["Doc_0/Pages/Page_0/Content.xml"]!, (byte)' ']).ToZip());
        again.Run("bash", ["-c", lines]).Output.ShouldContain("CHANGED /Doc_0/Pages/Page_0/Content.xml");
    }
}
