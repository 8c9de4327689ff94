using Kapok.Cases.Handling;
using Kapok.Cases.Model;
using Kapok.Foundation;

namespace Kapok.Cases.Tracking;

/// <summary>Chooses and notes the delivery of a case against what stands now; a case that moved in between is looked at again.</summary>
public sealed class Deliveries(CaseViews views, CaseDesk desk)
{
    public Task<Outcome<CaseSnapshot>> Choose(Guid id, Actor actor, DeliveryChoice wanted) =>
        Do(() => views.ForApplicant(id, actor), view => new ChooseDelivery(id, actor, view.Delivery, wanted));

    public Task<Outcome<CaseSnapshot>> Move(Guid id, Actor actor, DeliveryStage to, string carrier, string number, string note) =>
        Do(async () => (await views.ForOfficial(id, actor, "登记送达")).View, view => new MoveDelivery(id, actor, view.Delivery, to, carrier, number, note));

    async Task<Outcome<CaseSnapshot>> Do(Func<Task<CaseView?>> look, Func<CaseView, CaseCommand> command)
    {
        for (var round = 0; ; round++)
        {
            if (await look() is not { } view) return Outcome<CaseSnapshot>.No(Refusal.NotFound, "没有这个办件");
            var done = await desk.Do(command(view) with { Expected = view.Row.Version });
            if (done.Ok || done.Refused != Refusal.Conflict || round == 2 || (await look())?.Row.Version == view.Row.Version) return done;
        }
    }
}
