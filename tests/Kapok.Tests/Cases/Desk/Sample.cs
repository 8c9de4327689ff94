using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Kapok.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Cases.Desk;

/// <summary>Applications for a food permit in Tianhe, made through the API as a citizen would.</summary>
static class Sample
{
    public const string Acceptor = "tianhe-market-acceptor", Reviewer = "tianhe-market-reviewer", Approver = "tianhe-market-approver", Stranger = "haizhu-market-acceptor";

    public const string Answers = """
        {"operatorName":"广州小满餐饮店","creditCode":"91440106MA9XXX011N","legalRepresentative":"张三","contactName":"张三","contactPhone":"13800000001","premisesDivision":"440106001001",
         "premisesAddress":"广州市天河区五山路 101 号首层 3 铺","area":86.5,"category":"catering","items":["hot","drinks"],"online":true,"onlineShop":"小满餐饮外卖店","vending":false,
         "staff":[{"name":"张三","idNumber":"440106198806159910","role":"officer","directContact":false}],"delivery":"electronic"}
        """;

    static readonly byte[] Pdf = Encoding.ASCII.GetBytes("%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n");
    static readonly byte[] Png = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==");

    /// <summary>A case in the hands of the acceptor.</summary>
    public static async Task<Guid> Submit(this App app, string name = "广州小满餐饮店")
    {
        var citizen = await app.Company();
        var draft = (await Send(citizen, HttpMethod.Post, "/api/v1/drafts", new { item = "440131001000", body = "market@440106", eligibility = new { hasLicence = true, onlyPrepackaged = false, onlyFarmProduce = false, barred = false } })).GetProperty("id").GetGuid();
        await Send(citizen, HttpMethod.Put, $"/api/v1/drafts/{draft}/answers", JsonDocument.Parse(Answers.Replace("广州小满餐饮店", name, StringComparison.Ordinal)).RootElement);
        await Upload(citizen, $"/api/v1/drafts/{draft}/materials/floor-plan?name=plan.png", Png);
        await Upload(citizen, $"/api/v1/drafts/{draft}/materials/rules?name=rules.pdf", Pdf);
        await Send(citizen, HttpMethod.Post, $"/api/v1/drafts/{draft}/submission", new { });
        return draft;
    }

    /// <summary>The citizen who applies, acting for his company.</summary>
    public static async Task<HttpClient> Company(this App app)
    {
        var citizen = await app.Api("zhangsan");
        var parties = await citizen.GetFromJsonAsync<JsonElement>("/api/v1/my/parties");
        var company = parties.GetProperty("items").EnumerateArray().First(p => p.GetProperty("name").GetString()!.Contains("小满", StringComparison.Ordinal)).GetProperty("id").GetGuid();
        await Send(citizen, HttpMethod.Put, "/api/v1/my/acting-for", new { company });
        return citizen;
    }

    /// <summary>Waits until a reader of the event log has read all that stands in it now.</summary>
    public static async Task CaughtUp(this App app, string follower)
    {
        while (await app.Database.Read(c => Dapper.SqlMapper.ExecuteScalarAsync<bool>(c,
            "select exists (select 1 from kapok.event e where (e.xid, e.id) > (select coalesce(max(k.xid), '0'::xid8), coalesce(max(k.id), 0) from kapok.cursor k where k.follower = @follower))", new { follower })))
            await System.Threading.Tasks.Task.Delay(50);
    }

    public static Guid Organisation(this App app, string key) => app.Services.GetRequiredService<OrganisationDirectory>().OrganisationByKey(key)!.Id;

    /// <summary>Key of the open task of a case.</summary>
    public static async Task<string> Task(this HttpClient api, Guid id) =>
        (await api.GetFromJsonAsync<JsonElement>($"/api/v1/cases/{id}")).GetProperty("case").GetProperty("tasks")[0].GetProperty("key").GetString()!;

    public static async Task<string> State(this App app, Guid id) =>
        (await (await app.Api(Acceptor)).GetFromJsonAsync<JsonElement>($"/api/v1/cases/{id}")).GetProperty("case").GetProperty("state").GetString()!;

    static async Task Upload(HttpClient client, string address, byte[] bytes)
    {
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        await Checked(await client.PutAsync(address, content));
    }

    static async Task<JsonElement> Send(HttpClient client, HttpMethod method, string address, object body)
    {
        using var request = new HttpRequestMessage(method, address) { Content = JsonContent.Create(body) };
        return await Checked(await client.SendAsync(request));
    }

    static async Task<JsonElement> Checked(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue($"{answer.RequestMessage!.RequestUri}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }
}
