using Kapok.Foundation;

namespace Kapok.Documents.Seals.Ledger;

/// <summary>What can be done to a seal in the ledger.</summary>
public enum SealAct { Approve, Refuse, Suspend, ReportLost, AskResume, AskDestroy, Confirm, Decline }

/// <summary>What a decision changes. <paramref name="Makes"/>: the seal is to be made now; <paramref name="EndsKey"/>: its key is to be destroyed.</summary>
public sealed record SealChange(string State, string? Asked, string Event, bool Makes = false, bool EndsKey = false);

/// <summary>
/// The life of a seal as a table. A seal comes into being and is destroyed only by two persons (双人): one asks, another
/// agrees. What makes it safer – suspending, reporting a loss – one may do alone and at once.
/// </summary>
public static class SealDecisions
{
    public const string Manage = "seals.manage", Approve = "seals.approve";

    /// <summary>The permission an act needs over the seal's organisation.</summary>
    public static string PermissionFor(SealAct act) => act is SealAct.Approve or SealAct.Refuse or SealAct.Confirm or SealAct.Decline ? Approve : Manage;

    public static Outcome<SealChange> Decide(SealRecord seal, SealAct act, Guid? actor, string? ground) => act switch
    {
        SealAct.Approve => seal.State != SealStates.Applied ? No(seal, "审批")
            : SamePerson(seal.AppliedBy, actor) ? Two("审批") : new SealChange(SealStates.Active, null, "seal-made", Makes: true),
        SealAct.Refuse => seal.State != SealStates.Applied ? No(seal, "审批") : NeedsGround(ground) ?? new SealChange(SealStates.Refused, null, "seal-refused"),
        SealAct.Suspend => seal.State != SealStates.Active ? No(seal, "停用") : NeedsGround(ground) ?? new SealChange(SealStates.Suspended, seal.Asked, "seal-suspended"),
        SealAct.ReportLost => seal.State is not (SealStates.Active or SealStates.Suspended) ? No(seal, "挂失") : NeedsGround(ground) ?? new SealChange(SealStates.Lost, null, "seal-lost", EndsKey: true),
        SealAct.AskResume => seal.State != SealStates.Suspended ? No(seal, "恢复") : seal.Asked is not null ? Waiting() : NeedsGround(ground) ?? new SealChange(seal.State, "resume", "seal-resume-asked"),
        SealAct.AskDestroy => seal.State is not (SealStates.Active or SealStates.Suspended or SealStates.Lost or SealStates.Expired) ? No(seal, "销毁") : seal.Asked is not null ? Waiting()
            : NeedsGround(ground) ?? new SealChange(seal.State, "destroy", "seal-destroy-asked"),
        SealAct.Confirm => seal.Asked is null ? Outcome<SealChange>.No(Refusal.Conflict, "没有等待确认的申请")
            : SamePerson(seal.AskedBy, actor) ? Two("确认")
            : seal.Asked == "resume" ? new SealChange(SealStates.Active, null, "seal-resumed") : new SealChange(SealStates.Destroyed, null, "seal-destroyed", EndsKey: true),
        SealAct.Decline => seal.Asked is null ? Outcome<SealChange>.No(Refusal.Conflict, "没有等待确认的申请") : new SealChange(seal.State, null, "seal-request-declined"),
        _ => Outcome<SealChange>.No(Refusal.Invalid, "没有这个操作", "act"),
    };

    static bool SamePerson(Guid? one, Guid? other) => one is not null && one == other;
    static Outcome<SealChange> No(SealRecord seal, string act) => Outcome<SealChange>.No(Refusal.Conflict, $"印章现在是“{SealStates.Title(seal.State)}”，不能{act}");
    static Outcome<SealChange> Two(string act) => Outcome<SealChange>.No(Refusal.Forbidden, $"申请人不能自己{act}，请由另一个人{act}");
    static Outcome<SealChange> Waiting() => Outcome<SealChange>.No(Refusal.Conflict, "已经有一项申请在等待确认");
    static Outcome<SealChange>? NeedsGround(string? ground) => string.IsNullOrWhiteSpace(ground) ? Outcome<SealChange>.No(Refusal.Invalid, "请写明原因", "ground") : ground.Length > 500 ? Outcome<SealChange>.No(Refusal.Invalid, "原因最多 500 字", "ground") : null;
}
