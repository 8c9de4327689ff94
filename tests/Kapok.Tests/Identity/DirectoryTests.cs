using Kapok.Foundation;
using Kapok.Foundation.Codes;
using Kapok.Identity;
using Kapok.Identity.Divisions;
using Kapok.Identity.Installing;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Identity;

public sealed class DirectoryTests(App app) : IClassFixture<App>
{
    OrganisationDirectory Directory => app.Services.GetRequiredService<OrganisationDirectory>();

    [Theory]
    [InlineData("440000", "440000", "广东省", DivisionLevel.Province)]
    [InlineData("440106", "440000.440100.440106", "广州市天河区", DivisionLevel.County)]
    [InlineData("440106001001", "440000.440100.440106.440106001.440106001001", "广州市天河区五山街道华工社区", DivisionLevel.Village)]
    public void A_division_has_its_path_and_full_name(string code, string path, string fullName, DivisionLevel level)
    {
        var division = Directory.Division(code)!;
        (division.Path, division.FullName, division.Level).ShouldBe((path, fullName, level));
        Directory.PathOf(code).ShouldBe(path);
    }

    [Fact]
    public void Divisions_are_found_by_words_and_by_initials_within_what_the_node_covers()
    {
        Directory.Current.Find("五山", "440000", 8)[0].Code.ShouldBe("440106001");
        Directory.Current.Find("广州 五山", "440000", 8).ShouldAllBe(d => d.FullName.Contains("广州") && d.FullName.Contains("五山"));
        Directory.Current.Find("thq", "440000", 8)[0].Code.ShouldBe("440106");
        Directory.Current.Find("五山", "440300", 8).ShouldNotContain(d => d.Code == "440106001");
        Directory.Current.Find("没有这个地方", null, 8).ShouldBeEmpty();
        Directory.Current.Find("  ", null, 8).ShouldBeEmpty();
        Directory.Current.Find("市", null, 8).Count.ShouldBe(8);
    }

    [Fact]
    public void Towns_of_a_city_without_counties_hang_directly_under_it()
    {
        Directory.Children("441900").ShouldAllBe(d => d.Level == DivisionLevel.Town && d.Parent == "441900");
        Directory.Children("441900").Count.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void Organisations_stand_where_the_rules_put_them_with_valid_and_different_credit_codes()
    {
        var all = Directory.Current.Organisations;
        all.Count.ShouldBeGreaterThan(2000);
        all.Select(o => o.CreditCode).Distinct().Count().ShouldBe(all.Count);
        all.ShouldAllBe(o => CreditCode.Check(o.CreditCode).IsValid);
        Directory.OrganisationByKey("market@440106")!.Name.ShouldBe("广州市天河区市场监督管理局");
        Directory.OrganisationByKey("police@440106")!.Name.ShouldBe("广州市公安局天河区分局");
        Directory.OrganisationByKey("town@440106001")!.Name.ShouldBe("天河区人民政府五山街道办事处");
        Directory.OrganisationOf("natural-resources", "440106")!.Name.ShouldBe("广州市规划和自然资源局天河区分局");
        Directory.Organisation(Directory.OrganisationByKey("market@440106")!.Parent!.Value)!.Key.ShouldBe("market@440100");
        Directory.Organisation(Directory.OrganisationByKey("village@440106001001")!.Parent!.Value)!.Key.ShouldBe("town@440106001");
    }

    [Fact]
    public async Task Grants_of_a_post_reach_as_far_as_the_post_says()
    {
        var acceptor = await GrantsOf("market@440106/acceptor");
        var (tianhe, haizhu) = (Directory.OrganisationByKey("market@440106")!, Directory.OrganisationByKey("market@440105")!);
        Access.Decide(acceptor, "cases.accept", tianhe.AsTarget()).Allowed.ShouldBeTrue();
        Access.Decide(acceptor, "cases.accept", haizhu.AsTarget()).Allowed.ShouldBeFalse();
        Access.Decide(acceptor, "cases.decide", tianhe.AsTarget()).Allowed.ShouldBeFalse();

        var itemAdmin = await GrantsOf("market@440100/item-admin");
        Access.Decide(itemAdmin, "catalogue.edit", tianhe.AsTarget()).Allowed.ShouldBeTrue("the city's line reaches its counties");
        Access.Decide(itemAdmin, "catalogue.edit", Directory.OrganisationByKey("police@440106")!.AsTarget()).Allowed.ShouldBeFalse("another line");
        Access.Decide(itemAdmin, "catalogue.edit", Directory.OrganisationByKey("market@440233")!.AsTarget()).Allowed.ShouldBeFalse("another city");

        var coordinator = await GrantsOf("services-data@440106/org-admin");
        Access.Decide(coordinator, "identity.manage", Directory.OrganisationByKey("police@440106")!.AsTarget()).Allowed.ShouldBeTrue("government services coordinate all lines");
        Access.Decide(coordinator, "identity.manage", haizhu.AsTarget()).Allowed.ShouldBeFalse();

        var tech = await GrantsOf("services-data@440000/tech");
        tech.Grants.SelectMany(g => g.Permissions).ShouldBe(["node.operate"]);
    }

    [Fact]
    public async Task Officials_are_found_at_their_post_and_facts_prefill_with_their_source()
    {
        var people = app.Services.GetRequiredService<People>();
        var found = await people.OfficialsAt(Directory.OrganisationByKey("market@440106")!.Id, "acceptor");
        found.Select(o => o.Person).ShouldBe([DemonstrationPeople.IdOf("market@440106/acceptor"), DemonstrationPeople.IdOf("market@440106/acceptor-2")], ignoreOrder: true);

        var zhang = new Actor(ActorKind.Citizen, DemonstrationPeople.IdOf("zhang-san"), "张三", []);
        (await people.PartiesOf(zhang)).Select(p => p.Name).ShouldBe(["张三", "广州市小满餐饮有限公司"]);
        var facts = await people.PrefillFor(zhang with { OnBehalfOf = DemonstrationPeople.IdOf("xiaoman-catering") });
        facts["person.name"].ShouldBe(new Prefilled("张三", "您的实名信息"));
        facts["person.sex"].Value.ShouldBe("男");
        facts["company.creditCode"].ShouldBe(new Prefilled("91440106MA9XXX011N", "营业执照登记信息"));
        facts["company.legalRepresentative"].Value.ShouldBe("张三");
        (await people.PrefillFor(zhang)).Keys.ShouldNotContain(k => k.StartsWith("company."));
    }

    Task<Actor> GrantsOf(string official) => app.Database.Read(async c =>
        new Actor(ActorKind.Official, Guid.Empty, "", (await Kapok.Identity.Granting.Grants.Of(c, Directory.Current, DemonstrationPeople.IdOf(official), new(2026, 9, 21))).Grants));
}
