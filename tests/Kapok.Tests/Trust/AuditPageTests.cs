using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Kapok.Tests.Trust;

public sealed class AuditPageTests(App app) : IClassFixture<App>
{
    [Fact]
    public async Task An_auditor_seals_and_takes_an_export_and_a_proof_that_hold_without_us()
    {
        using var folder = new OpenSsl();
        var auditor = await app.As("auditor");
        var empty = await auditor.Page("/admin/audit-chain");
        empty.QuerySelector("main")!.TextContent.ShouldContain("还没有封存过");
        foreach (var page0 in (string[])["/admin/audit-chain", "/desk/audit"]) (await auditor.Page(page0)).QuerySelectorAll("nav a[href='/admin/audit-chain']").ShouldNotBeEmpty(page0);
        (await auditor.PostForm("/admin/audit-chain", "/admin/audit-chain")).Headers.Location!.OriginalString.ShouldBe("/admin/audit-chain?done=sealed");
        var page = await auditor.Page("/admin/audit-chain?done=sealed");
        page.QuerySelector("main")!.TextContent.ShouldContain("已封存");
        var address = page.QuerySelector("a[href^='/admin/audit-chain/export']")!.GetAttribute("href")!;
        folder.File("export.jsonl", await auditor.GetByteArrayAsync(address));
        folder.File("root.cer", await app.Browser().GetByteArrayAsync("/trust/root.cer"));
        folder.Pem("root.pem", "CERTIFICATE", folder.Read("root.cer"));
        VerifyCommand.Audit(Path.Combine(folder.Folder, "export.jsonl"), Path.Combine(folder.Folder, "root.cer")).ShouldBe(0);
        folder.Run("python3", [Path.Combine(TestDatabase.Root, "docs", "examples", "verify-audit.py"), "export.jsonl", "root.pem"]).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(0, r.Output), r => r.Output.ShouldStartWith("whole: "));

        var record = JsonNode.Parse(Encoding.UTF8.GetString(folder.Read("export.jsonl")).Split('\n').Last(l => l.StartsWith("{\"kind\":\"event\"", StringComparison.Ordinal)))!.AsObject();
        var proof = JsonNode.Parse(await auditor.GetByteArrayAsync($"/admin/audit-chain/proof?stream={record["stream"]}&seq={record["seq"]}"))!.AsObject();
        proof.ToJsonString().ShouldNotContain("actorName", customMessage: "a proof tells nothing about anybody");
        proof["event"] = record;
        folder.File("proof.json", Encoding.UTF8.GetBytes(proof.ToJsonString()));
        VerifyCommand.Audit(Path.Combine(folder.Folder, "proof.json"), Path.Combine(folder.Folder, "root.cer")).ShouldBe(0);
        record["actorName"] = "别人";
        folder.File("proof.json", Encoding.UTF8.GetBytes(proof.ToJsonString()));
        VerifyCommand.Audit(Path.Combine(folder.Folder, "proof.json"), null).ShouldBe(1);
        VerifyCommand.Audit("/nowhere", null).ShouldBe(2);
    }

    [Fact]
    public async Task What_cannot_be_proven_is_said_on_the_page_and_in_the_API()
    {
        var auditor = await app.As("auditor");
        var answer = await auditor.GetAsync("/admin/audit-chain/proof?stream=x&seq=1");
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await auditor.Page(answer.Headers.Location!.OriginalString.Split('#')[0])).QuerySelector("main")!.TextContent.ShouldContain("应为 UUID");
        var program = await app.Api("auditor");
        (await program.GetAsync("/api/v1/audit-chain/proof?stream=x&seq=1")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await program.GetAsync($"/api/v1/audit-chain/proof?stream={Guid.NewGuid()}&seq=1")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await program.GetAsync("/api/v1/audit-chain/export?from=x")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await (await app.Api("tianhe-market-acceptor")).GetAsync("/api/v1/audit-chain/export")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }
}
