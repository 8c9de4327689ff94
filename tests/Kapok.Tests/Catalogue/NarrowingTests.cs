using FsCheck;
using FsCheck.Fluent;
using Kapok.Catalogue;
using Kapok.Catalogue.Content;
using Kapok.Catalogue.Inheritance;

namespace Kapok.Tests.Catalogue;

public sealed class NarrowingTests
{
    static readonly ItemContent Upper = new()
    {
        Code = "440131777000", Name = "路灯认养登记", Handling = 2, LegalDays = 20, PromisedDays = 10, Visits = 1, VisitReason = "核对本人",
        Channels = [1, 2], Depth = [1, 2], Scope = [3], Conditions = ["年满十八周岁。", "住在路灯附近。"],
        Materials = [new() { Id = "form", Name = "申请表", Copies = 2, Form = 1, Original = 3 }, new() { Id = "photo", Name = "照片", Form = 2, Necessity = 3 }],
        Fees = [new() { Name = "工本费", AmountFen = 1000, Basis = "粤价1号" }], Faq = [new() { Question = "认养多久？", Answer = "一年。" }],
        Appointment = true, Phone = "020-1", Windows = [new() { Name = "省中心", Address = "某路1号" }],
        Open = [.. Narrowing.Fields.Select(f => f.Field)],
    };

    /// <summary>Each row of the table: what is allowed, and what is not.</summary>
    public static TheoryData<string, Overrides, bool> Rules => new()
    {
        { "promisedDays", new() { PromisedDays = 10 }, true },
        { "promisedDays", new() { PromisedDays = 1 }, true },
        { "promisedDays", new() { PromisedDays = 11 }, false },
        { "promisedDays", new() { PromisedDays = -1 }, false },
        { "promisedDays", new() { PromisedDays = 10, PromisedUnit = 2 }, true }, // natural days within as many working days
        { "promisedDays", new() { PromisedDays = 11, PromisedUnit = 2 }, false },
        { "handling", new() { Handling = 1 }, true },
        { "handling", new() { Handling = 2 }, true },
        { "handling", new() { Handling = 9 }, false },
        { "visits", new() { Visits = 0 }, true },
        { "visits", new() { Visits = 2, VisitReason = "x" }, false },
        { "channels", new() { Channels = [1, 2, 3] }, true },
        { "channels", new() { Channels = [2, 3] }, false },
        { "depth", new() { Depth = [1, 2, 5] }, true },
        { "depth", new() { Depth = [2, 5] }, false },
        { "scope", new() { Scope = [2, 3] }, true },
        { "scope", new() { Scope = [2] }, false },
        { "conditions", new() { DropConditions = ["住在路灯附近。"] }, true },
        { "conditions", new() { DropConditions = ["住在路灯旁边。"] }, false },
        { "materials", new() { DropMaterials = ["photo"] }, true },
        { "materials", new() { DropMaterials = ["nothing"] }, false },
        { "materials", new() { Materials = [new() { Id = "form", Copies = 1, Necessity = 2, Form = 3, Original = 2 }] }, true },
        { "materials", new() { Materials = [new() { Id = "form", Copies = 3 }] }, false },
        { "materials", new() { Materials = [new() { Id = "photo", Necessity = 1 }] }, false },
        { "materials", new() { Materials = [new() { Id = "photo", Form = 1 }] }, false },
        { "materials", new() { Materials = [new() { Id = "form", ReplacedBy = new("licence", "id-card") }] }, true },
        { "materials", new() { Materials = [new() { Id = "form", ReplacedBy = new("magic", "x") }] }, false },
        { "materials", new() { Materials = [new() { Id = "gone" }] }, false },
        { "fees", new() { Fees = [new("工本费", 0)] }, true },
        { "fees", new() { Fees = [new("工本费", 1001)] }, false },
        { "fees", new() { Fees = [new("加急费", 1)] }, false },
        { "windows", new() { Windows = [new() { Name = "天河", Address = "软件路" }] }, true },
        { "phone", new() { Phone = "020-2" }, true },
        { "complaintPhone", new() { ComplaintPhone = "12345" }, true },
        { "schedule", new() { Schedule = "周一至周五" }, true },
        { "appointment", new() { Appointment = true }, true },
        { "appointment", new() { Appointment = false }, false },
        { "faq", new() { Faq = [new() { Question = "停电怎么办？", Answer = "打 12345。" }] }, true },
        { "faq", new() { Faq = [new() { Question = "认养多久？", Answer = "两年。" }] }, false },
        { "open", new() { Open = ["phone"] }, true },
        { "open", new() { Open = ["legalDays"] }, false },
    };

    [Theory, MemberData(nameof(Rules))]
    public void Each_field_may_be_narrowed_and_never_widened(string field, Overrides own, bool allowed)
    {
        var effective = Merge.Down(Upper, own);
        if (allowed) effective.Conflicts.ShouldBeEmpty();
        else
        {
            effective.Conflicts.ShouldHaveSingleItem().Field.ShouldBe(field);
            Difference.Between(Upper, effective.Content).ShouldBeEmpty("the upper value rules until the conflict is solved");
        }
        Narrowing.ByName[field].IsSet(own).ShouldBeTrue();
        Narrowing.Fields.ShouldAllBe(f => !f.IsSet(f.Clear(own)));
    }

    [Fact]
    public void Every_field_of_the_table_is_tried_both_ways_unless_it_is_the_bodys_own()
    {
        string[] own = ["windows", "phone", "complaintPhone", "schedule"];
        foreach (var field in Narrowing.Fields)
        {
            var tried = Rules.Where(r => r.Data.Item1 == field.Field).Select(r => r.Data.Item3).ToList();
            tried.ShouldContain(true, field.Field);
            if (!own.Contains(field.Field)) tried.ShouldContain(false, field.Field);
        }
    }

    [Theory, MemberData(nameof(Rules))]
    public void What_the_upper_level_has_not_opened_cannot_be_touched(string field, Overrides own, bool _)
    {
        var effective = Merge.Down(Upper with { Open = [] }, own);
        if (field == "open") return; // closing more below oneself needs no leave
        effective.Conflicts.ShouldHaveSingleItem().ShouldSatisfyAllConditions(c => c.Field.ShouldBe(field), c => c.Message.ShouldContain("没有开放"));
        Difference.Between(Upper with { Open = [] }, effective.Content).ShouldBeEmpty();
    }

    [Fact]
    public void A_part_that_no_longer_fits_does_not_take_the_valid_parts_with_it()
    {
        var effective = Merge.Down(Upper, new() { DropMaterials = ["gone", "photo"], PromisedDays = 30, Visits = 0 });
        effective.Conflicts.Select(c => c.Key).ShouldBe(["promisedDays/", "materials/gone"], ignoreOrder: true);
        (effective.Content.Visits, effective.Content.PromisedDays).ShouldBe((0, 10));
        effective.Content.Materials.Select(m => m.Id).ShouldBe(["form"]);
        effective.Content.VisitReason.ShouldBeNull("nobody has to come any more");
    }

    [Fact]
    public void Windows_and_phone_of_a_city_are_its_own_and_not_handed_down_to_its_counties()
    {
        Merge.Down(Upper, Overrides.None).Content.Phone.ShouldBe("020-1", "those of the basic list are");
        var county = Merge.Down(Upper, Overrides.None, upperIsBody: true).Content;
        (county.Phone, county.Windows.Count).ShouldBe((null, 0));
    }

    [Fact]
    public void Whatever_a_lower_level_writes_the_result_is_never_wider_than_above()
    {
        Prop.ForAll(Arb.From(Own), own => NotWider(Upper, Merge.Down(Upper, own).Content)).QuickCheckThrowOnFailure();
        Prop.ForAll(Arb.From(from city in Own from county in Own select (city, county)), pair =>
        {
            var city = Merge.Down(Upper, pair.city).Content;
            return NotWider(city, Merge.Down(city, pair.county, upperIsBody: true).Content);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Merging_twice_gives_the_same()
    {
        Prop.ForAll(Arb.From(Own), own => Difference.Between(Merge.Down(Upper, own).Content, Merge.Down(Upper, own).Content).Count == 0).QuickCheckThrowOnFailure();
    }

    /// <summary>The law of inheritance, said without looking at how Merge does it.</summary>
    static bool NotWider(ItemContent upper, ItemContent lower) =>
        lower.PromisedDays <= upper.PromisedDays && (lower.PromisedUnit == upper.PromisedUnit || lower.PromisedUnit == 2 || lower.PromisedDays == 0) && lower.PromisedDays >= 0
        && lower.LegalDays == upper.LegalDays && lower.Visits <= upper.Visits && lower.Visits >= 0
        && lower.Handling is 1 or 2 && upper.Channels.All(lower.Channels.Contains) && upper.Depth.All(lower.Depth.Contains) && upper.Scope.All(lower.Scope.Contains)
        && lower.Conditions.All(upper.Conditions.Contains) && lower.Open.All(upper.Open.Contains)
        && lower.Materials.All(m => upper.Materials.Any(u => u.Id == m.Id && m.Copies <= u.Copies && m.Name == u.Name && m.When == u.When && (m.Necessity == u.Necessity || (u.Necessity, m.Necessity) is (1, 2 or 3) or (3, 2))
            && (m.Form == u.Form || m.Form == 3) && (u.ReplacedBy is null || m.ReplacedBy == u.ReplacedBy)))
        && lower.Fees.All(f => upper.Fees.Any(u => u.Name == f.Name && f.AmountFen <= u.AmountFen && f.AmountFen >= 0))
        && (lower.Appointment || !upper.Appointment)
        && (lower.Name, lower.Code, lower.Type, lower.Results.Count, lower.Basis.Count) == (upper.Name, upper.Code, upper.Type, upper.Results.Count, upper.Basis.Count);

    static Gen<T?> Maybe<T>(Gen<T> gen) where T : struct => Gen.OneOf(Gen.Constant((T?)null), gen.Select(v => (T?)v));
    static Gen<IReadOnlyList<T>?> MaybeList<T>(params T[] from) => Gen.OneOf(Gen.Constant((IReadOnlyList<T>?)null), Gen.SubListOf(from).Select(l => (IReadOnlyList<T>?)l.ToList()));
    static Gen<IReadOnlyList<T>> List<T>(params T[] from) => Gen.SubListOf(from).Select(l => (IReadOnlyList<T>)l.ToList());

    static Gen<EasedMaterial> Eased =>
        from id in Gen.Elements("form", "photo", "gone")
        from necessity in Maybe(Gen.Choose(0, 4)) from form in Maybe(Gen.Choose(0, 4)) from original in Maybe(Gen.Choose(0, 4)) from copies in Maybe(Gen.Choose(-1, 4))
        from instead in Gen.Elements<Replacement?>(null, new("licence", "x"), new("data", "y"), new("bad", "z"))
        select new EasedMaterial { Id = id, Necessity = necessity, Form = form, Original = original, Copies = copies, ReplacedBy = instead };

    static Gen<Overrides> Own =>
        from days in Maybe(Gen.Choose(-2, 15)) from unit in Maybe(Gen.Choose(1, 2)) from handling in Maybe(Gen.Elements(1, 2, 9)) from visits in Maybe(Gen.Choose(-1, 3))
        from channels in MaybeList(1, 2, 3, 4, 9) from depth in MaybeList(1, 2, 3, 4, 5, 6, 7) from scope in MaybeList(1, 2, 3, 4)
        from conditions in List("年满十八周岁。", "住在路灯附近。", "别的。") from drop in List("form", "photo", "gone")
        from eased in Gen.ListOf(Eased) from fees in List(new LoweredFee("工本费", 500), new LoweredFee("工本费", 5000), new LoweredFee("加急费", 1), new LoweredFee("工本费", -5))
        from appointment in Maybe(Gen.Elements(true, false)) from faq in List(new FrequentQuestion { Question = "认养多久？", Answer = "两年。" }, new FrequentQuestion { Question = "停电？", Answer = "打电话。" })
        from open in MaybeList("phone", "visits", "legalDays", "materials")
        select new Overrides
        {
            PromisedDays = days, PromisedUnit = unit, Handling = handling, Visits = visits, Channels = channels, Depth = depth, Scope = scope, DropConditions = conditions, DropMaterials = drop,
            Materials = [.. eased.Take(4)], Fees = fees, Appointment = appointment, Faq = faq, Open = open,
        };
}
