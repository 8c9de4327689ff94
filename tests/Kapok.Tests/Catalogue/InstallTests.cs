using Microsoft.Extensions.DependencyInjection;
using Dapper;
using Kapok.Catalogue;
using Kapok.Foundation;
using Kapok.Foundation.Events;
using Kapok.Foundation.Packages;
using Kapok.Identity;

namespace Kapok.Tests.Catalogue;

public sealed class InstallTests(App app) : IClassFixture<App>
{
    Items Items => app.Services.GetRequiredService<Items>();
    OrganisationDirectory Directory => app.Services.GetRequiredService<OrganisationDirectory>();

    const string Bodies = """
        implementations:
          - body: market@440100
          - body: market@440106
            promisedDays: 6
            dropMaterials: [photo]
            windows: [{ name: 天河中心, address: 软件路13号 }]
            phone: 020-12345678
        """;

    [Fact]
    public async Task A_packaged_item_is_found_by_its_codes_with_what_its_body_narrowed()
    {
        await app.Install(GivenPackage.Of("lamps", "1.0.0", ("items/a.yaml", GivenPackage.Item("440131701000", extra: Bodies))));
        var basic = (await Items.Find("440131701000"))!;
        (basic.Content.PromisedDays, basic.ImplementationCode, basic.Organisation!.Key).ShouldBe((10, null, "market@440000"));

        var tianhe = Directory.OrganisationByKey("market@440106")!;
        var implementation = (await Items.Find("440131701000", tianhe.Id))!;
        implementation.ImplementationCode.ShouldBe(tianhe.CreditCode + "4" + "440131701000");
        implementation.Content.PromisedDays.ShouldBe(6);
        implementation.Content.Materials.Select(m => m.Id).ShouldBe(["form"]);
        implementation.Content.Windows.Single().Name.ShouldBe("天河中心");
        (await Items.Find(implementation.ImplementationCode!))!.VersionId.ShouldBe(implementation.VersionId);
        (await Items.Find(implementation.ImplementationCode + "01"))!.VersionId.ShouldBe(implementation.VersionId, "a handling item belongs to its implementation");
        (await Items.Version(implementation.VersionId))!.Digest.ShouldBe(implementation.Digest);
        (await Items.Find("440131701000", Guid.NewGuid())).ShouldBeNull();
        (await Items.Find("' or 1=1 --")).ShouldBeNull();

        (await Items.Implementations("440131701000")).Select(i => i.Division).ShouldBe(["440000.440100", "440000.440100.440106"]);
        (await Items.Nearest("440131701000", "440106001001"))!.Organisation!.Key.ShouldBe("market@440106", "the county serves its villages");
        (await Items.Nearest("440131701000", "440105"))!.Organisation!.Key.ShouldBe("market@440100", "where the county has none, the city");
        (await Items.Nearest("440131701000", "440300")).ShouldBeNull("Guangzhou does not serve Shenzhen");
    }

    [Fact]
    public async Task Names_of_forms_flows_and_documents_are_qualified_with_the_package()
    {
        var extra = "documents: { approve: approve, refuse: \"@guangdong/refuse\" }";
        var flow = File.ReadAllText(Path.Combine(TestDatabase.Root, "packages/individual-business/flows/cancel.bpmn"));
        await app.Install(GivenPackage.Of("names", "1.0.0",
            ("items/a.yaml", GivenPackage.Item("440131702000", extra: extra, changes: [("flow: promised", "flow: own"), ("form: apply", "form: new")])),
            ("forms/new.json", GivenPackage.Form),
            ("flows/own.bpmn", flow),
            ("documents/approve.yaml", "id: approve\nkind: decision\ntitle: 准予认养决定书\nnumber: 粤灯〔{year}〕{serial:4}号\nbody: |\n  准予认养。\nsignature: { organisation: true, date: true, seal: true }\n")));
        var content = (await Items.Find("440131702000"))!.Content;
        (content.Form, content.Flow, content.Documents["approve"], content.Documents["refuse"]).ShouldBe(("names/new", "names/own", "names/approve", "guangdong/refuse"));
    }

    [Fact]
    public async Task Every_fault_of_a_package_is_named_with_file_and_line_and_nothing_is_installed()
    {
        var bad = GivenPackage.Item("440131703000", extra: """
            implementations:
              - body: market@440106
                promisedDays: 12
              - body: nobody@440106
              - body: market@440105
                promissedDays: 3
            """, changes: [("handling: 2", "handling: 7"), ("visitReason: 核对本人", "visitReson: 核对本人"), ("legalDays: 20", "legalDays: 二十")]);
        var good = GivenPackage.Item("440131704000");
        var result = await app.Services.GetRequiredService<PackageInstaller>().Install(GivenPackage.Of("bad", "1.0.0", ("items/bad.yaml", bad), ("items/good.yaml", good)), Actor.System);
        result.Ok.ShouldBeFalse();
        var lines = bad.Split('\n');
        Func<string, int> Line = text => Array.FindIndex(lines, l => l.Contains(text)) + 1;
        result.Faults.ShouldContain(f => f.Where == $"items/bad.yaml:{Line("visitReson")}" && f.Message.Contains("visitReason"), "a misspelt field, with what was meant");
        result.Faults.ShouldContain(f => f.Where == $"items/bad.yaml:{Line("legalDays")}" && f.Message.Contains("整数"));
        result.Faults.ShouldContain(f => f.Where == $"items/bad.yaml:{Line("promissedDays")}");
        (await Items.Find("440131704000")).ShouldBeNull("nothing half installed");
    }

    [Fact]
    public async Task Meaning_is_checked_once_the_shape_is_right()
    {
        var bad = GivenPackage.Item("440131705000", extra: """
            implementations:
              - body: market@440106
                promisedDays: 12
              - body: nobody@440106
              - body: market@440000
            """, changes: [("handling: 2", "handling: 7"), ("legalDays: 20", "legalDays: 5"), ("amountFen: 1000, basis: 粤价〔2020〕1号", "amountFen: 1000")]);
        var faults = await app.Services.GetRequiredService<PackageInstaller>().Check(GivenPackage.Of("bad", "1.0.0", ("items/bad.yaml", bad)), Actor.System);
        var lines = bad.Split('\n');
        Func<string, int> Line = text => Array.FindIndex(lines, l => l.Contains(text)) + 1;
        foreach (var (text, words) in ((string, string)[])[("handling: 7", "办件类型"), ("promisedDays: 10", "长于法定"), ("工本费", "没有收费依据"), ("promisedDays: 12", "长于上级"), ("nobody@440106", "没有机构"), ("market@440000", "行使层级")])
            faults.ShouldContain(f => f.Where == $"items/bad.yaml:{Line(text)}" && f.Message.Contains(words), $"{text}: {string.Join('\n', faults)}");
    }

    [Fact]
    public async Task The_same_version_again_changes_nothing_and_every_act_is_in_the_chained_log()
    {
        var package = GivenPackage.Of("again", "1.0.0", ("items/a.yaml", GivenPackage.Item("440131706000", extra: Bodies)));
        await app.Install(package);
        var before = (await Items.Find("440131706000"))!;
        (await app.Services.GetRequiredService<PackageInstaller>().Install(package, Actor.System)).Value.ShouldBeFalse();
        (await Items.Find("440131706000"))!.VersionId.ShouldBe(before.VersionId);
        var events = await app.Database.Read(c => EventLog.Read(c, before.ItemId));
        events.Select(e => e.Type).ShouldBe([CatalogueEvents.Created, CatalogueEvents.Published]);
        EventLog.FirstBreak(before.ItemId, events).ShouldBeNull();
    }

    [Theory]
    [InlineData("update catalogue.version set note = 'x'")]
    [InlineData("delete from catalogue.version")]
    [InlineData("truncate catalogue.version cascade")]
    [InlineData("update catalogue.content set body = '{}'")]
    [InlineData("delete from catalogue.content")]
    [InlineData("truncate catalogue.content cascade")]
    public async Task The_database_itself_refuses_to_change_a_published_version(string sql)
    {
        await app.Install(GivenPackage.Of("frozen", "1.0.0", ("items/a.yaml", GivenPackage.Item("440131707000"))));
        (await Should.ThrowAsync<Npgsql.PostgresException>(() => app.Database.Read(c => c.ExecuteAsync(sql)))).MessageText.ShouldContain("never change");
    }

    [Fact]
    public async Task The_database_itself_refuses_inheritance_in_a_circle()
    {
        await app.Install(GivenPackage.Of("circle", "1.0.0", ("items/a.yaml", GivenPackage.Item("440131708000", extra: Bodies))));
        var city = (await Items.Find("440131708000", Directory.OrganisationByKey("market@440100")!.Id))!.ItemId;
        var county = (await Items.Find("440131708000", Directory.OrganisationByKey("market@440106")!.Id))!.ItemId;
        await app.Database.Read(c => c.ExecuteAsync("update catalogue.item set parent = @city where id = @county", new { city, county }));
        (await Should.ThrowAsync<Npgsql.PostgresException>(() => app.Database.Read(c => c.ExecuteAsync("update catalogue.item set parent = @county where id = @city", new { city, county })))).ConstraintName.ShouldBe("no_cycle");
    }
}
