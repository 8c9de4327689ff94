using System.Text;

namespace Kapok.Foundation.Chinese;

/// <summary>
/// Readings of Chinese text for search and sorting. A character has its most frequent reading unless it stands in a listed word
/// (银行, 重新, 给付 …). Characters outside the table have none.
/// </summary>
public static class Pinyin
{
    // Words of offices, laws and Guangdong place names in which a character is read otherwise.
    private const string Words = """
        银行 yin hang|行业 hang ye|行情 hang qing|同行 tong hang|商行 shang hang|支行 zhi hang|分行 fen hang|总行 zong hang|央行 yang hang|行距 hang ju
        重新 chong xin|重复 chong fu|重庆 chong qing|重建 chong jian|重组 chong zu|重置 chong zhi|重审 chong shen|重做 chong zuo|重修 chong xiu
        双重 shuang chong|多重 duo chong|重阳 chong yang|重叠 chong die|重申 chong shen|长期 chang qi|延长 yan chang|时长 shi chang|长度 chang du
        长途 chang tu|特长 te chang|长安 chang an|长沙 chang sha|长江 chang jiang|长效 chang xiao|长城 chang cheng|长春 chang chun|专长 zhuan chang
        中长 zhong chang|长远 chang yuan|全长 quan chang|长久 chang jiu|长租 chang zu|长护 chang hu|会计 kuai ji|财会 cai kuai|调解 tiao jie
        调整 tiao zheng|调节 tiao jie|调剂 tiao ji|调控 tiao kong|调试 tiao shi|空调 kong tiao|协调 xie tiao|调理 tiao li|调价 tiao jia|给付 ji fu
        补给 bu ji|供给 gong ji|给予 ji yu|自给 zi ji|没收 mo shou|首都 shou du|都市 du shi|都城 du cheng|成都 cheng du|统率 tong shuai|率领 shuai ling
        音乐 yin yue|乐器 yue qi|乐团 yue tuan|器乐 qi yue|声乐 sheng yue|畜牧 xu mu|畜产 xu chan|黄埔 huang pu|番禺 pan yu|西藏 xi zang|宝藏 bao zang
        校验 jiao yan|校对 jiao dui|校准 jiao zhun|关卡 guan qia|厦门 xia men|传记 zhuan ji|自传 zi zhuan|人参 ren shen|海参 hai shen|出差 chu chai
        差旅 chai lv|睡觉 shui jiao|投降 tou xiang|弹性 tan xing|目的 mu di|标的 biao di|星宿 xing xiu|对称 dui chen|称职 chen zhi|便宜 pian yi|地方 di fang
        大夫 dai fu|模样 mu yang|模具 mu ju|殷红 yan hong|倔强 jue jiang|单于 chan yu|尉迟 yu chi|万俟 mo qi|六安 lu an|蚌埠 beng bu|车马炮 ju ma pao
        着陆 zhuo lu|着装 zhuo zhuang|沉着 chen zhuo|着火 zhao huo|附着 fu zhuo|薄弱 bo ruo
        """;

    private static readonly Dictionary<Rune, string> Readings = Read(PinyinTable.Readings);
    private static readonly Dictionary<string, string[]> Exceptions = Words.Split(['|', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' ')).ToDictionary(parts => parts[0], parts => parts[1..]);

    private static readonly HashSet<Rune> Beginnings = [.. Exceptions.Keys.Select(w => w.EnumerateRunes().First())];

    /// <summary>The reading of each character, null where it has none, e.g. of Latin letters.</summary>
    public static IReadOnlyList<string?> Of(string text)
    {
        Rune[] runes = [.. text.EnumerateRunes()];
        var result = new string?[runes.Length];
        for (var i = 0; i < runes.Length; i++)
        {
            if (WordAt(runes, i) is not { } word) { result[i] = Readings.GetValueOrDefault(runes[i]); continue; }
            word.CopyTo(result, i);
            i += word.Length - 1;
        }
        return result;
    }

    /// <summary>The initials of the characters that have a reading: 食品经营许可 → spjyxk.</summary>
    public static string Initials(string text) => string.Concat(Of(text).Where(s => s is not null).Select(s => s![0]));

    /// <summary>The readings run together: 食品 → shipin. Sorts Chinese text as people expect; other characters stay as they are.</summary>
    public static string Full(string text)
    {
        var result = new StringBuilder();
        foreach (var (rune, reading) in text.EnumerateRunes().Zip(Of(text)))
            _ = reading is null ? result.Append(rune) : result.Append(reading);
        return result.ToString();
    }

    private static string[]? WordAt(Rune[] runes, int at)
    {
        if (!Beginnings.Contains(runes[at])) return null;
        for (var length = 3; length >= 2; length--)
            if (at + length <= runes.Length && Exceptions.TryGetValue(string.Concat(runes[at..(at + length)]), out var readings)) return readings;
        return null;
    }

    private static Dictionary<Rune, string> Read(string table)
    {
        var readings = new Dictionary<Rune, string>();
        var syllable = new StringBuilder();
        var current = "";
        foreach (var rune in table.EnumerateRunes())
        {
            if (rune.IsAscii) { syllable.Append(rune); continue; }
            if (syllable.Length > 0)
            {
                current = syllable.ToString();
                syllable.Clear();
            }
            readings[rune] = current;
        }
        return readings;
    }
}
