using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Kapok.Cases.Archiving;
using Kapok.Documents.Seals;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Authority;
using Kapok.Trust.Certificates;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Cases.Archiving;

/// <summary>An archive package proves itself offline; each way to break one is found, named and placed.</summary>
public sealed class ArchivePackageTests(App app) : IClassFixture<App>
{
    ArchiveVerdict Verify(byte[] zip, TrustStore? trusted = null) => ArchiveVerifier.Verify(new MemoryStream(zip), trusted, app.Time.GetUtcNow().AddMinutes(1));

    async Task<byte[]> Package() => await app.Package(await app.Kept());

    /// <summary>The package with its files changed: null drops one, a new path adds one.</summary>
    static byte[] With(byte[] zip, params (string Path, Func<byte[], byte[]?> Change)[] changes)
    {
        var copy = new MemoryStream();
        copy.Write(zip);
        using (var archive = new ZipArchive(copy, ZipArchiveMode.Update, leaveOpen: true))
            foreach (var (path, change) in changes)
            {
                byte[] old = [];
                if (archive.GetEntry(path) is { } entry)
                {
                    using (var from = entry.Open()) { using var bytes = new MemoryStream(); from.CopyTo(bytes); old = bytes.ToArray(); }
                    entry.Delete();
                }
                if (change(old) is not { } now) continue;
                using var to = archive.CreateEntry(path).Open();
                to.Write(now);
            }
        return copy.ToArray();
    }

    static byte[] Events(byte[] chain, Action<JsonArray> change)
    {
        var root = JsonNode.Parse(chain)!;
        change(root["events"]!.AsArray());
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    static string First(byte[] zip, string folder)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        return archive.Entries.First(e => e.FullName.StartsWith(folder, StringComparison.Ordinal)).FullName;
    }

    [Fact]
    public async Task A_package_is_whole_with_its_own_root_and_with_the_nodes()
    {
        var zip = await Package();
        var own = Verify(zip);
        own.Findings.ShouldBeEmpty();
        own.Root.ShouldNotBeNull();
        own.Events.ShouldBeGreaterThan(1);
        own.Manifest!.Entries.Select(e => e.Path.Split('/')[0]).Distinct().ShouldBe(["case.json", "metadata.xml", "documents", "materials", "chain.json", "verify.html", "verify.py"], ignoreOrder: true);
        var root = (await app.Services.GetRequiredService<NodeAuthority>().First(TestContext.Current.CancellationToken)).Root.Certificate!;
        Verify(zip, new([root], [], [])).Findings.ShouldBeEmpty();
        Verify(zip, TrustStore.Empty).Findings.ShouldContain(f => f.Fault == ArchiveFault.Forged, "a root that nobody trusts proves nothing");
    }

    [Theory]
    [InlineData("case.json")]
    [InlineData("metadata.xml")]
    [InlineData("materials/")]
    [InlineData("documents/")]
    [InlineData("verify.html")]
    public async Task A_changed_and_a_dropped_file_are_named(string which)
    {
        var zip = await Package();
        var path = First(zip, which);
        var changed = Verify(With(zip, (path, b => [.. b[..^1], (byte)(b[^1] ^ 1)]))).Findings.ShouldHaveSingleItem();
        (changed.Fault, changed.Where).ShouldBe((ArchiveFault.Changed, path));
        var longer = Verify(With(zip, (path, b => [.. b, 0]))).Findings.ShouldHaveSingleItem();
        (longer.Fault, longer.Where).ShouldBe((ArchiveFault.Changed, path));
        var dropped = Verify(With(zip, (path, _ => null))).Findings.ShouldHaveSingleItem();
        (dropped.Fault, dropped.Where).ShouldBe((ArchiveFault.Dropped, path));
    }

    [Fact]
    public async Task An_inserted_file_and_a_second_one_of_a_name_are_named()
    {
        var zip = await Package();
        var inserted = Verify(With(zip, ("materials/99-假证明.pdf", _ => "%PDF-"u8.ToArray()))).Findings.ShouldHaveSingleItem();
        (inserted.Fault, inserted.Where).ShouldBe((ArchiveFault.Inserted, "materials/99-假证明.pdf"));

        var twice = new MemoryStream();
        twice.Write(zip);
        using (var archive = new ZipArchive(twice, ZipArchiveMode.Update, leaveOpen: true)) using (var to = archive.CreateEntry("case.json").Open()) to.Write("{}"u8);
        Verify(twice.ToArray()).Findings.ShouldContain(f => f.Fault == ArchiveFault.Inserted && f.Where == "case.json");
    }

    [Fact]
    public async Task A_changed_dropped_or_inserted_event_is_found_at_its_number()
    {
        var zip = await Package();
        ArchiveFinding EventFinding(Action<JsonArray> change) => Verify(With(zip, ("chain.json", b => Events(b, change)))).Findings.Where(f => f.Where != "chain.json").ShouldHaveSingleItem();

        var changed = EventFinding(e => e[1]!["actorName"] = "别人");
        (changed.Fault, changed.Where).ShouldBe((ArchiveFault.Changed, "chain.json#2"));
        var dropped = EventFinding(e => e.RemoveAt(1));
        (dropped.Fault, dropped.Where).ShouldBe((ArchiveFault.Dropped, "chain.json#2"));
        var inserted = EventFinding(e => e.Insert(1, e[1]!.DeepClone()));
        (inserted.Fault, inserted.Where).ShouldBe((ArchiveFault.Inserted, "chain.json#2"));
        var hidden = EventFinding(e =>
        {
            e.RemoveAt(1);
            for (var i = 0; i < e.Count; i++) e[i]!["seq"] = i + 1;
        });
        (hidden.Fault, hidden.Where).ShouldBe((ArchiveFault.Dropped, "chain.json#2"));
        var put = EventFinding(e =>
        {
            e.Insert(1, e[0]!.DeepClone());
            for (var i = 0; i < e.Count; i++) e[i]!["seq"] = i + 1;
        });
        (put.Fault, put.Where).ShouldBe((ArchiveFault.Inserted, "chain.json#2"));
    }

    [Fact]
    public async Task A_rewritten_list_an_absent_signature_and_a_strangers_signature_are_refused()
    {
        var zip = await Package();
        var path = First(zip, "materials/");
        byte[] List(byte[] b) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(b).Replace("\"retention\":\"10\"", "\"retention\":\"30\"", StringComparison.Ordinal));
        Verify(With(zip, ("manifest.json", List))).Findings.ShouldContain(f => f.Fault == ArchiveFault.Forged);
        Verify(With(zip, ("manifest.p7s", _ => null))).Findings.ShouldContain(f => f.Fault == ArchiveFault.Forged && f.Where == "manifest.p7s");
        Verify(With(zip, ("manifest.p7s", b => b[..^20]))).Findings.ShouldContain(f => f.Fault == ArchiveFault.Forged);
        Verify(With(zip, ("manifest.json", _ => null))).Findings.ShouldHaveSingleItem().Fault.ShouldBe(ArchiveFault.Dropped);

        // Someone takes a material out of the list and signs the new list with a key of his own.
        var forged = With(zip, (path, _ => null));
        byte[] list = [];
        forged = With(forged, ("manifest.json", b =>
        {
            var root = JsonNode.Parse(b)!;
            var entries = root["entries"]!.AsArray();
            entries.Remove(entries.First(e => e!["path"]!.GetValue<string>() == path));
            return list = Encoding.UTF8.GetBytes(root.ToJsonString());
        }));
        using var key = SignatureSuite.Sm2Sm3.Generate();
        var name = DistinguishedName.Of("红棉节点 440000 节点签名", "红棉节点");
        var stranger = CertificateWriter.Write(new() { Subject = name, Issuer = name, PublicKeyInfo = key.PublicKeyInfo, NotBefore = app.Time.GetUtcNow().AddDays(-1), NotAfter = app.Time.GetUtcNow().AddYears(1) }, key);
        var signature = await SignedData.Make(list, Signer.Of(key, stranger.Raw), attached: false, app.Time.GetUtcNow());
        forged = With(forged, ("manifest.p7s", _ => signature));
        var root = (await app.Services.GetRequiredService<NodeAuthority>().First(TestContext.Current.CancellationToken)).Root.Certificate!;
        Verify(forged, new([root], [], [])).Findings.ShouldContain(f => f.Fault == ArchiveFault.Forged);
    }

    [Fact]
    public async Task What_is_no_package_is_refused_with_a_reason_and_any_broken_byte_is_survived()
    {
        Verify([]).Findings.ShouldHaveSingleItem().Fault.ShouldBe(ArchiveFault.Unreadable);
        Verify("not a zip"u8.ToArray()).Findings.ShouldHaveSingleItem().Fault.ShouldBe(ArchiveFault.Unreadable);
        var zip = await Package();
        Verify(zip[..(zip.Length / 2)]).Whole.ShouldBeFalse();
        Verify(With(zip, ("manifest.json", _ => "{\"format\":\"kapok-archive/1\",\"entries\":[null]}"u8.ToArray()))).Whole.ShouldBeFalse();
        Verify(With(zip, ("chain.json", _ => "{\"events\":[null,{}]}"u8.ToArray()))).Whole.ShouldBeFalse();
        var random = new Random(20261130);
        for (var i = 0; i < 150; i++)
        {
            var broken = zip.ToArray();
            broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
            Verify(broken); // says something, never throws
        }
    }
}
