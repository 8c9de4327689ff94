using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Kapok.Documents.Ofd;
using Kapok.Documents.Seals;
using Kapok.Documents.Seals.Ledger;
using Kapok.Documents.Verifying;
using Kapok.Foundation;
using Kapok.Identity;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Certificates;
using Kapok.Trust.Keys;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Documents.Seals;

/// <summary>The seal ledger and sealing from the real program: two persons, rights, uses, loss, and the key holder away.</summary>
public sealed class LedgerTests(SealApp app) : IClassFixture<SealApp>
{
    Organisation Office(string key = "market@440106") => app.Services.GetRequiredService<OrganisationDirectory>().OrganisationByKey(key)!;
    static readonly Actor Decider = new(ActorKind.System, null, "系统", []);

    Task<Outcome<SealedDocument>> Seal(SealRequest request, Actor? actor = null, bool roll = false) => app.Database.Read(async c =>
    {
        await using var transaction = await c.BeginTransactionAsync();
        var outcome = await app.Services.GetRequiredService<SealingService>().Seal(c, MinimalOfd.Of(), request, actor ?? Decider);
        if (roll) await transaction.RollbackAsync(); else await transaction.CommitAsync();
        return outcome;
    });

    SealRequest Request(string office, string kind = "licence", Guid? seal = null) => new(Office(office).Id, kind, "食品经营许可证", "JY14401060000001", [new StampPlace.At(-1, 130, 200)]) { Seal = seal };

    async Task<VerificationReport> Verify(byte[] file) => (await app.Services.GetRequiredService<Verifier>().Verify(file, null, default)).Value!;

    static async Task<JsonElement> Ok(HttpResponseMessage answer, HttpStatusCode status = HttpStatusCode.OK)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(status, text);
        return JsonDocument.Parse(text).RootElement;
    }

    async Task<Guid> Applied(HttpClient keeper, string purpose = "行政审批专用章", params string[] kinds) =>
        (await Ok(await keeper.PostAsJsonAsync("/api/v1/seals", new { organisation = "market@440106", kind = "purpose", purpose, keeper = "沈静文", ground = "业务需要", documentKinds = kinds }), HttpStatusCode.Created)).GetProperty("id").GetGuid();

    static Task<HttpResponseMessage> Act(HttpClient who, Guid seal, string act, string ground = "") => who.PostAsJsonAsync($"/api/v1/seals/{seal}/acts", new { act, ground });

    [Fact]
    public async Task A_seal_is_made_when_another_person_approves_it_and_never_by_the_applicant_alone()
    {
        var (keeper, approver) = (await app.Api("tianhe-market-seal-keeper"), await app.Api("tianhe-market-seal-approver"));
        var seal = await Applied(keeper);
        (await Act(keeper, seal, "approve")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await Ok(await Act(approver, seal, "approve"))).GetProperty("state").GetString().ShouldBe("active");
        (await Act(approver, seal, "approve")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var card = await Ok(await keeper.GetAsync($"/api/v1/seals/{seal}"));
        card.GetProperty("seal").GetProperty("number").GetString()!.ShouldStartWith("440106");
        card.GetProperty("history").EnumerateArray().Select(h => h.GetProperty("type").GetString()).ShouldBe(["seal-applied", "seal-made"]);
        var data = await app.Database.Read(c => c.QuerySingleAsync<byte[]>("select data from documents.seal where id = @seal", new { seal }));
        var made = ElectronicSeal.Parse(data).Value!;
        (made.Version, made.Properties.Name, made.Properties.Type, made.Picture.Width).ShouldBe((4, "广州市天河区市场监督管理局行政审批专用章", 2, 42));
        SignatureSuite.Of(made.SignatureOid)!.Verify(Certificate.Parse(made.MakerCertificate).PublicKeyInfo, made.Signed, made.Signature).ShouldBeTrue();
    }

    [Fact]
    public async Task The_one_who_asks_cannot_confirm_even_with_both_posts()
    {
        var both = new Actor(ActorKind.Official, Guid.CreateVersion7(), "一人两岗", [new("x", [SealDecisions.Manage, SealDecisions.Approve], Organisation: Office().Id)]);
        var ledger = app.Services.GetRequiredService<SealLedger>();
        var id = (await ledger.Apply(both, new("market@440106", "purpose", null, null, "一人两岗专用章", "某人", null, null, "试"))).Value;
        (await ledger.Do(both, id, SealAct.Approve, null)).Message.ShouldBe("申请人不能自己审批，请由另一个人审批");
        SealRecord active = new() { State = SealStates.Active, Asked = "destroy", AskedBy = both.Person };
        SealDecisions.Decide(active, SealAct.Confirm, both.Person, null).Message.ShouldBe("申请人不能自己确认，请由另一个人确认");
        SealDecisions.Decide(active, SealAct.Confirm, Guid.CreateVersion7(), null).Value!.State.ShouldBe(SealStates.Destroyed);
    }

    [Fact]
    public async Task A_sealed_document_is_genuine_with_its_record_and_one_whose_transaction_failed_has_none()
    {
        var sealedDocument = (await Seal(Request("housing@440106"))).Value!;
        var report = await Verify(sealedDocument.Package.ToZip());
        report.Verdict.ShouldBe(Verdict.Genuine, SealGiven.Shown(report));
        SealGiven.Check(report, "seal-state").Words.ShouldBe("印章台账：盖章时印章在用，这次用印有登记");
        (await app.Database.Read(c => c.QuerySingleAsync<(string Title, string Reference)>("select title, reference from documents.seal_use where id = @Id", new { sealedDocument.Use.Id }))).ShouldBe(("食品经营许可证", "JY14401060000001"));
        app.Time.Advance(TimeSpan.FromMinutes(1)); // in the same second the same document gives the same bytes to sign
        var lost = await Verify((await Seal(Request("housing@440106"), roll: true)).Value!.Package.ToZip());
        lost.Verdict.ShouldBe(Verdict.Uncertain);
        SealGiven.Check(lost, "seal-state").Words.ShouldContain("没有这次用印的登记");
    }

    [Fact]
    public async Task A_suspended_seal_seals_nothing_and_an_older_document_stays_genuine()
    {
        var (keeper, approver) = (await app.Api("tianhe-market-seal-keeper"), await app.Api("tianhe-market-seal-approver"));
        var seal = await Applied(keeper, "暂停试验专用章", "suspend-test");
        await Ok(await Act(approver, seal, "approve"));
        var before = (await Seal(Request("market@440106", "suspend-test", seal))).Value!.Package.ToZip();
        app.Time.Advance(TimeSpan.FromMinutes(5));
        (await Act(keeper, seal, "suspend")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, "a reason is needed");
        await Ok(await Act(keeper, seal, "suspend", "保管人出差"));
        (await Seal(Request("market@440106", "suspend-test", seal))).Refused.ShouldBe(Refusal.Conflict);
        var report = await Verify(before);
        report.Verdict.ShouldBe(Verdict.Genuine, SealGiven.Shown(report));
        SealGiven.Check(report, "seal-state").Words.ShouldContain("变为“已停用”");
        await Ok(await Act(keeper, seal, "ask-resume", "已返回"));
        (await Act(keeper, seal, "confirm")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await Ok(await Act(approver, seal, "confirm"))).GetProperty("state").GetString().ShouldBe("active");
        (await Seal(Request("market@440106", "suspend-test", seal))).Ok.ShouldBeTrue();
    }

    [Fact]
    public async Task A_seal_reported_lost_ends_its_key_and_a_signature_after_the_loss_is_refused()
    {
        var (keeper, approver) = (await app.Api("tianhe-market-seal-keeper"), await app.Api("tianhe-market-seal-approver"));
        var seal = await Applied(keeper, "挂失试验专用章", "loss-test");
        await Ok(await Act(approver, seal, "approve"));
        var before = (await Seal(Request("market@440106", "loss-test", seal))).Value!.Package.ToZip();
        app.Time.Advance(TimeSpan.FromMinutes(5));
        await Ok(await Act(keeper, seal, "report-lost", "密码设备遗失"));
        (await Seal(Request("market@440106", "loss-test", seal))).Refused.ShouldBe(Refusal.Conflict);
        var key = await app.Database.Read(c => c.QuerySingleAsync<Guid>("select key from documents.seal where id = @seal", new { seal }));
        (await app.Services.GetRequiredService<Kapok.Trust.Keys.Keys>().Find(key))!.State.ShouldBe(KeyState.Destroyed);
        SealGiven.Check(await Verify(before), "seal-state").State.ShouldBe(CheckState.Passed);
        Verifier.Judge(SealStates.Lost, SealStates.Lost, default, true).State.ShouldBe(CheckState.Failed);
        Verifier.Judge(null, SealStates.Active, default, true).Words.ShouldContain("还没有启用");
    }

    [Fact]
    public async Task Who_lacks_the_permission_or_asks_for_another_kind_of_document_cannot_use_the_seal()
    {
        var (keeper, approver) = (await app.Api("tianhe-market-seal-keeper"), await app.Api("tianhe-market-seal-approver"));
        var seal = await Applied(keeper, "权限试验专用章", "food-licence");
        await Ok(await Act(approver, seal, "approve"));
        Actor Official(string permission, Guid at) => new(ActorKind.Official, Guid.CreateVersion7(), "某人", [new("x", [permission], Organisation: at)]);
        (await Seal(Request("market@440106", "letter", seal))).Message.ShouldContain("不能用在这种文件上");
        (await Seal(Request("market@440106", "food-licence", seal), Official("cases.decide", Office("housing@440106").Id))).Refused.ShouldBe(Refusal.Forbidden);
        (await Seal(Request("market@440106", "food-licence", seal), Official("cases.accept", Office().Id))).Refused.ShouldBe(Refusal.Forbidden);
        (await Seal(Request("market@440106", "food-licence", seal), Official("cases.decide", Office().Id))).Ok.ShouldBeTrue();
        await Ok(await keeper.PutAsJsonAsync($"/api/v1/seals/{seal}/rights", new { rights = new[] { new { documentKind = "*", permission = "cases.accept" } } }));
        (await Seal(Request("market@440106", "letter", seal), Official("cases.accept", Office().Id))).Ok.ShouldBeTrue();
    }

    [Fact]
    public async Task When_the_key_holder_is_away_nothing_is_sealed_and_the_caller_is_told()
    {
        (await Seal(Request("health@440106"))).Ok.ShouldBeTrue();
        var count = await app.Database.Read(c => c.ExecuteScalarAsync<long>("select count(*) from documents.seal_use"));
        app.Holder.Away = true;
        try { await Should.ThrowAsync<KeyUnavailable>(() => Seal(Request("health@440106"))); }
        finally { app.Holder.Away = false; }
        (await app.Database.Read(c => c.ExecuteScalarAsync<long>("select count(*) from documents.seal_use"))).ShouldBe(count);
        (await Seal(Request("health@440106"))).Ok.ShouldBeTrue();
    }

    [Fact]
    public async Task What_was_used_cannot_be_unwritten()
    {
        var use = (await Seal(Request("health@440106"))).Value!.Use;
        await Should.ThrowAsync<Npgsql.PostgresException>(() => app.Database.Read(c => c.ExecuteAsync("delete from documents.seal_use where id = @Id", new { use.Id })));
    }

    [Fact]
    public async Task Seals_of_a_unit_out_of_reach_are_not_found_and_bad_applications_name_the_field()
    {
        var (keeper, other) = (await app.Api("tianhe-market-seal-keeper"), await app.Api("tianhe-market-acceptor"));
        (await Seal(Request("civil-affairs@440106"))).Ok.ShouldBeTrue();
        var foreign = await app.Database.Read(c => c.QuerySingleAsync<Guid>("select id from documents.seal where organisation = @Id", new { Office("civil-affairs@440106").Id }));
        (await keeper.GetAsync($"/api/v1/seals/{foreign}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await Act(keeper, foreign, "suspend", "x")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await other.GetAsync("/api/v1/seals")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var bad = await keeper.PostAsJsonAsync("/api/v1/seals", new { organisation = "market@440106", kind = "x", form = "cube", years = 40 });
        bad.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await bad.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("faults").EnumerateArray().Select(f => f.GetProperty("where").GetString()).ShouldBe(["kind", "form", "keeper", "years", "ground"]);
        (await keeper.PostAsJsonAsync("/api/v1/seals", new { organisation = "civil-affairs@440106", kind = "purpose", purpose = "某专用章", keeper = "某人", ground = "x" })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task The_pages_of_the_ledger_lead_from_application_to_use()
    {
        var (keeper, approver) = (await app.As("tianhe-market-seal-keeper"), await app.As("tianhe-market-seal-approver"));
        var missing = await keeper.PostForm("/desk/seals/new", "/desk/seals/new", ("kind", "purpose"));
        missing.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var sent = await keeper.PostForm("/desk/seals/new", "/desk/seals/new", ("organisation", "market@440106"), ("kind", "purpose"), ("purpose", "页面试验专用章"), ("keeper", "沈静文"), ("ground", "业务需要"));
        sent.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var address = sent.Headers.Location!.ToString().Split('?')[0];
        (await approver.PostForm(address, address + "/acts", ("act", "Approve"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var page = await keeper.Page(address);
        HtmlCheck.Verify(page.Source.Text);
        page.QuerySelector("main")!.TextContent.ShouldContain("在用");
        (await keeper.GetAsync(address + "/picture.png")).Content.Headers.ContentType!.MediaType.ShouldBe("image/png");
        HtmlCheck.Verify((await keeper.Page("/desk/seals?state=active")).Source.Text);
        HtmlCheck.Verify((await keeper.Page("/desk/seals/new")).Source.Text);
        (await keeper.PostForm(address, address + "/rights", ("rights", "only-one-word"))).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_unit_signs_PDF_for_the_world_and_any_file_with_SM2()
    {
        var units = app.Services.GetRequiredService<UnitSigning>();
        var pdf = await app.Database.Write(async (c, _) => await units.Pdf(c, MinimalPdf.Of(), Request("housing@440106"), Decider, "准予许可"));
        var report = await Verify(pdf.Value!);
        report.Verdict.ShouldBe(Verdict.Genuine, SealGiven.Shown(report));
        using var judge = new Trust.OpenSsl();
        judge.File("signed.pdf", pdf.Value!);
        judge.Run("pdfsig", ["-nocert", "signed.pdf"]).Output.ShouldContain("Signature is Valid");
        var signature = await app.Database.Write(async (c, _) => await units.File(c, "内容"u8.ToArray(), Request("housing@440106"), Decider, true, SignatureSuite.Sm2Sm3));
        (await Verify(signature.Value!)).Verdict.ShouldBe(Verdict.Genuine);
    }
}

/// <summary>The program with a key holder that can be away.</summary>
public sealed class SealApp(TestDatabase databases) : App(databases)
{
    public MovableHolder Holder { get; } = new();

    protected override void Configure(WebApplicationBuilder builder) => builder.Services.AddSingleton<IKeyHolder>(Holder);

    /// <summary>Keys in memory, in the place of the software holder.</summary>
    public sealed class MovableHolder : IKeyHolder
    {
        public bool Away { get; set; }
        public string Name => "software";
        public bool Supports(SignatureSuite suite) => suite.CanSign;

        public HeldKey Generate(Guid id, SignatureSuite suite)
        {
            if (Away) throw new KeyUnavailable("密码设备没有应答");
            using var key = suite.Generate();
            return new(key.ExportPkcs8(), key.PublicKeyInfo);
        }

        public ISigningKey Open(Guid id, SignatureSuite suite, byte[] reference) => new Key(this, PrivateKey.Import(reference));

        public void Destroy(byte[] reference) { }

        sealed class Key(MovableHolder holder, PrivateKey key) : ISigningKey
        {
            public byte[] Sign(ReadOnlySpan<byte> data) => holder.Away ? throw new KeyUnavailable("密码设备没有应答") : key.Sign(data);
            public void Dispose() => key.Dispose();
        }
    }
}
