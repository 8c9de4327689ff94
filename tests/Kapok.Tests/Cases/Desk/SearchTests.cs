using System.Text;
using Dapper;
using Kapok.Cases.Finding;
using Kapok.Foundation;

namespace Kapok.Tests.Cases.Desk;

/// <summary>Desks find cases by fragments of what was filled in, with the rights of the list, and the index betrays nothing.</summary>
public sealed class SearchTests(App app) : IClassFixture<App>
{
    async Task<string[]> Found(string account, string text)
    {
        await app.CaughtUp("desk-search");
        return [.. (await (await app.As(account)).Page($"/desk/cases?q={Uri.EscapeDataString(text)}")).QuerySelectorAll("a.row-link").Select(a => a.GetAttribute("href")!)];
    }

    [Theory]
    [InlineData("8806159910", "the end of an identity number in a row of the form")]
    [InlineData("9910", "its last four")]
    [InlineData("138-0000-0001", "a phone with dashes")]
    [InlineData("00000001", "part of a phone")]
    [InlineData("MA9XXX011N", "part of a company code")]
    [InlineData("ma9x xx011n", "in small letters")]
    [InlineData("五山路", "part of an address")]
    [InlineData("plan", "the name of a material")]
    public async Task A_fragment_finds_the_case(string text, string what)
    {
        var id = await app.Submit();
        (await Found(Sample.Acceptor, text)).ShouldContain($"/desk/cases/{id}", what);
        (await Found(Sample.Stranger, text)).ShouldBeEmpty("rights are those of the list");
    }

    [Theory]
    [InlineData("8806159911")]
    [InlineData("991")]
    [InlineData("天河区区")]
    public async Task What_is_not_there_or_too_short_finds_nothing(string text)
    {
        await app.Submit();
        (await Found(Sample.Acceptor, text)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_search_is_recorded_with_its_words_masked_and_the_index_holds_no_words()
    {
        var id = await app.Submit();
        await Found(Sample.Acceptor, "440106198806159910");
        var logged = await app.Database.Read(c => c.QueryAsync<string>("select data::text from kapok.event where type = 'cases-searched'"));
        logged.ShouldContain(d => d.Contains("4****************0"));
        logged.ShouldAllBe(d => !d.Contains("8806159910"));
        var row = await app.Database.Read(c => c.QuerySingleAsync<(string Text, int Count)>("select s::text, cardinality(s.tokens) from cases.search s where case_id = @id", new { id }));
        row.Count.ShouldBeGreaterThan(50);
        row.Text.ShouldNotContain("9910198806");
    }

    [Fact]
    public void Another_secret_gives_other_digests_and_separators_in_numbers_do_not_matter()
    {
        var (mine, other) = (new SearchTokens(new NodeOptions()), new SearchTokens(new NodeOptions { Secret = new string('x', 40) }));
        mine.For("13800000001").ShouldBe(mine.For("138 0000-0001"));
        mine.For("１３８００００００01").ShouldBe(mine.For("13800000001"), "full width is the same number");
        mine.For("13800000001").Intersect(other.For("13800000001")).ShouldBeEmpty();
        mine.Of(["张三 13800000001"]).ShouldContain(mine.For("0001").Single());
        mine.For("张").ShouldBeEmpty();
    }

    [Fact]
    public void The_words_of_a_word_file_are_read_and_a_broken_one_says_nothing()
    {
        using var file = new MemoryStream();
        using (var zip = new System.IO.Compression.ZipArchive(file, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        using (var part = zip.CreateEntry("word/document.xml").Open())
            part.Write(Encoding.UTF8.GetBytes("<w:document xmlns:w='x'><w:p><w:r><w:t>食品安全</w:t></w:r><w:r><w:t>管理制度</w:t></w:r></w:p><w:p><w:r><w:t>第二条</w:t></w:r></w:p></w:document>"));
        const string word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
        MaterialText.Of(new MemoryStream(file.ToArray()), word, file.Length).ShouldBe("食品安全管理制度\n第二条\n");
        MaterialText.Of(new MemoryStream("%PDF-1.4"u8.ToArray()), "application/pdf", 8).ShouldBeNull();
        Should.Throw<InvalidDataException>(() => MaterialText.Of(new MemoryStream("PK"u8.ToArray()), word, 2));
    }
}
