using Kapok.Cases.Definitions;
using Kapok.Cases.Model;
using Kapok.Foundation;

namespace Kapok.Cases.Deciding;

/// <summary>
/// What may happen to a case, read like a table: command → rule. Every rule is pure – it looks at the case and the
/// world and answers with a change or with the reason why not.
/// </summary>
static class CaseDecisions
{
    /// <returns>The act, to be finished when its documents have numbers, or a refusal.</returns>
    public static Outcome<CaseAct> Decide(CaseSnapshot snapshot, CaseCommand command, CaseDefinition definition, CaseWorld world)
    {
        var act = new CaseAct(snapshot, command.Actor, definition, world);
        if (command.Expected is { } expected && expected != snapshot.Row.Version)
            return Outcome<CaseAct>.No(Refusal.Conflict, "办件刚刚被别人处理过，请看最新情况后再决定");
        if (!snapshot.Row.Open && command is not (SendMessage or AddNote or AddOtherNumber or TimerDue or ChooseDelivery or MoveDelivery))
            return Outcome<CaseAct>.No(Refusal.Conflict, "办件已经办结");
        var no = command switch
        {
            Accept c => Accepting.Accept(act, c),
            RefuseAcceptance c => Accepting.Refuse(act, c),
            AskCorrection c => Correcting.Ask(act, c),
            Supplement c => Correcting.Answer(act, c),
            CompleteTask c => Working.Complete(act, c),
            ReturnTask c => Working.Return(act, c),
            Claim c => Working.Claim(act, c),
            Release c => Working.Release(act, c),
            Assign c => Working.Assign(act, c),
            Suspend c => Pausing.Suspend(act, c),
            Resume c => Pausing.Resume(act, c),
            AskExtension c => Pausing.AskExtension(act, c),
            DecideExtension c => Pausing.DecideExtension(act, c),
            Withdraw c => Ending.Withdraw(act, c),
            TimerDue c => Ending.TimerDue(act, c),
            SendMessage c => Talking.Send(act, c),
            AddNote c => Talking.Note(act, c),
            AddOtherNumber c => Talking.OtherNumber(act, c),
            ChooseDelivery c => Delivering.Choose(act, c),
            MoveDelivery c => Delivering.Move(act, c),
            AskUnit c => Talking.Ask(act, c),
            AnswerUnit c => Talking.Answer(act, c),
            RemindUnit c => Talking.Remind(act, c),
            AskExpert c => Advising.Ask(act, c),
            AnswerExpert c => Advising.Answer(act, c),
            RemindExpert c => Advising.Remind(act, c),
            ReceiveMessage c => Working.Receive(act, c),
            _ => throw new InvalidOperationException($"no rule for {command.GetType().Name}"),
        };
        no ??= act.Refused;
        return no is { } refusal ? Outcome<CaseAct>.No(refusal.Kind, refusal.Message, refusal.Where) : act;
    }
}

/// <summary>Why not.</summary>
sealed record No(Refusal Kind, string Message, string Where = "")
{
    public static No Forbidden(Decision decision) => new(Refusal.Forbidden, decision.Reason);
    public static No Conflict(string message) => new(Refusal.Conflict, message);
    public static No Invalid(string message, string where = "") => new(Refusal.Invalid, message, where);
}
