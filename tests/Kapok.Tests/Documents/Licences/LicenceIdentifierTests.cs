using Kapok.Foundation.Codes;

namespace Kapok.Tests.Documents.Licences;

/// <summary>电子证照标识 with the identifiers published in public sources.</summary>
public sealed class LicenceIdentifierTests
{
    [Theory]
    [InlineData("1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U")]
    [InlineData("1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0")]
    [InlineData("1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9")]
    public void Published_identifiers_are_right_and_come_out_as_they_went_in(string text)
    {
        LicenceIdentifier.Parse(text, out var read).IsValid.ShouldBeTrue();
        read!.ToString().ShouldBe(text);
    }

    [Fact]
    public void The_dummy_of_a_manual_is_wrong_and_its_right_character_is_D()
    {
        var verdict = LicenceIdentifier.Parse("1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M", out var read);
        verdict.IsValid.ShouldBeFalse();
        verdict.Problem!.ShouldContain("校验位");
        read.ShouldBeNull();
        LicenceIdentifier.Parse("1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.D", out _).IsValid.ShouldBeTrue();
    }

    [Fact]
    public void Pasted_with_spaces_small_letters_and_a_file_ending_it_is_still_read() =>
        LicenceIdentifier.Parse(" 1.2.156.3005.2.11100000000013338w011.11430000006122244l.20230000403.001.u.ofd ", out _).IsValid.ShouldBeTrue();

    [Theory]
    [InlineData("")]
    [InlineData("1.2.156.3005.3.11100000000013338W011.11430000006122244L.20230000403.001.U")]
    [InlineData("1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.000.U")]
    [InlineData("1.2.156.3005.2.11100000000013338W011.11430000006122244L.证0230000403.001.U")]
    [InlineData("1.2.156.3005.2.11100000000013338W011.11430000006122244L.001.U")]
    public void What_is_no_identifier_is_refused_in_words(string text)
    {
        var verdict = LicenceIdentifier.Parse(text, out var read);
        verdict.IsValid.ShouldBeFalse();
        verdict.Problem.ShouldNotBeNullOrEmpty();
        read.ShouldBeNull();
    }

    [Fact]
    public void Every_single_wrong_character_is_found()
    {
        const string body = "11100000000013338W00911330105002500287C2025052201002";
        var check = CheckCharacters.Mod37_36(body);
        for (var i = 0; i < body.Length; i++)
            foreach (var other in CheckCharacters.Alphanumeric)
                if (other != body[i]) CheckCharacters.Mod37_36(string.Concat(body.AsSpan(0, i), other.ToString(), body.AsSpan(i + 1))).ShouldNotBe(check);
    }

    [Fact]
    public void We_never_make_one_for_an_issuer_that_is_only_a_division() =>
        Should.Throw<ArgumentException>(() => LicenceIdentifier.Compose("11100000000013338W009", "340100", "1", 1));
}
