using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Shouldly;
using Xunit;

namespace Kapok.Tests.Foundation.Pages;

public sealed class FieldTests
{
    private static FormCollection Form(params (string Name, string Value)[] fields) =>
        new(fields.GroupBy(field => field.Name).ToDictionary(group => group.Key, group => new StringValues([.. group.Select(field => field.Value)])));

    [Theory]
    [InlineData("2026", "11", "20", "2026-11-20")]
    [InlineData("2026", "1", "2", "2026-01-02")]
    [InlineData(" ２０２６ ", "０２", "０３", "2026-02-03")]
    [InlineData("2026", "2", "30", "2026-2-30")]
    [InlineData("2026", "13", "", "2026-13-")]
    [InlineData("26", "1", "1", "26-1-1")]
    [InlineData("二〇", "1", "1", "二〇-1-1")]
    [InlineData("", "", "", null)]
    public void A_date_is_read_as_a_day_or_kept_as_typed(string year, string month, string day, string? read) =>
        DateInput.Read(Form(("d.year", year), ("d.month", month), ("d.day", day)), "d").ShouldBe(read);

    [Theory]
    [InlineData("2024-02-29", true)]
    [InlineData("2023-02-29", false)]
    [InlineData("2026-0-1", false)]
    [InlineData("-1-1-1", false)]
    [InlineData("2026-11", false)]
    [InlineData(null, false)]
    public void Only_a_real_day_is_a_date(string? text, bool real) => DateInput.TryRead(text, out _).ShouldBe(real);

    [Theory]
    [InlineData("1280", 128000)]
    [InlineData("1,280.5", 128050)]
    [InlineData("¥ 1,280.00 元", 128000)]
    [InlineData("１２８０．０１", 128001)]
    [InlineData("0.01", 1)]
    [InlineData("-3", -300)]
    public void Money_is_read_to_the_fen(string text, long fen)
    {
        MoneyInput.TryRead(text, out var read).ShouldBeTrue();
        read.ShouldBe(fen);
    }

    [Theory]
    [InlineData("1.001")]
    [InlineData("1e5")]
    [InlineData("一百")]
    [InlineData("")]
    [InlineData("99999999999999")]
    public void What_is_no_amount_is_refused(string text) => MoneyInput.TryRead(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData(new[] { "440100", "440106", "440106010" }, "440106010")]
    [InlineData(new[] { "440100", "440106", "" }, "440106")]
    [InlineData(new[] { "440300", "440106", "440106010" }, "440300")]
    [InlineData(new[] { "440000", "440100", "440106" }, "440106")]
    [InlineData(new[] { "440106001000", "440106001003" }, "440106001003")]
    [InlineData(new[] { "", "440106" }, null)]
    [InlineData(new string[0], null)]
    public void The_deepest_division_that_still_lies_in_those_above_is_taken(string[] chosen, string? deepest) =>
        DivisionPicker.Read(chosen).ShouldBe(deepest);

    [Fact]
    public void Errors_keep_their_order_and_the_first_of_a_field_is_shown()
    {
        FieldErrors errors = [];
        errors.Any.ShouldBeFalse();
        errors.Add("b", "乙一");
        errors.Add("a", "甲");
        errors.Add("b", "乙二");
        errors["b"].ShouldBe("乙一");
        errors["c"].ShouldBeNull();
        errors.Select(error => error.Message).ShouldBe(["乙一", "甲", "乙二"]);
    }

    [Fact]
    public void A_lamp_is_read_from_its_name_in_packages()
    {
        foreach (var (name, state) in new[] { ("green", LampState.Green), ("yellow", LampState.Yellow), ("red", LampState.Red), ("paused", LampState.Paused), ("done", LampState.Done) })
            Lamp.Parse(name).ShouldBe(state);
        Should.Throw<ArgumentException>(() => Lamp.Parse("blue"));
    }
}
