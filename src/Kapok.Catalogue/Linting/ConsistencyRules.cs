using Kapok.Catalogue.Content;
using Kapok.Foundation.Codes;

namespace Kapok.Catalogue.Linting;

/// <summary>Elements that must agree with each other and with the law.</summary>
static class ConsistencyRules
{
    /// <summary>Licences that government itself has issued: asking for them again is what 不重复提交 forbids.</summary>
    static readonly (string Word, string Licence)[] Licences =
    [
        ("营业执照", "business-licence"), ("身份证", "id-card"), ("户口簿", "household-register"), ("户口本", "household-register"), ("居住证", "residence-permit"),
        ("结婚证", "marriage-certificate"), ("离婚证", "divorce-certificate"), ("不动产权证", "real-estate-certificate"), ("驾驶证", "driving-licence"), ("行驶证", "vehicle-licence"),
        ("残疾人证", "disability-certificate"), ("出生医学证明", "birth-certificate"), ("社会保障卡", "social-security-card"), ("食品经营许可证", "food-business-permit"),
    ];

    public static void Check(ItemContent item, LintContext context, Findings findings)
    {
        Times(item, findings);
        Visits(item, findings);
        Basis(item, context, findings);
        Materials(item, context, findings);
        Results(item, findings);
        Fees(item, findings);
        Procedures(item, findings);
        if (context.IsImplementation) Body(item, findings);
    }

    static void Times(ItemContent item, Findings findings)
    {
        var (promised, legal) = (TimeLimit.InWorkingDays(item.PromisedDays, item.PromisedUnit), TimeLimit.InWorkingDays(item.LegalDays, item.LegalUnit));
        // Public services often have no limit in law; 0 then means "none set", not "at once".
        var noLimit = item.LegalDays == 0 && item.Type is "20";
        if (!noLimit && promised > legal)
            findings.Error("time.promised-over-legal", "promisedDays", $"承诺 {TimeLimit.Text(item.PromisedDays, item.PromisedUnit)}，长于法定 {TimeLimit.Text(item.LegalDays, item.LegalUnit)}", "承诺办结时限不得长于法定办结时限。");
        if (item.Handling == 1 && promised > 1)
            findings.Error("time.instant-over-a-day", "promisedDays", $"即办件承诺 {TimeLimit.Text(item.PromisedDays, item.PromisedUnit)}", "即办件应当场或当天办结；办不到的改为承诺件。");
        if (item.Handling == 2 && item.PromisedDays == 0)
            findings.Warn("time.promised-nothing", "handling", "承诺件的承诺时限是 0", "当场能办的改为即办件，否则填写承诺的天数。");
        if (item.Expiry is "grant" or "refuse" && string.IsNullOrWhiteSpace(item.ExpiryBasis))
            findings.Error("time.silence-without-ground", "expiryBasis", "逾期视为同意或不同意，要有法律依据", "写明哪部法律的哪一条，没有的改为 remind 或 escalate。");
    }

    static void Visits(ItemContent item, Findings findings)
    {
        var (online, courier) = (item.Channels.Any(c => c is 2 or 3), item.Channels.Contains(4));
        if (item.Visits > 0 && string.IsNullOrWhiteSpace(item.VisitReason))
            findings.Error("visits.without-reason", "visitReason", $"要求申请人到现场 {item.Visits} 次，没有写明原因", "写明哪一步必须本人到场、依据什么规定；没有规定的改为 0 次。");
        if (item.Visits == 0 && !online && !courier && item.Channels.Count > 0)
            findings.Error("visits.none-but-window-only", "channels", "到现场 0 次，却只能到窗口办理", "补上网上或快递的办理形式，或者改正到现场次数。");
        if (item.Visits > 1) findings.Warn("visits.more-than-once", "visits", $"要求到现场 {item.Visits} 次，达不到“最多跑一次”", "把取证改为快递或电子证照，把核验并到一次。");
        if (item.Depth.Any(d => d is >= 2 and <= 7) && !online)
            findings.Error("visits.depth-without-net", "depth", "网上办理深度填了网上收件或更深，办理形式里却没有网上", "补上电脑端或移动端，或者改正深度。");
        if (online && !item.Depth.Any(d => d is >= 2 and <= 7))
            findings.Warn("visits.net-without-depth", "depth", "有网上办理形式，网上办理深度却只到咨询", "按实际填写互联网收件、预审、受理、办理。");
    }

    static void Basis(ItemContent item, LintContext context, Findings findings)
    {
        if (item.Basis.Count == 0 && item.Type != "20")
            findings.Error("basis.missing", "basis", "没有设定依据", "写明法律、法规的名称、条款、条文和版本。");
        for (var i = 0; i < item.Basis.Count; i++)
        {
            var (basis, at) = (item.Basis[i], $"basis[{i}]");
            if (basis.Law.Length == 0 || basis.Article.Length == 0) findings.Error("basis.incomplete", at, "设定依据要有名称和条款", "补上法律名称和条款号。");
            if (basis.Version.Length == 0 || basis.ValidFrom is null) findings.Error("basis.without-version", at, $"《{basis.Law}》没有写明版本和生效日期", "写明哪一年公布或修正、从哪天起生效。");
            if (basis.ValidTo < context.Today) findings.Error("basis.expired", at + ".validTo", $"《{basis.Law}》已于 {basis.ValidTo:yyyy-MM-dd} 失效", "换成现行有效的版本；没有了依据的事项应当取消。");
            if (basis.ValidTo is { } to && basis.ValidFrom > to) findings.Error("basis.dates", at + ".validTo", "失效日期早于生效日期", "核对两个日期。");
            if (basis.ValidFrom > context.Today) findings.Warn("basis.not-yet", at + ".validFrom", $"《{basis.Law}》要到 {basis.ValidFrom:yyyy-MM-dd} 才生效", "把发布日期定在生效之后。");
        }
    }

    static void Materials(ItemContent item, LintContext context, Findings findings)
    {
        for (var i = 0; i < item.Materials.Count; i++)
        {
            var (m, at) = (item.Materials[i], $"materials[{i}]");
            if (m.ReplacedBy is null && Licences.Concat(context.Licences).FirstOrDefault(l => m.Name.Contains(l.Word)) is { Word: not null } licence)
                findings.Warn("material.covered-by-licence", at + ".replacedBy", $"“{m.Name}”是政府已经核发的证照，不应再让申请人提交", $"用电子证照代替：replacedBy: {{ kind: licence, code: {licence.Licence} }}。");
            else if (m is { ReplacedBy: null, Source: 20, Necessity: 1 })
                findings.Warn("material.issued-by-government", at + ".replacedBy", $"“{m.Name}”由政府部门核发，却要申请人再交一次", "改为证照或数据共享（replacedBy），确实不能共享的说明原因。");
            if (m.Necessity == 1 && m.When is null && m.Copies > 2)
                findings.Warn("material.many-copies", at + ".copies", $"“{m.Name}”要交 {m.Copies} 份", "收一份，内部需要的自行复印。");
            if (m.Name.Contains("其他材料") || m.Name.Contains("其它材料") || m.Name.Contains("规定的其他"))
                findings.Error("material.catch-all", at + ".name", $"“{m.Name}”是兜底条款，申请人不知道要交什么", "逐项列明；列不出来的删去。");
            if (string.IsNullOrWhiteSpace(m.Basis) && m.Necessity == 1 && item.Type == "01")
                findings.Warn("material.without-ground", at + ".basis", $"必要材料“{m.Name}”没有依据", "写明要求提交的依据；没有依据的不得要求。");
        }
    }

    static void Results(ItemContent item, Findings findings)
    {
        if (item.Results.Count == 0) findings.Warn("result.missing", "results", "没有写办完以后拿到什么", "写明证照、批文或者其他结果。");
        for (var i = 0; i < item.Results.Count; i++)
        {
            var result = item.Results[i];
            var looks = result.Name switch
            {
                var n when n.EndsWith('证') || n.EndsWith("证书") || n.EndsWith("执照") || n.EndsWith("证照") => 10,
                var n when n.EndsWith("决定书") || n.EndsWith("批复") || n.EndsWith("通知书") || n.EndsWith("意见书") || n.EndsWith("批准书") => 20,
                _ => result.Kind,
            };
            if (looks != result.Kind && CodeTables.ResultKind.Contains($"{result.Kind}"))
                findings.Warn("result.name-differs-from-kind", $"results[{i}].kind", $"“{result.Name}”看来是{CodeTables.ResultKind.Label(looks)}，结果类型却填了{CodeTables.ResultKind.Label(result.Kind)}", "改正结果类型或结果名称。");
            if (result.ValidityYears is < 1 or > 100) findings.Error("result.validity", $"results[{i}].validityYears", "有效期应在 1–100 年之间", "长期有效的不填。");
        }
        if (item.Depth.Contains(7) && !item.Results.Any(r => r.Kind == 10))
            findings.Warn("result.licence-feedback", "depth", "网上办理深度有“互联网电子证照反馈”，结果里却没有证照", "补上证照，或者改正深度。");
    }

    static void Fees(ItemContent item, Findings findings)
    {
        for (var i = 0; i < item.Fees.Count; i++)
        {
            var (fee, at) = (item.Fees[i], $"fees[{i}]");
            if (string.IsNullOrWhiteSpace(fee.Basis)) findings.Error("fee.without-ground", at + ".basis", $"“{fee.Name}”没有收费依据", "写明收费文件的名称和文号；没有依据的不得收费。");
            if (fee.Reducible && string.IsNullOrWhiteSpace(fee.Reduction)) findings.Warn("fee.reduction-unexplained", at + ".reduction", $"“{fee.Name}”可以减免，没有说明谁可以", "写明减免的对象和标准。");
        }
    }

    static void Procedures(ItemContent item, Findings findings)
    {
        for (var i = 0; i < item.SpecialProcedures.Count; i++)
        {
            var (procedure, at) = (item.SpecialProcedures[i], $"specialProcedures[{i}]");
            if (procedure.Code.Length == 0 || procedure.Name.Length == 0) findings.Error("procedure.incomplete", at, "特别程序要有标识和名称", "例如 code: hearing，name: 听证。");
            if (string.IsNullOrWhiteSpace(procedure.Basis)) findings.Error("procedure.without-ground", at + ".basis", $"“{procedure.Name}”要停止计时，没有依据", "写明法律依据（行政许可法第四十五条等）。");
            if (procedure.MaxDays is < 1 or > 1000) findings.Error("procedure.without-limit", at + ".maxDays", $"“{procedure.Name}”没有最长天数", "填写最多停多少个工作日。");
        }
        if (item.Flow == "parallel" && item.FlowSettings?.TryGetProperty("units", out _) != true)
            findings.Error("flow.parallel-without-units", "flowSettings", "并联审批没有写明由哪些条线并联", "写 flowSettings: { units: [...] }。");
        if (item.Conditions.Count == 0) findings.Warn("conditions.missing", "conditions", "没有受理条件", "写明什么人、什么情况可以申请，每条一句话。");
        if (item.Eligibility.Count > 5) findings.Error("eligibility.too-many", "eligibility", $"自测问题有 {item.Eligibility.Count} 个，最多 5 个", "只问最能说明能不能办的几个，其余放到受理条件。");
    }

    static void Body(ItemContent item, Findings findings)
    {
        if (item.Channels.Contains(1) && item.Windows.Count == 0)
            findings.Warn("body.without-window", "windows", "可以到窗口办，却没有写窗口在哪里", "填写窗口名称、地址、办公时间。");
        if (string.IsNullOrWhiteSpace(item.Phone)) findings.Warn("body.without-phone", "phone", "没有咨询电话", "填写有人接听的电话。");
        if (string.IsNullOrWhiteSpace(item.ComplaintPhone)) findings.Warn("body.without-complaints", "complaintPhone", "没有监督投诉电话", "填写监督投诉电话，例如 12345。");
    }
}
