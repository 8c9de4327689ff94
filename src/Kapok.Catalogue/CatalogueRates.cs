using Dapper;
using Kapok.Catalogue.Publishing;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Identity;

namespace Kapok.Catalogue;

/// <summary>Which lists a rate is about.</summary>
/// <param name="CutOff">Versions published later do not count.</param>
/// <param name="Division">Code; with all below it.</param>
/// <param name="Baseline">Frozen baseline for the reduction of materials; null leaves that rate out.</param>
public sealed record RateQuery(DateTimeOffset CutOff, string? Division = null, string? Line = null, int? Level = null, Guid? Baseline = null);

/// <summary>One rate with all that is needed to recompute it by hand.</summary>
/// <param name="Key"><c>online</c>, <c>one-visit</c>, <c>no-visit</c>, <c>instant</c>, <c>materials</c>, <c>time</c>.</param>
/// <param name="Definition">What is divided by what.</param>
/// <param name="Exempted">Items left out of numerator and denominator by an approved exemption.</param>
/// <param name="Value">Per cent with two decimals; null when there is nothing to divide by.</param>
public sealed record Rate(string Key, string Title, string Definition, decimal Numerator, decimal Denominator, int Exempted)
{
    public decimal? Value => Denominator == 0 ? null : Math.Round(100 * Numerator / Denominator, 2, MidpointRounding.AwayFromZero);
}

/// <summary>A decision that an item need not be online or done in one visit.</summary>
public sealed record Exemption(Guid Id, Guid Item, string Name, string Code, string Rate, string Approver, string Document, string Reason, DateOnly ValidFrom, DateOnly? ValidTo, string RecordedName, DateTime RecordedAt);

public sealed record Baseline(Guid Id, string Name, DateTime CutOff, string Approver, string FrozenBy, DateTime FrozenAt);

/// <summary>
/// Rates of the lists (D33), never stated by hand: computed from the implementations in force at a cut-off date, of the
/// six types applied for. Because versions never change, the rate of an earlier date is found again at any time.
/// </summary>
public sealed class CatalogueRates(Database database, OrganisationDirectory directory, TimeProvider time)
{
    static readonly string[] OnApplication = ["01", "05", "07", "08", "09", "20"];

    sealed record Sums(int Items, int OnlineItems, int OnlineYes, int VisitItems, int VisitYes, int NoVisit, int Instant, decimal Legal, decimal Promised, int OnlineExempt, int VisitExempt, int? MaterialsThen, int? MaterialsNow);

    public async Task<IReadOnlyList<Rate>> Compute(RateQuery query)
    {
        var path = query.Division is { Length: > 0 } code ? directory.PathOf(code) ?? "-" : null;
        var s = await database.Read(c => c.QuerySingleAsync<Sums>("""
            with chosen as (
              select i.id, v.type, v.handling, v.visits, v.online, v.materials, v.legal_days, v.promised_days, b.materials as materials_then,
                     exists (select from catalogue.exemption e where e.item = i.id and e.rate = 'online' and e.valid_from <= @day and (e.valid_to is null or e.valid_to >= @day)) as no_online,
                     exists (select from catalogue.exemption e where e.item = i.id and e.rate = 'one-visit' and e.valid_from <= @day and (e.valid_to is null or e.valid_to >= @day)) as no_visit
              from catalogue.item i
              join lateral (select * from catalogue.version v where v.item = i.id and v.published_at <= @cutOff order by v.number desc limit 1) v on true
              left join catalogue.baseline_item b on b.item = i.id and b.baseline = @Baseline
              where i.parent is not null and v.type = any(@types)
                and not exists (select from catalogue.withdrawal w where w.item = i.id and w.at <= @cutOff and w.at >= v.published_at)
                and (@path::text is null or i.division = @path or i.division like @path || '.%')
                and (@Line::text is null or i.line = @Line) and (@Level::int is null or i.level = @Level))
            select count(*)::int as items,
                   count(*) filter (where not no_online)::int as online_items, count(*) filter (where not no_online and online)::int as online_yes,
                   count(*) filter (where not no_visit)::int as visit_items, count(*) filter (where not no_visit and visits <= 1)::int as visit_yes,
                   count(*) filter (where visits = 0)::int as no_visit, count(*) filter (where handling = 1)::int as instant,
                   coalesce(sum(legal_days) filter (where legal_days > 0), 0) as legal, coalesce(sum(promised_days) filter (where legal_days > 0), 0) as promised,
                   count(*) filter (where no_online)::int as online_exempt, count(*) filter (where no_visit)::int as visit_exempt,
                   sum(materials_then)::int as materials_then, (sum(materials) filter (where materials_then is not null))::int as materials_now
            from chosen
            """, new { cutOff = query.CutOff.UtcDateTime, day = ChinaTime.DateOf(query.CutOff), types = OnApplication, path, Line = Blank(query.Line), query.Level, query.Baseline }));
        List<Rate> rates =
        [
            new("online", "网上可办率", "有网上办理形式、深度到互联网收件以上的实施清单 ÷ 依申请六类实施清单（扣除经本级政府批准的）", s.OnlineYes, s.OnlineItems, s.OnlineExempt),
            new("one-visit", "最多跑一次", "到现场不超过一次的实施清单 ÷ 依申请六类实施清单（扣除经本级政府批准的）", s.VisitYes, s.VisitItems, s.VisitExempt),
            new("no-visit", "零跑动", "不用到现场的实施清单 ÷ 依申请六类实施清单", s.NoVisit, s.Items, 0),
            new("instant", "即办率", "即办件 ÷ 依申请六类实施清单", s.Instant, s.Items, 0),
            new("time", "时限压缩率", "（法定时限之和 − 承诺时限之和）÷ 法定时限之和，自然日按每周五个工作日折算，没有法定时限的不计", s.Legal - s.Promised, s.Legal, 0),
        ];
        if (query.Baseline is not null)
            rates.Add(new("materials", "材料压减率", "（基线时必须提交的材料数 − 现在的）÷ 基线时的，只计基线里有的实施清单", (s.MaterialsThen ?? 0) - (s.MaterialsNow ?? 0), s.MaterialsThen ?? 0, 0));
        return rates;
    }

    /// <summary>The same rates at the end of each of the last months.</summary>
    public async Task<IReadOnlyList<(DateOnly Month, IReadOnlyList<Rate> Rates)>> History(RateQuery query, int months = 6)
    {
        var last = ChinaTime.DateOf(query.CutOff);
        var history = new List<(DateOnly, IReadOnlyList<Rate>)>();
        for (var i = Math.Clamp(months, 1, 36) - 1; i >= 1; i--)
        {
            var month = new DateOnly(last.Year, last.Month, 1).AddMonths(-i);
            history.Add((month, await Compute(query with { CutOff = ChinaTime.At(month.AddMonths(1)).AddTicks(-10) })));
        }
        return [.. history, (new DateOnly(last.Year, last.Month, 1), await Compute(query))];
    }

    /// <summary>Records that the government of the same level has exempted an implementation.</summary>
    /// <param name="rate"><c>online</c> or <c>one-visit</c>.</param>
    public async Task<Outcome<Guid>> Exempt(Actor actor, Guid item, string rate, string approver, string document, string reason, DateOnly from, DateOnly? to) => await database.Write<Outcome<Guid>>(async (c, _) =>
    {
        if (await Allowed(c, actor, item) is { Outcome: { } no }) return no.As<Guid>();
        var faults = new List<Fault>();
        if (rate is not ("online" or "one-visit")) faults.Add(new("rate", "只有网上可办、最多跑一次可以豁免"));
        foreach (var (field, text, words) in ((string, string, string)[])[("approver", approver, "批准机关"), ("document", document, "批准文号"), ("reason", reason, "理由")])
            if (string.IsNullOrWhiteSpace(text)) faults.Add(new(field, $"请填写{words}"));
        if (to < from) faults.Add(new("to", "结束日期早于开始日期"));
        if (faults.Count > 0) return Outcome<Guid>.Invalid(faults);
        var id = Guid.CreateVersion7();
        await c.ExecuteAsync("""
            insert into catalogue.exemption (id, item, rate, approver, document, reason, valid_from, valid_to, recorded_by, recorded_name, recorded_at)
            values (@id, @item, @rate, @approver, @document, @reason, @from, @to, @Person, @Name, @at)
            """, new { id, item, rate, approver, document, reason, from, to, actor.Person, actor.Name, at = time.GetUtcNow().UtcDateTime });
        await EntryLog.Append(c, (await Entry.Load(c, item))!, actor, time.GetUtcNow(), new NewEvent(CatalogueEvents.Exempted, Json.Write(new { id, rate, approver, document, from, to }), reason));
        return id;
    });

    /// <summary>Ends an exemption; its time until then stays on record.</summary>
    /// <param name="lastDay">Last day on which it holds.</param>
    public async Task<Outcome<bool>> EndExemption(Actor actor, Guid id, DateOnly lastDay) => await database.Write<Outcome<bool>>(async (c, _) =>
    {
        if (await c.ExecuteScalarAsync<Guid?>("select item from catalogue.exemption where id = @id", new { id }) is not { } item) return Outcome<bool>.No(Refusal.NotFound, "没有这条豁免");
        if (await Allowed(c, actor, item) is { Outcome: { } no }) return no.As<bool>();
        if (await c.ExecuteAsync("update catalogue.exemption set valid_to = @lastDay where id = @id and valid_from <= @lastDay and (valid_to is null or valid_to > @lastDay)", new { id, lastDay }) == 0)
            return Outcome<bool>.No(Refusal.Conflict, "豁免已经结束，或者结束日期早于开始日期");
        await EntryLog.Append(c, (await Entry.Load(c, item))!, actor, time.GetUtcNow(), new NewEvent(CatalogueEvents.ExemptionEnded, Json.Write(new { id, lastDay })));
        return true;
    });

    public async Task<IReadOnlyList<Exemption>> Exemptions(string? division = null) => (await database.Read(c => c.QueryAsync<Exemption>("""
        select e.id, e.item, i.name, i.implementation_code as code, e.rate, e.approver, e.document, e.reason, e.valid_from, e.valid_to, e.recorded_name, e.recorded_at
        from catalogue.exemption e join catalogue.item i on i.id = e.item
        where @path::text is null or i.division = @path or i.division like @path || '.%' order by e.recorded_at desc limit 500
        """, new { path = division is { Length: > 0 } code ? directory.PathOf(code) ?? "-" : null }))).AsList();

    /// <summary>Freezes how many materials every implementation asks for at a date. Never changed afterwards.</summary>
    public async Task<Outcome<Guid>> Freeze(Actor actor, string name, DateTimeOffset cutOff, string approver)
    {
        var root = directory.Current.Divisions.First(d => d.Parent is null);
        if (Access.Decide(actor, CatalogueDesk.Release, new(root.Path)) is { Allowed: false } no) return Outcome<Guid>.No(Refusal.Forbidden, no.Reason);
        if (string.IsNullOrWhiteSpace(name)) return Outcome<Guid>.No(Refusal.Invalid, "请给基线起个名称", "name");
        if (string.IsNullOrWhiteSpace(approver)) return Outcome<Guid>.No(Refusal.Invalid, "请填写批准机关", "approver");
        if (cutOff > time.GetUtcNow()) return Outcome<Guid>.No(Refusal.Invalid, "基线日期不能在将来", "cutOff");
        return await database.Write<Outcome<Guid>>(async (c, _) =>
        {
            var id = Guid.CreateVersion7();
            if (await c.ExecuteAsync("insert into catalogue.baseline (id, name, cut_off, approver, frozen_by, frozen_at) values (@id, @name, @cutOff, @approver, @Name, @at) on conflict (name) do nothing",
                new { id, name, cutOff = cutOff.UtcDateTime, approver, actor.Name, at = time.GetUtcNow().UtcDateTime }) == 0) return Outcome<Guid>.No(Refusal.Conflict, "已有同名的基线", "name");
            await c.ExecuteAsync("""
                insert into catalogue.baseline_item (baseline, item, materials)
                select @id, i.id, v.materials from catalogue.item i
                join lateral (select * from catalogue.version v where v.item = i.id and v.published_at <= @cutOff order by v.number desc limit 1) v on true
                where i.parent is not null and not exists (select from catalogue.withdrawal w where w.item = i.id and w.at <= @cutOff and w.at >= v.published_at)
                """, new { id, cutOff = cutOff.UtcDateTime });
            return id;
        });
    }

    public async Task<IReadOnlyList<Baseline>> Baselines() => (await database.Read(c => c.QueryAsync<Baseline>("select id, name, cut_off, approver, frozen_by, frozen_at from catalogue.baseline order by cut_off"))).AsList();

    static async Task<(Outcome<bool>? Outcome, Entry? Entry)> Allowed(Npgsql.NpgsqlConnection c, Actor actor, Guid item)
    {
        if (await Entry.Load(c, item) is not { } found) return (Outcome<bool>.No(Refusal.NotFound, "没有这个事项"), null);
        await Entry.Lock(c, found.Root);
        var entry = (await Entry.Load(c, item))!;
        return Access.Decide(actor, CatalogueDesk.Release, entry.AsTarget()) is { Allowed: false } no ? (Outcome<bool>.No(Refusal.Forbidden, no.Reason), null)
            : entry.IsBase ? (Outcome<bool>.No(Refusal.Invalid, "豁免针对实施清单，由本级政府批准"), null) : (null, entry);
    }

    static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
