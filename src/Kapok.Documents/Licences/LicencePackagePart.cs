using System.Security.Cryptography;
using System.Text;
using Dapper;
using Kapok.Catalogue;
using Kapok.Documents.Licences.Stock;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Packages;
using Kapok.Identity;

namespace Kapok.Documents.Licences;

/// <summary>
/// The licence types of a package (<c>licences/*.yaml</c>): checked with file and line, registered with a version, and
/// published when the file says so. A type that its owner has taken out of use stays so.
/// </summary>
sealed class LicencePackagePart : IPackagePart
{
    public int Floor => 4;

    public async Task Check(Package package, InstallContext context, List<Fault> faults)
    {
        var files = Files(package, faults);
        if (files.Count == 0) return;
        foreach (var twice in files.GroupBy(f => f.Type.Key).Where(g => g.Count() > 1)) faults.Add(new(twice.Last().Path, $"证照类型 {twice.Key} 已在 {twice.First().Path} 写过"));
        foreach (var twice in files.GroupBy(f => f.Type.Code).Where(g => g.Count() > 1)) faults.Add(new(twice.Last().Path, $"证照类型代码 {twice.Key} 已在 {twice.First().Path} 用过"));
        var directory = await OrganisationDirectory.Load(context.Connection);
        var standing = (await context.Connection.QueryAsync<(string Key, string Code, string Package)>("select key, code, package from documents.licence_type")).ToList();
        var book = new LicenceTypeBook([.. (await LicenceTypes.Load(context.Connection)).Types.Where(t => files.All(f => f.Type.Key != t.Type.Key)), .. files.Select(f => new StandingType(f.Type, true))]);
        foreach (var row in Demonstration(package, context)) faults.AddRange(StockCheck.Check(row, book, directory, ChinaTime.DateOf(context.Now)).Faults);
        var items = await Items.Standing(context.Connection, [.. files.SelectMany(f => f.Type.Yields).Select(y => y.Item).Distinct()]);
        foreach (var file in files)
        {
            if (directory.OrganisationByKey(file.Type.Owner) is null) faults.Add(new(file.Written.Place("owner"), $"没有机构 {file.Type.Owner}（写作 业务条线@行政区划）"));
            foreach (var other in standing.Where(s => s.Package != package.Head.Id && (s.Key == file.Type.Key || s.Code == file.Type.Code)))
                faults.Add(new(file.Written.Place(other.Key == file.Type.Key ? "key" : "code"), $"证照类型 {other.Key}（{other.Code}）已由应用包 {other.Package} 登记"));
            foreach (var other in standing.Where(s => s.Package == package.Head.Id && s.Key == file.Type.Key && s.Code != file.Type.Code))
                faults.Add(new(file.Written.Place("code"), $"证照类型 {other.Key} 登记的代码是 {other.Code}，不能改"));
            for (var i = 0; i < file.Type.Yields.Count; i++)
                if (!items.Contains(file.Type.Yields[i].Item)) faults.Add(new(file.Written.Place($"yields[{i}].item"), $"没有事项 {file.Type.Yields[i].Item}"));
        }
    }

    public async Task Install(Package package, InstallContext context)
    {
        var files = Files(package, []);
        if (files.Count == 0) return;
        foreach (var file in files) await Put(file.Type, package.Head.Id, context);
        if (Demonstration(package, context) is { Count: > 0 } rows)
            await StockImport.Put(context.Connection, rows, await LicenceTypes.Load(context.Connection), await OrganisationDirectory.Load(context.Connection), context.Actor, context.Now, _ => new(true, ""));
        await Signals.Send(context.Connection, LicenceTypes.Topic, package.Head.Id);
    }

    static async Task Put(LicenceType type, string package, InstallContext context)
    {
        var c = context.Connection;
        var content = Json.Write(type with { Version = 0 });
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
        var known = await c.QuerySingleOrDefaultAsync<(Guid Id, int Version, string Digest)?>("select id, version, digest from documents.licence_type where key = @Key", new { type.Key });
        if (known?.Digest == digest) return;
        var (id, version) = (known?.Id ?? Guid.CreateVersion7(), (known?.Version ?? 0) + 1);
        await c.ExecuteAsync("""
            insert into documents.licence_type (id, key, code, name, owner, package, version, digest, content, state, registered_at, published_at)
            values (@id, @Key, @Code, @Name, @Owner, @package, @version, @digest, @content::json, @state, @now, case when @Publish then @now end)
            on conflict (key) do update set name = excluded.name, owner = excluded.owner, version = excluded.version, digest = excluded.digest, content = excluded.content
            """, new { id, type.Key, type.Code, type.Name, type.Owner, type.Publish, package, version, digest, content, state = type.Publish ? "published" : "registered", now = context.Now.UtcDateTime });
        await c.ExecuteAsync("insert into documents.licence_type_version (key, version, digest, content, at) values (@Key, @version, @digest, @content::json, @now)", new { type.Key, version, digest, content, now = context.Now.UtcDateTime });
        var events = new List<NewEvent> { new(known is null ? LicenceEvents.TypeRegistered : LicenceEvents.TypeChanged, Json.Write(new { type.Key, type.Code, type.Name, version, package })) };
        if (known is null && type.Publish) events.Add(new(LicenceEvents.TypePublished, Json.Write(new { type.Key, version }), "随应用包发布"));
        await EventLog.Append(c, id, context.Actor, context.Now, events);
    }

    /// <summary>Invented licences of the invented people, only on demonstration nodes: the register they would have held before.</summary>
    static List<StockRow> Demonstration(Package package, InstallContext context)
    {
        if (context.Node.Mode != NodeMode.Demonstration || package.Text(DemonstrationFile) is not { } text) return [];
        var read = Yaml.Read<List<StockRow>>(DemonstrationFile, text);
        return read.Ok ? [.. read.Value!.Select((r, i) => r with { Where = $"{DemonstrationFile} 第 {i + 1} 项" })] : [new() { Where = $"{DemonstrationFile}：{read.Message}" }];
    }

    const string DemonstrationFile = "demo/licences.yaml";

    static List<LicenceTypeFile> Files(Package package, List<Fault> faults) =>
        [.. package.In("licences", ".yaml", ".yml").Select(f => LicenceTypeFile.Read(package.Head.Id, f.Path, f.Text, faults)).OfType<LicenceTypeFile>()];
}
