namespace Kapok.Foundation.Codes;

/// <summary>
/// Code tables of the national standards, as data in one place. Where the source says 惯例, the numbers are what systems in use write and not
/// proved by a published text: keep a mapping for each interface.
/// </summary>
public static class CodeTables
{
    private const string Annex = "GB/T 39046-2020 附录A ";

    public static readonly CodeTable ItemType = new("事项类型", Annex + "A.1", """
        00 行政权力
        01 行政许可
        02 行政处罚
        03 行政强制
        04 行政征收
        05 行政给付
        06 行政检查
        07 行政确认
        08 行政奖励
        09 行政裁决
        10 其他行政权力
        20 公共服务
        """);

    public static readonly CodeTable Level = new("行使层级", Annex + "A.2", """
        1 国家级
        2 省级
        3 市级
        4 县级
        5 镇级（乡、街道）
        6 村级（社区）
        7 分级管理
        """);

    public static readonly CodeTable BodyNature = new("实施主体性质", Annex + "A.3", """
        1 法定机关
        2 授权组织
        3 受委托组织
        9 其他
        """);

    public static readonly CodeTable Audience = new("服务对象", Annex + "A.4", """
        1 自然人
        2 企业法人
        3 事业法人
        4 社会组织法人
        5 行政机关
        6 其他组织
        """);

    /// <summary>Also the kind of application (申请类型).</summary>
    public static readonly CodeTable Channel = new("办理形式", Annex + "A.5", """
        1 窗口办理
        2 电脑端网上办理
        3 移动端网上办理
        4 快递申请
        9 其他
        """);

    public static readonly CodeTable Handling = new("办件类型", Annex + "A.6", """
        1 即办件
        2 承诺件
        9 其他
        """);

    public static readonly CodeTable SpecialProcedure = new("特别程序", Annex + "A.7", """
        1 延长审批
        2 除延长审批之外
        """);

    /// <summary>Here 1 is best; stars and the evaluation upload count 5 as best: <see cref="Stars"/>.</summary>
    public static readonly CodeTable Satisfaction = new("满意度", Annex + "A.8", """
        1 非常满意
        2 满意
        3 基本满意
        4 不满意
        5 非常不满意
        """);

    /// <summary>Stars 5–1 of a satisfaction code 1–5, and back.</summary>
    public static int Stars(int satisfaction) =>
        satisfaction is >= 1 and <= 5 ? 6 - satisfaction : throw new ArgumentOutOfRangeException(nameof(satisfaction), satisfaction, "1 to 5");

    public static readonly CodeTable OnlineDepth = new("网上办理深度", "国家政务服务平台数据规范", """
        1 互联网咨询
        2 互联网收件
        3 互联网预审
        4 互联网受理
        5 互联网办理
        6 互联网办理结果信息反馈
        7 互联网电子证照反馈
        8 其他
        """);

    public static readonly CodeTable DepthGrade = new("网办深度等级", "惯例", """
        I 在网上公开信息和咨询
        II 网上申报、预审，到现场两次以上
        III 网上受理、审核，到现场一次
        IV 全程网办，不到现场
        """);

    /// <summary>1 and 2 as in the national tables; 3–5 in the standard's order of words, numbered here.</summary>
    public static readonly CodeTable TimeUnit = new("时限单位", "惯例", """
        1 工作日
        2 自然日
        3 小时
        4 个月
        5 年
        """);

    public static readonly CodeTable CrossRegion = new("通办范围", "GB/T 39554（名称），编号为惯例", """
        1 全国
        2 跨省
        3 跨市
        4 跨县
        """);

    public static readonly CodeTable Necessity = new("材料必要性", "惯例", """
        1 必要
        2 非必要
        3 容缺后补
        """);

    public static readonly CodeTable MaterialForm = new("材料形式", "惯例", """
        1 纸质
        2 电子
        3 纸质和电子
        """);

    public static readonly CodeTable MaterialOriginal = new("材料类型", "惯例", """
        1 原件
        2 复印件
        3 原件和复印件
        """);

    public static readonly CodeTable MaterialSource = new("来源渠道", "惯例", """
        10 申请人自备
        20 政府部门核发
        99 其他
        """);

    public static readonly CodeTable MaterialReceipt = new("收取方式", "惯例", """
        1 纸质收取
        2 附件上传
        3 电子证照库
        9 其他
        """);

    public static readonly CodeTable ResultKind = new("审批结果类型", "惯例", """
        10 证照
        20 批文
        30 其他
        """);

    public static readonly CodeTable PowerSource = new("权力来源", "惯例", """
        1 法定本级行使
        2 上级下放
        3 上级授权
        4 同级授权
        5 上级委托
        6 同级委托
        """);

    public static readonly CodeTable ItemState = new("事项状态", "惯例", """
        1 在用
        2 暂停
        3 取消
        """);

    public static readonly CodeTable TaskAction = new("业务动作", "国家政务服务平台数据规范", """
        1 通过
        2 退回
        9 其他
        """);

    public static readonly CodeTable StepState = new("环节办理状态", "GB/T 39046-2020", """
        1 待办
        2 已办
        """);

    /// <summary>The code of the older supervision systems, in wide use.</summary>
    public static readonly CodeTable CloseResult = new("办结结果", "电子监察数据规范", """
        0 出证办结
        1 退回办结
        2 作废办结
        3 删除办结
        4 转报办结
        5 补正不来办结
        6 办结
        """);

    public static readonly CodeTable EngineeringState = new("办理状态", "工程建设项目审批数据共享交换标准", """
        1 接件
        2 撤件
        3 窗口受理
        4 不受理
        5 不予受理
        6 补正开始
        7 补正结束
        8 部门受理
        9 特别程序开始
        10 特别程序结束
        11 办结（通过）
        12 办结（容缺通过）
        13 办结（不通过）
        14 撤回
        15 撤销
        """);

    public static readonly CodeTable CertificateType = new("证件类型", "GB/T 36903-2018 附录A、GA/T 2000.156", """
        001 统一社会信用代码
        099 其他法人或其他组织有效证件
        111 居民身份证
        112 临时居民身份证
        113 户口簿
        114 军官证
        115 武警警官证
        154 居住证
        411 外交护照
        412 公务护照
        414 普通护照
        511 台湾居民来往大陆通行证
        513 往来港澳通行证
        516 港澳居民来往内地通行证
        517 大陆居民往来台湾通行证
        553 外国人永久居留身份证
        554 外国人居留证
        555 外国人居留许可
        999 其他自然人有效证件
        """);

    public static readonly CodeTable CreditCodeAuthority = new("登记管理部门", "GB 32100-2015", """
        1 机构编制
        2 外交
        3 司法行政
        4 文化
        5 民政
        6 旅游
        7 宗教
        8 工会
        9 市场监管
        A 中央军委改革和编制办公室
        N 农业农村
        Y 其他
        """);

    public static readonly CodeTable CreditCodeCategory = new("机构类别", "GB 32100-2015", """
        11 机关
        12 事业单位
        13 编办直接管理机构编制的群众团体
        19 其他
        21 外国常驻新闻机构
        29 其他
        31 律师执业机构
        32 公证处
        33 基层法律服务所
        34 司法鉴定机构
        35 仲裁委员会
        39 其他
        41 外国在华文化中心
        49 其他
        51 社会团体
        52 社会服务机构（民办非企业单位）
        53 基金会
        54 基层群众性自治组织
        59 其他
        61 外国旅游部门常驻代表机构
        62 港澳台地区旅游部门常驻内地（大陆）代表机构
        69 其他
        71 宗教活动场所
        72 宗教院校
        79 其他
        81 基层工会
        89 其他
        91 企业
        92 个体工商户
        93 农民专业合作社（联合社）
        A1 军队事业单位
        A9 其他
        N1 组级集体经济组织
        N2 村级集体经济组织
        N3 乡镇级集体经济组织
        N9 其他
        Y1 其他
        """);

    /// <summary>Every table, for pages that show them and for checks.</summary>
    public static IReadOnlyList<CodeTable> All { get; } =
    [
        ItemType, Level, BodyNature, Audience, Channel, Handling, SpecialProcedure, Satisfaction, OnlineDepth, DepthGrade, TimeUnit, CrossRegion,
        Necessity, MaterialForm, MaterialOriginal, MaterialSource, MaterialReceipt, ResultKind, PowerSource, ItemState, TaskAction, StepState,
        CloseResult, EngineeringState, CertificateType, CreditCodeAuthority, CreditCodeCategory,
    ];
}
