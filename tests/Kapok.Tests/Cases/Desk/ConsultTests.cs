using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Kapok.Cases;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Cases.Desk;

/// <summary>A pause needs evidence; questions go to several units with files, can be confidential, and are reminded of.</summary>
public sealed class ConsultTests(App app) : IClassFixture<App>
{
    static string At(Guid id) => $"/desk/cases/{id}";
    static readonly byte[] Pdf = "%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\n"u8.ToArray();

    static async Task<HttpResponseMessage> Post(HttpClient browser, Guid id, string verb, (string Name, string Value)[] fields, params (string Name, string File)[] files)
    {
        var token = await browser.Token(At(id));
        using var form = new MultipartFormDataContent { { new StringContent(token.Value), token.Name } };
        foreach (var (name, value) in fields) form.Add(new StringContent(value), name);
        foreach (var (name, file) in files) form.Add(new ByteArrayContent(Pdf), name, file);
        return await browser.PostAsync($"{At(id)}/{verb}", form);
    }

    async Task<Guid> Accepted()
    {
        var id = await app.Submit();
        (await (await app.Api(Sample.Acceptor)).PostAsync($"/api/v1/cases/{id}/acceptance", null)).EnsureSuccessStatusCode();
        return id;
    }

    [Fact]
    public async Task The_clock_stops_only_with_ground_and_evidence_and_the_event_names_the_file_by_digest()
    {
        var id = await Accepted();
        var reviewer = await app.As(Sample.Reviewer);
        var procedure = (await reviewer.Page(At(id))).QuerySelector("select[name=procedure] option")!.GetAttribute("value")!;
        var bare = await Post(reviewer, id, "suspend", [("procedure", procedure), ("ground", "申请人要求听证")]);
        bare.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var html = await bare.Content.ReadAsStringAsync();
        HtmlCheck.Verify(html);
        html.ShouldContain("请附上证据");
        (await app.State(id)).ShouldBe("accepted");
        (await (await app.Api(Sample.Reviewer)).PostAsJsonAsync($"/api/v1/cases/{id}/suspension", new { procedure, ground = "申请人要求听证" })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, "the same over the API");

        (await Post(reviewer, id, "suspend", [("procedure", procedure), ("ground", "申请人要求听证")], ("evidence", "听证申请.pdf"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await app.State(id)).ShouldBe("suspended");
        var page = await reviewer.Page(At(id));
        var link = page.QuerySelector("#evidence a")!;
        link.TextContent.ShouldBe("听证申请.pdf");
        (await reviewer.GetByteArrayAsync(link.GetAttribute("href"))).ShouldBe(Pdf);
        (await (await app.As(Sample.Stranger)).GetAsync(link.GetAttribute("href"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var logged = await app.Database.Read(c => c.ExecuteScalarAsync<string>("select data->'evidence'->0->>'digest' from kapok.event where stream = @id and type = 'suspended'", new { id }));
        logged.ShouldBe(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Pdf)));
    }

    [Fact]
    public async Task Nobody_puts_another_ones_upload_to_a_case_as_evidence()
    {
        var id = await Accepted();
        var someone = await app.Database.Read(c => c.ExecuteScalarAsync<Guid>("select file from cases.material where owner = @id limit 1", new { id }));
        var procedure = (await (await app.As(Sample.Reviewer)).Page(At(id))).QuerySelector("select[name=procedure] option")!.GetAttribute("value");
        var answer = await (await app.Api(Sample.Reviewer)).PostAsJsonAsync($"/api/v1/cases/{id}/suspension", new { procedure, ground = "申请人要求听证", evidence = new[] { someone } });
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await app.State(id)).ShouldBe("accepted");
    }

    [Fact]
    public async Task A_confidential_question_goes_to_two_units_at_once_and_each_sees_only_its_own()
    {
        var id = await app.Submit();
        var asking = await app.As(Sample.Acceptor);
        var (health, housing) = (app.Organisation("health@440106"), app.Organisation("civil-affairs@440106"));
        (await Post(asking, id, "ask", [("organisation", health.ToString()), ("organisation", housing.ToString()), ("question", "负责人是否有不良记录？"), ("confidential", "true")], ("questionFiles", "线索.pdf"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*)::int from cases.consultation where case_id = @id", new { id }))).ShouldBe(2);

        var (one, another) = (await app.As("tianhe-health-reviewer"), await app.As("tianhe-civil-affairs-reviewer"));
        var seen = await one.Page(At(id));
        seen.QuerySelectorAll("#questions .desk-talk > li").Count(l => l.TextContent.Contains("不良记录", StringComparison.Ordinal)).ShouldBe(1, "its own question, not the other unit's");
        var file = seen.QuerySelector("#questions .desk-file a")!.GetAttribute("href")!;
        (await one.GetAsync(file)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await another.GetAsync(file)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        // Neither the trail nor the exported case carries the words.
        var trail = await app.Database.Read(c => c.QueryAsync<string>("select data::text from kapok.event where stream = @id", new { id }));
        trail.ShouldAllBe(t => !t.Contains("不良记录") && !t.Contains("线索"));
        (await asking.GetStringAsync($"{At(id)}/bundle.json")).ShouldNotContain("不良记录");

        var question = await app.Database.Read(c => c.ExecuteScalarAsync<Guid>("select id from cases.consultation where case_id = @id and organisation = @health", new { id, health }));
        var answer = await one.Token($"/desk/questions/{question}");
        using var form = new MultipartFormDataContent { { new StringContent(answer.Value), answer.Name }, { new StringContent("没有记录"), "answer" }, { new ByteArrayContent(Pdf), "answerFiles", "查询结果.pdf" } };
        (await one.PostAsync($"/desk/questions/{question}", form)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await asking.GetStringAsync(At(id))).ShouldContain("查询结果.pdf");
        (await (await app.As(Sample.Approver)).GetStringAsync(At(id))).ShouldContain("没有记录", customMessage: "the asking unit reads the answer");
        (await another.GetStringAsync(At(id))).ShouldNotContain("没有记录");
    }

    [Fact]
    public async Task An_unanswered_question_is_reminded_of_by_hand_once_an_hour_and_by_the_clock_before_it_is_due()
    {
        var id = await app.Submit();
        var asking = await app.As(Sample.Acceptor);
        (await Post(asking, id, "ask", [("organisation", app.Organisation("health@440106").ToString()), ("question", "排水是否符合要求？"), ("due.year", "2026"), ("due.month", "9"), ("due.day", "24")])).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var question = await app.Database.Read(c => c.ExecuteScalarAsync<Guid>("select id from cases.consultation where case_id = @id", new { id }));
        (await asking.PostForm(At(id), $"{At(id)}/remind", ("question", question.ToString()))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await (await app.Api(Sample.Acceptor)).PostAsync($"/api/v1/cases/{id}/questions/{question}/reminder", null)).StatusCode.ShouldBe(HttpStatusCode.Conflict);

        var now = app.Time.GetUtcNow();
        app.Time.Set(new(2026, 9, 23, 10, 0, 0, TimeSpan.Zero));
        try { await app.Services.GetRequiredService<TimerWorker>().FireDue(); }
        finally { app.Time.Set(now); }
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select reminders from cases.consultation where id = @question", new { question }))).ShouldBe(2);
        var stranger = await app.Api(Sample.Stranger);
        (await stranger.PostAsync($"/api/v1/cases/{id}/questions/{question}/reminder", null)).IsSuccessStatusCode.ShouldBeFalse();
    }
}
