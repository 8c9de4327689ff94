using FsCheck;
using FsCheck.Fluent;
using Kapok.Foundation.Codes;
using Shouldly;
using Xunit;

namespace Kapok.Tests.Foundation.Codes;

public class CodeTests
{
    private static readonly DateOnly Today = new(2026, 9, 21);

    [Theory]
    [InlineData("11010519491231002X", "1949-12-31", false)]
    [InlineData("440524188001010014", "1880-01-01", true)]
    [InlineData(" 110105 19491231 002x ", "1949-12-31", false)]
    [InlineData("１１０１０５１９４９１２３１００２Ｘ", "1949-12-31", false)]
    public void A_citizen_id_tells_birth_and_sex(string text, string birth, bool male)
    {
        var id = CitizenId.Parse(text, Today)!;
        id.BirthDate.ToString("yyyy-MM-dd").ShouldBe(birth);
        id.IsMale.ShouldBe(male);
        id.Division.ShouldBe(id.Number[..6]);
        id.Number.ShouldMatch("^[0-9]{17}[0-9X]$");
    }

    [Theory]
    [InlineData(null, "请填写")]
    [InlineData("1101051949123100", "应为 18 位，现在是 16 位")]
    [InlineData("110105194912310021", "校验位不对")]
    [InlineData("1101051949123100A2", "都是数字")]
    [InlineData("11010519491231002A", "字母 X")]
    [InlineData("110105194913310020", "“19491331”不是有效日期")]
    [InlineData("110105202609220017", "晚于今天")]
    [InlineData("110105491231002", "对应的 18 位号码是 11010519491231002X")]
    public void A_wrong_citizen_id_is_refused_in_plain_words(string? text, string says)
    {
        var verdict = CitizenId.Check(text, Today);
        verdict.IsValid.ShouldBeFalse();
        verdict.Value.ShouldBeNull();
        verdict.Problem.ShouldNotBeNull().ShouldContain(says);
        CitizenId.Parse(text, Today).ShouldBeNull();
    }

    [Fact]
    public void A_withdrawn_or_unknown_division_never_refuses_a_citizen_id()
    {
        CitizenId.Check(DemoCodes.CitizenId("440125", new(1970, 5, 1), true, 1), Today).Warnings.ShouldBeEmpty();
        CitizenId.Check(DemoCodes.CitizenId("990125", new(1970, 5, 1), true, 1), Today).IsValid.ShouldBeTrue();
        CitizenId.Check(DemoCodes.CitizenId("470125", new(1970, 5, 1), true, 1), Today).Warnings.ShouldHaveSingleItem().ShouldContain("47");
        CitizenId.Check("440524188001010014", Today).Warnings.ShouldHaveSingleItem().ShouldContain("120 岁");
    }

    [Theory]
    [InlineData("110105491231002", "11010519491231002X")]
    [InlineData("110105491331002", null)]
    [InlineData("11010549123100", null)]
    public void A_fifteen_digit_number_converts(string old, string? number) => CitizenId.FromFifteen(old).ShouldBe(number);

    [Theory]
    [InlineData("11100000000013338W", "机构编制", "机关", 0)]
    [InlineData("11430000006122244L", "机构编制", "机关", 0)]
    [InlineData("11330105002500287C", "机构编制", "机关", 0)]
    [InlineData("11370800MB28559184", "机构编制", "机关", 0)]
    [InlineData("12441500196720244T", "机构编制", "事业单位", 0)]
    [InlineData("11420503087246977F", "机构编制", "机关", 0)]
    [InlineData("11100000MB0341032Y", "机构编制", "机关", 0)]
    [InlineData("11440000MB2D0164XH", "机构编制", "机关", 0)]
    [InlineData("91350100M000100Y43", "市场监管", "企业", 0)]
    [InlineData("9135 0100 m000100y-43", "市场监管", "企业", 0)]
    public void A_credit_code_is_valid(string text, string authority, string category, int warnings)
    {
        CreditCode.Check(text).Problem.ShouldBeNull();
        CreditCode.Check(text).Warnings.Count.ShouldBe(warnings);
        var code = CreditCode.Parse(text)!;
        (code.Authority, code.Category).ShouldBe((authority, category));
        OrganisationCode.Check(code.BodyCode).IsValid.ShouldBeTrue();
    }

    [Theory]
    [InlineData("91350100M000100Y4Z", "字母 Z")]
    [InlineData("91350100M000100Y44", "校验位不对")]
    [InlineData("91310115MA1H8R7C6D", "校验位不对")]
    [InlineData("91310115MA1H8R7C6", "应为 18 位，现在是 17 位")]
    [InlineData("9131O115MA1H8R7C67", "字母 O")]
    [InlineData("9131A115MA1H8R7C67", "行政区划")]
    [InlineData("9131?115MA1H8R7C67", "不能有“?”")]
    [InlineData("", "请填写")]
    public void A_wrong_credit_code_is_refused_in_plain_words(string text, string says) => CreditCode.Check(text).Problem.ShouldNotBeNull().ShouldContain(says);

    [Fact]
    public void The_corrected_blog_sample_is_valid_and_a_historic_body_code_only_warns()
    {
        CreditCode.Check("91310115MA1H8R7C67").IsValid.ShouldBeTrue();
        var body = "91350100M000100Y5";
        CreditCode.Check(body + CheckCharacters.CreditCode(body)).Warnings.ShouldHaveSingleItem().ShouldContain("主体标识码");
        var unknown = "C1350100M000100Y4";
        CreditCode.Check(unknown + CheckCharacters.CreditCode(unknown)).Warnings.ShouldHaveSingleItem().ShouldContain("C1");
    }

    [Theory]
    [InlineData("MB285591-8", "MB2855918")]
    [InlineData("00001333-8", "000013338")]
    [InlineData("MB2D0164X", "MB2D0164X")]
    public void An_organisation_code_is_valid(string text, string value) => OrganisationCode.Check(text).Value.ShouldBe(value);

    [Theory]
    [InlineData("MB2855917", "校验位")]
    [InlineData("MB28559", "9 位")]
    [InlineData("MB28559_8", "“_”")]
    public void A_wrong_organisation_code_is_refused(string text, string says) => OrganisationCode.Check(text).Problem.ShouldNotBeNull().ShouldContain(says);

    [Theory]
    [InlineData("44", "440000000000", DivisionLevel.Province, "440000", "省级")]
    [InlineData("4401", "440100000000", DivisionLevel.City, "440100", "地级")]
    [InlineData("440106", "440106000000", DivisionLevel.County, "440106", "市辖区")]
    [InlineData("440106000000", "440106000000", DivisionLevel.County, "440106", "市辖区")]
    [InlineData("441823", "441823000000", DivisionLevel.County, "441823", "县")]
    [InlineData("441882", "441882000000", DivisionLevel.County, "441882", "县级市")]
    [InlineData("440106008", "440106008000", DivisionLevel.Town, "440106008", "街道")]
    [InlineData("441900119", "441900119000", DivisionLevel.Town, "441900119", "镇")]
    [InlineData("441900401", "441900401000", DivisionLevel.Town, "441900401", "类似乡级单位")]
    [InlineData("440106008001", "440106008001", DivisionLevel.Village, "440106008001", "居民委员会")]
    [InlineData("441823101201", "441823101201", DivisionLevel.Village, "441823101201", "村民委员会")]
    public void A_division_code_is_brought_to_twelve_digits(string text, string twelve, DivisionLevel level, string written, string kind)
    {
        var code = DivisionCode.Parse(text)!;
        (code.Code, code.Level, code.Short, code.Kind).ShouldBe((twelve, level, written, kind));
    }

    [Theory]
    [InlineData("47", "省级代码")]
    [InlineData("440", "位")]
    [InlineData("44010A", "数字")]
    [InlineData("440006", "市级")]
    [InlineData("447500", "“75”")]
    [InlineData("440106000001", "镇街")]
    [InlineData("440106700", "“700”")]
    public void A_wrong_division_code_is_refused(string text, string says) => DivisionCode.Check(text).Problem.ShouldNotBeNull().ShouldContain(says);

    [Fact]
    public void The_summary_code_of_city_districts_is_pointed_out() => DivisionCode.Check("440101").Warnings.ShouldHaveSingleItem().ShouldContain("市辖区");

    [Theory]
    [InlineData("12441500196720244T3442199806003", "12441500196720244T", "3", "44", "21", "99", "806", "003", "地方类型")]
    [InlineData("11370800MB285591843370117002011", "11370800MB28559184", "3", "37", "01", "17", "002", "011", "行政许可")]
    [InlineData("11440000MB2D0164XH2440289876000", "11440000MB2D0164XH", "2", "44", "02", "89", "876", "000", "行政处罚")]
    public void An_implementation_code_is_taken_apart_and_put_together(string text, string body, string level, string region, string type, string department, string main, string sub, string meaning)
    {
        var code = ImplementationCode.Parse(text)!;
        (code.Body.Code, code.Level).ShouldBe((body, level));
        (code.Basic.Region, code.Basic.Type, code.Basic.Department, code.Basic.MainItem, code.Basic.SubItem).ShouldBe((region, type, department, main, sub));
        ImplementationCode.Compose(body, int.Parse(level), BasicItemCode.Compose(region, type, department, int.Parse(main), int.Parse(sub)).Code).ShouldBe(code);
        code.Explain().Single(p => p.Name == "事项类型").Meaning.ShouldBe(meaning);
        string.Concat(code.Explain().Select(p => p.Digits)).ShouldBe(text);
    }

    [Theory]
    [InlineData("11370800MB285591853370117002011", "统一社会信用代码的校验位")]
    [InlineData("11370800MB285591848370117002011", "行使层级")]
    [InlineData("11370800MB285591843990117002011", "“99”")]
    [InlineData("11370800MB285591843370117000011", "主项序号")]
    [InlineData("11370800MB28559184337011700201", "31 位")]
    public void A_wrong_implementation_code_is_refused(string text, string says) => ImplementationCode.Check(text).Problem.ShouldNotBeNull().ShouldContain(says);

    [Fact]
    public void A_handling_item_code_adds_a_number()
    {
        var implementation = ImplementationCode.Parse("11370800MB285591843370117002011")!;
        var code = HandlingItemCode.Compose(implementation, 7);
        code.ShouldBe("11370800MB28559184337011700201107");
        HandlingItemCode.Parse(code).ShouldBe((implementation, 7));
        HandlingItemCode.Explain(code)[^1].Meaning.ShouldBe("第 7 个办理项");
        HandlingItemCode.Check("11370800MB28559184337011700201100").Problem.ShouldNotBeNull().ShouldContain("01 至 99");
        Should.Throw<ArgumentOutOfRangeException>(() => HandlingItemCode.Compose(implementation, 100));
    }

    [Theory]
    [InlineData(68, "11370800MB285591843370117002011202206230068")]
    [InlineData(9_999, "11370800MB285591843370117002011202206239999")]
    [InlineData(10_000, "11370800MB28559184337011700201120220623010000")]
    [InlineData(999_999, "11370800MB28559184337011700201120220623999999")]
    public void A_case_number_widens_its_serial_beyond_9999(int serial, string code)
    {
        var implementation = ImplementationCode.Parse("11370800MB285591843370117002011")!;
        CaseNumber.Compose(implementation, new(2022, 6, 23), serial).ShouldBe(code);
        CaseNumber.Parse(code).ShouldBe(new CaseNumber(implementation, new(2022, 6, 23), serial));
    }

    [Theory]
    [InlineData("11370800MB285591843370117002011202206310068", "不是有效日期")]
    [InlineData("11370800MB285591843370117002011202206230000", "流水号")]
    [InlineData("11370800MB28559184337011700201120220623000068", "应为 4 位")]
    [InlineData("11370800MB2855918433701170020112022062300", "43 位或者 45 位")]
    public void A_wrong_case_number_is_refused(string text, string says)
    {
        CaseNumber.Check(text).Problem.ShouldNotBeNull().ShouldContain(says);
        var implementation = ImplementationCode.Parse("11370800MB285591843370117002011")!;
        Should.Throw<ArgumentOutOfRangeException>(() => CaseNumber.Compose(implementation, new(2022, 6, 23), 0));
        Should.Throw<ArgumentOutOfRangeException>(() => CaseNumber.Compose(implementation, new(2022, 6, 23), 1_000_000));
    }

    [Fact]
    public void A_query_code_survives_hand_copying_and_no_other_is_near() =>
        Prop.ForAll<ulong, ulong>((a, b) =>
        {
            var (x, y) = (QueryCode.Compose(a), QueryCode.Compose(b));
            var typed = QueryCode.Display(x).ToLowerInvariant().Replace("-", " - ");
            return QueryCode.Check(typed).Value == x && x.Length == 10 && x.Zip(y).Count(p => p.First != p.Second) != 1 && (x == y) == (a % QueryCode.Count == b % QueryCode.Count);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    [Theory]
    [InlineData("2345678923", "输错")]
    [InlineData("O345678923", "“O”")]
    [InlineData("?345678923", "“?”")]
    [InlineData("23456", "10 位")]
    public void A_wrong_query_code_is_refused(string text, string says) => QueryCode.Check(text).Problem.ShouldNotBeNull().ShouldContain(says);

    [Fact]
    public void Demonstration_codes_are_valid_and_always_the_same()
    {
        DemoCodes.CreditCode("440106", 1).ShouldBe(DemoCodes.CreditCode("440106000000", 1));
        DemoCodes.CreditCode("440106", 1).ShouldNotBe(DemoCodes.CreditCode("440106", 2));
        DemoCodes.CitizenId("440106", new(1990, 2, 28), false, 7).ShouldBe(DemoCodes.CitizenId("440106008001", new(1990, 2, 28), false, 7));
        Enumerable.Range(0, 500).Select(seed => DemoCodes.CitizenId("440106", new(1990, 2, 28), true, seed)).Distinct().Count().ShouldBe(500);
        Prop.ForAll<int, bool>((seed, male) =>
        {
            var id = CitizenId.Parse(DemoCodes.CitizenId("441823", new(2001, 3, 4), male, seed), Today)!;
            return id.IsMale == male && id.BirthDate == new DateOnly(2001, 3, 4) && id.Division == "441823"
                && new[] { "91", "92", "11", "12", "54" }.All(kind => CreditCode.Check(DemoCodes.CreditCode("441823", seed, kind)) is { IsValid: true, Warnings.Count: 0 });
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Code_tables_give_labels()
    {
        CodeTables.ItemType["01"].ShouldBe("行政许可");
        CodeTables.ItemType.Label(1).ShouldBe("行政许可");
        CodeTables.Audience["6"].ShouldBe("其他组织");
        CodeTables.Handling["2"].ShouldBe("承诺件");
        CodeTables.CertificateType["111"].ShouldBe("居民身份证");
        CodeTables.ItemType.Find("99").ShouldBeNull();
        Should.Throw<KeyNotFoundException>(() => CodeTables.Level["9"]).Message.ShouldContain("行使层级");
        CodeTables.All.Count.ShouldBe(typeof(CodeTables).GetFields().Count(f => f.FieldType == typeof(CodeTable)));
        CodeTables.All.ShouldAllBe(t => t.Count >= 2 && t.All(e => e.Label.Length > 0));
        CodeTables.Stars(1).ShouldBe(5);
    }
}
