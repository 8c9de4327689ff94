using Kapok.Foundation.Chinese;

namespace Kapok.Tests.Foundation.Chinese;

public class PinyinTests
{
    [Theory]
    [InlineData("食品经营许可", "spjyxk", "shipinjingyingxuke")]
    [InlineData("个体工商户设立登记", "gtgshsldj", "getigongshanghushelidengji")]
    [InlineData("高龄老人津贴", "gllrjt", "gaolinglaorenjintie")]
    [InlineData("居住证", "jzz", "juzhuzheng")]
    [InlineData("不动产转移登记", "bdczydj", "budongchanzhuanyidengji")]
    [InlineData("建筑工程施工许可证", "jzgcsgxkz", "jianzhugongchengshigongxukezheng")]
    [InlineData("银行开户许可", "yhkhxk", "yinhangkaihuxuke")]
    [InlineData("行政许可", "xzxk", "xingzhengxuke")]
    [InlineData("重新申请", "cxsq", "chongxinshenqing")]
    [InlineData("重大工程", "zdgc", "zhongdagongcheng")]
    [InlineData("延长有效期", "ycyxq", "yanchangyouxiaoqi")]
    [InlineData("法定代表人（董事长）", "fddbrdsz", "fadingdaibiaoren（dongshizhang）")]
    [InlineData("代理记账会计", "dljzkj", "dailijizhangkuaiji")]
    [InlineData("社会保险", "shbx", "shehuibaoxian")]
    [InlineData("行政给付", "xzjf", "xingzhengjifu")]
    [InlineData("人民调解", "rmtj", "renmintiaojie")]
    [InlineData("畜牧兽医", "xmsy", "xumushouyi")]
    [InlineData("征收没收", "zsms", "zhengshoumoshou")]
    [InlineData("广州市番禺区", "gzspyq", "guangzhoushipanyuqu")]
    [InlineData("黄埔区", "hpq", "huangpuqu")]
    [InlineData("梅州市大埔县", "mzsdbx", "meizhoushidabuxian")]
    [InlineData("深圳东莞佛山", "szdgfs", "shenzhendongguanfoshan")]
    [InlineData("绿色女装", "lsnz", "lvsenvzhuang")]
    [InlineData("A类𠮷", "l", "Alei𠮷")]
    public void Names_are_read_as_offices_read_them(string text, string initials, string full)
    {
        Pinyin.Initials(text).ShouldBe(initials);
        Pinyin.Full(text).ShouldBe(full);
    }

    [Fact]
    public void Every_character_of_the_common_block_has_a_reading_in_the_order_of_the_block()
    {
        // GB 2312 level 1 is ordered by pinyin: the readings must rise with few exceptions (characters that the standard read otherwise).
        System.Text.Encoding.RegisterProvider(System.Text.CodePagesEncodingProvider.Instance);
        var gb = System.Text.Encoding.GetEncoding("GB2312");
        var readings = new List<string>();
        for (var row = 0xb0; row <= 0xd7; row++)
            for (var cell = 0xa1; cell <= (row == 0xd7 ? 0xf9 : 0xfe); cell++)
                readings.Add(Pinyin.Of(gb.GetString([(byte)row, (byte)cell]))[0].ShouldNotBeNull());
        readings.Count.ShouldBe(3_755);
        var outOfPlace = Enumerable.Range(1, readings.Count - 2).Count(i =>
            string.CompareOrdinal(readings[i], readings[i - 1]) != 0 && string.CompareOrdinal(readings[i], readings[i + 1]) != 0 && readings[i - 1] == readings[i + 1]);
        outOfPlace.ShouldBeLessThan(60);
    }

    [Fact]
    public void Chinese_text_sorts_by_its_reading() =>
        new[] { "张三", "李四", "安全", "王五" }.OrderBy(Pinyin.Full, StringComparer.Ordinal).ShouldBe(["安全", "李四", "王五", "张三"]);
}
