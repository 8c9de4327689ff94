using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Dapper;
using Kapok.Tests.Reliability;

namespace Kapok.Tests.Surface;

/// <summary>
/// Well-formed requests about real things that say too little or name what does not exist: the answer names the field,
/// and nothing is written.
/// </summary>
public sealed class BadMeaningTests(App app) : IClassFixture<App>
{
    const string Nobody = "00000000-dead-7000-8000-00000000beef";

    async Task<(Guid Case, Guid Draft, Guid Item, Guid Upload, Guid Official, Guid Organisation, Guid Person, string Task)> Given()
    {
        var citizen = await app.Api("zhangsan");
        var (sent, draft) = (await Applications.Ready(citizen), await Applications.Ready(citizen));
        (await Applications.Send(citizen, sent)).Status.ShouldBe(201);
        var clerk = await app.Api("tianhe-market-acceptor");
        (await clerk.PostAsync($"/api/v1/cases/{sent}/acceptance", null)).EnsureSuccessStatusCode();
        var task = JsonDocument.Parse(await clerk.GetStringAsync($"/api/v1/cases/{sent}")).RootElement.GetProperty("case").GetProperty("tasks")[0].GetProperty("key").GetString()!;
        var begun = await citizen.PostAsync("/api/v1/uploads", new StringContent("""{"name":"a.pdf","size":100}""", Encoding.UTF8, "application/json"));
        var upload = JsonDocument.Parse(await begun.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetGuid();
        return await app.Database.Read(async c => (sent, draft,
            await c.ExecuteScalarAsync<Guid>("select id from catalogue.item where parent is null and state = 'published' and line = 'market' order by basic_code limit 1"), upload,
            await c.ExecuteScalarAsync<Guid>("select person from identity.account where name = 'tianhe-market-reviewer'"),
            await c.ExecuteScalarAsync<Guid>("select id from identity.organisation where key = 'market@440106'"),
            await c.ExecuteScalarAsync<Guid>("select person from identity.account where name = 'zhangsan'"), task));
    }

    [Fact]
    public async Task What_is_missing_or_does_not_exist_is_named_and_nothing_is_written()
    {
        var g = await Given();
        var requests = new (string Account, string Request, string Body, string Field)[]
        {
            ("zhangsan", "POST /api/v1/drafts", "{}", "item"),
            ("zhangsan", "POST /api/v1/drafts", """{"item":"440131001000","body":"market@999999"}""", "body"),
            ("zhangsan", "POST /api/v1/drafts", """{"implementation":"nonsense"}""", "implementation"),
            ("zhangsan", $"PUT /api/v1/drafts/{g.Draft}/answers", "[]", ""),
            ("zhangsan", $"POST /api/v1/drafts/{g.Draft}/materials/nonsense", "{}", "nonsense"),
            ("zhangsan", $"POST /api/v1/drafts/{g.Draft}/materials/application", "{}", "application"),
            ("zhangsan", "POST /api/v1/uploads", "{}", "size"),
            ("zhangsan", "POST /api/v1/uploads", """{"name":"a.pdf","size":-1}""", "size"),
            ("zhangsan", "POST /api/v1/uploads", """{"name":"a.pdf","size":99999999999}""", "size"),
            ("zhangsan", $"PATCH /api/v1/uploads/{g.Upload}", "{}", "Content-Range"),
            ("zhangsan", $"POST /api/v1/my/cases/{g.Case}/messages", "{}", "text"),
            ("zhangsan", "POST /api/v1/my/password", "{}", "password"),
            ("zhangsan", "PUT /api/v1/my/acting-for", $$"""{"company":"{{Nobody}}"}""", "company"),
            ("tianhe-market-acceptor", $"POST /api/v1/cases/{g.Case}/acceptance-refusal", "{}", ""),
            ("tianhe-market-acceptor", $"POST /api/v1/cases/{g.Case}/messages", "{}", "text"),
            ("tianhe-market-acceptor", $"POST /api/v1/cases/{g.Case}/notes", "{}", "text"),
            ("tianhe-market-acceptor", $"POST /api/v1/cases/{g.Case}/questions", "{}", "organisation"),
            ("tianhe-market-acceptor", $"POST /api/v1/cases/{g.Case}/questions", $$"""{"organisation":"{{Nobody}}","question":"是否同意？"}""", "organisation"),
            ("tianhe-market-acceptor", $"POST /api/v1/cases/{g.Case}/questions/{Nobody}/answer", "{}", ""),
            ("tianhe-market-reviewer", $"POST /api/v1/cases/{g.Case}/suspension", "{}", "procedure"),
            ("tianhe-market-reviewer", $"POST /api/v1/cases/{g.Case}/extension", "{}", "days"),
            ("tianhe-market-reviewer", $"POST /api/v1/cases/{g.Case}/tasks/{g.Task}/completion", "{}", "outcome"),
            ("tianhe-market-reviewer", $"POST /api/v1/cases/{g.Case}/tasks/{g.Task}/return", "{}", "reason"),
            ("tianhe-market-reviewer", $"POST /api/v1/cases/{g.Case}/tasks/{g.Task}/assignment", "{}", "person"),
            ("tianhe-market-reviewer", $"POST /api/v1/cases/{g.Case}/tasks/{g.Task}/assignment", $$"""{"person":"{{g.Person}}"}""", "person"),
            ("tianhe-market-approver", "POST /api/v1/bulk", "{}", "act"),
            ("tianhe-market-approver", "POST /api/v1/bulk", """{"act":{}}""", "do"),
            ("tianhe-market-approver", "POST /api/v1/bulk", """{"act":{"do":"complete"}}""", "outcome"),
            ("guangdong-market-item-admin", "POST /api/v1/items", "{}", "content"),
            ("guangdong-market-item-admin", "POST /api/v1/items", """{"content":{"promisedDays":"viele"}}""", "promisedDays"),
            ("guangdong-market-item-admin", $"POST /api/v1/items/{g.Item}/take-over", "{}", "organisation"),
            ("guangdong-market-item-admin", $"POST /api/v1/items/{g.Item}/withdraw", "{}", "note"),
            ("guangdong-market-item-admin", $"POST /api/v1/items/{g.Item}/roll-back", "{}", "note"),
            ("guangdong-market-item-admin", $"POST /api/v1/items/{g.Item}/exemptions", "{}", ""),
            ("guangdong-market-item-admin", $"POST /api/v1/exemptions/{Nobody}/end", "{}", ""),
            ("guangdong-services-data-item-admin", "POST /api/v1/rates/baselines", "{}", "name"),
            ("guangdong-market-item-admin", "POST /api/v1/items/import", "{}", ""),
            ("guangdong-market-item-admin", "POST /api/v1/items/import", """[{"code":"4401"}]""", "[0]"),
            ("tianhe-org-admin", $"POST /api/v1/admin/officials/{g.Official}/appointments", "{}", "organisation"),
            ("tianhe-org-admin", $"POST /api/v1/admin/officials/{g.Official}/appointments", """{"organisation":"market@999999","post":"reviewer"}""", "organisation"),
            ("tianhe-org-admin", $"POST /api/v1/admin/officials/{g.Official}/roles", "{}", "post"),
            ("tianhe-org-admin", $"POST /api/v1/admin/officials/{g.Official}/roles", """{"post":"reviewer","division":"999999"}""", "division"),
            ("tianhe-org-admin", $"POST /api/v1/admin/officials/{g.Official}/absences", "{}", "from"),
            ("tianhe-org-admin", $"POST /api/v1/admin/organisations/{g.Organisation}/close", "{}", "ground"),
            ("tianhe-org-admin", "POST /api/v1/admin/openings", "{}", ""),
            ("tianhe-org-admin", "POST /api/v1/admin/openings", """{"organisations":[{"line":"market","division":"999999"}]}""", "division"),
            ("tianhe-org-admin", "POST /api/v1/admin/openings", """{"organisations":[null],"officials":[null]}""", "organisations[0]"),
            ("tianhe-org-admin", "POST /api/v1/admin/openings", """{"divisions":null,"officials":[{"posts":[null]}]}""", "posts[0]"),
            ("tianhe-market-reviewer", "POST /api/v1/my/absences", "{}", "from"),
            ("tech", "POST /api/v1/admin/packages", "{}", ""),
        };
        foreach (var account in requests.Select(r => r.Account).Distinct()) await app.Api(account);
        var before = await Events();
        var broken = new List<string>();
        foreach (var (account, line, body, field) in requests)
        {
            using var request = new HttpRequestMessage(new(line.Split(' ')[0]), line.Split(' ')[1]) { Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
            using var answer = await (await app.Api(account)).SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            if ((int)answer.StatusCode is < 400 or >= 500 || answer.Content.Headers.ContentType?.MediaType != "application/problem+json") { broken.Add($"{line} {body}: {(int)answer.StatusCode} {text}"); continue; }
            var faults = JsonDocument.Parse(text).RootElement.TryGetProperty("faults", out var f) ? f.EnumerateArray().Select(x => x.GetProperty("where").GetString()!).ToList() : [];
            if (field.Length > 0 && !faults.Any(w => w.Contains(field, StringComparison.OrdinalIgnoreCase))) broken.Add($"{line} {body}: does not name {field}: {(int)answer.StatusCode} {text}");
        }
        broken.ShouldBeEmpty();
        (await Events()).ShouldBe(before, "a refusal writes nothing");
    }

    Task<long> Events() => app.Database.Read(c => c.ExecuteScalarAsync<long>("select count(*) from kapok.event"));
}
