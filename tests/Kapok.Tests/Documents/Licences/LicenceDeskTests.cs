using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dapper;
using Kapok.Documents.Licences;
using Kapok.Foundation.Events;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Documents.Licences;

/// <summary>What officials may do with licences: acts with ground, two persons, stock, sharing, the feed.</summary>
public sealed class LicenceDeskTests(PressApp app) : IClassFixture<PressApp>
{
    const string Ground = "《中华人民共和国食品安全法》第一百二十六条";
    static int serial;

    LicenceRegister Register => app.Services.GetRequiredService<LicenceRegister>();

    static object Row(string number, object? more = null) => new
    {
        type = "食品经营许可证", number, issuer = "market@440106", holderName = "广州市小满餐饮有限公司", holderCode = "91440106MA9XXX011N", issuedOn = "2024-01-02", validTo = "2029-01-01",
        fields = new { operatorName = "广州市小满餐饮有限公司", creditCode = "91440106MA9XXX011N", legalRepresentative = "张三", address = "五山路 101 号", category = "餐饮服务经营者", items = "热食类食品制售" },
    };

    async Task<JsonElement> Import(string json, string account = "tianhe-market-issuer")
    {
        var answer = await (await app.Api(account)).PostAsync("/api/v1/licence-desk/stock?name=stock.json", new StringContent(json, Encoding.UTF8, "application/json"));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>A permit of 小满 that is on the register.</summary>
    async Task<LicenceRow> Permit()
    {
        var number = $"JY244010699{Interlocked.Increment(ref serial):D5}";
        (await Import(JsonSerializer.Serialize(new[] { Row(number) }))).GetProperty("taken").GetInt32().ShouldBe(1);
        return (await Register.Search(number, new(2026, 9, 21))).Single();
    }

    async Task<HttpResponseMessage> Act(LicenceRow licence, string act, string account = "tianhe-market-issuer", string ground = Ground) =>
        await (await app.Api(account)).PostAsJsonAsync($"/api/v1/licence-desk/licences/{licence.Id}/acts", new { act, ground, reason = "现场检查发现严重问题" });

    [Fact]
    public async Task A_suspended_permit_is_invalid_in_every_check_at_once_and_comes_back_when_it_is_given_back()
    {
        var permit = await Permit();
        (await Act(permit, "suspend")).EnsureSuccessStatusCode();
        var check = app.Services.GetRequiredService<Kapok.Documents.Licences.Holding.LicenceCheck>();
        Kapok.Foundation.Codes.LicenceIdentifier.Parse(permit.Identifier, out var identifier);
        (await check.Of(identifier!, null, null)).Verdict.ShouldBe("not-in-force");
        (await Act(permit, "suspend")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await Act(permit, "resume")).EnsureSuccessStatusCode();
        (await check.Of(identifier!, null, null)).Verdict.ShouldBe("valid");
    }

    [Fact]
    public async Task Taking_a_permit_away_needs_a_second_official_who_is_another()
    {
        var permit = await Permit();
        var proposed = await Act(permit, "revoke");
        var proposal = (await proposed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("proposal").GetGuid();
        (await Register.Find(permit.Id))!.State.ShouldBe(LicenceState.Valid);
        (await (await app.Api("tianhe-market-issuer")).PostAsJsonAsync($"/api/v1/licence-desk/proposals/{proposal}", new { granted = true })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await Act(permit, "annul")).StatusCode.ShouldBe(HttpStatusCode.Conflict, "one proposal at a time");
        (await (await app.Api("tianhe-market-approver")).PostAsJsonAsync($"/api/v1/licence-desk/proposals/{proposal}", new { granted = true })).EnsureSuccessStatusCode();
        (await Register.Find(permit.Id))!.State.ShouldBe(LicenceState.Revoked);
        var events = await app.Database.Read(c => EventLog.Read(c, permit.Chain));
        events.Select(e => e.Type).ShouldBe([LicenceEvents.Imported, LicenceEvents.Proposed, LicenceEvents.Revoked]);
        EventLog.FirstBreak(permit.Chain, events).ShouldBeNull();
        (await (await app.Api("tianhe-market-approver")).PostAsJsonAsync($"/api/v1/licence-desk/proposals/{proposal}", new { granted = true })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Theory]
    [InlineData("tianhe-police-issuer")]
    [InlineData("tianhe-market-acceptor")]
    public async Task An_official_of_another_line_or_post_cannot_act(string account)
    {
        var permit = await Permit();
        (await Act(permit, "suspend", account)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await Register.Find(permit.Id))!.State.ShouldBe(LicenceState.Valid);
    }

    [Fact]
    public async Task An_act_without_ground_says_what_is_missing()
    {
        var answer = await Act(await Permit(), "suspend", ground: "");
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("依据");
    }

    [Fact]
    public async Task Stock_takes_what_is_right_and_says_of_every_other_row_where_and_why()
    {
        var good = $"JY244010698{Interlocked.Increment(ref serial):D5}";
        var rows = JsonSerializer.Serialize(new object[]
        {
            Row(good), Row(good), new { type = "龙证", number = "1", issuer = "nobody@1", holderName = "张三", holderCode = "440106198806159911", issuedOn = "二月三十日" },
        });
        var report = await Import(rows);
        report.GetProperty("taken").GetInt32().ShouldBe(1);
        var refused = report.GetProperty("refused").EnumerateArray().Select(f => $"{f.GetProperty("where")} {f.GetProperty("message")}").ToList();
        refused.ShouldContain(r => r.StartsWith("第 2 项") && r.Contains("写了两次"));
        foreach (var word in (string[])["没有登记过证照类型", "没有颁发机构", "不是日期", "既不是有效的公民身份号码"]) refused.ShouldContain(r => r.StartsWith("第 3 项") && r.Contains(word));
        (await Import(JsonSerializer.Serialize(new[] { Row(good) }))).GetProperty("standing").GetInt32().ShouldBe(1, "the same again changes nothing");
        (await Import(JsonSerializer.Serialize(new[] { Row(good) }), "haizhu-market-issuer")).GetProperty("taken").GetInt32().ShouldBe(0, "another district may not enter for this one");
    }

    [Fact]
    public async Task What_is_no_sheet_and_no_list_is_refused_whole()
    {
        var answer = await (await app.Api("tianhe-market-issuer")).PostAsync("/api/v1/licence-desk/stock", new ByteArrayContent("PK\u0003\u0004 not a zip"u8.ToArray()));
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await (await app.Api("tianhe-market-acceptor")).PostAsync("/api/v1/licence-desk/stock", new StringContent("[]"))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task The_sharing_service_answers_only_with_a_cause_and_the_holder_sees_it()
    {
        var permit = await Permit();
        var http = await app.Api("tianhe-market-reviewer");
        (await http.PostAsJsonAsync("/api/v1/licences/query", new { holderCode = "91440106MA9XXX011N", holderTypeCode = "001" })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var list = await (await http.PostAsJsonAsync("/api/v1/licences/query", new { holderCode = "91440106MA9XXX011N", holderTypeCode = "001", certNo = permit.Number, useCause = "办件核对主体资格" })).Content.ReadFromJsonAsync<JsonElement>();
        list.GetProperty("items")[0].GetProperty("certIdentifier").GetString().ShouldBe(permit.Identifier);
        var metadata = await (await http.PostAsJsonAsync("/api/v1/licences/metadata", new { certIdentifier = permit.Identifier, useCause = "办件核对主体资格" })).Content.ReadFromJsonAsync<JsonElement>();
        metadata.GetProperty("metadata").GetProperty("ZZBS").GetString().ShouldBe(permit.Identifier);
        metadata.GetProperty("metadata").GetProperty("KZ_operatorName").GetString().ShouldBe("广州市小满餐饮有限公司");
        var verified = await (await http.PostAsJsonAsync("/api/v1/licences/verify", new { certIdentifier = permit.Identifier, holder = "广州市小满餐饮有限公司", useCause = "执法检查核验" })).Content.ReadFromJsonAsync<JsonElement>();
        verified.GetProperty("verdict").GetString().ShouldBe("valid");
        (await app.Services.GetRequiredService<LicenceUses>().Of(permit.Chain)).Select(u => u.How).ShouldBe(["verify", "share", "share"]);
        (await (await app.Api("zhangsan")).PostAsJsonAsync("/api/v1/licences/query", new { useCause = "随便看看" })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task The_feed_gives_every_change_once_in_order_and_the_meter_says_who_is_late()
    {
        var permit = await Permit();
        (await Act(permit, "cancel")).EnsureSuccessStatusCode();
        var reader = await app.Api("guangdong-market-item-admin");
        var (cursor, rows) = ("", new List<JsonElement>());
        while (true)
        {
            var page = await reader.GetFromJsonAsync<JsonElement>($"/api/v1/licences/feed?after={cursor}&limit=5");
            if (page.GetProperty("next").GetString() == cursor || page.GetProperty("rows").GetArrayLength() == 0 && page.GetProperty("next").GetString() == (cursor.Length == 0 ? "0-0" : cursor)) break;
            rows.AddRange(page.GetProperty("rows").EnumerateArray().Select(r => r.Clone()));
            cursor = page.GetProperty("next").GetString()!;
        }
        var mine = rows.Where(r => r.GetProperty("certificateSourceId").GetString() == permit.Identifier).Select(r => r.GetProperty("cdOperation").GetString()).ToList();
        mine.ShouldBe(["I", "D"]);
        rows.Select(r => r.GetProperty("cdBatch").GetString()).Distinct().Count().ShouldBe(rows.Count);
        await Permit();
        app.Time.Advance(TimeSpan.FromHours(3));
        try
        {
            var fresh = await app.Program("guangdong-market-item-admin");
            var late = await fresh.GetFromJsonAsync<JsonElement>("/api/v1/licences/feed/lateness");
            late.GetProperty("readers").EnumerateArray().ShouldContain(r => r.GetProperty("reader").GetString() == "market@440000" && r.GetProperty("late").GetBoolean());
        }
        finally { app.Time.Advance(TimeSpan.FromHours(-3)); }
    }
}
