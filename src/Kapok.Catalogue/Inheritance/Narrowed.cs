using System.Text.Json.Nodes;
using Kapok.Catalogue.Content;
using Kapok.Foundation;
using Kapok.Foundation.Data;

namespace Kapok.Catalogue.Inheritance;

/// <summary>
/// The other way round: from the content an official wants to the overrides that give it. Sheets and pages show the
/// whole content; only what differs from above is kept. Fields that were not touched keep their own value, also one
/// that is in conflict just now.
/// </summary>
public static class Narrowed
{
    /// <param name="upper">Effective content of the level above.</param>
    /// <param name="own">Overrides as they are.</param>
    /// <param name="wanted">Content as it should be.</param>
    /// <param name="faults">What cannot be had, by field path of the content.</param>
    public static Overrides From(ItemContent upper, bool upperIsBody, Overrides own, ItemContent wanted, List<Fault> faults)
    {
        var shown = Merge.Down(upper, own, upperIsBody).Content;
        var (was, now) = (Json(shown), Json(wanted));
        var result = own;
        foreach (var element in Elements.Of(typeof(ItemContent)))
        {
            if (JsonNode.DeepEquals(was[element.Name], now[element.Name])) continue;
            if (Set(element.Name, upper, shown, result, wanted, faults) is { } changed) result = changed;
            else faults.Add(new(element.Name, $"“{element.Title}”由上级规定，本级不得修改"));
        }
        return result;
    }

    static Overrides? Set(string field, ItemContent upper, ItemContent shown, Overrides own, ItemContent wanted, List<Fault> faults) => field switch
    {
        "promisedDays" or "promisedUnit" => wanted.PromisedDays == upper.PromisedDays && wanted.PromisedUnit == upper.PromisedUnit
            ? own with { PromisedDays = null, PromisedUnit = null }
            : own with { PromisedDays = wanted.PromisedDays, PromisedUnit = wanted.PromisedUnit == upper.PromisedUnit ? null : wanted.PromisedUnit },
        "handling" => own with { Handling = Unless(wanted.Handling, upper.Handling) },
        "visits" => own with { Visits = Unless(wanted.Visits, upper.Visits) },
        "visitReason" => own with { VisitReason = wanted.VisitReason == upper.VisitReason ? null : wanted.VisitReason },
        "channels" => own with { Channels = Unless(wanted.Channels, upper.Channels) },
        "depth" => own with { Depth = Unless(wanted.Depth, upper.Depth) },
        "scope" => own with { Scope = Unless(wanted.Scope, upper.Scope) },
        "open" => own with { Open = Unless(wanted.Open, upper.Open) },
        "windows" => own with { Windows = wanted.Windows },
        "phone" => own with { Phone = wanted.Phone },
        "complaintPhone" => own with { ComplaintPhone = wanted.ComplaintPhone == upper.ComplaintPhone ? null : wanted.ComplaintPhone },
        "schedule" => own with { Schedule = wanted.Schedule },
        "appointment" => own with { Appointment = wanted.Appointment == upper.Appointment ? null : wanted.Appointment },
        "conditions" => Conditions(upper, own, wanted, faults),
        "materials" => Materials(upper, own, wanted, faults),
        "fees" => Fees(upper, own, wanted, faults),
        "faq" => Faq(upper, own, wanted, faults),
        _ => null,
    };

    static Overrides Conditions(ItemContent upper, Overrides own, ItemContent wanted, List<Fault> faults)
    {
        for (var i = 0; i < wanted.Conditions.Count; i++)
            if (!upper.Conditions.Contains(wanted.Conditions[i])) faults.Add(new($"conditions[{i}]", "受理条件只能减少，不得新增或改写"));
        return own with { DropConditions = [.. upper.Conditions.Where(c => !wanted.Conditions.Contains(c)), .. own.DropConditions.Where(c => !upper.Conditions.Contains(c))] };
    }

    static Overrides Materials(ItemContent upper, Overrides own, ItemContent wanted, List<Fault> faults)
    {
        var eased = own.Materials.Where(e => upper.Materials.All(m => m.Id != e.Id)).ToList();
        for (var i = 0; i < wanted.Materials.Count; i++)
        {
            var (m, at) = (wanted.Materials[i], $"materials[{i}]");
            if (upper.Materials.FirstOrDefault(u => u.Id == m.Id) is not { } above) { faults.Add(new(at, $"材料“{m.Name}”上级没有，本级不得新增")); continue; }
            var allowed = above with { Necessity = m.Necessity, Form = m.Form, Original = m.Original, Copies = m.Copies, ReplacedBy = m.ReplacedBy };
            foreach (var change in Difference.Between(allowed, m)) faults.Add(new($"{at}.{change.Path}", $"材料“{above.Name}”的“{change.Title}”由上级规定，本级不得修改"));
            var one = new EasedMaterial
            {
                Id = m.Id, Necessity = Unless(m.Necessity, above.Necessity), Form = Unless(m.Form, above.Form), Original = Unless(m.Original, above.Original), Copies = Unless(m.Copies, above.Copies),
                ReplacedBy = m.ReplacedBy == above.ReplacedBy ? null : m.ReplacedBy,
            };
            if (one is not { Necessity: null, Form: null, Original: null, Copies: null, ReplacedBy: null }) eased.Add(one);
        }
        var dropped = upper.Materials.Select(m => m.Id).Where(id => wanted.Materials.All(m => m.Id != id));
        return own with { Materials = eased, DropMaterials = [.. dropped, .. own.DropMaterials.Where(id => upper.Materials.All(m => m.Id != id))] };
    }

    static Overrides Fees(ItemContent upper, Overrides own, ItemContent wanted, List<Fault> faults)
    {
        var lowered = own.Fees.Where(f => upper.Fees.All(u => u.Name != f.Name)).ToList();
        for (var i = 0; i < wanted.Fees.Count; i++)
        {
            var fee = wanted.Fees[i];
            if (upper.Fees.FirstOrDefault(u => u.Name == fee.Name) is not { } above) faults.Add(new($"fees[{i}]", $"收费“{fee.Name}”上级没有，本级不得新增"));
            else if (above with { AmountFen = fee.AmountFen } != fee) faults.Add(new($"fees[{i}]", $"收费“{fee.Name}”只能降低金额"));
            else if (fee.AmountFen != above.AmountFen) lowered.Add(new(fee.Name, fee.AmountFen));
        }
        foreach (var gone in upper.Fees.Where(u => wanted.Fees.All(f => f.Name != u.Name))) lowered.Add(new(gone.Name, 0));
        return own with { Fees = lowered };
    }

    static Overrides Faq(ItemContent upper, Overrides own, ItemContent wanted, List<Fault> faults)
    {
        foreach (var gone in upper.Faq.Where(u => !wanted.Faq.Contains(u))) faults.Add(new("faq", $"上级的问答“{gone.Question}”不得删除或改写"));
        return own with { Faq = [.. wanted.Faq.Where(f => !upper.Faq.Contains(f))] };
    }

    static int? Unless(int wanted, int upper) => wanted == upper ? null : wanted;
    static IReadOnlyList<T>? Unless<T>(IReadOnlyList<T> wanted, IReadOnlyList<T> upper) => wanted.Order().SequenceEqual(upper.Order()) ? null : wanted;
    static JsonObject Json(ItemContent content) => System.Text.Json.JsonSerializer.SerializeToNode(content, Foundation.Data.Json.Options)!.AsObject();
}
