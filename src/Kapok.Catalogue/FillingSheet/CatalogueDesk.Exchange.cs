using System.Text.Json.Nodes;
using Dapper;
using Kapok.Catalogue.Content;
using Kapok.Catalogue.Desk;
using Kapok.Catalogue.FillingSheet;
using Kapok.Catalogue.Inheritance;
using Kapok.Catalogue.Linting;
using Kapok.Catalogue.Publishing;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Identity;
using Npgsql;

namespace Kapok.Catalogue;

/// <summary>What an import made.</summary>
/// <param name="Drafts">Entries that now have a draft.</param>
/// <param name="Unchanged">Items of the file that already stand so.</param>
public sealed record Imported(IReadOnlyList<Guid> Drafts, int Unchanged);

/// <summary>Lists out and in, as XLSX and JSON. An import makes drafts, all or none.</summary>
public sealed partial class CatalogueDesk
{
    const int MaxExport = 5_000;

    /// <summary>Effective contents of what the filter finds within the actor's scope, at most 5,000 entries.</summary>
    public async Task<IReadOnlyList<SheetItem>> Export(Actor actor, DeskFilter filter)
    {
        var values = new DynamicParameters();
        var where = Where(actor, filter with { After = null }, values);
        values.Add("limit", MaxExport);
        var rows = await database.Read(c => c.QueryAsync<(string Code, Guid? Organisation, bool IsBase, string Body)>($"""
            select i.basic_code, i.organisation, i.parent is null, t.body
            from catalogue.item i left join catalogue.draft d on d.item = i.id join catalogue.version v on v.id = i.version join catalogue.content t on t.digest = v.content
            where {where} and i.state = 'published' order by i.basic_code, i.division, i.id limit @limit
            """, values));
        return [.. rows.Select(r => new SheetItem(r.Code, r.IsBase ? null : directory.Organisation(r.Organisation!.Value)?.CreditCode, Json.Read<ItemContent>(r.Body)))];
    }

    public Task<Outcome<Imported>> ImportSheet(Actor actor, byte[] file)
    {
        var rows = SheetReader.Read(file);
        if (!rows.Ok) return Task.FromResult(rows.As<Imported>());
        var faults = new List<Fault>();
        var items = SheetImport.Read(rows.Value!, faults);
        return Import(actor, items, faults);
    }

    /// <param name="text">The JSON of an export: a list of <c>code, body, content</c>.</param>
    public Task<Outcome<Imported>> ImportJson(Actor actor, string text)
    {
        var (faults, items) = (new List<Fault>(), new List<FilledItem>());
        var written = WrittenText.Json(text);
        if (!written.Ok) return Task.FromResult(written.As<Imported>());
        if (written.Value is not WrittenList list) return Task.FromResult(Outcome<Imported>.No(Refusal.Invalid, "应为事项的列表"));
        if (list.Items.Count > SheetImport.MaxItems) return Task.FromResult(Outcome<Imported>.No(Refusal.TooLarge, $"一次最多导入 {SheetImport.MaxItems} 个事项"));
        foreach (var one in list.Items)
            if (one is WrittenMap map && map["code"] is WrittenValue { Text: { } code } && map["content"] is WrittenMap content) items.Add(new(code, (map["body"] as WrittenValue)?.Text, content));
            else faults.Add(new(one.Where, "每一项应有 code、content，实施清单还要有 body（信用代码）"));
        return Import(actor, items, faults);
    }

    async Task<Outcome<Imported>> Import(Actor actor, IReadOnlyList<FilledItem> items, List<Fault> faults)
    {
        await using var connection = await database.Open();
        await using var transaction = await connection.BeginTransactionAsync();
        var (drafts, unchanged) = (new List<Guid>(), 0);
        var context = await LintContext(connection);
        var codes = items.Where(i => i.Body is null).Select(i => i.Code).ToHashSet();
        context = context with { ItemExists = c => codes.Contains(c) || context.ItemExists!(c) };
        foreach (var item in items.OrderBy(i => i.Body is null ? 0 : 1).ThenBy(i => i.Code, StringComparer.Ordinal))
        {
            var before = faults.Count;
            var made = item.Body is null ? await ImportBase(connection, actor, item, context, faults) : await ImportBody(connection, actor, item, context, faults);
            if (faults.Count > before) continue;
            if (made is { } id) drafts.Add(id);
            else unchanged++;
        }
        if (faults.Count > 0) return Outcome<Imported>.Invalid(faults);
        await transaction.CommitAsync();
        return new Imported(drafts, unchanged);
    }

    async Task<Guid?> ImportBase(NpgsqlConnection c, Actor actor, FilledItem item, LintContext context, List<Fault> faults)
    {
        var entry = await Entry.LoadBase(c, item.Code);
        var standing = entry is null ? new ItemContent { Code = item.Code } : Json.Read<ItemContent>(await Standing(c, entry));
        if (Wanted(item, standing, faults) is not { } wanted) return null;
        var owner = entry is null && actor.Organisation is { } o ? directory.Organisation(o) : null;
        if (entry is null && owner is null) { faults.Add(new(item.Where, "新事项要由有任职机构的人员导入")); return null; }
        var target = entry?.AsTarget() ?? owner!.AsTarget();
        if (Access.Decide(actor, Edit, target) is { Allowed: false } no) { faults.Add(new(item.Where, no.Reason)); return null; }
        foreach (var finding in Lint.Check(wanted, context).Where(f => f.IsError)) faults.Add(new(item.Values.Place(finding.Field), $"{finding.Message}。{finding.Mend}"));
        if (entry is not null && Difference.Between(standing, wanted).Count == 0) return null;
        if (entry is not null && await Busy(c, entry, item, faults)) return null;
        if (faults.Count > 0) return entry?.Id;
        entry ??= (await Entry.Load(c, await NewEntry.Base(c, actor, Now, item.Code, wanted.Name, owner!.Line, owner.DivisionPath, owner.Id, Level(owner), null)))!;
        await InsertDraft(c, actor, entry, Json.Write(wanted));
        return entry.Id;
    }

    async Task<Guid?> ImportBody(NpgsqlConnection c, Actor actor, FilledItem item, LintContext context, List<Fault> faults)
    {
        if (directory.Current.Organisations.FirstOrDefault(o => o.CreditCode == item.Body && o.ClosedOn is null) is not { } body) { faults.Add(new(item.Where, $"没有统一社会信用代码为 {item.Body} 的机构")); return null; }
        if (Access.Decide(actor, Edit, body.AsTarget()) is { Allowed: false } no) { faults.Add(new(item.Where, no.Reason)); return null; }
        var entry = await Entry.LoadOfBody(c, item.Code, body.Id);
        var parent = entry is null ? await Entry.LoadBase(c, item.Code) : await Entry.Load(c, entry.Parent!.Value);
        if (parent is not { State: "published", Content: { } content }) { faults.Add(new(item.Where, $"基本目录里没有已发布的事项 {item.Code}，不能承接")); return null; }
        var upper = await Entry.ReadContent(c, content);
        var own = entry?.Overrides() ?? Overrides.None;
        if (Wanted(item, Merge.Down(upper, own, !parent.IsBase).Content, faults) is not { } wanted) return null;
        var (local, before) = (new List<Fault>(), faults.Count);
        var now = Narrowed.From(upper, !parent.IsBase, own, wanted, local);
        if (!upper.Levels.Contains(Level(body))) local.Add(new("", $"{body.Name}的层级不在事项的行使层级之内"));
        var effective = Merge.Down(upper, now, !parent.IsBase);
        var old = Merge.Down(upper, own, !parent.IsBase).Conflicts.Select(x => x.Key).ToHashSet();
        local.AddRange(effective.Conflicts.Where(x => !old.Contains(x.Key)).Select(x => new Fault(x.Field, x.Message)));
        local.AddRange(Lint.Check(effective.Content, context with { IsImplementation = true }).Where(f => f.IsError).Select(f => new Fault(f.Field, $"{f.Message}。{f.Mend}")));
        faults.AddRange(local.DistinctBy(f => f).Select(f => new Fault(item.Values.Place(f.Where), f.Message)));
        if (faults.Count > before) return null;
        if (entry is { Version: not null } && StoredContent.Of(now) == StoredContent.Of(own)) return null;
        if (entry is not null && await Busy(c, entry, item, faults)) return null;
        if (faults.Count > 0) return entry?.Id;
        entry ??= (await Entry.Load(c, await NewEntry.Implementation(c, actor, Now, parent, body, Level(body), null)))!;
        await InsertDraft(c, actor, entry, StoredContent.Of(now));
        return entry.Id;
    }

    static async Task<bool> Busy(NpgsqlConnection c, Entry entry, FilledItem item, List<Fault> faults)
    {
        await Entry.Lock(c, entry.Root);
        if (await Draft.Load(c, entry.Id) is not { } draft) return false;
        faults.Add(new(item.Where, $"“{entry.Name}”已有草稿（{draft.ChangedBy}），请先发布或放弃那份草稿"));
        return true;
    }

    /// <summary>What stands, with the fields that the file names replaced; null when the file's values have the wrong shape.</summary>
    static ItemContent? Wanted(FilledItem item, ItemContent standing, List<Fault> faults)
    {
        if (StrictReader.Read<ItemContent>(item.Values, faults) is not { } filled) return null;
        var (result, given) = (System.Text.Json.JsonSerializer.SerializeToNode(standing, Json.Options)!.AsObject(), System.Text.Json.JsonSerializer.SerializeToNode(filled, Json.Options)!.AsObject());
        foreach (var element in Elements.Of(typeof(ItemContent)))
        {
            if (item.Values[element.Name] is null) continue;
            if (given[element.Name] is { } value) result[element.Name] = value.DeepClone();
            else result.Remove(element.Name);
        }
        return Json.Read<ItemContent>(result.ToJsonString(Json.Options));
    }
}
