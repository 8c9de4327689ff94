using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Kapok.Foundation.Codes;
using Shouldly;
using Xunit;

namespace Kapok.Tests.Foundation.Codes;

public class TextTests
{
    [Theory]
    [InlineData("13800138000", "13800138000")]
    [InlineData("+86 138-0013-8000", "13800138000")]
    [InlineData("００86 13800138000", "13800138000")]
    public void A_mobile_number_is_cleaned(string text, string value) => Contact.CheckMobile(text).Value.ShouldBe(value);

    [Theory]
    [InlineData("", "请填写")]
    [InlineData("1380013800", "现在是 10 位")]
    [InlineData("12800138000", "13 至 19")]
    [InlineData("1380013800a", "数字")]
    public void A_wrong_mobile_number_is_refused(string text, string says) => Contact.CheckMobile(text).Problem.ShouldNotBeNull().ShouldContain(says);

    [Theory]
    [InlineData("02038940000", "020-38940000")]
    [InlineData("（020）3894 0000", "020-38940000")]
    [InlineData("020-38940000转801", "020-38940000-801")]
    [InlineData("020-38940000-801", "020-38940000-801")]
    [InlineData("0763-6682345", "0763-6682345")]
    [InlineData("07636682345", "0763-6682345")]
    [InlineData("+86 20 3894 0000", "020-38940000")]
    [InlineData("+86-755-12345678", null)]
    [InlineData("+86-755-82345678", "0755-82345678")]
    [InlineData("12345", "12345")]
    [InlineData("400-888-1234", "4008881234")]
    [InlineData("13800138000", "13800138000")]
    [InlineData("38940000", null)]
    [InlineData("020-389400001", null)]
    [InlineData("abc", null)]
    public void A_phone_number_is_cleaned_or_refused(string text, string? value) => Contact.CheckPhone(text).Value.ShouldBe(value);

    [Theory]
    [InlineData("510030", true)]
    [InlineData("51003", false)]
    [InlineData("51003A", false)]
    public void A_postcode_has_six_digits(string text, bool valid) => Contact.CheckPostcode(text).IsValid.ShouldBe(valid);

    [Theory]
    [InlineData("陈小满", "陈小满")]
    [InlineData(" 陈 小满 ", "陈小满")]
    [InlineData("阿卜杜拉•买买提", "阿卜杜拉·买买提")]
    [InlineData("阿卜杜拉 ・ 买买提", "阿卜杜拉·买买提")]
    [InlineData("阿卜杜拉．买买提", "阿卜杜拉·买买提")]
    [InlineData("John  Smith", "John Smith")]
    [InlineData("Ｊｏｈｎ　Ｓｍｉｔｈ", "John Smith")]
    [InlineData("Anne-Marie O'Neil", "Anne-Marie O'Neil")]
    [InlineData("李〇", "李〇")]
    [InlineData("𠮷𬭎𱉵", "𠮷𬭎𱉵")]
    [InlineData("葛\U000E0100城", "葛\U000E0100城")]
    public void A_name_is_kept_in_one_form(string text, string value)
    {
        PersonName.Check(text).Problem.ShouldBeNull();
        PersonName.Check(text).Value.ShouldBe(value);
        PersonName.Check(value).Value.ShouldBe(value);
    }

    [Theory]
    [InlineData("", "请填写")]
    [InlineData(" \u3000", "请填写")]
    [InlineData("张\u202e三", "控制字符")]
    [InlineData("张\u200b三", "控制字符")]
    [InlineData("张\n三", "控制字符")]
    [InlineData("张3", "数字")]
    [InlineData("<b>", "“<”")]
    [InlineData("·买买提", "间隔号")]
    [InlineData("阿卜··买买提", "间隔号")]
    [InlineData("-", "没有文字")]
    [InlineData("张😀", "“😀”")]
    public void A_wrong_name_is_refused(string text, string says) => PersonName.Check(text).Problem.ShouldNotBeNull().ShouldContain(says);

    [Fact]
    public void A_broken_character_in_a_name_is_refused() => PersonName.Check("张" + '\ud842').Problem.ShouldNotBeNull().ShouldContain("损坏");

    [Fact]
    public void Names_are_counted_as_people_count()
    {
        PersonName.Check(string.Concat(Enumerable.Repeat("𠮷", 50))).IsValid.ShouldBeTrue();
        PersonName.Check(string.Concat(Enumerable.Repeat("葛\U000E0100", 50))).IsValid.ShouldBeTrue();
        PersonName.Check(string.Concat(Enumerable.Repeat("𠮷", 51))).Problem.ShouldNotBeNull().ShouldContain("最多 50 个字，现在是 51 个字");
        PersonName.Check("张\ue123").Warnings.ShouldHaveSingleItem().ShouldContain("自造字");
    }

    [Theory]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("C:\\a\\平面图.PDF", "平面图.PDF")]
    [InlineData("..", "未命名")]
    [InlineData("", "未命名")]
    [InlineData(".htaccess", "htaccess")]
    [InlineData("CON.txt", "_CON.txt")]
    [InlineData("a:b*c?.pdf", "a_b_c_.pdf")]
    [InlineData("图\u202efdp.exe", "图fdp.exe")]
    [InlineData("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf")]
    [InlineData("布局图 (1).pdf", "布局图 (1).pdf")]
    [InlineData("a.pdf. . .", "a.pdf")]
    public void A_file_name_is_made_safe(string text, string safe) => FileName.Safe(text).ShouldBe(safe);

    [Fact]
    public void A_long_file_name_is_cut_between_characters_and_keeps_its_extension()
    {
        var name = FileName.Safe(string.Concat(Enumerable.Repeat("𠮷", 100)) + ".pdf");
        Encoding.UTF8.GetByteCount(name).ShouldBeLessThanOrEqualTo(200);
        name.ShouldEndWith("𠮷.pdf");
    }

    [Fact]
    public void Making_a_file_name_safe_twice_changes_nothing_more() =>
        Prop.ForAll(Gen.Elements("a", ".", "/", "\\", " ", "甲", "𠮷", ":", "\n", "\u202e", "CON", ".pdf", "\ud842", "%", "_").ArrayOf(12).Select(string.Concat).ToArbitrary(), text =>
        {
            var safe = FileName.Safe(text, 40);
            return safe.Length > 0 && FileName.Safe(safe, 40) == safe && Encoding.UTF8.GetByteCount(safe) <= 40 && safe.IndexOfAny(['/', '\\', '\n', ':', '\u202e']) < 0 && safe[0] != '.';
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
}
