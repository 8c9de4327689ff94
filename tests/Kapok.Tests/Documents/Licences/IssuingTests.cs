using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Kapok.Documents.Licences;
using Kapok.Foundation.Events;
using Kapok.Tests.Reliability;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Documents.Licences;

/// <summary>业务办结时同步签发: the licence stands in the same commit as the decision.</summary>
public sealed class IssuingTests(PressApp app) : IClassFixture<PressApp>
{
    LicenceRegister Register => app.Services.GetRequiredService<LicenceRegister>();

    /// <summary>An application of Tianhe that waits for the decision.</summary>
    async Task<Guid> Reviewed()
    {
        app.Press.Down = null;
        var citizen = await app.Api("zhangsan");
        var id = await Applications.Ready(citizen);
        (await Applications.Send(citizen, id)).Status.ShouldBe(201);
        await Step(id, "tianhe-market-acceptor", "acceptance", new { });
        await Complete(id, "tianhe-market-reviewer", new { outcome = "pass", note = "材料齐全" });
        return id;
    }

    async Task Step(Guid id, string account, string path, object body) => (await (await app.Api(account)).PostAsJsonAsync($"/api/v1/cases/{id}/{path}", body)).EnsureSuccessStatusCode();

    async Task<HttpResponseMessage> Complete(Guid id, string account, object body)
    {
        var http = await app.Api(account);
        var task = (await http.GetFromJsonAsync<JsonElement>($"/api/v1/cases/{id}")).GetProperty("case").GetProperty("tasks")[0].GetProperty("key").GetString()!;
        return await http.PostAsJsonAsync($"/api/v1/cases/{id}/tasks/{Uri.EscapeDataString(task)}/completion", body);
    }

    Task<HttpResponseMessage> Approve(Guid id, string? without = null) => Complete(id, "tianhe-market-approver", new { outcome = "approve", note = "同意", withoutLicence = without });

    [Fact]
    public async Task An_approved_permit_is_a_valid_licence_in_the_moment_the_case_is_closed()
    {
        var id = await Reviewed();
        (await Register.OfCase(id)).ShouldBeEmpty();
        (await Approve(id)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var licence = (await Register.OfCase(id)).ShouldHaveSingleItem();
        licence.State.ShouldBe(LicenceState.Valid);
        licence.Name.ShouldBe("食品经营许可证");
        licence.Number.ShouldStartWith("JY4401062026");
        licence.Identifier.ShouldStartWith("1.2.156.3005.2.11100000MB0143028RF01.");
        licence.ValidTo.ShouldBe(new DateOnly(2031, 9, 20));
        licence.Value("category").ShouldStartWith("餐饮服务经营者");
        licence.Value("supervisor").ShouldBe("广州市天河区市场监督管理局");
        licence.Holders.Single().CodeType.ShouldBe("001");
        var events = await app.Database.Read(c => EventLog.Read(c, licence.Chain));
        events.Select(e => e.Type).ShouldBe([LicenceEvents.Ordered, LicenceEvents.Issued]);
        EventLog.FirstBreak(licence.Chain, events).ShouldBeNull();
        var ofCase = await app.Database.Read(c => EventLog.Read(c, id));
        ofCase.Single(e => e.Type == "licence-ordered").Data.ShouldContain(licence.Number);
        EventLog.FirstBreak(id, ofCase).ShouldBeNull();
        (await app.Database.Read(c => c.QuerySingleAsync<bool>("select d.xmin = l.xmin from documents.licence l, cases.document d where l.case_id = @id and d.case_id = @id and d.kind = 'approve'", new { id })))
            .ShouldBeTrue("decision and licence belong to one transaction");
    }

    [Fact]
    public async Task Two_permits_of_an_office_have_numbers_that_follow_each_other()
    {
        var (one, two) = (await Reviewed(), await Reviewed());
        await Task.WhenAll(Approve(one), Approve(two));
        var numbers = new[] { (await Register.OfCase(one)).Single().Number, (await Register.OfCase(two)).Single().Number }.Order().ToArray();
        (int.Parse(numbers[1][^6..]) - int.Parse(numbers[0][^6..])).ShouldBe(1);
    }

    [Fact]
    public async Task While_the_seal_is_out_of_reach_the_decision_stands_and_the_licence_waits_for_its_seal()
    {
        var id = await Reviewed();
        app.Press.Down = "签章服务没有响应";
        (await Approve(id)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var waiting = (await Register.OfCase(id)).Single();
        waiting.State.ShouldBe(LicenceState.ToMake);
        waiting.Waits.ShouldBe("签章服务没有响应");
        waiting.File.ShouldBeNull();
        (await app.Services.GetRequiredService<LicenceIssuing>().MakeWaiting(waiting.Id)).ShouldBe("签章服务没有响应");
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*)::int from kapok.job where kind = 'licence-press' and key = @key", new { key = waiting.Id.ToString() }))).ShouldBe(1);
        app.Press.Down = null;
        (await app.Services.GetRequiredService<LicenceIssuing>().MakeWaiting(waiting.Id)).ShouldBeNull();
        var made = (await Register.OfCase(id)).Single();
        made.State.ShouldBe(LicenceState.Valid);
        made.FileDigest.ShouldNotBeNull();
        (await app.Services.GetRequiredService<LicenceIssuing>().MakeWaiting(waiting.Id)).ShouldBeNull("a second job finds it made");
        (await app.Database.Read(c => EventLog.Read(c, made.Chain))).Count(e => e.Type == LicenceEvents.Issued).ShouldBe(1);
    }

    [Fact]
    public async Task An_approval_that_cannot_yield_its_licence_is_refused_unless_the_reason_is_recorded()
    {
        var id = await Reviewed();
        await app.Database.Read(c => c.ExecuteAsync("update cases.content set answers = (answers::jsonb - 'legalRepresentative')::json where case_id = @id", new { id }));
        var refused = await Approve(id);
        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("法定代表人（负责人）");
        (await app.Database.Read(c => c.ExecuteScalarAsync<string>("""select state from cases."case" where id = @id""", new { id }))).ShouldBe("accepted", "a refused decision changes nothing");
        (await Approve(id, "当")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await Approve(id, "当事人只要纸质证，已在窗口领取")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Register.OfCase(id)).ShouldBeEmpty();
        (await app.Database.Read(c => EventLog.Read(c, id))).Single(e => e.Type == "licence-not-issued").Ground.ShouldContain("纸质证");
    }

    [Fact]
    public async Task A_refused_or_withdrawn_application_yields_nothing()
    {
        var id = await Reviewed();
        (await Complete(id, "tianhe-market-approver", new { outcome = "refuse", note = "经营场所不符合要求" })).EnsureSuccessStatusCode();
        (await Register.OfCase(id)).ShouldBeEmpty();
    }
}
