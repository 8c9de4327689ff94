using Dapper;
using Kapok.Catalogue.Content;
using Kapok.Foundation;
using Kapok.Foundation.Packages;
using Npgsql;

namespace Kapok.Catalogue.Installing;

/// <summary>One life event of life-events.yaml.</summary>
sealed record LifeEventInFile
{
    [Element("标识")] public string Key { get; init; } = "";
    [Element("顺序")] public int Order { get; init; }
    [Element("名称")] public string Name { get; init; } = "";
    [Element("说明")] public string Summary { get; init; } = "";

    /// <summary><c>person</c>, <c>company</c> or <c>both</c>.</summary>
    [Element("对象")] public string Audience { get; init; } = "both";
}

/// <summary>life-events.yaml and synonyms.yaml of a package.</summary>
sealed record SearchWords(IReadOnlyList<LifeEventInFile> LifeEvents, IReadOnlyList<string[]> Synonyms)
{
    sealed record EventList { [Element("人生事件")] public IReadOnlyList<LifeEventInFile> Events { get; init; } = []; }

    public static SearchWords Read(Package package, List<Fault> faults) => new(Events(package, faults), Groups(package, faults));

    public async Task Write(NpgsqlConnection connection, string package)
    {
        foreach (var e in LifeEvents)
            await connection.ExecuteAsync("""
                insert into catalogue.life_event (key, position, name, summary, audience, package) values (@Key, @Order, @Name, @Summary, @Audience, @package)
                on conflict (key) do update set position = excluded.position, name = excluded.name, summary = excluded.summary, audience = excluded.audience, package = excluded.package
                """, new { e.Key, e.Order, e.Name, e.Summary, e.Audience, package });
        await connection.ExecuteAsync("delete from catalogue.synonym where package = @package", new { package });
        if (Synonyms.Count > 0) await Kapok.Foundation.Data.Signals.Send(connection, Items.Topic, Search.Synonyms.Key);
        foreach (var words in Synonyms) await connection.ExecuteAsync("insert into catalogue.synonym (package, words) values (@package, @words)", new { package, words });
    }

    static IReadOnlyList<LifeEventInFile> Events(Package package, List<Fault> faults)
    {
        if (package.Text("life-events.yaml") is not { } text) return [];
        var written = WrittenText.Yaml("life-events.yaml", text);
        if (!written.Ok) { faults.AddRange(written.Faults); return []; }
        var root = written.Value!;
        var events = StrictReader.Read<EventList>(new WrittenMap(root.Where, [("events", root.Where, root)]), faults)?.Events ?? [];
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i].Key.Length == 0 || events[i].Name.Length == 0) faults.Add(new(root.Place($"[{i}]"), "人生事件要有 key 和 name"));
            if (events[i].Audience is not ("person" or "company" or "both")) faults.Add(new(root.Place($"[{i}].audience"), "audience 应为 person、company 或 both"));
        }
        return events;
    }

    static List<string[]> Groups(Package package, List<Fault> faults)
    {
        var groups = new List<string[]>();
        if (package.Text("synonyms.yaml") is not { } text) return groups;
        var written = WrittenText.Yaml("synonyms.yaml", text);
        if (!written.Ok) { faults.AddRange(written.Faults); return groups; }
        if (written.Value is not WrittenList list) { faults.Add(new("synonyms.yaml", "应为列表，每行一组同义词")); return groups; }
        foreach (var group in list.Items)
            if (group is WrittenList { Items.Count: >= 2 } words && words.Items.All(w => w is WrittenValue { Text.Length: > 0 }))
                groups.Add([.. words.Items.Select(w => ((WrittenValue)w).Text!)]);
            else faults.Add(new(group.Where, "一组同义词应为至少两个词的列表"));
        return groups;
    }
}
