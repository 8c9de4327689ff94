using Kapok.Catalogue;
using Kapok.Catalogue.Content;
using Kapok.Catalogue.Linting;
using Kapok.Foundation;

namespace Kapok.Tests.Catalogue;

/// <summary>Every rule of the linter on the smallest change that breaks it.</summary>
public sealed class LintTests
{
    static readonly LintContext Context = new(new(2026, 9, 21))
    {
        Lines = new HashSet<string> { "market" }, LifeEvents = new HashSet<string> { "start-business" }, ItemExists = c => c == "440131001000",
        FormFields = form => form == "x/apply" ? new HashSet<string> { "lamp" } : null,
    };

    static ItemContent Good { get; } = Read();

    static ItemContent Read()
    {
        var faults = new List<Fault>();
        var content = StrictReader.Read<ItemContent>(WrittenText.Yaml("a.yaml", GivenPackage.Item("440131777000").Replace("form: apply", "form: x/apply")).Value!, faults);
        faults.ShouldBeEmpty();
        return content!;
    }

    static Material Paper => Good.Materials[0];

    public static TheoryData<string, Severity, ItemContent> Broken => new()
    {
        { "code.invalid", Severity.Error, Good with { Code = "44013177700" } },
        { "code.type-differs", Severity.Error, Good with { Type = "05" } },
        { "structure.required", Severity.Error, Good with { Name = " " } },
        { "structure.too-long", Severity.Error, Good with { Name = new('长', 101) } },
        { "structure.unknown-line", Severity.Error, Good with { Line = "nobody" } },
        { "structure.unknown-life-event", Severity.Error, Good with { LifeEvents = ["party"] } },
        { "structure.unknown-code", Severity.Error, Good with { Channels = [1, 2, 7] } },
        { "structure.unknown-open-field", Severity.Error, Good with { Open = ["legalDays"] } },
        { "structure.out-of-range", Severity.Error, Good with { Visits = 10 } },
        { "structure.doubled", Severity.Error, Good with { Materials = [Paper, Paper] } },
        { "structure.id", Severity.Error, Good with { Materials = [Paper with { Id = "路灯" }] } },
        { "structure.unknown-file-type", Severity.Error, Good with { Materials = [Paper with { Accept = ["exe"] }] } },
        { "structure.handling-order", Severity.Error, Good with { HandlingItems = [new(1, "甲"), new(1, "乙")] } },
        { "structure.too-many", Severity.Error, Good with { Conditions = [.. Enumerable.Range(0, 201).Select(i => $"第{i}条。")] } },
        { "time.promised-over-legal", Severity.Error, Good with { PromisedDays = 21 } },
        { "time.instant-over-a-day", Severity.Error, Good with { Handling = 1, PromisedDays = 2 } },
        { "time.promised-nothing", Severity.Warning, Good with { PromisedDays = 0 } },
        { "time.silence-without-ground", Severity.Error, Good with { Expiry = "grant" } },
        { "visits.without-reason", Severity.Error, Good with { VisitReason = null } },
        { "visits.none-but-window-only", Severity.Error, Good with { Visits = 0, VisitReason = null, Channels = [1], Depth = [1] } },
        { "visits.more-than-once", Severity.Warning, Good with { Visits = 2 } },
        { "visits.depth-without-net", Severity.Error, Good with { Channels = [1, 4] } },
        { "visits.net-without-depth", Severity.Warning, Good with { Depth = [1] } },
        { "basis.missing", Severity.Error, Good with { Basis = [] } },
        { "basis.incomplete", Severity.Error, Good with { Basis = [Good.Basis[0] with { Article = "" }] } },
        { "basis.without-version", Severity.Error, Good with { Basis = [Good.Basis[0] with { Version = "" }] } },
        { "basis.expired", Severity.Error, Good with { Basis = [Good.Basis[0] with { ValidTo = new(2026, 9, 20) }] } },
        { "basis.dates", Severity.Error, Good with { Basis = [Good.Basis[0] with { ValidTo = new(2019, 1, 1) }] } },
        { "basis.not-yet", Severity.Warning, Good with { Basis = [Good.Basis[0] with { ValidFrom = new(2027, 1, 1) }] } },
        { "material.covered-by-licence", Severity.Warning, Good with { Materials = [Paper with { Name = "营业执照复印件" }] } },
        { "material.issued-by-government", Severity.Warning, Good with { Materials = [Paper with { Source = 20 }] } },
        { "material.many-copies", Severity.Warning, Good with { Materials = [Paper with { Copies = 3 }] } },
        { "material.catch-all", Severity.Error, Good with { Materials = [Paper with { Name = "法律法规规定的其他材料" }] } },
        { "material.without-ground", Severity.Warning, Good with { Materials = [Paper with { Basis = null }] } },
        { "result.missing", Severity.Warning, Good with { Results = [] } },
        { "result.name-differs-from-kind", Severity.Warning, Good with { Results = [new() { Id = "r", Name = "准予决定书", Kind = 10 }] } },
        { "result.validity", Severity.Error, Good with { Results = [Good.Results[0] with { ValidityYears = 0 }] } },
        { "result.licence-feedback", Severity.Warning, Good with { Depth = [1, 2, 7], Results = [new() { Id = "r", Name = "回执", Kind = 30 }] } },
        { "fee.without-ground", Severity.Error, Good with { Fees = [new() { Name = "工本费", AmountFen = 1 }] } },
        { "fee.reduction-unexplained", Severity.Warning, Good with { Fees = [Good.Fees[0] with { Reducible = true }] } },
        { "procedure.incomplete", Severity.Error, Good with { SpecialProcedures = [new() { Name = "听证", Basis = "第四十五条", MaxDays = 5 }] } },
        { "procedure.without-ground", Severity.Error, Good with { SpecialProcedures = [new() { Code = "hearing", Name = "听证", MaxDays = 5 }] } },
        { "procedure.without-limit", Severity.Error, Good with { SpecialProcedures = [new() { Code = "hearing", Name = "听证", Basis = "第四十五条" }] } },
        { "flow.parallel-without-units", Severity.Error, Good with { Flow = "parallel" } },
        { "conditions.missing", Severity.Warning, Good with { Conditions = [] } },
        { "eligibility.too-many", Severity.Error, Good with { Eligibility = [.. Enumerable.Range(0, 6).Select(i => Ask($"q{i}", $"q{i} = true"))] } },
        { "eligibility.without-refusal", Severity.Error, Good with { Eligibility = [Ask("q", "q = true") with { Refusal = "" }] } },
        { "eligibility.see-unknown", Severity.Warning, Good with { Eligibility = [Ask("q", "q = true") with { See = "440131002000" }] } },
        { "expression.faulty", Severity.Error, Good with { Eligibility = [Ask("q", "q = = true")] } },
        { "expression.unknown-name", Severity.Error, Good with { Eligibility = [Ask("q", "other = true")] } },
        { "form.unknown", Severity.Error, Good with { Form = "x/none" } },
        { "text.long-sentence", Severity.Warning, Good with { Conditions = [new string('长', 61) + "。"] } },
        { "text.bureaucratic", Severity.Warning, Good with { Conditions = ["符合条件的予以登记。"] } },
        { "text.summary-one-sentence", Severity.Warning, Good with { Summary = "先登记。再认养。" } },
        { "text.alias-is-name", Severity.Warning, Good with { Aliases = [Good.Name] } },
        { "text.page-code", Severity.Error, Good with { Summary = "点<b>这里</b>" } },
        { "text.control-character", Severity.Error, Good with { Summary = "看\u0007不见" } },
        { "text.too-long", Severity.Error, Good with { ExpiryBasis = new('长', 5_001) } },
        { "text.heading-order", Severity.Warning, Answer("#### 小标题\n\n内容") },
        { "text.picture-without-words", Severity.Error, Answer("![](/a.png)") },
        { "text.empty-link", Severity.Warning, Answer("[点击这里](/a)") },
        { "text.unsafe-link", Severity.Error, Answer("[去看看说明](javascript:alert)") },
    };

    static EligibilityQuestion Ask(string id, string pass) => new() { Id = id, Question = "是吗？", PassWhen = pass, Refusal = "不能办。" };
    static ItemContent Answer(string markdown) => Good with { Faq = [new() { Question = "问？", Answer = markdown }] };

    [Theory, MemberData(nameof(Broken))]
    public void The_smallest_break_of_a_rule_is_found_and_says_how_to_mend_it(string rule, Severity severity, ItemContent item)
    {
        var finding = Lint.Check(item, Context).Where(f => f.Rule == rule).ShouldHaveSingleItemOrMore(rule, Lint.Check(item, Context));
        finding.Severity.ShouldBe(severity);
        finding.Message.ShouldNotBeEmpty();
        finding.Mend.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_good_item_has_nothing_to_say()
    {
        Lint.Check(Good, Context).ShouldBeEmpty();
        Lint.Check(Good with { Eligibility = [Ask("age", "age < 80")] }, Context).ShouldBeEmpty("a comparison is no page code");
    }

    [Fact]
    public void An_implementation_must_say_where_it_is_and_how_to_call_it() =>
        Lint.Check(Good, Context with { IsImplementation = true }).Select(f => f.Rule).ShouldBe(["body.without-window", "body.without-phone", "body.without-complaints"]);

    [Fact]
    public void Every_rule_in_the_linter_is_tried()
    {
        var written = Directory.GetFiles(Path.Combine(TestDatabase.Root, "src/Kapok.Catalogue/Linting"), "*.cs").SelectMany(f => System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(f), "\\.(?:Error|Warn)\\(\"([a-z.-]+)\"").Select(m => m.Groups[1].Value)).Distinct();
        written.Except(Broken.Select(b => b.Data.Item1)).Where(r => !r.StartsWith("body.")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("a: &a [x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]")]
    [InlineData("a: 1\n---\nb: 2")]
    [InlineData("a: [")]
    [InlineData("")]
    public void A_yaml_that_is_a_bomb_or_broken_gets_a_clear_answer(string yaml)
    {
        var written = WrittenText.Yaml("bad.yaml", yaml);
        written.Ok.ShouldBeFalse();
        written.Faults.Single().Where.ShouldStartWith("bad.yaml");
    }
}

static class LintShould
{
    public static Finding ShouldHaveSingleItemOrMore(this IEnumerable<Finding> findings, string rule, IEnumerable<Finding> all)
    {
        var list = findings.ToList();
        list.ShouldNotBeEmpty($"{rule} was not found among {string.Join("、", all.Select(f => f.Rule))}");
        return list[0];
    }
}
