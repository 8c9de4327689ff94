using Kapok.Documents.Ofd;
using Kapok.Documents.Seals;
using Kapok.Documents.Verifying;
using Kapok.Tests.Documents.Seals;
using Kapok.Trust.Certificates;

namespace Kapok.Tests.Documents.Verifying;

/// <summary>
/// Files that were sealed once and for all, with what verification must say of each. They show that a later version still
/// reads what an earlier one made. <see cref="Make"/> wrote them; running it again gives other keys, so it is run only when a
/// new file is added.
/// </summary>
public sealed class GoldenTests
{
    static readonly string Folder = Path.Combine(TestDatabase.Root, "tests/Kapok.Tests/Documents/Verifying/golden");

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*.ofd").Concat(Directory.GetFiles(Folder, "*.pdf")).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];

    [Theory, MemberData(nameof(Files))]
    public void A_golden_file_is_judged_as_written_beside_it(string file)
    {
        byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name));
        var ground = new VerificationGround(new([Certificate.Parse(Read("root.cer"))], [], [RevocationList.Parse(Read("root.crl"))]), [Certificate.Parse(Read("maker.cer"))], SealGiven.Now);
        var shown = SealGiven.Shown(Verification.Of(Read(file), ground)) + "\n";
        shown.ShouldBe(File.ReadAllText(Path.Combine(Folder, file + ".txt")));
    }

    [Fact(Explicit = true)]
    public async Task Make()
    {
        var given = new SealGiven();
        Directory.CreateDirectory(Folder);
        void Write(string name, byte[] bytes) => File.WriteAllBytes(Path.Combine(Folder, name), bytes);
        async Task<OfdPackage> Seal(OfdPackage package, SealHolder holder, StampPlace place) => (await OfdSealing.Apply(package, holder, [place], SealGiven.Now.AddHours(-1))).Value!;
        var at = new StampPlace.At(1, 130, 200);
        Write("root.cer", given.Root.Raw);
        Write("maker.cer", given.Maker.Raw);
        Write("root.crl", given.Ground.Trusted.Lists[0].Raw);
        Write("one-seal.ofd", (await Seal(MinimalOfd.Of(), given.Holder(), at)).ToZip());
        Write("two-seals.ofd", (await Seal(await Seal(MinimalOfd.Of(), given.Holder(), at), given.Holder("广州市天河区公安分局"), new StampPlace.At(1, 60, 200))).ToZip());
        Write("straddle-seal.ofd", (await Seal(MinimalOfd.Of(3), given.Holder(), new StampPlace.Straddle())).ToZip());
        Write("expired-seal.ofd", (await Seal(MinimalOfd.Of(), given.Holder(validTo: SealGiven.Now.AddDays(-1)), at)).ToZip());
        Write("signer-not-in-list.ofd", (await Seal(MinimalOfd.Of(), given.Holder(listed: [given.Maker]), at)).ToZip());
        var changed = await Seal(MinimalOfd.Of(2), given.Holder(), at);
        Write("changed-page.ofd", changed.With("Doc_0/Pages/Page_1/Content.xml", System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(changed["Doc_0/Pages/Page_1/Content.xml"]!).Replace("食品", "药品"))).ToZip());
        Write("structure-1.ofd", OldSeals.Document(given, await Seal(MinimalOfd.Of(), given.Holder(), at)).ToZip());
        var (key, certificate) = given.Person("张三");
        Write("signed-without-seal.ofd", (await OfdSealing.Sign(MinimalOfd.Of(), Signer.Of(key, certificate.Raw), SealGiven.Now)).Value!.ToZip());
        Write("unsigned.ofd", MinimalOfd.Of().ToZip());
        foreach (var file in Directory.GetFiles(Folder, "*.ofd")) File.WriteAllText(file + ".txt", SealGiven.Shown(Verification.Of(File.ReadAllBytes(file), given.Ground)) + "\n");
    }
}
