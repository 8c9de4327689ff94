using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Kapok.Foundation;
using Kapok.Identity;
using Kapok.Identity.Installing;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Identity;

public sealed class DataReadTests(App app) : IClassFixture<App>
{
    static readonly Guid Zhang = DemonstrationPeople.IdOf("zhang-san"), Acceptor = DemonstrationPeople.IdOf("market@440106/acceptor");

    Actor Official => new(ActorKind.Official, Acceptor, "陈受理", []) { Organisation = app.Services.GetRequiredService<OrganisationDirectory>().OrganisationByKey("market@440106")!.Id };

    [Fact]
    public async Task Whoever_looked_stands_on_the_persons_page_with_office_reason_and_time()
    {
        await app.Services.GetRequiredService<DataReads>().Record(Official, Zhang, "办件 4401060001 的申请表", "办理受理");
        var browser = await app.As("zhangsan");
        var page = await browser.Page("/my/data-reads");
        var row = page.QuerySelectorAll("tbody tr").First().TextContent;
        row.ShouldContain("广州市天河区市场监督管理局 陈受理");
        row.ShouldContain("办件 4401060001 的申请表");
        row.ShouldContain("办理受理");
        row.ShouldContain("2026年9月21日 10:00");
        (await (await app.As("lixiulan")).Page("/my/data-reads")).Body!.TextContent.ShouldNotContain("4401060001", Case.Sensitive);
    }

    [Fact]
    public async Task Looking_at_ones_own_data_is_no_news()
    {
        var self = new Actor(ActorKind.Citizen, DemonstrationPeople.IdOf("li-xiulan"), "李秀兰", []);
        await app.Services.GetRequiredService<DataReads>().Record(self, self.Person!.Value, "本人信息", "查看");
        (await (await app.Api("lixiulan")).GetFromJsonAsync<JsonElement>("/api/v1/my/data-reads")).GetProperty("items").EnumerateArray().ShouldNotContain(r => r.GetProperty("what").GetString() == "本人信息");
    }

    [Fact]
    public async Task Whoever_acts_for_a_company_sees_who_looked_at_the_company()
    {
        await app.Services.GetRequiredService<DataReads>().Record(Official, DemonstrationPeople.IdOf("xiaoman-catering"), "营业执照信息", "核对材料");
        var program = await app.Program("zhangsan");
        await program.PutAsJsonAsync("/api/v1/my/acting-for", new { company = DemonstrationPeople.IdOf("xiaoman-catering") });
        (await program.GetFromJsonAsync<JsonElement>("/api/v1/my/data-reads")).GetProperty("items").EnumerateArray().Single().GetProperty("what").GetString().ShouldBe("营业执照信息");
    }

    [Fact]
    public async Task The_list_pages_by_key_and_repeats_nothing()
    {
        var (reads, hesimin) = (app.Services.GetRequiredService<DataReads>(), DemonstrationPeople.IdOf("he-simin"));
        for (var i = 0; i < 120; i++) await reads.Record(Official, hesimin, $"第 {i} 次", "测试");
        var (program, seen, next) = (await app.Api("hesimin"), new List<string>(), (string?)null);
        do
        {
            var page = await program.GetFromJsonAsync<JsonElement>("/api/v1/my/data-reads" + (next is null ? "" : "?after=" + next));
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(r => r.GetProperty("what").GetString()!));
            next = page.TryGetProperty("next", out var n) ? n.GetString() : null;
        }
        while (next is not null);
        seen.ShouldBe(Enumerable.Range(0, 120).Select(i => $"第 {i} 次"), ignoreOrder: true);
    }

    [Fact]
    public async Task No_note_is_lost_when_the_program_stops_in_order()
    {
        var other = await app.Another();
        var reads = other.Services.GetRequiredService<DataReads>();
        Task<int> Written(string what) => app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*)::int from kapok.data_read where what = @what", new { what }));
        await reads.Record(Official, Zhang, "最后一次写入", "测试");
        while (await Written("最后一次写入") == 0) await Task.Delay(1);
        // The writer rests for a moment after each batch: what comes now still waits when the program stops.
        for (var i = 0; i < 3000; i++) await reads.Record(Official, Zhang, "关机前", "测试");
        await other.DisposeAsync();
        (await Written("关机前")).ShouldBe(3000);
    }
}
