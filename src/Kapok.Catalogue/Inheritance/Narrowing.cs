using System.Text.Json;
using Kapok.Catalogue.Content;
using Kapok.Foundation.Data;

namespace Kapok.Catalogue.Inheritance;

/// <summary>An own value that the upper level's content does not allow. Until it is solved, the upper value rules.</summary>
/// <param name="Field">Field as named in <see cref="ItemContent.Open"/>.</param>
/// <param name="Part">Which part of it (id of a material, name of a fee); empty for the whole field.</param>
/// <param name="Own">What the lower level had set.</param>
/// <param name="Upper">What rules instead.</param>
/// <param name="Message">Why, in a sentence both sides can read.</param>
public sealed record Conflict(string Field, string Part, JsonElement? Own, JsonElement? Upper, string Message)
{
    /// <summary>When it first arose; kept while it lasts.</summary>
    public DateTimeOffset? Since { get; init; }

    public string Key => $"{Field}/{Part}";
}

/// <summary>One row of the table of what a lower level may narrow, and how far.</summary>
/// <param name="Field">Name as in <see cref="ItemContent.Open"/>.</param>
/// <param name="Title">Chinese name.</param>
/// <param name="Rule">The limit, in a sentence.</param>
/// <param name="IsSet">Whether the overrides touch the field.</param>
/// <param name="Apply">The content with what is valid of the override, and a conflict for each part that is not.</param>
/// <param name="Clear">The overrides without this field.</param>
public sealed record NarrowingField(
    string Field, string Title, string Rule, Func<Overrides, bool> IsSet,
    Func<ItemContent, Overrides, (ItemContent Content, IReadOnlyList<Conflict> Conflicts)> Apply, Func<Overrides, Overrides> Clear);

/// <summary>
/// The rules of inheritance in one table: an implementation may touch only what the upper level left open, and only
/// towards less burden for the applicant or more service – never the other way.
/// </summary>
public static class Narrowing
{
    public static readonly IReadOnlyList<NarrowingField> Fields =
    [
        new("promisedDays", "承诺办结时限", "不得长于上级的承诺时限",
            o => o.PromisedDays is not null || o.PromisedUnit is not null, PromisedDays,
            o => o with { PromisedDays = null, PromisedUnit = null }),
        new("handling", "办件类型", "只能由承诺件改为即办件",
            o => o.Handling is not null,
            (c, o) => One(c, "handling", o.Handling, c.Handling, o.Handling == c.Handling || (o.Handling == 1 && c.Handling == 2), "只能由承诺件改为即办件",
                () => c with { Handling = o.Handling!.Value }),
            o => o with { Handling = null }),
        new("visits", "到办事现场次数", "不得多于上级规定的次数",
            o => o.Visits is not null || o.VisitReason is not null, Visits,
            o => o with { Visits = null, VisitReason = null }),
        new("channels", "办理形式", "只能增加，上级已有的不得减少",
            o => o.Channels is not null,
            (c, o) => One(c, "channels", o.Channels, c.Channels, c.Channels.All(o.Channels!.Contains), "上级已有的办理形式不得减少", () => c with { Channels = Ordered(o.Channels!) }),
            o => o with { Channels = null }),
        new("depth", "网上办理深度", "只能加深，上级已有的不得减少",
            o => o.Depth is not null,
            (c, o) => One(c, "depth", o.Depth, c.Depth, c.Depth.All(o.Depth!.Contains), "上级已有的网上办理深度不得减少", () => c with { Depth = Ordered(o.Depth!) }),
            o => o with { Depth = null }),
        new("scope", "通办范围", "只能扩大，上级已有的不得减少",
            o => o.Scope is not null,
            (c, o) => One(c, "scope", o.Scope, c.Scope, c.Scope.All(o.Scope!.Contains), "上级已有的通办范围不得减少", () => c with { Scope = Ordered(o.Scope!) }),
            o => o with { Scope = null }),
        new("conditions", "受理条件", "只能减少，不得新增或改写",
            o => o.DropConditions.Count > 0, Conditions,
            o => o with { DropConditions = [] }),
        new("materials", "申请材料", "只能减少或放宽，不得新增或加严",
            o => o.DropMaterials.Count > 0 || o.Materials.Count > 0, EasedMaterials.Apply,
            o => o with { DropMaterials = [], Materials = [] }),
        new("fees", "收费", "只能降低或免收，不得新增或提高",
            o => o.Fees.Count > 0, Fees,
            o => o with { Fees = [] }),
        new("windows", "办理窗口", "由实施机构填写本单位的窗口",
            o => o.Windows is not null, (c, o) => (c with { Windows = o.Windows! }, []),
            o => o with { Windows = null }),
        new("phone", "咨询电话", "由实施机构填写",
            o => o.Phone is not null, (c, o) => (c with { Phone = o.Phone }, []),
            o => o with { Phone = null }),
        new("complaintPhone", "监督投诉电话", "由实施机构填写",
            o => o.ComplaintPhone is not null, (c, o) => (c with { ComplaintPhone = o.ComplaintPhone }, []),
            o => o with { ComplaintPhone = null }),
        new("schedule", "办理时间", "由实施机构填写",
            o => o.Schedule is not null, (c, o) => (c with { Schedule = o.Schedule }, []),
            o => o with { Schedule = null }),
        new("appointment", "预约", "上级可以预约的，不得取消",
            o => o.Appointment is not null,
            (c, o) => One(c, "appointment", o.Appointment, c.Appointment, o.Appointment!.Value || !c.Appointment, "上级可以预约的，不得取消", () => c with { Appointment = o.Appointment!.Value }),
            o => o with { Appointment = null }),
        new("faq", "常见问题", "可以补充，不得改写上级的回答",
            o => o.Faq.Count > 0, Faq,
            o => o with { Faq = [] }),
        new("open", "允许下级调整的字段", "不得超出上级允许调整的字段",
            o => o.Open is not null,
            (c, o) => One(c, "open", o.Open, c.Open, o.Open!.All(c.Open.Contains), "超出了上级允许调整的字段", () => c with { Open = o.Open! }),
            o => o with { Open = null }),
    ];

    public static readonly IReadOnlyDictionary<string, NarrowingField> ByName = Fields.ToDictionary(f => f.Field);

    /// <summary>Fields that need not be opened: closing more for one's own lower level never widens anything.</summary>
    public static bool AlwaysOpen(string field) => field == "open";

    static (ItemContent, IReadOnlyList<Conflict>) PromisedDays(ItemContent c, Overrides o)
    {
        var (days, unit) = (o.PromisedDays ?? c.PromisedDays, o.PromisedUnit ?? c.PromisedUnit);
        var fits = days >= 0 && TimeLimit.NeverLonger(days, unit, c.PromisedDays, c.PromisedUnit);
        return One(c, "promisedDays", TimeLimit.Text(days, unit), TimeLimit.Text(c.PromisedDays, c.PromisedUnit), fits,
            $"承诺时限 {TimeLimit.Text(days, unit)} 长于上级的 {TimeLimit.Text(c.PromisedDays, c.PromisedUnit)}",
            () => c with { PromisedDays = days, PromisedUnit = unit });
    }

    static (ItemContent, IReadOnlyList<Conflict>) Visits(ItemContent c, Overrides o)
    {
        var visits = o.Visits ?? c.Visits;
        return One(c, "visits", visits, c.Visits, visits >= 0 && visits <= c.Visits, $"到现场 {visits} 次多于上级规定的 {c.Visits} 次",
            () => c with { Visits = visits, VisitReason = visits == 0 ? null : o.VisitReason ?? c.VisitReason });
    }

    static (ItemContent, IReadOnlyList<Conflict>) Conditions(ItemContent c, Overrides o)
    {
        var conflicts = o.DropConditions.Where(d => !c.Conditions.Contains(d))
            .Select(d => new Conflict("conditions", d, Json.Element(d), null, "上级的受理条件里已经没有这一条，请确认是否改写成了别的说法")).ToList();
        return (c with { Conditions = [.. c.Conditions.Where(x => !o.DropConditions.Contains(x))] }, conflicts);
    }

    static (ItemContent, IReadOnlyList<Conflict>) Fees(ItemContent c, Overrides o)
    {
        var (fees, conflicts) = (c.Fees.ToList(), new List<Conflict>());
        foreach (var lowered in o.Fees)
        {
            var at = fees.FindIndex(f => f.Name == lowered.Name);
            if (at < 0) conflicts.Add(new("fees", lowered.Name, Json.Element(lowered.AmountFen), null, $"上级已经没有“{lowered.Name}”这项收费"));
            else if (lowered.AmountFen < 0 || lowered.AmountFen > fees[at].AmountFen)
                conflicts.Add(new("fees", lowered.Name, Json.Element(lowered.AmountFen), Json.Element(fees[at].AmountFen), $"“{lowered.Name}”的金额高于上级标准"));
            else fees[at] = fees[at] with { AmountFen = lowered.AmountFen };
        }
        return (c with { Fees = fees }, conflicts);
    }

    static (ItemContent, IReadOnlyList<Conflict>) Faq(ItemContent c, Overrides o)
    {
        var (faq, conflicts) = (c.Faq.ToList(), new List<Conflict>());
        foreach (var own in o.Faq)
        {
            if (faq.FirstOrDefault(f => f.Question == own.Question) is not { } same) faq.Add(own);
            else if (same.Answer != own.Answer) conflicts.Add(new("faq", own.Question, Json.Element(own.Answer), Json.Element(same.Answer), "上级已经回答了同一个问题，不得改写"));
        }
        return (c with { Faq = faq }, conflicts);
    }

    static (ItemContent, IReadOnlyList<Conflict>) One<T>(ItemContent content, string field, T own, T upper, bool fits, string message, Func<ItemContent> apply) =>
        fits ? (apply(), []) : (content, [new(field, "", Json.Element(own), Json.Element(upper), message)]);

    static List<int> Ordered(IEnumerable<int> codes) => [.. codes.Distinct().Order()];
}
