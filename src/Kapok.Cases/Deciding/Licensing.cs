using System.Collections.Immutable;
using Kapok.Cases.Documents;
using Kapok.Documents.Licences;
using Kapok.Foundation;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Expressions;
using Kapok.Identity;

namespace Kapok.Cases.Deciding;

/// <summary>What issuing must know besides the case.</summary>
/// <param name="Party">Applicant with his certificate; null when he is no longer known.</param>
/// <param name="Chains">Licences of the yielded types that the case may mean, locked.</param>
public sealed record LicenceFacts(Party? Party, ImmutableArray<LicenceChain> Chains);

/// <summary>
/// 业务办结时同步签发 (D15): when an item yields a licence, its approval issues, renews, changes or ends the licence in the same
/// transaction. An approval that cannot yield it is refused with what is missing, unless an official records why there is none.
/// Where nobody is there to ask – silence that grants – the reason is recorded by itself.
/// </summary>
static class Licensing
{
    /// <returns>Names of the licences that were issued.</returns>
    public static IReadOnlyList<string> Issue(CaseAct act)
    {
        var yields = act.World.Licences.Of(act.Row.ItemCode);
        if (yields.Count == 0) return [];
        if (!act.World.LicenceFacts.TryGetValue(act.Row.Id, out var facts)) { act.NeedsLicenceFacts = true; return []; }
        var scope = act.Scope();
        var issued = new List<string>();
        foreach (var (type, yield, published) in yields)
        {
            if (yield.When is { } when && !Expression.Parse(when).IsTrue(scope)) continue;
            if (act.WithoutLicence is { } why) { Without(act, type, why); continue; }
            var faults = new List<string>();
            if (!published) faults.Add($"证照类型“{type.Name}”还没有发布");
            else if (yield.Act == "cancel") Cancel(act, type, yield, facts, scope, faults);
            else if (Order(act, type, yield, facts, scope, faults) is { } order) { act.Issue(order); issued.Add(type.Name); }
            if (faults.Count == 0) continue;
            var missing = $"不能签发“{type.Name}”：{string.Join("；", faults)}";
            if (act.Actor.Kind == ActorKind.System) { Without(act, type, missing); act.Note($"{missing}。请补发。"); }
            else act.Refused ??= No.Conflict($"{missing}。补全后再办，或者写明不签发电子证照的理由");
        }
        return issued;
    }

    static void Without(CaseAct act, LicenceType type, string reason) => act.Log("licence-not-issued", new { type = type.Key, type.Name, reason }, reason);

    static LicenceOrder? Order(CaseAct act, LicenceType type, Yield yield, LicenceFacts facts, CaseScope scope, List<string> faults)
    {
        var number = yield.Number is { } source ? Text(source, scope) : "";
        var before = yield.Act == "issue" && !type.Single ? null : Meant(type, number, facts, act, faults);
        if (yield.Act == "issue" && before is { Current.State: LicenceState.Cancelled or LicenceState.Annulled or LicenceState.Revoked }) before = null;
        if (faults.Count > 0) return null;
        var given = yield.Act == "issue" ? type.Number.StartsWith('=') ? Text(type.Number[1..], scope) : null : before is null && number.Length > 0 ? number : null;
        if (given is { Length: 0 } or { Length: > 100 }) faults.Add("没有证照编号");
        if (yield.Act == "issue" && given is not null && facts.Chains.Any(c => c.Current.Type == type.Key && c.Current.Number == given && c.Current.State is not (LicenceState.Cancelled or LicenceState.Annulled)))
            faults.Add($"编号 {given} 已经发过证");
        var holders = Holders(act, type, facts, before, scope, faults);
        var fields = type.Fields.Select(f => Field(f, yield, before, scope, faults)).ToImmutableArray();
        if (faults.Count > 0) return null;
        return new LicenceOrder(Guid.CreateVersion7(act.World.Now), type, yield.Act, act.Body, CaseAct.DivisionShort(act.World.Directory.Division(act.Body.DivisionCode)?.Name ?? ""), holders, fields,
            act.World.Today, End(act, type, yield, before, scope), before, given) { CaseId = act.Row.Id, CaseNumber = act.Row.Number };
    }

    /// <summary>The licence an application is about: by its number, else the only one of the type that the applicant holds.</summary>
    static LicenceChain? Meant(LicenceType type, string number, LicenceFacts facts, CaseAct act, List<string> faults)
    {
        var mine = facts.Chains.Where(c => c.Current.Type == type.Key && (number.Length > 0 ? c.Current.Number == number : Named(c.Current, facts, act))).ToList();
        if (number.Length == 0) mine = [.. mine.Where(c => c.Current.State is LicenceState.Valid or LicenceState.Suspended or LicenceState.Expired or LicenceState.ToMake or LicenceState.ToSeal)];
        if (mine.Count > 1) { faults.Add($"申请人有 {mine.Count} 本“{type.Name}”，申请里没有写明是哪一本"); return null; }
        if (mine.Count == 0) 
        {
            if (!type.Single) act.Log("licence-not-on-register", new { type = type.Key, number });
            return null;
        }
        var chain = mine[0];
        if (!Named(chain.Current, facts, act)) faults.Add($"证照 {number} 的持证人不是申请人，申请里也没有他");
        else if (chain.Current.State is not (LicenceState.Valid or LicenceState.Expired or LicenceState.ToMake or LicenceState.ToSeal)) faults.Add($"证照 {chain.Current.Number} 现在是“{LicenceWords.Of(chain.Current.State)}”");
        return chain;
    }

    /// <summary>The holder is the applicant, or the application names him by his number.</summary>
    static bool Named(LicenceRow licence, LicenceFacts facts, CaseAct act) =>
        licence.Holders.Any(h => facts.Party is { } p && p.CertificateType == h.CodeType && p.CertificateNumber == h.Code || h.Code.Length >= 8 && act.Answers.Contains(h.Code, StringComparison.Ordinal));

    static void Cancel(CaseAct act, LicenceType type, Yield yield, LicenceFacts facts, CaseScope scope, List<string> faults)
    {
        var chain = Meant(type, yield.Number is { } source ? Text(source, scope) : "", facts, act, faults);
        if (chain is null || faults.Count > 0) return;
        var basis = act.Definition.Item.Content.Basis.Select(b => $"《{b.Law.Trim('《', '》')}》{b.Article}").FirstOrDefault() ?? act.Definition.Item.Content.Name;
        var ended = LicenceDecisions.Act(chain, new DeskAct("cancel", basis, $"办件 {act.Row.Number} 准予注销"), act.Actor, act.World.Now);
        if (!ended.Ok) { faults.Add(ended.Message); return; }
        act.End(ended.Value!);
        act.Log("licence-cancelled", new { type = type.Key, type.Name, chain.Current.Number, chain.Current.Identifier });
    }

    static ImmutableArray<LicenceHolder> Holders(CaseAct act, LicenceType type, LicenceFacts facts, LicenceChain? before, CaseScope scope, List<string> faults)
    {
        if (type.HolderFrom is not { } source)
        {
            if (before is not null) return before.Current.Holders;
            if (facts.Party is { } party) return [new(party.Name, party.CertificateType, party.CertificateNumber)];
            faults.Add("不知道申请人的证件号码");
            return [];
        }
        var holders = source.Rows is { } rows
            ? Expression.Parse(rows).Evaluate(scope).Items.Select(row => new RowScope(scope, row)).Select(r => Holder(Text(source.Name, r), Text(source.Code, r), act.World.Today)).ToImmutableArray()
            : [Holder(Text(source.Name, scope), Text(source.Code, scope), act.World.Today)];
        if (before is not null && holders.All(h => h.Name.Length == 0)) return before.Current.Holders;
        if (holders.IsEmpty || holders.Any(h => h.Name.Length == 0 || h.Code.Length == 0)) faults.Add("持证人的姓名或者证件号码没有填");
        return holders;
    }

    static LicenceHolder Holder(string name, string code, DateOnly today)
    {
        code = string.Concat(code.Where(c => !char.IsWhiteSpace(c)));
        return new(name.Trim(), CitizenId.Check(code, today).IsValid ? "111" : CreditCode.Check(code).IsValid ? "001" : "999", code);
    }

    /// <summary>
    /// A field as it is printed. A renewal or change takes over what the licence said before, except where the item names a
    /// source of its own.
    /// </summary>
    static FieldValue Field(LicenceField field, Yield yield, LicenceChain? before, CaseScope scope, List<string> faults)
    {
        var own = yield.From.GetValueOrDefault(field.Id);
        var source = own ?? (before is null || yield.Act == "issue" ? field.From : null);
        var value = source is null ? "" : Shown(source, scope);
        if (value.Length == 0 && before is not null) value = before.Current.Value(field.Id);
        if (value.Length == 0 && field.Required) faults.Add($"照面项“{field.Name}”是空的");
        if (value.Length > 2000) value = value[..2000];
        return new(field.Id, field.Name, value);
    }

    static DateOnly? End(CaseAct act, LicenceType type, Yield yield, LicenceChain? before, CaseScope scope)
    {
        if (type.Validity.Until is { } until) return Expression.Parse(until).Evaluate(scope).AsDate;
        if (before is not null && yield.Act is not ("renew" or "issue")) return before.Current.ValidTo;
        // A renewal runs on from the last day, also when it is decided before that day.
        var from = yield.Act == "renew" && before?.Current.ValidTo is { } last && last >= act.World.Today ? last.AddDays(1) : act.World.Today;
        return type.Validity.End(from);
    }

    static string Text(string source, IScope scope) => Expression.Parse(source).Evaluate(scope) is { IsNull: false } value ? value.ToString()?.Trim() ?? "" : "";

    /// <summary>As people read it: the label of a choice, the name of a place, a day in words.</summary>
    static string Shown(string source, CaseScope scope)
    {
        var expression = Expression.Parse(source);
        if (((IShownAnswers)scope).Shown(expression.ToString()) is { Length: > 0 } shown) return shown;
        var value = expression.Evaluate(scope);
        return value.Kind == ValueKind.List ? string.Join('、', value.Items.Select(v => v.ToString())) : value.AsDate is { } day ? LicenceWords.Day(day) : value.IsNull ? "" : value.ToString()?.Trim() ?? "";
    }

    /// <summary>Members of the row first, then what stands around it.</summary>
    sealed class RowScope(IScope outer, Value row) : IScope
    {
        public DateOnly? Today => outer.Today;
        public Value Get(string name) => row[name] is { IsNull: false } own ? own : outer.Get(name);
    }
}
