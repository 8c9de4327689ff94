using System.Collections.Frozen;

namespace Kapok.Catalogue.Content;

/// <summary>A code table: code → name, in the order of the standard.</summary>
public sealed class CodeTable(string title, string source, params (string Code, string Name)[] entries)
{
    readonly FrozenDictionary<string, string> names = entries.ToFrozenDictionary(e => e.Code, e => e.Name);
    readonly FrozenDictionary<string, string> codes = entries.ToFrozenDictionary(e => e.Name, e => e.Code);

    public string Title => title;

    /// <summary>Standard and clause the codes come from.</summary>
    public string Source => source;
    public IReadOnlyList<(string Code, string Name)> Entries => entries;
    public bool Has(string code) => names.ContainsKey(code);
    public bool Has(int code) => names.ContainsKey($"{code}");

    /// <summary>The name, or the code itself when the table does not know it.</summary>
    public string Name(string code) => names.GetValueOrDefault(code, code);
    public string Name(int code) => Name($"{code}");

    /// <summary>Code of a name as people write it in a sheet: the name, the code, or <c>code name</c>; null when neither.</summary>
    public string? Code(string text)
    {
        text = text.Trim();
        if (codes.TryGetValue(text, out var code)) return code;
        var head = text.Split(' ', '-', '：', ':')[0];
        if (names.ContainsKey(head)) return head;
        return head.Length == 1 && names.ContainsKey("0" + head) ? "0" + head : null; // spreadsheets eat the zero of 01
    }
}

/// <summary>Code tables of GB/T 39046-2020 annex A and of the national upload tables.</summary>
public static class CodeTables
{
    public const string Type = "type", Level = "level", Audience = "audience", Channel = "channel", Handling = "handling",
        TimeUnit = "time-unit", Depth = "depth", Scope = "scope", Necessity = "necessity", MaterialForm = "material-form",
        Original = "original", Source = "source", ResultKind = "result-kind", PowerSource = "power-source";

    const string Standard = "GB/T 39046-2020 附录 A", Upload = "国家政务服务平台事项上报表";

    public static readonly IReadOnlyDictionary<string, CodeTable> All = new Dictionary<string, CodeTable>
    {
        [Type] = new("事项类型", Standard + ".1", ("00", "行政权力"), ("01", "行政许可"), ("02", "行政处罚"), ("03", "行政强制"), ("04", "行政征收"), ("05", "行政给付"),
            ("06", "行政检查"), ("07", "行政确认"), ("08", "行政奖励"), ("09", "行政裁决"), ("10", "其他行政权力"), ("20", "公共服务")),
        [Level] = new("行使层级", Standard + ".2", ("1", "国家级"), ("2", "省级"), ("3", "市级"), ("4", "县级"), ("5", "镇（乡、街道）级"), ("6", "村（社区）级")),
        [Audience] = new("服务对象", Standard + ".4", ("1", "自然人"), ("2", "企业法人"), ("3", "事业法人"), ("4", "社会组织法人"), ("5", "行政机关"), ("6", "其他组织")),
        [Channel] = new("办理形式", Standard + ".5", ("1", "窗口办理"), ("2", "电脑端网上办理"), ("3", "移动端网上申请"), ("4", "快递申请"), ("9", "其他形式")),
        [Handling] = new("办件类型", Standard + ".6", ("1", "即办件"), ("2", "承诺件"), ("9", "其他办件")),
        [TimeUnit] = new("时限单位", Upload, ("1", "工作日"), ("2", "自然日")),
        [Depth] = new("网上办理深度", Upload, ("1", "互联网咨询"), ("2", "互联网收件"), ("3", "互联网预审"), ("4", "互联网受理"), ("5", "互联网办理"),
            ("6", "互联网办理结果信息反馈"), ("7", "互联网电子证照反馈"), ("8", "其他深度")),
        [Scope] = new("通办范围", Upload, ("1", "全国通办"), ("2", "跨省通办"), ("3", "跨市通办"), ("4", "跨县通办")),
        [Necessity] = new("必要性", Upload, ("1", "必要"), ("2", "非必要"), ("3", "容缺后补")),
        [MaterialForm] = new("材料形式", Upload, ("1", "纸质"), ("2", "电子"), ("3", "纸质和电子")),
        [Original] = new("材料类型", Upload, ("1", "原件"), ("2", "复印件"), ("3", "原件和复印件")),
        [Source] = new("来源渠道", Upload, ("10", "申请人自备"), ("20", "政府部门核发"), ("99", "其他来源")),
        [ResultKind] = new("结果类型", Upload, ("10", "证照"), ("20", "批文"), ("30", "其他结果")),
        [PowerSource] = new("权力来源", Upload, ("1", "法定本级行使"), ("2", "上级下放"), ("3", "上级授权"), ("4", "同级授权"), ("5", "上级委托"), ("6", "同级委托")),
    };

    public static CodeTable Of(string table) => All[table];
    public static string Name(string table, int code) => All[table].Name(code);

    /// <summary>The six types a person or company applies for (依申请); rates count only these.</summary>
    public static readonly IReadOnlySet<string> OnApplication = new HashSet<string> { "01", "05", "07", "08", "09", "20" };
}
