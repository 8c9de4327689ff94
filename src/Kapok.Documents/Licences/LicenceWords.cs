using Kapok.Foundation.Pages;

namespace Kapok.Documents.Licences;

/// <summary>States and acts in words.</summary>
public static class LicenceWords
{
    public static string Of(LicenceState state) => state switch
    {
        LicenceState.ToMake => "待制证", LicenceState.ToSeal => "待签章", LicenceState.Valid => "有效", LicenceState.Suspended => "暂扣", LicenceState.Superseded => "失效",
        LicenceState.Cancelled => "注销", LicenceState.Annulled => "撤销", LicenceState.Revoked => "吊销", _ => "过期",
    };

    public static Tone ToneOf(LicenceState state) => state switch
    {
        LicenceState.Valid => Tone.Green, LicenceState.ToMake or LicenceState.ToSeal or LicenceState.Suspended => Tone.Yellow, LicenceState.Superseded => Tone.Neutral, _ => Tone.Red,
    };

    /// <summary>One sentence for the holder or for somebody who checks.</summary>
    public static string Sentence(LicenceState state) => state switch
    {
        LicenceState.ToMake or LicenceState.ToSeal => "已经批准，证照正在制作，签章后生效。",
        LicenceState.Valid => "这本证照有效。",
        LicenceState.Suspended => "这本证照被暂扣，暂扣期间不能使用。",
        LicenceState.Superseded => "这本证照已经换发新版，旧版不再有效。",
        LicenceState.Cancelled => "这本证照已经注销，不再有效。",
        LicenceState.Annulled => "这本证照已经撤销，不再有效。",
        LicenceState.Revoked => "这本证照已经吊销，不再有效。",
        _ => "这本证照已经过了有效期。",
    };

    /// <summary>Name of an act: suspend, resume, cancel, annul, revoke, issue, renew, change, annotate.</summary>
    public static string Act(string act) => act switch
    {
        "suspend" => "暂扣", "resume" => "发还（恢复有效）", "cancel" => "注销", "annul" => "撤销", "revoke" => "吊销", "issue" => "新发", "renew" => "延续", "change" => "变更", "annotate" => "附记", _ => act,
    };

    public static string Key(LicenceState state) => state switch { LicenceState.ToMake => "to-make", LicenceState.ToSeal => "to-seal", _ => state.ToString().ToLowerInvariant() };

    public static LicenceState State(string key) => key switch { "to-make" => LicenceState.ToMake, "to-seal" => LicenceState.ToSeal, _ => Enum.Parse<LicenceState>(key, ignoreCase: true) };

    public static string Grade(char grade) => grade switch
    {
        'A' => "在线签发，有电子签章", 'B' => "由发证机关的数据补录", 'C' => "扫描件，经发证机关核对", _ => "扫描件，没有核对过",
    };

    /// <summary>"2026-09-21 至 2031-09-20", "2026-09-21 起长期".</summary>
    public static string Period(LicenceRow row) => row.ValidTo is { } to ? $"{Day(row.ValidFrom)}至{Day(to)}" : "长期";

    public static string Day(DateOnly day) => $"{day.Year}年{day.Month}月{day.Day}日";

    public static string CodeType(string type) => type switch { "111" => "公民身份号码", "001" => "统一社会信用代码", "099" => "其他法人或其他组织有效证件", _ => "其他有效证件" };
}
