using System.IO.Compression;
using System.Text;
using Kapok.Documents.Ofd;

namespace Kapok.Tests.Documents.Ofd;

public sealed class OfdPackageTests
{
    static readonly ZipLimits Small = new(Entries: 10, EntryBytes: 2 << 20, TotalBytes: 3 << 20, Ratio: 100);

    static byte[] Zip(params (string Name, byte[] Content)[] files)
    {
        var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in files)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        return stream.ToArray();
    }

    static readonly (string, byte[]) Entrance = ("OFD.xml", "<OFD/>"u8.ToArray());

    static int Find(byte[] zip, string text, int from = 0) => zip.AsSpan(from).IndexOf(Encoding.UTF8.GetBytes(text)) + from;

    [Fact]
    public void A_package_written_by_another_program_opens_and_every_byte_comes_back()
    {
        var picture = new byte[100_000];
        new Random(1).NextBytes(picture);
        var package = OfdPackage.Open(Zip(Entrance, ("Doc_0/Res/a.png", picture), ("Doc_0/文.xml", new byte[5000]))).Value!;
        package["/Doc_0/Res/a.png"].ShouldBe(picture);
        using var archive = new ZipArchive(new MemoryStream(package.ToZip()));
        archive.Entries.Select(e => e.FullName).ShouldBe(["OFD.xml", "Doc_0/Res/a.png", "Doc_0/文.xml"]);
        var back = new MemoryStream();
        archive.GetEntry("Doc_0/Res/a.png")!.Open().CopyTo(back);
        back.ToArray().ShouldBe(picture);
        OfdPackage.Open(package.ToZip()).Value!.ToZip().ShouldBe(package.ToZip());
    }

    [Fact]
    public void The_same_files_give_the_same_bytes_in_whatever_order_they_came()
    {
        var one = OfdPackage.Empty.With("OFD.xml", [1]).With("b", [2]).With("/a", new byte[1000]);
        var two = OfdPackage.Empty.With("a", new byte[1000]).With("b", [9]).With("OFD.xml", [1]).With("b", [2]);
        two.ToZip().ShouldBe(one.ToZip());
        Should.Throw<ArgumentException>(() => one.With("../a", []));
    }

    [Fact]
    public void Without_its_entrance_it_is_no_ofd() => OfdPackage.Open(Zip(("a", [1]))).Message.ShouldContain("OFD.xml");

    [Theory]
    [InlineData("../evil")]
    [InlineData("/evil")]
    [InlineData("a/../../evil")]
    [InlineData("a\\b")]
    [InlineData("C:evil")]
    [InlineData("a//b")]
    [InlineData("a\u0001")]
    public void Names_that_leave_the_package_are_refused(string name) => OfdPackage.Open(Zip(Entrance, (name, [1]))).Message.ShouldContain("文件名不合法");

    [Theory]
    [InlineData("Doc")]
    [InlineData("doc")]
    public void Two_files_of_one_name_are_refused(string name)
    {
        var zip = Zip(Entrance, ("Doc", [1]), ("xyz", [2]));
        for (var at = Find(zip, "xyz"); at >= 0 && at < zip.Length; at = zip.AsSpan(at + 1).IndexOf("xyz"u8) is var next and >= 0 ? next + at + 1 : -1) Encoding.ASCII.GetBytes(name).CopyTo(zip, at);
        OfdPackage.Open(zip).Message.ShouldContain("两次");
    }

    [Fact]
    public void A_zip_bomb_is_refused_before_it_is_unpacked()
    {
        OfdPackage.Open(Zip(Entrance, ("bomb", new byte[1_900_000])), Small).Message.ShouldContain("压缩比");
        OfdPackage.Open(Zip(Entrance, ("bomb", new byte[3 << 20])), Small).Message.ShouldContain("2 MB");
        OfdPackage.Open(Zip([Entrance, .. Enumerable.Range(0, 4).Select(i => ($"f{i}", new byte[1 << 20]))]), Small).Message.ShouldContain("总共");
        OfdPackage.Open(Zip([Entrance, .. Enumerable.Range(0, 10).Select(i => ($"f{i}", new byte[1]))]), Small).Message.ShouldContain("10 个");
    }

    [Fact]
    public void An_entry_that_unpacks_to_more_than_it_says_is_refused()
    {
        var zip = Zip(Entrance, ("lie", new byte[50_000]));
        var central = zip.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BitConverter.GetBytes(100).CopyTo(zip, central + 24);
        OfdPackage.Open(zip).Message.ShouldContain("已损坏");
    }

    [Fact]
    public void Two_entries_that_share_their_bytes_are_refused()
    {
        var zip = Zip(Entrance, ("aaa", new byte[500]), ("bbb", new byte[500]));
        var second = zip.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        var first = zip.AsSpan(0, second).LastIndexOf("PK\u0001\u0002"u8);
        zip.AsSpan(first + 42, 4).CopyTo(zip.AsSpan(second + 42));
        OfdPackage.Open(zip).Refused.ShouldNotBeNull();
    }

    [Fact]
    public void A_changed_byte_of_content_is_noticed()
    {
        var zip = Zip(Entrance, ("text", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 500)))));
        zip[Find(zip, "text") + 60] ^= 4;
        OfdPackage.Open(zip).Message.ShouldContain("已损坏");
    }

    [Fact]
    public void A_central_name_that_differs_from_the_local_name_is_refused()
    {
        var zip = Zip(Entrance, ("name", [1]));
        zip[Find(zip, "name")] = (byte)'g';
        OfdPackage.Open(zip).Message.ShouldContain("不一致");
    }

    [Fact]
    public void Xml_with_entities_depth_or_a_document_type_is_refused_and_the_line_is_named()
    {
        var lol = "<!DOCTYPE a [<!ENTITY b \"bbbbbbbb\"><!ENTITY c \"&b;&b;&b;\">]>\n<a>&c;</a>"u8.ToArray();
        OfdXml.Read("x.xml", lol).Message.ShouldContain("文档类型");
        OfdXml.Read("x.xml", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"u8.ToArray()).Refused.ShouldNotBeNull();
        OfdXml.Read("x.xml", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<a>", 100_000)))).Message.ShouldContain("64 层");
        OfdXml.Read("x.xml", "<a>\n<b></a>"u8.ToArray()).Message.ShouldContain("x.xml:2");
        OfdXml.Read("x.xml", "<?xml version='1.0' encoding='no-such'?><a/>"u8.ToArray()).Refused.ShouldNotBeNull();
        OfdXml.Read("x.xml", "<o:a xmlns:o='u'><o:b c=' 1 '>t</o:b></o:a>"u8.ToArray()).Value.Child("b").Text("c").ShouldBe("1");
    }

    [Theory]
    [InlineData("Doc_0/Document.xml", "Pages/P.xml", "Doc_0/Pages/P.xml")]
    [InlineData("Doc_0/Document.xml", "/Doc_0/P.xml", "Doc_0/P.xml")]
    [InlineData("Doc_0/Signs/S.xml", "../Pages/./P.xml", "Doc_0/Pages/P.xml")]
    [InlineData("/OFD.xml", "Doc_0\\Document.xml", "Doc_0/Document.xml")]
    [InlineData("OFD.xml", "../../x", null)]
    public void Locations_are_resolved_from_the_file_they_stand_in(string file, string location, string? path) => OfdPackage.Resolve(file, location).ShouldBe(path);

    [Fact]
    public void Five_thousand_damaged_packages_are_opened_or_refused_and_never_break()
    {
        var random = new Random(33190);
        var good = Zip(Entrance, ("Doc_0/Document.xml", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 300)))), ("b", new byte[300]));
        var refused = 0;
        for (var i = 0; i < 5_000; i++)
        {
            var zip = good.ToArray();
            for (var n = random.Next(1, 6); n > 0; n--) zip[random.Next(zip.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) zip = zip[..random.Next(zip.Length)];
            if (random.Next(8) == 0) zip = [.. zip, .. zip];
            if (!OfdPackage.Open(zip, Small).Ok) refused++;
        }
        refused.ShouldBeGreaterThan(3_000);
    }
}
