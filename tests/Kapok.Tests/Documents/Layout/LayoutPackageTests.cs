using Kapok.Documents.Layout;
using Kapok.Documents.Licences;
using Kapok.Documents.Ofd;
using Kapok.Foundation;
using Kapok.Foundation.Events;
using Kapok.Foundation.Packages;
using Kapok.Tests.Catalogue;
using Kapok.Tests.Documents.Licences;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Documents.Layout;

public sealed class LayoutPackageTests(App app) : IClassFixture<App>
{
    Layouts Layouts => app.Services.GetRequiredService<Layouts>();

    const string Type = """
        key: lamp-permit
        code: 11100000MB0143028RL01
        name: 路灯认养证
        definer: { name: 国家市场监督管理总局, code: 11100000MB0143028R }
        owner: market@440000
        holder: 自然人
        validity: { years: 1 }
        number: LD{division}{year}{serial:6}
        template: lamp
        fields:
          - { id: lamp, name: 路灯编号, from: answers.lamp, required: true }
        """;

    static string Layout(string block) => $"id: lamp\ntitle: 路灯认养证\nblocks:\n  - text: \"{block}\"\n    at: [20, 20]\n";

    async Task<IReadOnlyList<string>> Check(string version, params (string, string)[] files) =>
        [.. (await app.Services.GetRequiredService<PackageInstaller>().Check(GivenPackage.Of("lamp-licences", version, files), Actor.System)).Select(f => f.ToString())];

    [Fact]
    public async Task A_template_is_held_against_the_type_that_uses_it()
    {
        (await Check("1.0.0", ("licences/a.yaml", Type), ("layouts/lamp.yaml", Layout("{{fields.lantern}}")))).ShouldContain(f => f.StartsWith("layouts/lamp.yaml:4：没有提供 fields.lantern") && f.Contains("fields.lamp"));
        (await Check("1.0.0", ("licences/a.yaml", Type))).ShouldContain(f => f.StartsWith("licences/a.yaml:9：没有版式模板 layouts/lamp.yaml"));
        (await Check("1.0.0", ("licences/a.yaml", Type), ("layouts/lamp.yaml", Layout("{{fields.lamp")))).ShouldContain(f => f.StartsWith("layouts/lamp.yaml:4："));
        (await Check("1.0.0", ("licences/a.yaml", Type), ("layouts/lamp.yaml", Layout("{{fields.lamp}}")), ("layouts/notes.txt", "x"))).ShouldBe(["layouts/notes.txt：layouts 里只能有 .yaml 模板和 .png、.jpg 图片"]);
    }

    [Fact]
    public async Task A_template_of_a_new_version_prints_at_once()
    {
        await app.Install(GivenPackage.Of("lamp-layouts", "1.0.0", ("layouts/lamp.yaml", Layout("旧"))));
        Assert.SkipWhen(Templates.Book.Lack is not null, "no Chinese font on this machine");
        Templates.TextOf((await Layouts.Of("lamp-layouts/lamp")).Value!.PrintSample(Templates.Morning).Value!.Pages[0]).ShouldBe("旧");
        await app.Install(GivenPackage.Of("lamp-layouts", "1.0.1", ("layouts/lamp.yaml", Layout("新"))));
        string shown;
        var until = DateTime.UtcNow.AddSeconds(30);
        do shown = Templates.TextOf((await Layouts.Of("lamp-layouts/lamp")).Value!.PrintSample(Templates.Morning).Value!.Pages[0]); while (shown == "旧" && DateTime.UtcNow < until);
        shown.ShouldBe("新");
        (await Layouts.Of("lamp-layouts/none")).Refused.ShouldBe(Refusal.NotFound);
    }

    [Theory]
    [InlineData("food-business-permit/food-business-permit"), InlineData("individual-business/business-licence"), InlineData("construction-permit/construction-permit"),
        InlineData("real-estate-transfer/real-estate-certificate"), InlineData("residence-permit/residence-permit"), InlineData("old-age-allowance/old-age-allowance-card"), InlineData(null)]
    public async Task Each_licence_of_the_packages_is_printed_with_its_sample_in_less_than_sixty_kilobytes(string? key)
    {
        var printer = (await Layouts.Of(key)).Value!;
        Assert.SkipWhen(Templates.Book.Lack is not null, "no Chinese font on this machine");
        var document = printer.PrintSample(Templates.Morning);
        document.Ok.ShouldBeTrue(document.Message);
        OfdWriter.Write(document.Value!).ToZip().Length.ShouldBeLessThan(60 << 10);
        document.Value!.SealPlaces.Single().Name.ShouldBe("issuer");
    }

    [Fact]
    public async Task An_official_sees_every_template_with_its_sample_which_is_marked_as_one()
    {
        Assert.SkipWhen(Templates.Book.Lack is not null, "no Chinese font on this machine");
        var browser = await app.As("guangdong-market-item-admin");
        var list = await (await browser.GetAsync("/desk/layouts")).Content.ReadAsStringAsync();
        HtmlCheck.Verify(list);
        list.ShouldContain("/desk/layouts/food-business-permit/food-business-permit");
        var page = await (await browser.GetAsync("/desk/layouts/food-business-permit/food-business-permit")).Content.ReadAsStringAsync();
        HtmlCheck.Verify(page);
        page.ShouldContain("广州木棉餐饮管理有限公司");
        page.ShouldContain("样张 无效");
        OfdReader.Read(await browser.GetByteArrayAsync("/desk/layouts/food-business-permit/food-business-permit/sample.ofd")).Value!.Title.ShouldBe("食品经营许可证");
        (await browser.GetByteArrayAsync("/desk/layouts/food-business-permit/food-business-permit/sample.pdf"))[..5].ShouldBe("%PDF-"u8.ToArray());
        (await browser.GetAsync("/desk/layouts/food-business-permit/none")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_licence_of_the_register_carries_its_metadata_and_shows_its_items()
    {
        Assert.SkipWhen(Templates.Book.Lack is not null, "no Chinese font on this machine");
        var row = Given.Valid().Current with { Holders = [new("张三", "111", "440106198806159910"), new("李四", "111", "440106198806159929")] };
        var printed = (await Layouts.Of(null)).Value!.Print(LicenceSheet.Of(row, Given.Permit, "https://example.cn/v/1", Templates.Morning));
        printed.Ok.ShouldBeTrue(printed.Message);
        var read = OfdReader.Read(OfdWriter.Write(printed.Value!)).Value!;
        (read.Title, read.Author).ShouldBe(("食品经营许可证", "广州市天河区市场监督管理局"));
        read.Data.Select(d => (d.Key, d.Value)).ShouldBe([
            ("ZZBS", row.Identifier), ("ZZLXMC", "食品经营许可证"), ("ZZLXDM", "11100000000013338W009"), ("ZZMC", "食品经营许可证"), ("ZZBH", "JY4401062026000001"), ("ZZBFJG", "广州市天河区市场监督管理局"),
            ("ZZBFJGDM", "11330105002500287C"), ("ZZBFRQ", "2026-09-21"), ("CZZT", "张三^李四"), ("CZZTDM", "440106198806159910^440106198806159929"), ("CZZTDMLX", "公民身份号码^公民身份号码"), ("CZZTDMLXDM", "111^111"),
            ("ZZYXQQSRQ", "2026-09-21"), ("ZZYXQJZRQ", "2031-09-20"), ("CJSJ", "2026-11-30 09:00:00"), ("KZ_name", "小满")]);
        read.Shown("ZZBH").ShouldBe("JY4401062026000001");
        read.Pages[0].Text.ShouldContain("小满");
    }
}
