using FsCheck;
using FsCheck.Fluent;
using Kapok.Foundation.Chinese;

namespace Kapok.Tests.Foundation.Chinese;

public class MoneyAndMaskTests
{
    [Theory]
    [InlineData(128_000, "¥1,280.00", "壹仟贰佰捌拾元整")]
    [InlineData(0, "¥0.00", "零元整")]
    [InlineData(5, "¥0.05", "伍分")]
    [InlineData(50, "¥0.50", "伍角整")]
    [InlineData(55, "¥0.55", "伍角伍分")]
    [InlineData(100, "¥1.00", "壹元整")]
    [InlineData(1_500, "¥15.00", "壹拾伍元整")]
    [InlineData(140_950, "¥1,409.50", "壹仟肆佰零玖元伍角整")]
    [InlineData(600_714, "¥6,007.14", "陆仟零柒元壹角肆分")]
    [InlineData(168_032, "¥1,680.32", "壹仟陆佰捌拾元叁角贰分")]
    [InlineData(1_640_902, "¥16,409.02", "壹万陆仟肆佰零玖元零贰分")]
    [InlineData(32_504, "¥325.04", "叁佰贰拾伍元零肆分")]
    [InlineData(1_000_000, "¥10,000.00", "壹万元整")]
    [InlineData(10_001_005, "¥100,010.05", "壹拾万零壹拾元零伍分")]
    [InlineData(1_001_000_000, "¥10,010,000.00", "壹仟零壹万元整")]
    [InlineData(10_000_000_100, "¥100,000,001.00", "壹亿零壹元整")]
    [InlineData(10_000_100_000, "¥100,001,000.00", "壹亿零壹仟元整")]
    [InlineData(1_000_000_000_000_00, "¥1,000,000,000,000.00", "壹万亿元整")]
    [InlineData(1_000_100_000_000_00, "¥1,000,100,000,000.00", "壹万零壹亿元整")]
    [InlineData(-128_000, "-¥1,280.00", "负壹仟贰佰捌拾元整")]
    public void Money_is_written_in_figures_and_in_capitals(long fen, string figures, string capitals)
    {
        MoneyText.Yuan(fen).ShouldBe(figures);
        MoneyText.Capital(fen).ShouldBe(capitals);
    }

    [Fact]
    public void Capitals_read_back_give_the_amount() =>
        Prop.ForAll(Gen.Choose(0, 16).SelectMany(digits => Gen.Choose(0, 1_000_000_000).Select(n => n % 7 == 0 ? Pow(digits) + n % 100 : n * (1 + Pow(digits) / 1_000_000_000) % Pow(17))).ToArbitrary(),
            fen => Read(MoneyText.Capital(fen)) == fen && !MoneyText.Capital(fen).Contains("零零")).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

    private static long Pow(int digits) => (long)Math.Pow(10, digits);

    private static long Read(string capitals)
    {
        long total = 0, section = 0, digit = 0;
        foreach (var c in capitals.Replace("万亿", "兆"))
            switch (c)
            {
                case '拾': section += digit * 10; digit = 0; break;
                case '佰': section += digit * 100; digit = 0; break;
                case '仟': section += digit * 1_000; digit = 0; break;
                case '万': section = (section + digit) * 10_000; total += section; section = digit = 0; break;
                case '亿': total = (total + section + digit) * 100_000_000; section = digit = 0; break;
                case '兆': total = (total + section + digit) * 1_000_000_000_000; section = digit = 0; break;
                case '元': total = (total + section + digit) * 100; section = digit = 0; break;
                case '角': total += digit * 10; digit = 0; break;
                case '分': total += digit; digit = 0; break;
                case '整': break;
                default: digit = "零壹贰叁肆伍陆柒捌玖".IndexOf(c); break;
            }
        return total;
    }

    [Fact]
    public void More_than_sixteen_digits_of_yuan_have_no_capitals() => Should.Throw<ArgumentOutOfRangeException>(() => MoneyText.Capital(1_000_000_000_000_000_000));

    [Theory]
    [InlineData("陈小满", "陈*满")]
    [InlineData("陈满", "陈*")]
    [InlineData("阿卜杜拉·买买提", "阿*提")]
    [InlineData("𠮷野家", "𠮷*家")]
    [InlineData("陈", "*")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void Names_are_masked(string? name, string masked) => Mask.Name(name).ShouldBe(masked);

    [Theory]
    [InlineData("44010619900228123X", "4401**********123X")]
    [InlineData("440106900228123", "4401*******8123")]
    [InlineData("E12345678", "*******78")]
    [InlineData("1234", "****")]
    [InlineData(null, "")]
    public void Identity_numbers_are_masked(string? number, string masked) => Mask.IdNumber(number).ShouldBe(masked);

    [Theory]
    [InlineData("13800138000", "138****8000")]
    [InlineData("020-38940000", "020-****0000")]
    [InlineData("0763-6682345", "0763-****2345")]
    [InlineData("12345", "***45")]
    [InlineData("1", "1")]
    [InlineData(null, "")]
    public void Phone_numbers_are_masked(string? phone, string masked) => Mask.Phone(phone).ShouldBe(masked);

    [Fact]
    public void Dates_are_written_as_people_read_them()
    {
        var date = new DateOnly(2026, 11, 20);
        DateText.Full(date).ShouldBe("2026年11月20日");
        DateText.WithWeekday(date).ShouldBe("2026年11月20日 周五");
        DateText.Short(date).ShouldBe("11月20日");
        DateText.WithTime(new DateTimeOffset(2026, 11, 19, 17, 5, 0, TimeSpan.Zero)).ShouldBe("2026年11月20日 01:05");
        DateText.Range(date, date).ShouldBe("11月20日");
        DateText.Range(new(2026, 10, 1), new(2026, 10, 7)).ShouldBe("10月1–7日");
        DateText.Range(new(2025, 1, 28), new(2025, 2, 4)).ShouldBe("1月28日–2月4日");
        DateText.Range(new(2026, 12, 31), new(2027, 1, 2)).ShouldBe("2026年12月31日–2027年1月2日");
        DateText.Left(3, "个工作日", new(2026, 11, 25)).ShouldBe("还剩 3 个工作日（11月25日前）");
        DateText.Left(2.5m, "个工作日", new(2026, 11, 25)).ShouldBe("还剩 2.5 个工作日（11月25日前）");
        DateText.Left(0, "个工作日", new(2026, 11, 25)).ShouldBe("今天到期");
        DateText.Left(-2, "个工作日", new(2026, 11, 25)).ShouldBe("已超期 2 个工作日（11月25日到期）");
    }
}
