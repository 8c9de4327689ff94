using System.Collections.Frozen;
using Kapok.Cases.Clock;
using Kapok.Cases.Flow;
using Kapok.Cases.Handling;
using Kapok.Cases.Model;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Pages;
using Kapok.Identity;

namespace Kapok.Cases.Tracking;

/// <summary>Where a case stands, in the words of a page: what is going on, by when, what the applicant has to do.</summary>
/// <param name="Headline">The sentence that comes first.</param>
/// <param name="Advice">What the applicant has to do now; mostly nothing.</param>
/// <param name="Unit">Who has it now: units, never persons; empty when nobody has.</param>
public sealed record Standing(string Headline, string Advice, string Unit)
{
    public static Standing Of(CaseView view, OrganisationDirectory directory, Texts texts)
    {
        var units = string.Join("、", view.Case.Tasks.Select(t => directory.Organisation(t.Organisation)?.Name).OfType<string>().Distinct().DefaultIfEmpty(view.Body.Name).Select(n => texts[n]));
        var work = string.Join("、", view.Case.Tasks.Select(t => t.Name).Distinct().Select(n => texts[n]));
        var due = view.Clock.DueDate;
        const string nothing = "您现在不用做什么。有结果会出现在这里和“消息”里。";
        return view.Row switch
        {
            { State: CaseState.Correcting } when view.Correction is { } c => new(
                c.Until is { } until ? texts["请您补正 {0} 处，{1}前提交", c.Fields.Count + c.Materials.Count, texts.Date(until)] : texts["请您补正 {0} 处", c.Fields.Count + c.Materials.Count],
                texts["只需要改工作人员指出的内容，其他不用重新填。补正期间不计入办理时限。"], ""),
            { State: CaseState.Submitted } => new(
                due is { } by ? texts["{0}正在核对您的材料，最迟 {1} 告诉您是否受理", units, texts.Date(by)] : texts["{0}正在核对您的材料", units], texts[nothing], units),
            { State: CaseState.Suspended } => new(texts["正在进行特别程序，计时暂停"], texts["这段时间不计入办理时限，结束后继续办理。"], units),
            { State: CaseState.Accepted } when view.Clock.Lamp == Clock.Lamp.Red => new(texts["{0}正在{1}，已经超过承诺的时间", units, work], texts["我们已经提醒办理机关。您也可以打电话催办或者投诉。"], units),
            { State: CaseState.Accepted } => new(
                due is { } end ? texts["{0}正在{1}，最迟 {2} 告诉您结果", units, work, texts.Date(end)] : texts["{0}正在{1}", units, work], texts[nothing], units),
            { Result: "approved" } => new(texts["办好了"], texts["决定文书在下面，可以查看、打印。"], ""),
            { Result: "refused" } => new(texts["没有通过"], texts["理由和不服怎么办，都写在决定文书里。条件具备了可以重新申请。"], ""),
            { Result: "not-accepted" } => new(texts["没有受理"], texts["理由写在文书里。可以按理由准备好以后重新申请。"], ""),
            _ => new(texts["办件已经终止"], texts["需要的话可以随时重新申请。"], ""),
        };
    }

    public static LampState LampOf(Clock.Lamp lamp) => lamp switch
    {
        Clock.Lamp.Green => LampState.Green, Clock.Lamp.Yellow => LampState.Yellow, Clock.Lamp.Red => LampState.Red, Clock.Lamp.Paused => LampState.Paused, _ => LampState.Done,
    };

    /// <summary>Lamp and word of a case in a list, from its row alone.</summary>
    public static (LampState Lamp, string Word) InList(MyCaseRow row, DateTimeOffset now, Texts texts)
    {
        string Until() => row.DueOn is { } due ? texts["{0}前办好", texts.ShortDate(due, ChinaTime.DateOf(now))] : texts["正在办理"];
        return row.State switch
        {
            "closed" => (LampState.Done, texts[Result(row.Result)]),
            "correcting" => (LampState.Paused, texts["等您补正"]),
            "suspended" => (LampState.Paused, texts["计时暂停"]),
            "submitted" => (LampState.Green, texts["等待受理"]),
            _ when row.DueAt < now => (LampState.Red, texts["已超过承诺时间"]),
            _ when row.YellowAt <= now => (LampState.Yellow, Until()),
            _ => (LampState.Green, Until()),
        };
    }

    /// <summary>A result in the words of the applicant. Chinese.</summary>
    public static string Result(string? result) => result switch
    {
        "approved" => "办好了", "refused" => "没有通过", "not-accepted" => "没有受理", "withdrawn" => "已撤回", _ => "已终止",
    };

    /// <summary>The flow as a picture with where the case stands, and the same as a sentence.</summary>
    public static (string Svg, string Sentence) Diagram(CaseView view)
    {
        var flow = view.Definition.Flow;
        var done = view.Events.Where(e => e.Type == "task-completed").Select(e =>
        {
            using var data = System.Text.Json.JsonDocument.Parse(e.Data);
            return data.RootElement.TryGetProperty("node", out var node) ? node.GetString() : null;
        }).OfType<string>().ToList();
        if (view.Row.Flow is null)
            return (FlowDiagram.Svg(flow, FlowMarks.None with { Done = done.ToFrozenSet(StringComparer.Ordinal) }), "");
        var state = FlowState.FromJson(view.Row.Flow, flow);
        var sentence = FlowDiagram.Sentence(flow, state);
        return (FlowDiagram.Svg(flow, FlowMarks.Of(state, done), sentence), sentence);
    }
}
