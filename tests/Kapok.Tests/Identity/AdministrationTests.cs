using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Events;
using Kapok.Identity;
using Kapok.Identity.Installing;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Identity;

public sealed class AdministrationTests(App app) : IClassFixture<App>
{
    OrganisationDirectory Directory => app.Services.GetRequiredService<OrganisationDirectory>();

    [Fact]
    public async Task A_county_opens_by_data_alone_and_its_officials_work_at_once_in_every_process()
    {
        await using var other = await app.Another();
        var admin = await app.Api("guangdong-org-admin");
        var opened = await admin.PostAsJsonAsync("/api/v1/admin/openings", new
        {
            divisions = new[] { new { code = "440186", name = "南岭示范区", level = "county", parent = "440100" } },
            organisations = new[] { new { line = "market", division = "440186" }, new { line = "civil-affairs", division = "440186" } },
            officials = new[]
            {
                new { name = "何新", idNumber = DemoCodes.CitizenId("440106", new(1990, 1, 2), true, 1), phone = "13911110001", account = "nanling-acceptor", posts = new[] { new { organisation = "market@440186", post = "acceptor" } } },
            },
        });
        opened.StatusCode.ShouldBe(HttpStatusCode.Created, await opened.Content.ReadAsStringAsync());
        var initial = (await opened.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("officials")[0].GetProperty("initialPassword").GetString()!;
        Directory.OrganisationByKey("market@440186")!.Name.ShouldBe("广州市南岭示范区市场监督管理局");
        Directory.PathOf("440186").ShouldBe("440000.440100.440186");

        // The initial password opens nothing but the page that changes it.
        var browser = await app.SignIn("nanling-acceptor", initial);
        (await browser.GetAsync("/my/absence")).Headers.Location!.OriginalString.ShouldStartWith("/my/password?return=");
        (await browser.GetAsync("/api/v1/posts")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await browser.PostForm("/my/password", "/my/password", ("current", initial), ("password", "red kapok by the river"), ("repeat", "red kapok by the river"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await browser.GetAsync("/my/absence")).StatusCode.ShouldBe(HttpStatusCode.OK);

        var there = other.Browser();
        (await there.PostForm("/sign-in", "/sign-in", ("account", "nanling-acceptor"), ("password", "red kapok by the river"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var me = await there.GetFromJsonAsync<JsonElement>("/api/v1/my/account");
        me.GetProperty("posts")[0].GetString().ShouldBe("广州市南岭示范区市场监督管理局 受理岗");
        var officials = await app.Services.GetRequiredService<People>().OfficialsAt(Directory.OrganisationByKey("market@440186")!.Id, "acceptor");
        officials.Single().Name.ShouldBe("何新");

        var events = await app.Database.Read(c => EventLog.Read(c, officials.Single().Person));
        events.Single().Type.ShouldBe("official-appointed");
        events.Single().Origin.ShouldStartWith("api ");
    }

    [Fact]
    public async Task An_opening_with_any_fault_names_each_place_and_opens_nothing()
    {
        var admin = await app.Api("guangdong-org-admin");
        var answer = await admin.PostAsJsonAsync("/api/v1/admin/openings", new
        {
            divisions = new object[] { new { code = "440187", name = "甲区", level = "county", parent = "440100" }, new { code = "44018", name = "乙区", level = "county", parent = "449999" }, new { code = "440106", name = "天河区", level = "county", parent = "440100" } },
            organisations = new[] { new { line = "market", division = "440187" } },
        });
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var places = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("faults").EnumerateArray().Select(f => f.GetProperty("where").GetString()!).ToList();
        places.ShouldContain(p => p.StartsWith("divisions[1]"));
        places.ShouldContain("divisions[2].code");
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*)::int from identity.division where code = '440187'"))).ShouldBe(0);

        answer = await admin.PostAsJsonAsync("/api/v1/admin/openings", new
        {
            organisations = new[] { new { line = "archives", division = "440117" } },
            officials = new[] { new { name = "1", idNumber = "440106198806159911", phone = "12", account = "Bad Name", posts = new[] { new { organisation = "archives@440117", post = "wizard" } } } },
        });
        places = [.. (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("faults").EnumerateArray().Select(f => f.GetProperty("where").GetString()!)];
        places.ShouldBe(["officials[0].name", "officials[0].idNumber", "officials[0].phone", "officials[0].account", "officials[0].posts[0].post"]);
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*)::int from identity.organisation where key = 'archives@440117'"))).ShouldBe(0);
    }

    [Theory]
    [InlineData("tianhe-org-admin", "market@440105", "acceptor", "another county")]
    [InlineData("tianhe-org-admin", "market@440100", "acceptor", "the city above")]
    [InlineData("tianhe-market-org-admin", "police@440106", "acceptor", "another line")]
    [InlineData("tianhe-org-admin", "services-data@440106", "tech", "the machine room")]
    public async Task Nobody_gives_a_post_beyond_his_own_reach(string admin, string organisation, string post, string what)
    {
        var person = DemonstrationPeople.IdOf("market@440106/issuer");
        var answer = await (await app.Api(admin)).PostAsJsonAsync($"/api/v1/admin/officials/{person}/appointments", new { organisation, post });
        answer.StatusCode.ShouldBeOneOf(HttpStatusCode.UnprocessableEntity, HttpStatusCode.Forbidden);
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*)::int from identity.appointment a join identity.organisation o on o.id = a.organisation where a.person = @person and o.key = @organisation and post = @post",
            new { person, organisation, post }))).ShouldBe(0, what);
    }

    [Theory]
    [InlineData("tianhe-market-org-admin", "440106", null, null, "all lines of the county")]
    [InlineData("tianhe-org-admin", "440100", null, null, "the whole city")]
    [InlineData("tianhe-market-org-admin", "440106", null, "police", "another line")]
    [InlineData("tianhe-org-admin", null, "market@440105", null, "an organisation elsewhere")]
    public async Task Nobody_gives_a_role_wider_than_his_own_scope(string admin, string? division, string? organisation, string? line, string what)
    {
        var person = DemonstrationPeople.IdOf("market@440106/issuer");
        var answer = await (await app.Api(admin)).PostAsJsonAsync($"/api/v1/admin/officials/{person}/roles", new { post = "org-admin", division, organisation, line });
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden, what);
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*)::int from identity.role_grant where person = @person and post = 'org-admin'", new { person }))).ShouldBe(0);
    }

    [Fact]
    public async Task A_role_within_ones_scope_is_given_works_explains_itself_and_is_taken_back()
    {
        var (admin, person) = (await app.Api("tianhe-org-admin"), DemonstrationPeople.IdOf("police@440106/issuer"));
        var given = await admin.PostAsJsonAsync($"/api/v1/admin/officials/{person}/roles", new { post = "reviewer", division = "440106", line = "police" });
        given.StatusCode.ShouldBe(HttpStatusCode.Created, await given.Content.ReadAsStringAsync());
        var url = "/api/v1/admin/access?permission=cases.review&organisation=police@440106&person=" + person;
        var decision = await admin.GetFromJsonAsync<JsonElement>(url);
        decision.GetProperty("allowed").GetBoolean().ShouldBeTrue();
        decision.GetProperty("reason").GetString().ShouldContain("广州市天河区 公安 审核岗");
        (await admin.PostAsJsonAsync($"/api/v1/admin/roles/{(await given.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid()}/take-back", new { ground = "期满" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await admin.GetFromJsonAsync<JsonElement>(url)).GetProperty("allowed").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Nobody_administers_himself_nor_the_machine_room_nor_people_of_another_scope()
    {
        var admin = await app.Api("guangdong-org-admin");
        var self = DemonstrationPeople.IdOf("services-data@440000/org-admin");
        (await admin.PostAsJsonAsync($"/api/v1/admin/officials/{self}/appointments", new { organisation = "market@440106", post = "approver" })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await admin.PostAsJsonAsync($"/api/v1/admin/accounts/{await AccountOf("guangdong-org-admin")}/reset-password", new { })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var tech = await AccountOf("tech");
        (await admin.PostAsJsonAsync($"/api/v1/admin/accounts/{tech}/lock", new { ground = "x" })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await admin.PostAsJsonAsync($"/api/v1/admin/officials/{DemonstrationPeople.IdOf("services-data@440000/tech")}/appointments", new { organisation = "market@440106", post = "acceptor" }))
            .StatusCode.ShouldBe(HttpStatusCode.Conflict, "technical and business posts do not mix");

        var tianhe = await app.Api("tianhe-org-admin");
        var elsewhere = DemonstrationPeople.IdOf("market@440105/acceptor");
        (await tianhe.GetAsync($"/api/v1/admin/officials/{elsewhere}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await tianhe.PostAsJsonAsync($"/api/v1/admin/accounts/{await AccountOf("haizhu-market-acceptor")}/lock", new { ground = "x" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await tianhe.PostAsJsonAsync($"/api/v1/admin/accounts/{await AccountOf("zhangsan")}/lock", new { ground = "x" })).StatusCode.ShouldBe(HttpStatusCode.NotFound, "citizens are not administered here");
    }

    [Fact]
    public async Task Paging_by_key_shows_everyone_in_scope_once_and_nobody_else()
    {
        var admin = await app.Api("tianhe-org-admin");
        var (seen, next) = (new List<Guid>(), (string?)null);
        do
        {
            var page = await admin.GetFromJsonAsync<JsonElement>("/api/v1/admin/officials" + (next is null ? "" : "?after=" + Uri.EscapeDataString(next)));
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("person").GetGuid()));
            next = page.TryGetProperty("next", out var n) ? n.GetString() : null;
        }
        while (next is not null);
        var expected = await app.Database.Read(c => c.QueryAsync<Guid>("""
            select distinct person from identity.appointment a join identity.organisation o on o.id = a.organisation join identity.division d on d.code = o.division where d.path like '440000.440100.440106%'
            """));
        seen.ShouldBeUnique();
        seen.ShouldBe(expected, ignoreOrder: true);
        seen.Count.ShouldBeGreaterThan(50, "more than one page");
        (await admin.GetAsync("/api/v1/admin/officials?after=rubbish!")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_substitute_holds_the_posts_of_the_absent_for_that_time_and_no_longer()
    {
        var reviewer = await app.Program("haizhu-market-reviewer");
        var (absent, substitute) = (DemonstrationPeople.IdOf("market@440105/reviewer"), DemonstrationPeople.IdOf("market@440105/acceptor"));
        var organisation = Directory.OrganisationByKey("market@440105")!;
        async Task<JsonElement> Record(object body) => await (await reviewer.PostAsJsonAsync("/api/v1/my/absences", body)).Content.ReadFromJsonAsync<JsonElement>();
        (await Record(new { substitute = DemonstrationPeople.IdOf("market@440106/acceptor"), organisation = "market@440105", from = "2026-09-21", to = "2026-09-30" }))
            .GetProperty("faults")[0].GetProperty("where").GetString().ShouldBe("substitute", "the substitute works elsewhere");
        var id = (await Record(new { substitute, organisation = "market@440105", from = "2026-09-21", to = "2026-09-30", reason = "年休假" })).GetProperty("id").GetGuid();

        Access.Decide(await ActorOf(substitute), "cases.review", organisation.AsTarget()).ShouldBe(new(true, $"代{await NameOf(absent)} {organisation.Name} 审核岗具有“cases.review”权限，范围包含该对象"));
        var people = app.Services.GetRequiredService<People>();
        (await people.OfficialsAt(organisation.Id, "reviewer")).Select(o => o.Person).ShouldBe([substitute]);
        (await people.SubstitutesOf(absent)).Single().Person.ShouldBe(substitute);
        (await Record(new { substitute = DemonstrationPeople.IdOf("market@440105/issuer"), organisation = "market@440105", from = "2026-09-25", to = "2026-09-26" })).GetProperty("status").GetInt32().ShouldBe(409, "two substitutes at once");

        (await reviewer.DeleteAsync($"/api/v1/my/absences/{id}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        Access.Decide(await ActorOf(substitute), "cases.review", organisation.AsTarget()).Allowed.ShouldBeFalse();
        (await people.OfficialsAt(organisation.Id, "reviewer")).Select(o => o.Person).ShouldBe([absent]);
    }

    [Fact]
    public async Task An_organisation_closes_only_when_empty_and_keeps_its_name_for_the_past()
    {
        var admin = await app.Api("guangdong-org-admin");
        var busy = Directory.OrganisationByKey("market@440105")!;
        (await admin.PostAsJsonAsync($"/api/v1/admin/organisations/{busy.Id}/close", new { ground = "x" })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var empty = Directory.OrganisationByKey("archives@440105")!;
        (await (await app.Api("tianhe-org-admin")).PostAsJsonAsync($"/api/v1/admin/organisations/{empty.Id}/close", new { ground = "x" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await admin.PostAsJsonAsync($"/api/v1/admin/organisations/{empty.Id}/close", new { ground = "机构改革方案" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        Directory.OrganisationByKey("archives@440105").ShouldBeNull();
        Directory.Organisation(empty.Id)!.Name.ShouldBe(empty.Name);
    }

    [Fact]
    public async Task Who_may_and_why_lists_everyone_who_reaches_a_place()
    {
        var admin = await app.Api("guangdong-org-admin");
        var who = (await admin.GetFromJsonAsync<JsonElement>("/api/v1/admin/access?permission=catalogue.publish&organisation=civil-affairs@440233")).EnumerateArray().ToDictionary(w => w.GetProperty("person").GetGuid(), w => w.GetProperty("reason").GetString()!);
        who.Keys.ShouldContain(DemonstrationPeople.IdOf("civil-affairs@440000/item-admin"), "the line from the province down");
        who.Keys.ShouldContain(DemonstrationPeople.IdOf("services-data@440233/item-admin"), "the coordinating line of the county");
        who.Keys.ShouldNotContain(DemonstrationPeople.IdOf("market@440000/item-admin"));
        who.Keys.ShouldNotContain(DemonstrationPeople.IdOf("services-data@440106/item-admin"));
        who.Values.ShouldAllBe(reason => reason.Contains("事项管理员具有“catalogue.publish”权限"));
        (await (await app.Api("tianhe-org-admin")).GetAsync("/api/v1/admin/access?permission=cases.read&organisation=market@440105")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_technical_operator_reads_neither_people_nor_scopes()
    {
        var tech = await app.Api("tech");
        foreach (var url in (string[])["/api/v1/admin/officials", "/api/v1/admin/organisations", $"/api/v1/admin/officials/{DemonstrationPeople.IdOf("market@440106/acceptor")}", $"/api/v1/audit/{Guid.Empty}/events"])
            (await tech.GetAsync(url)).StatusCode.ShouldBe(HttpStatusCode.Forbidden, url);
        (await tech.GetAsync("/api/v1/admin/jobs")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await (await app.Api("guangdong-org-admin")).GetAsync("/api/v1/admin/jobs")).StatusCode.ShouldBe(HttpStatusCode.Forbidden, "and business administrators touch nothing technical");
        (await (await app.Api("guangdong-org-admin")).PostAsync("/api/v1/admin/packages", new ByteArrayContent([]))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task An_auditor_sees_what_was_done_and_leaves_a_trace_himself()
    {
        await app.SignIn("tianhe-health-issuer");
        var person = DemonstrationPeople.IdOf("health@440106/issuer");
        var auditor = await app.Api("auditor");
        var events = await auditor.GetFromJsonAsync<JsonElement>($"/api/v1/audit/{person}/events");
        events.GetProperty("items").EnumerateArray().ShouldContain(e => e.GetProperty("type").GetString() == "signed-in");
        var mine = await (await app.Api("tianhe-health-issuer")).GetFromJsonAsync<JsonElement>("/api/v1/my/data-reads");
        mine.GetProperty("items").EnumerateArray().ShouldContain(r => r.GetProperty("purpose").GetString() == "审计");
    }

    Task<Guid> AccountOf(string name) => app.Database.Read(c => c.QuerySingleAsync<Guid>("select id from identity.account where name = @name", new { name }));
    Task<string> NameOf(Guid person) => app.Database.Read(c => c.QuerySingleAsync<string>("select name from identity.person where id = @person", new { person }));
    Task<Actor> ActorOf(Guid person) => app.Database.Read(async c => new Actor(ActorKind.Official, person, "", (await Kapok.Identity.Granting.Grants.Of(c, Directory.Current, person, new(2026, 9, 21))).Grants));
}
