using System.Text.Json;
using Kapok.Cases.Deciding;
using Kapok.Cases.Model;
using Kapok.Foundation.Data;

namespace Kapok.Cases.Handling;

/// <summary>Cases as the API shows them: one shape for officials, a narrower one for the applicant.</summary>
static class CaseJson
{
    public static object Brief(CaseSnapshot s, IReadOnlySet<string>? mine = null) => new
    {
        s.Row.Id, s.Row.Number, s.Row.QueryCode, s.Row.ItemCode, s.Row.ItemName, s.Row.State, s.Row.Result, s.Row.DueOn, s.Row.Provisional, s.Row.SubmittedAt, s.Row.AcceptedAt, s.Row.ClosedAt, s.Row.Version,
        tasks = s.Tasks.Select(t => new { t.Key, t.Node, t.Name, t.Kind, t.Post, t.Organisation, t.Outcomes, t.OpenedAt, t.DueAt, t.AssigneeName, mine = mine?.Contains(t.Key) }),
    };

    public static object ForOfficial(CaseView v) => new
    {
        @case = Brief(v.Case, v.Mine), v.Row.PartyName, v.Row.Channel, body = v.Body.Name, clock = Clock(v), answers = v.Answers, correction = v.Correction,
        materials = Materials(v), documents = Documents(v), delivery = v.Delivery, messages = v.Messages.Select(m => new { m.Id, m.FromParty, m.Sender, m.Kind, m.Title, m.Body, m.At, m.ReadAt }),
        events = v.Events.Select(e => new { e.Seq, e.Type, e.At, actor = e.ActorName, e.Origin, e.Ground, data = JsonDocument.Parse(e.Data).RootElement, digest = Convert.ToHexStringLower(e.Digest) }),
    };

    public static object ForApplicant(CaseView v) => new
    {
        id = v.Row.Id, v.Row.Number, v.Row.QueryCode, v.Row.ItemName, v.Row.State, v.Row.Result, body = v.Body.Name, clock = Clock(v), answers = v.Answers, correction = v.Correction, v.Row.Version,
        materials = Materials(v), documents = Documents(v), delivery = v.Delivery, messages = v.Messages.Select(m => new { m.Id, m.FromParty, m.Sender, m.Kind, m.Title, m.Body, m.At, m.ReadAt }),
        timeline = Tracking.Timeline.Of(v).Select(t => new { t.At, t.Title, t.Text }),
    };

    static object Clock(CaseView v) => new { v.Row.DueOn, v.Row.Provisional, lamp = v.Clock.Lamp, text = v.Clock.Summary, explanation = v.Clock.Explanation };

    static object Materials(CaseView v) => v.Materials.Where(m => m.RemovedAt is null).Select(m => new { m.Id, m.Material, m.Name, m.Size, m.Type, m.Digest, m.AddedAt });

    static object Documents(CaseView v) => v.Documents.Select(d => new { d.Id, d.Kind, d.Title, d.Number, d.Html, d.Digest, d.MadeAt });
}
