using Dapper;
using FsCheck;
using FsCheck.Fluent;
using Kapok.Foundation.Chinese;
using Npgsql;

namespace Kapok.Tests.Foundation.Chinese;

public sealed class SearchTextTests(BareApp app) : IClassFixture<BareApp>
{
    [Fact]
    public void A_text_becomes_characters_pairs_words_and_readings()
    {
        SearchText.Tokens("食品 GB2312，2026").ShouldBe(["食", "食品", "品", "gb2312", "2026"]);
        SearchText.Tokens("食品证", byPinyin: true).ShouldBe(["食", "食品", "品", "品证", "证", "~spz", "~shipinzheng", "~pz", "~pinzheng", "~z", "~zheng"]);
        SearchText.Tokens("ＡＢＣ　ü").ShouldBe(["abc", "v"]);
        SearchText.Tokens(null).ShouldBeEmpty();
        SearchText.Vector(new SearchField("食品", 'A'), new SearchField("食", 'D')).ShouldBe("'食':1A,8D '食品':1A '品':2A");
    }

    [Theory]
    [InlineData("食品经营", "'食品' & '品经' & '经营'", "'食品' | '品经' | '经营'")]
    [InlineData("证", "'证'", "'证'")]
    [InlineData("spjyxk", "('spjyxk':* | '~spjyxk':*)", "('spjyxk':* | '~spjyxk':*)")]
    [InlineData("440131", "'440131':*", "'440131':*")]
    [InlineData("食品 jyxk 2026", "'食品' & ('jyxk':* | '~jyxk':*) & '2026':*", "'食品' | ('jyxk':* | '~jyxk':*) | '2026':*")]
    [InlineData("我要开餐馆怎么办", "'开餐' & '餐馆' & '办'", "'开餐' | '餐馆' | '办'")]
    [InlineData("需要什么材料", "'需要' & '要什' & '什么' & '么材' & '材料'", "'需要' | '要什' | '什么' | '么材' | '材料'")]
    [InlineData("'; drop table x; --", "('drop':* | '~drop':*) & ('table':* | '~table':*) & 'x':*", "('drop':* | '~drop':*) | ('table':* | '~table':*) | 'x':*")]
    [InlineData("？！…", null, null)]
    [InlineData("", null, null)]
    [InlineData(null, null, null)]
    public void A_query_is_understood(string? typed, string? all, string? any) => SearchText.Parse(typed).ShouldBe(new SearchQuery(all, any, null));

    [Theory]
    [InlineData("440131001000", "440131001000")]
    [InlineData(" 4401 3100 1000 ", "440131001000")]
    [InlineData("11370800MB285591843370117002011", "11370800MB285591843370117002011")]
    [InlineData("91350100m000100y43", "91350100M000100Y43")]
    [InlineData("440131", null)]
    public void A_code_is_recognised(string typed, string? code) => SearchText.Parse(typed).Code.ShouldBe(code);

    [Fact]
    public void A_case_number_is_recognised_as_a_whole() =>
        SearchText.Parse("11370800MB285591843370117002011202206230068").Code.ShouldBe("11370800MB285591843370117002011202206230068");

    [Theory]
    [InlineData("食品经营", true)]
    [InlineData("经营许可", true)]
    [InlineData("spjy", true)]
    [InlineData("jyxk", true)]
    [InlineData("jingying", true)]
    [InlineData("许可 食品", true)]
    [InlineData("开饭店", true)]
    [InlineData("4401310", true)]
    [InlineData("食", true)]
    [InlineData("药品", false)]
    [InlineData("spxk", false)]
    [InlineData("品食", false)]
    public async Task Postgresql_finds_what_is_typed(string typed, bool found)
    {
        var vector = SearchText.Vector(new SearchField("食品经营许可（新办）", 'A', true), new SearchField("开饭店", 'B', true), new SearchField("440131001000", 'C'), new SearchField("在广东开餐馆要办的许可。"));
        (await Matches(vector, SearchText.Parse(typed).All)).ShouldBe(found);
    }

    [Fact]
    public async Task Postgresql_ranks_a_name_before_a_description()
    {
        var (name, description) = (SearchText.Vector(new SearchField("食品许可", 'A', true)), SearchText.Vector(new SearchField("食品许可", 'D')));
        await using var connection = await Open();
        (await connection.ExecuteScalarAsync<bool>("select ts_rank(@name::tsvector, @query::tsquery) > ts_rank(@description::tsvector, @query::tsquery)",
            new { name, description, query = SearchText.Parse("食品").All })).ShouldBeTrue();
    }

    [Fact]
    public async Task Postgresql_accepts_whatever_is_indexed_or_typed()
    {
        var pieces = Gen.Elements("食品", "a", "'", "\\", "\0", "\ud842", "𠮷", " ", ":", "*", "~", "&", "é", "ß", "①", "٣", "%", "\n", "我要", "ｘ", "〇").ArrayOf(20).Select(string.Concat);
        await using var connection = await Open();
        foreach (var text in pieces.Sample(300))
        {
            var vector = SearchText.Vector(new SearchField(text, 'A', true), new SearchField(text));
            (await connection.ExecuteScalarAsync<string>("select (@vector::tsvector)::text", new { vector })).ShouldNotBeNull();
            if (SearchText.Parse(text).All is not { } all) continue;
            (await connection.ExecuteScalarAsync<string>("select (@all::tsquery)::text", new { all })).ShouldNotBeNull();
            (await connection.ExecuteScalarAsync<string>("select (@any::tsquery)::text", new { any = SearchText.Parse(text).Any })).ShouldNotBeNull();
        }
        var endless = SearchText.Vector(new SearchField(string.Concat(Enumerable.Repeat("办理食品经营许可abc ", 20_000)), 'A', true), new SearchField(new string('x', 5_000)));
        (await connection.ExecuteScalarAsync<int>("select length(@endless::tsvector)", new { endless })).ShouldBeGreaterThan(10);
    }

    private async Task<bool> Matches(string vector, string? query)
    {
        await using var connection = await Open();
        return await connection.ExecuteScalarAsync<bool>("select @vector::tsvector @@ @query::tsquery", new { vector, query });
    }

    private async Task<NpgsqlConnection> Open() => await app.Database.Source.OpenConnectionAsync();
}
