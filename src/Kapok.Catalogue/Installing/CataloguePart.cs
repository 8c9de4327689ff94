using System.Text.Json.Nodes;
using Dapper;
using Kapok.Catalogue.Content;
using Kapok.Catalogue.Inheritance;
using Kapok.Catalogue.Linting;
using Kapok.Catalogue.Publishing;
using Kapok.Foundation;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Packages;
using Kapok.Identity;
using Kapok.Identity.Divisions;
using Npgsql;

namespace Kapok.Catalogue.Installing;

/// <summary>
/// Items, life events and synonyms of a package. Check names every fault with its line; Install publishes: what is new,
/// what the package changed, and – flowing down – everything below. Later edits of the desk are kept (<see cref="ThreeWay"/>).
/// </summary>
sealed class CataloguePart : IPackagePart
{
    public int Floor => 3;

    public async Task Check(Package package, InstallContext context, List<Fault> faults)
    {
        var words = SearchWords.Read(package, faults);
        var files = Files(package, faults);
        var directory = await OrganisationDirectory.Load(context.Connection);
        var lint = await Lint(context, directory, package, words, files);
        foreach (var twice in files.GroupBy(f => f.Content.Code).Where(g => g.Count() > 1))
            foreach (var file in twice.Skip(1)) faults.Add(new(file.Written.Place("code"), $"基本编码 {twice.Key} 已在 {twice.First().Path} 用过"));
        foreach (var file in files)
        {
            if (await Entry.LoadBase(context.Connection, file.Content.Code) is { Package: var owner } && owner is not null && owner != package.Head.Id)
                faults.Add(new(file.Written.Place("code"), $"基本编码 {file.Content.Code} 已由应用包 {owner} 提供"));
            foreach (var finding in Linting.Lint.Check(file.Content, lint).Where(f => f.IsError))
                faults.Add(new(file.Written.Place(finding.Field), $"{finding.Message}。{finding.Mend}"));
            foreach (var body in file.Bodies) CheckBody(file, body, directory, lint, faults);
            foreach (var twice in file.Bodies.GroupBy(b => b.Body).Where(g => g.Count() > 1))
                faults.Add(new(twice.Last().Written.Place("body"), $"实施机构 {twice.Key} 写了两次"));
        }
    }

    static void CheckBody(ItemFile file, BodyInFile body, DirectorySnapshot directory, LintContext lint, List<Fault> faults)
    {
        if (directory.OrganisationByKey(body.Body) is not { } organisation)
        {
            faults.Add(new(body.Written.Place("body"), $"没有机构 {body.Body}（写作 业务条线@行政区划）"));
            return;
        }
        var level = LevelOf(body, organisation, directory);
        if (!file.Content.Levels.Contains(level)) faults.Add(new(body.Written.Place("level"), $"行使层级 {level}（{CodeTables.Level.Find($"{level}") ?? "未知"}）不在事项的行使层级之内"));
        var effective = Merge.Down(file.Content, body.Own);
        foreach (var conflict in effective.Conflicts) faults.Add(new(body.Written.Place(conflict.Field), conflict.Message));
        foreach (var finding in Linting.Lint.Check(effective.Content, lint with { IsImplementation = true }).Where(f => f.IsError))
            if (!Linting.Lint.Check(file.Content, lint).Contains(finding)) faults.Add(new(body.Written.Place(finding.Field), $"{finding.Message}。{finding.Mend}"));
    }

    public async Task Install(Package package, InstallContext context)
    {
        var faults = new List<Fault>();
        await SearchWords.Read(package, faults).Write(context.Connection, package.Head.Id);
        await KnownForms.Write(context.Connection, package);
        var files = Files(package, faults);
        if (files.Count == 0) return;
        var directory = await OrganisationDirectory.Load(context.Connection);
        foreach (var file in files.OrderBy(f => f.Content.Code, StringComparer.Ordinal))
        {
            var entry = await BaseEntry(context, package, file, directory);
            await Entry.Lock(context.Connection, entry.Root);
            await Put(context, package, entry, file.Content);
            foreach (var body in file.Bodies)
            {
                var implementation = await BodyEntry(context, package, entry, body, directory);
                await Put(context, package, implementation, body.Own);
            }
        }
    }

    static async Task Put(InstallContext context, Package package, Entry entry, ItemContent content)
    {
        var before = await Packaged<ItemContent>(context, entry);
        var (merged, kept) = before is not null && entry.Content is not null
            ? ThreeWay.Merge(before, await Entry.ReadContent(context.Connection, entry.Content), content)
            : (content, []);
        await Publication.Publish(context.Connection, Act(context, package), entry, merged);
        await Keep(context, package, entry, Json.Write(content), kept);
    }

    static async Task Put(InstallContext context, Package package, Entry entry, Overrides own)
    {
        var before = await Packaged<Overrides>(context, entry);
        // A body that took the item over by itself before the package knew it keeps all it has set.
        var (merged, kept) = entry.Version is null ? (own, []) : ThreeWay.Merge(before ?? Overrides.None, entry.Overrides(), own);
        await Publication.Publish(context.Connection, Act(context, package), entry, merged);
        await Keep(context, package, entry, Json.Write(own), kept);
    }

    static PublicationAct Act(InstallContext context, Package package) => new(context.Actor, context.Now, "package", $"应用包 {package.Head.Id} {package.Head.Version}");

    static async Task<T?> Packaged<T>(InstallContext context, Entry entry) where T : class =>
        await context.Connection.ExecuteScalarAsync<string?>("select body::text from catalogue.packaged where item = @Id", new { entry.Id }) is { } body ? Json.Read<T>(body) : null;

    /// <summary>Remembers what the package said, and puts on record which of its changes gave way to local ones.</summary>
    static async Task Keep(InstallContext context, Package package, Entry entry, string body, IReadOnlyList<string> kept)
    {
        await context.Connection.ExecuteAsync("""
            insert into catalogue.packaged (item, package, version, body) values (@Id, @package, @version, @body::jsonb)
            on conflict (item) do update set package = excluded.package, version = excluded.version, body = excluded.body
            """, new { entry.Id, package = package.Head.Id, version = package.Head.Version, body });
        if (kept.Count == 0) return;
        var fields = JsonNode.Parse(body)!.AsObject().Where(f => kept.Contains(f.Key)).ToDictionary(f => f.Key, f => f.Value?.DeepClone());
        await EntryLog.Append(context.Connection, (await Entry.Load(context.Connection, entry.Id))!, context.Actor, context.Now,
            new NewEvent(CatalogueEvents.KeptLocal, Json.Write(new { package = package.Head.Id, version = package.Head.Version, fields }), "本地改过的字段保留本地内容"));
    }

    static async Task<Entry> BaseEntry(InstallContext context, Package package, ItemFile file, DirectorySnapshot directory)
    {
        if (await Entry.LoadBase(context.Connection, file.Content.Code) is { } standing) return standing;
        var root = directory.Divisions.First(d => d.Parent is null);
        var owner = directory.OrganisationByKey($"{file.Content.Line}@{root.Code}");
        var id = await NewEntry.Base(context.Connection, context.Actor, context.Now, file.Content.Code, file.Content.Name, file.Content.Line,
            owner?.DivisionPath ?? root.Path, owner?.Id, (int)root.Level, package.Head.Id);
        return (await Entry.Load(context.Connection, id))!;
    }

    static async Task<Entry> BodyEntry(InstallContext context, Package package, Entry item, BodyInFile body, DirectorySnapshot directory)
    {
        var organisation = directory.OrganisationByKey(body.Body)!;
        if (await Entry.LoadOfBody(context.Connection, item.BasicCode, organisation.Id) is { } standing) return standing;
        var id = await NewEntry.Implementation(context.Connection, context.Actor, context.Now, item, organisation, LevelOf(body, organisation, directory), package.Head.Id);
        return (await Entry.Load(context.Connection, id))!;
    }

    static int LevelOf(BodyInFile body, Organisation organisation, DirectorySnapshot directory) =>
        body.Level ?? (int)directory.Division(organisation.DivisionCode)!.Level;

    static List<ItemFile> Files(Package package, List<Fault> faults) =>
        [.. package.In("items", ".yaml", ".yml").Select(f => ItemFile.Read(package.Head.Id, f.Path, f.Text, faults)).OfType<ItemFile>()];

    static async Task<LintContext> Lint(InstallContext context, DirectorySnapshot directory, Package package, SearchWords words, List<ItemFile> files)
    {
        var c = context.Connection;
        var events = (await c.QueryAsync<string>("select key from catalogue.life_event")).Concat(words.LifeEvents.Select(e => e.Key)).ToHashSet();
        var codes = (await c.QueryAsync<string>("select basic_code from catalogue.item where parent is null")).Concat(files.Select(f => f.Content.Code)).ToHashSet();
        var forms = await KnownForms.Read(c, package);
        return new(Kapok.Foundation.Calendar.ChinaTime.DateOf(context.Now))
        {
            Lines = directory.Lines.Select(l => l.Key).ToHashSet(),
            LifeEvents = events,
            ItemExists = codes.Contains,
            FormFields = forms.GetValueOrDefault,
        };
    }
}
