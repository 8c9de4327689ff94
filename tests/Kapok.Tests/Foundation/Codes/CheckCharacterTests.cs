using FsCheck;
using FsCheck.Fluent;
using Kapok.Foundation.Codes;
using Shouldly;
using Xunit;

namespace Kapok.Tests.Foundation.Codes;

public class CheckCharacterTests
{
    [Theory]
    [InlineData("11010519491231002", 'X')]
    [InlineData("44052418800101001", '4')]
    [InlineData("0794", '0')]
    public void Iso_7064_mod_11_2(string digits, char check) => CheckCharacters.Mod11_2(digits).ShouldBe(check);

    [Theory]
    [InlineData("2603141124890534694", '8')]
    [InlineData("2411130202890163701", '5')]
    [InlineData("0794", '5')]
    public void Iso_7064_mod_11_10(string digits, char check) => CheckCharacters.Mod11_10(digits).ShouldBe(check);

    [Theory]
    [InlineData("11100000000013338W01111430000006122244L20230000403001", 'U')]
    [InlineData("11100000000013338W00911330105002500287C2025052201002", '0')]
    [InlineData("11100000MB03271699022340100000000016001", '9')]
    [InlineData("11100000000013661B006113700000045046442209FA4E88F9E4C878F3E9BED2CE7EA49001", 'D')]
    public void Iso_7064_mod_37_36(string characters, char check) => CheckCharacters.Mod37_36(characters).ShouldBe(check);

    [Fact]
    public void A_character_outside_the_alphabet_is_no_code()
    {
        Should.Throw<ArgumentException>(() => CheckCharacters.Mod11_2("1A"));
        Should.Throw<ArgumentException>(() => CheckCharacters.CreditCode("O1"));
        Should.Throw<ArgumentException>(() => CheckCharacters.OrganisationCode("1234567"));
    }

    private delegate char System(ReadOnlySpan<char> characters);

    private static readonly (string Name, System Check, string Alphabet, bool FindsTranspositions)[] Systems =
    [
        ("MOD 11-2", CheckCharacters.Mod11_2, "0123456789", true),
        // The hybrid systems miss a transposition now and then: no promise is made.
        ("MOD 11,10", CheckCharacters.Mod11_10, "0123456789", false),
        ("MOD 37,36", CheckCharacters.Mod37_36, CheckCharacters.Alphanumeric, false),
        ("GB 32100", CheckCharacters.CreditCode, CheckCharacters.CreditCodeAlphabet, true),
        ("MOD 31-3", CheckCharacters.Query, CheckCharacters.QueryAlphabet, true),
    ];

    public static TheoryData<string> Names => [.. Systems.Select(s => s.Name)];

    [Theory, MemberData(nameof(Names))]
    public void One_wrong_character_is_always_found(string name)
    {
        var (_, check, alphabet, _) = Systems.Single(s => s.Name == name);
        Prop.ForAll(Codes(alphabet), Gen.Choose(0, 16).ToArbitrary(), Gen.Choose(1, alphabet.Length - 1).ToArbitrary(), (code, at, shift) =>
        {
            var wrong = code.ToCharArray();
            wrong[at] = alphabet[(alphabet.IndexOf(wrong[at]) + shift) % alphabet.Length];
            return check(wrong) != check(code);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));
    }

    [Theory, MemberData(nameof(Names))]
    public void Two_neighbours_exchanged_are_found(string name)
    {
        var (_, check, alphabet, always) = Systems.Single(s => s.Name == name);
        if (!always) return;
        Prop.ForAll(Codes(alphabet), Gen.Choose(0, 15).ToArbitrary(), (code, at) =>
        {
            var wrong = code.ToCharArray();
            (wrong[at], wrong[at + 1]) = (wrong[at + 1], wrong[at]);
            return new string(wrong) == code || check(wrong) != check(code);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));
    }

    [Fact]
    public void One_wrong_digit_of_an_organisation_code_is_always_found() =>
        Prop.ForAll(Gen.Elements("0123456789".ToCharArray()).ArrayOf(8).ToArbitrary(), Gen.Choose(0, 7).ToArbitrary(), Gen.Choose(1, 9).ToArbitrary(), (code, at, shift) =>
        {
            var check = CheckCharacters.OrganisationCode(code);
            var wrong = (char[])code.Clone();
            wrong[at] = (char)('0' + (wrong[at] - '0' + shift) % 10);
            return CheckCharacters.OrganisationCode(wrong) != check;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    private static Arbitrary<string> Codes(string alphabet) =>
        Gen.Elements(alphabet.ToCharArray()).ArrayOf(17).Select(c => new string(c)).ToArbitrary();
}
