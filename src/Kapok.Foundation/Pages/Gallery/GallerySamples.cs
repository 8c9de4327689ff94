namespace Kapok.Foundation.Pages;

/// <summary>What the page of all components and the sample pages show.</summary>
internal static class GallerySamples
{
    public static readonly IReadOnlyList<(string Id, string Title)> Sections =
    [
        ("colours", "颜色和文字"), ("icons", "标志和图标"), ("buttons", "按钮"), ("fields", "填写"), ("choices", "选择"),
        ("files", "上传"), ("errors", "出错"), ("messages", "提示"), ("states", "状态"), ("summary", "核对"),
        ("panels", "版面"), ("progress", "过程"), ("tables", "表格"), ("charts", "图表"), ("small", "小件"),
    ];

    public static readonly IReadOnlyList<NavLink> PortalNav =
        [new("首页", "/components/home"), new("办事", "/components/item"), new("我的", "/components/case", Count: 2), new("政策", "/components")];

    public static readonly IReadOnlyList<NavLink> DeskNav =
    [
        new("今天", "/components/desk", "home"), new("办件", "/components/review", "inbox", 38), new("征求意见", "/components/desk/opinions", "chat", 4), new("消息", "/components/desk/messages", "bell", 2),
        new("事项目录", "/components/desk/items", "list", Group: "管理"), new("评价整改", "/components/desk/ratings", "star", 1, "管理"), new("统计", "/components/desk/figures", "chart", Group: "管理"), new("人员和岗位", "/components/desk/people", "users", Group: "管理"),
    ];

    public static readonly IReadOnlyList<NavLink> LifeEvents =
    [
        new("出生", "/events/birth", "birth", Group: "上户口、医保、预防接种"), new("上学", "/events/school", "school", Group: "入学、转学、助学金"),
        new("就业", "/events/work", "work", Group: "社保、补贴、职称"), new("开办企业", "/events/start-business", "business", Group: "执照、刻章、开户、税务"),
        new("安家", "/events/house", "house", Group: "购房、公积金、不动产"), new("结婚", "/events/marriage", "marriage", Group: "登记、婚育、落户"),
        new("退休", "/events/retire", "retire", Group: "养老金、优待、津贴"), new("开车", "/events/car", "car", Group: "驾驶证、车辆、违章"),
    ];

    public static readonly IReadOnlyList<CaseRow> Cases =
    [
        new("440106001000-260917-0042", "食品经营许可（新办）", "广州市天河区小满餐饮店", "审查", LampState.Red, "已超期 1 个工作日", "9月17日", "林晓"),
        new("440106001000-260918-0107", "食品经营许可（新办）", "广州好味来餐饮管理有限公司", "受理", LampState.Red, "今天到期", "9月18日", null),
        new("440106002000-260921-0003", "公共场所卫生许可（变更）", "云水谣酒店（天河店）", "现场核查", LampState.Yellow, "还剩 2 个工作日", "9月21日", "陈嘉怡"),
        new("440106001000-260922-0051", "食品经营许可（延续）", "麦芽里面包工坊", "审查", LampState.Yellow, "还剩 3 个工作日", "9月22日", "林晓"),
        new("440106007000-260922-0012", "户外广告设施设置许可", "广东省星河文化传播有限公司", "征求意见", LampState.Green, "还剩 9 个工作日", "9月22日", "王志强"),
        new("440106001000-260923-0008", "食品经营许可（新办）", "欧阳家小馆", "补正", LampState.Paused, "等待申请人", "9月23日", "林晓"),
        new("440106003000-260923-0020", "药品零售许可（新办）", "百草堂大药房石牌东店", "审查", LampState.Green, "还剩 14 个工作日", "9月23日", "陈嘉怡"),
        new("440106001000-260910-0077", "食品经营许可（注销）", "阿婆牛杂（体育西店）", "办结", LampState.Done, "用了 3 个工作日", "9月10日", "王志强"),
    ];

    public static readonly FieldErrors Errors = MakeErrors();

    private static FieldErrors MakeErrors()
    {
        var errors = new FieldErrors();
        errors.Add("wrong-name", "请填写姓名，与身份证一致");
        errors.Add("wrong-date", "没有 2 月 30 日这一天，请改为真实的日期");
        errors.Add("wrong-way", "请选择领取方式");
        errors.Add("wrong-agree", "请先阅读并勾选声明");
        return errors;
    }

    private static readonly Dictionary<string, IReadOnlyList<Choice>> Divisions = new()
    {
        ["440000"] = [new("440100", "广州市"), new("440300", "深圳市"), new("440500", "汕头市")],
        ["440100"] = [new("440103", "荔湾区"), new("440106", "天河区"), new("440111", "白云区")],
        ["440300"] = [new("440304", "福田区"), new("440305", "南山区")],
        ["440106"] = [new("440106001", "五山街道"), new("440106002", "员村街道"), new("440106010", "石牌街道")],
    };

    public static IReadOnlyList<Choice> DivisionsBelow(string? code) => code is not null && Divisions.TryGetValue(code, out var below) ? below : [];

    public sealed record CaseRow(string Number, string Item, string Applicant, string Step, LampState Lamp, string Left, string Submitted, string? Officer);
}
