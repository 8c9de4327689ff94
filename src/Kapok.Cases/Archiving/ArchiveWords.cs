using Kapok.Foundation.Pages;
using Kapok.Trust.Certificates;

namespace Kapok.Cases.Archiving;

/// <summary>What archives and checks are called on pages.</summary>
static class ArchiveWords
{
    public static string State(ArchiveRow r, DateTimeOffset now) => r switch { { State: "waiting" } => "等待归档", { State: "destroyed" } => "已销毁", { Sound: false } => "检测有问题", _ when r.Expired(now) => "到期待鉴定", _ => "在管" };

    public static Tone ToneOf(ArchiveRow r, DateTimeOffset now) => r switch { { State: "waiting" } => Tone.Blue, { State: "destroyed" } => Tone.Neutral, { Sound: false } => Tone.Red, _ when r.Expired(now) => Tone.Yellow, _ => Tone.Green };

    public static string Of(CheckState state) => state switch { CheckState.Passed => "通过", CheckState.Failed => "不通过", _ => "不能确认" };

    public static Tone ToneOf(CheckState state) => state switch { CheckState.Passed => Tone.Green, CheckState.Failed => Tone.Red, _ => Tone.Yellow };

    public static string Occasion(string occasion) => occasion switch { "archiving" => "归档时", "appraisal" => "鉴定时", _ => "手动检测" };

    public static string Verdict(DisposalRow d) => d.Verdict == "destroy" ? "销毁" : d.ExtendTo == Retention.Permanent ? "改为永久保管" : "延长到 30 年";

    public static string State(DisposalRow d) => d.Approved switch { null => "等待批准", true => d.Verdict == "destroy" ? "已销毁" : "已延长", _ => "没有批准" };

    public static Tone ToneOf(DisposalRow d) => d.Approved switch { null => Tone.Yellow, true => Tone.Green, _ => Tone.Neutral };
}
