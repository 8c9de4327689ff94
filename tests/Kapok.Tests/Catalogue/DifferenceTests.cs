using Kapok.Catalogue;
using Kapok.Catalogue.Content;

namespace Kapok.Tests.Catalogue;

public sealed class DifferenceTests
{
    static readonly ItemContent Before = new()
    {
        Code = "440131777000", Name = "路灯认养登记", Handling = 2, PromisedDays = 10, Conditions = ["甲。", "乙。"],
        Materials = [new() { Id = "form", Name = "申请表", Copies = 2 }, new() { Id = "photo", Name = "照片" }], Fees = [new() { Name = "工本费", AmountFen = 1000 }],
    };

    [Fact]
    public void Changes_are_told_element_by_element_in_words()
    {
        var after = Before with { Handling = 1, Conditions = ["甲。", "丙。"], Materials = [new() { Id = "form", Name = "申请表", Copies = 1 }], Fees = [] };
        Difference.Between(Before, after).Select(c => (c.Path, c.Before, c.After)).ShouldBe(
        [
            ("handling", "承诺件（2）", "即办件（1）"), ("conditions[乙。]", "乙。", null), ("conditions[丙。]", null, "丙。"),
            ("materials[form].copies", "2", "1"), ("materials[photo]", Describe.Value(Before.Materials[1]), null), ("fees[工本费]", Describe.Value(Before.Fees[0]), null),
        ]);
    }

    [Fact]
    public void Entries_are_matched_by_their_key_so_a_new_order_is_one_change()
    {
        Difference.Between(Before, Before with { Materials = [Before.Materials[1], Before.Materials[0]] }).ShouldHaveSingleItem().Title.ShouldBe("申请材料 · 顺序");
        Difference.Between(Before, Before).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(10, 1, 10, 1, true)]
    [InlineData(11, 1, 10, 1, false)]
    [InlineData(10, 2, 10, 1, true)] // ten natural days end within ten working days
    [InlineData(10, 1, 30, 2, false)] // nobody knows the holidays
    [InlineData(0, 1, 5, 2, true)]
    public void Time_limits_are_compared_without_knowing_the_calendar(int days, int unit, int limit, int limitUnit, bool never) =>
        TimeLimit.NeverLonger(days, unit, limit, limitUnit).ShouldBe(never);
}
