using System.Collections.Immutable;
using System.Text.Json;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;

namespace Kapok.Cases.Model;

/// <summary>How the applicant gets the result on paper.</summary>
public enum DeliveryMethod
{
    /// <summary>Only the electronic one; nothing is carried anywhere.</summary>
    Electronic,
    Courier,
    /// <summary>A self-service locker of a service hall.</summary>
    Locker,
    Window,
}

/// <summary>How far the paper has come.</summary>
public enum DeliveryStage { Chosen, Prepared, Sent, Arrived, Received, Returned }

/// <summary>What the applicant wants.</summary>
/// <param name="Place">Address, locker or window.</param>
public sealed record DeliveryChoice(DeliveryMethod Method, string Recipient = "", string Phone = "", string Place = "");

/// <summary>Something that happened to the paper.</summary>
public sealed record DeliveryStep(DateTimeOffset At, DeliveryStage Stage, string Carrier, string Number, string Note);

/// <summary>
/// The way of the result to the applicant, read from the events of the case: nothing else is stored, so that it is part of
/// the chain and of every bundle. No outside carrier is connected: what an official notes is what is known.
/// </summary>
/// <param name="FromForm">Chosen in the application form, not here.</param>
public sealed record Delivery(DeliveryChoice Choice, DeliveryStage Stage, ImmutableArray<DeliveryStep> Steps, bool FromForm)
{
    public const string Chosen = "delivery-chosen", Moved = "delivery-moved";

    public static Delivery Of(IEnumerable<LoggedEvent> events, JsonElement answers)
    {
        var fromForm = Answer(answers);
        var (choice, form) = (fromForm ?? new(DeliveryMethod.Electronic), fromForm is not null);
        var steps = ImmutableArray.CreateBuilder<DeliveryStep>();
        foreach (var e in events)
            if (e.Type == Chosen)
            {
                (choice, form) = (Json.Read<DeliveryChoice>(e.Data)!, false);
                steps.Clear();
            }
            else if (e.Type == Moved) steps.Add(Json.Read<Move>(e.Data)!.At(e.At));
        return new(choice, steps.Count == 0 ? DeliveryStage.Chosen : steps[^1].Stage, steps.ToImmutable(), form);
    }

    /// <summary>Many forms ask for it as <c>delivery</c>: electronic, post or window.</summary>
    static DeliveryChoice? Answer(JsonElement answers) =>
        answers.ValueKind != JsonValueKind.Object || !answers.TryGetProperty("delivery", out var given) || given.ValueKind != JsonValueKind.String ? null : given.GetString() switch
        {
            "electronic" => new(DeliveryMethod.Electronic), "post" => new(DeliveryMethod.Courier), "locker" => new(DeliveryMethod.Locker), "window" => new(DeliveryMethod.Window), _ => null,
        };

    /// <summary>What may come next. Paper that came back can be sent again.</summary>
    public ImmutableArray<DeliveryStage> Next => (Choice.Method, Stage) switch
    {
        (DeliveryMethod.Electronic, _) or (_, DeliveryStage.Received) => [],
        (_, DeliveryStage.Chosen or DeliveryStage.Returned) => [DeliveryStage.Prepared],
        (DeliveryMethod.Window, DeliveryStage.Prepared) => [DeliveryStage.Received],
        (_, DeliveryStage.Prepared) => [DeliveryStage.Sent],
        (DeliveryMethod.Locker, DeliveryStage.Sent) => [DeliveryStage.Arrived, DeliveryStage.Returned],
        (_, DeliveryStage.Sent) => [DeliveryStage.Received, DeliveryStage.Arrived, DeliveryStage.Returned],
        _ => [DeliveryStage.Received, DeliveryStage.Returned],
    };

    /// <summary>The choice is free until the paper has left the house.</summary>
    public bool CanChange => Stage is DeliveryStage.Chosen or DeliveryStage.Prepared or DeliveryStage.Returned;

    /// <summary>As it stands in the event.</summary>
    public sealed record Move(DeliveryStage Stage, string Carrier, string Number, string Note)
    {
        public DeliveryStep At(DateTimeOffset at) => new(at, Stage, Carrier, Number, Note);
    }
}

/// <summary>The applicant says how the result is to reach him.</summary>
/// <param name="Before">What stood when he said it; the expected version makes sure that it still does.</param>
public sealed record ChooseDelivery(Guid CaseId, Actor Actor, Delivery Before, DeliveryChoice Wanted) : CaseCommand(CaseId, Actor);

/// <summary>An official notes what happened to the paper.</summary>
public sealed record MoveDelivery(Guid CaseId, Actor Actor, Delivery Before, DeliveryStage To, string Carrier, string Number, string Note) : CaseCommand(CaseId, Actor);
