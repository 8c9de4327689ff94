using System.Text.Json;
using Kapok.Cases.Clock;
using Kapok.Cases.Definitions;
using Kapok.Cases.Flow;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Data;

namespace Kapok.Cases.Deciding;

/// <summary>An application that has passed every check of the form and the materials.</summary>
/// <param name="Id">Id of the draft; sending it again gives the case that already stands.</param>
/// <param name="Party">Person or company applied for.</param>
/// <param name="Channel">GB/T 39046 A.5: 1 counter, 2 computer, 3 mobile, 4 post.</param>
public sealed record Application(Guid Id, Actor Actor, CaseDefinition Definition, Guid Party, string PartyName, short Channel, string Answers, string Eligibility, int Materials)
{
    /// <summary>Who applies, when it is not the actor: at the counter the applicant, not the clerk who types.</summary>
    public Guid? Submitter { get; init; }

    /// <summary>Licences on the register that stand for materials; the applicant has agreed to their use by submitting.</summary>
    public IReadOnlyList<LicenceAtHand> Licences { get; init; } = [];
}

/// <summary>A licence that stands for a material of an application.</summary>
public sealed record LicenceAtHand(string Material, string MaterialName, Guid Licence, string Name, string Number, string Identifier, string Grade);

/// <summary>What the applicant gets at once.</summary>
public sealed record Receipt(Guid Id, string Number, string QueryCode, DateTimeOffset SubmittedAt, string ItemName, bool Repeated);

static class Submitting
{
    /// <summary>The new case with its first work opened.</summary>
    public static Outcome<CaseAct> Decide(Application application, string number, string queryCode, CaseWorld world)
    {
        var item = application.Definition.Item;
        var body = application.Definition.Body;
        var row = new CaseRow
        {
            Id = application.Id, Number = number, QueryCode = queryCode, Definition = application.Definition.Id, ItemCode = item.BasicCode, Implementation = application.Definition.Implementation,
            ItemName = item.Content.Name, Organisation = body.Id, Division = body.DivisionPath, Line = body.Line, Party = application.Party, PartyName = application.PartyName,
            Submitter = application.Submitter ?? application.Actor.Person ?? Guid.Empty, Channel = application.Channel, State = CaseState.Submitted, SubmittedAt = world.Now,
        };
        var act = new CaseAct(new(row, [], new(row.Id, application.Answers, application.Eligibility)), application.Actor, application.Definition, world);
        CaseClock.Add(act, new ClockEntry.Received(world.Now));
        act.Log("submitted", new { number, queryCode, item = item.Content.Name, version = item.Version, party = application.PartyName, application.Channel, application.Materials });
        foreach (var licence in application.Licences) act.Log("licence-used", licence, "申请人提交时同意");
        if (act.Move(new Trigger.Start()) is { } message) return Outcome<CaseAct>.No(Refusal.Invalid, $"流程不能开始：{message}");
        act.Tell("submitted", "申请已提交", $"我们收到了您的“{item.Content.Name}”申请，办件编号 {number}。{body.Name}会在五个工作日内告诉您是否受理。");
        return act;
    }
}
