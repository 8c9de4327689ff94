using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Kapok.Cases.Wording;

/// <summary>How easily a text reads, from 0 to 100, and what would make it easier.</summary>
public sealed record PlainScore(int Points, ImmutableArray<string> Advice)
{
    /// <summary>70 and more read easily, 40 and less need a second reading.</summary>
    public string Word => Points >= 70 ? "好懂" : Points >= 40 ? "可以更好懂" : "难懂";
}

/// <summary>
/// Measures Chinese official prose by what readers stumble over: long sentences, phrases that only offices use, chains of
/// 的, verbs made into nouns (进行审核), double negation. Every point taken is named, so that it can be won back.
/// </summary>
public static partial class PlainWords
{
    /// <summary>A sentence of more characters is hard to keep in mind (about two lines on a phone).</summary>
    const int LongSentence = 40, VeryLongSentence = 70;

    static readonly (string Stiff, string Plain)[] Stiff =
    [
        ("予以", "（去掉）"), ("兹", "现在"), ("特此", "（去掉）"), ("系", "是"), ("上述", "这些"), ("前述", "这些"), ("该", "这个"), ("贵单位", "您"), ("贵公司", "您"), ("申请人应", "请您"),
        ("应当自收到本通知之日起", "请在"), ("逾期", "超过时间"), ("不符", "不一样"), ("如有异议", "如果不同意"), ("之规定", "的规定"), ("据此", "所以"), ("鉴于", "因为"), ("务必", "请"), ("相关", "（说清是什么）"),
        ("有关部门", "（说清是哪个部门）"), ("补齐补正", "补充"), ("一并", "一起"), ("径行", "直接"), ("知悉", "知道"), ("届时", "到时候"), ("未予", "没有"), ("须", "要"),
    ];

    public static PlainScore Of(string text)
    {
        var sentences = Ends().Split(text).Select(s => s.Trim()).Where(s => s.Length > 0).ToList();
        if (sentences.Count == 0) return new(100, []);
        var advice = ImmutableArray.CreateBuilder<string>();
        var points = 100;
        void Take(int cost, string why) { points -= cost; advice.Add(why); }

        foreach (var sentence in sentences.Where(s => s.Length > LongSentence).Take(5))
            Take(sentence.Length > VeryLongSentence ? 20 : 10, $"这句有 {sentence.Length} 个字，拆成几句：“{Short(sentence)}”");
        foreach (var (stiff, plain) in Stiff.Where(p => text.Contains(p.Stiff, StringComparison.Ordinal)).Take(6)) Take(6, $"“{stiff}”可以换成“{plain}”");
        foreach (Match chain in Chains().Matches(text).Take(3)) Take(8, $"“的”字连得太长：“{Short(chain.Value)}”");
        foreach (Match made in Made().Matches(text).Take(3)) Take(5, $"“{made.Value}”直接说“{made.Groups["verb"].Value}”");
        foreach (Match no in Double().Matches(text).Take(2)) Take(8, $"双重否定“{no.Value}”改成肯定的说法");
        if (!text.Contains('您') && sentences.Sum(s => s.Length) > 30) Take(5, "对人说话用“您”");
        return new(Math.Max(0, points), advice.ToImmutable());
    }

    static string Short(string text) => text.Length <= 18 ? text : text[..18] + "…";

    [GeneratedRegex("[。！？；\\n]+")]
    private static partial Regex Ends();
    [GeneratedRegex("[^，。；、的\\n]{1,10}的[^，。；、的\\n]{1,10}的[^，。；、的\\n]{1,10}的")]
    private static partial Regex Chains();
    [GeneratedRegex("(?:进行|作出|加以|开展)(?<verb>审核|审查|核查|核实|补充|修改|补正|说明|解释|登记|办理|检查|评审)")]
    private static partial Regex Made();
    [GeneratedRegex("不得不|不能不|无不|并非不|未必不|没有不")]
    private static partial Regex Double();
}
