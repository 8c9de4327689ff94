using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using Kapok.Cases.Documents;
using Kapok.Cases.Flow;
using Kapok.Cases.Forms;
using Kapok.Catalogue;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Identity;
using Npgsql;

namespace Kapok.Cases.Definitions;

/// <summary>
/// Finds what a case was begun with. A definition names its parts by digest and never changes, so it is kept in memory
/// once read; which definition is current for an item follows the catalogue and the installed packages.
/// </summary>
public sealed class DefinitionStore
{
    public const string Topic = "definitions";

    readonly Database database;
    readonly Items items;
    readonly OrganisationDirectory directory;
    readonly ConcurrentDictionary<int, Lazy<Task<CaseDefinition>>> byId = new();
    readonly ConcurrentDictionary<Guid, Lazy<Task<Outcome<CaseDefinition>>>> byItem = new();
    readonly ConcurrentDictionary<string, FormDefinition> forms = new();
    readonly ConcurrentDictionary<string, FlowDefinition> flows = new();
    readonly ConcurrentDictionary<string, DocumentTemplate> documents = new();

    public DefinitionStore(Database database, Items items, OrganisationDirectory directory, Signals signals)
    {
        (this.database, this.items, this.directory) = (database, items, directory);
        signals.Listen(Topic, _ => Forget());
    }

    sealed record Content(Guid ItemVersion, string Form, string Flow, ImmutableSortedDictionary<string, string> Documents);

    /// <summary>The definition a case carries.</summary>
    public Task<CaseDefinition> Get(int id) => Cached(byId, id, () => Load(id));

    /// <summary>Asks anew what items get today. Signals do it by themselves; a process that has just changed something does not wait for them.</summary>
    public void Forget() => byItem.Clear();

    /// <summary>The definition a new case of this item gets today.</summary>
    public Task<Outcome<CaseDefinition>> Current(PublishedItem item) => Cached(byItem, item.VersionId, () => Compose(item));

    static async Task<TValue> Cached<TKey, TValue>(ConcurrentDictionary<TKey, Lazy<Task<TValue>>> cache, TKey key, Func<Task<TValue>> load) where TKey : notnull
    {
        var lazy = cache.GetOrAdd(key, _ => new(load));
        try { return await lazy.Value; }
        catch { cache.TryRemove(new(key, lazy)); throw; }
    }

    async Task<CaseDefinition> Load(int id)
    {
        var json = await database.Read(c => c.QuerySingleAsync<string>("select content::text from cases.definition where id = @id", new { id }));
        var content = Json.Read<Content>(json);
        var item = await items.Version(content.ItemVersion) ?? throw new InvalidOperationException($"item version {content.ItemVersion} of definition {id} is missing");
        var texts = await database.Read(async c => (await c.QueryAsync<(string Digest, string Content)>(
            "select digest, content from cases.artifact where digest = any(@digests)", new { digests = content.Documents.Values.Append(content.Form).Append(content.Flow).ToArray() }))
            .ToDictionary(r => r.Digest, r => r.Content));
        return new(id, item,
            forms.GetOrAdd(content.Form, d => Form(texts[d], item.Content.Form ?? "")),
            await FlowOf(content.Flow, texts[content.Flow]),
            content.Documents.ToImmutableDictionary(d => d.Key, d => documents.GetOrAdd(d.Value, digest => DocumentTemplate.Parse(d.Key, texts[digest]).Value!)));
    }

    async Task<Outcome<CaseDefinition>> Compose(PublishedItem item)
    {
        var c = item.Content;
        var names = c.Documents.ToImmutableSortedDictionary(StringComparer.Ordinal);
        foreach (var (occasion, usual) in Usual(c.Type)) if (!names.ContainsKey(occasion)) names = names.Add(occasion, usual);
        return await database.Write(async (connection, _) =>
        {
            var faults = new List<Fault>();
            var form = c.Form is null ? null : await Digest(connection, "form", c.Form);
            if (form is null) faults.Add(new("form", $"事项“{c.Name}”没有可用的申请表单（{c.Form}）"));
            var flow = FlowTemplates.Names.Contains(c.Flow)
                ? await Keep(connection, "flow", FlowTemplates.Xml(c.Flow, SettingsOf(c)))
                : await Digest(connection, "flow", c.Flow);
            if (flow is null) faults.Add(new("flow", $"事项“{c.Name}”没有可用的办理流程（{c.Flow}）"));
            var digests = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
            foreach (var (occasion, name) in names)
                if (await Digest(connection, "document", name) is { } digest) digests[occasion] = digest;
                else if (c.Documents.ContainsKey(occasion)) faults.Add(new("documents", $"事项“{c.Name}”的文书模板 {name} 没有安装"));
            if (faults.Count > 0) return Outcome<CaseDefinition>.Invalid(faults);

            var json = Json.Write(new Content(item.VersionId, form!, flow!, digests.ToImmutable()));
            var id = await connection.QuerySingleAsync<int>("""
                with added as (insert into cases.definition (digest, content) values (@digest, @json::json) on conflict (digest) do nothing returning id)
                select id from added union all select id from cases.definition where digest = @digest limit 1
                """, new { digest = DigestOf(json), json });
            return (Outcome<CaseDefinition>)await Compiled(connection, id, item, form!, flow!, digests);
        });
    }

    async Task<CaseDefinition> Compiled(NpgsqlConnection connection, int id, PublishedItem item, string form, string flow, IEnumerable<KeyValuePair<string, string>> occasions)
    {
        async Task<string> Text(string digest) => await connection.QuerySingleAsync<string>("select content from cases.artifact where digest = @digest", new { digest });
        if (!forms.TryGetValue(form, out var compiledForm)) compiledForm = forms[form] = Form(await Text(form), item.Content.Form!);
        var compiledFlow = await FlowOf(flow, await Text(flow));
        var templates = ImmutableDictionary.CreateBuilder<string, DocumentTemplate>();
        foreach (var (occasion, digest) in occasions)
            templates[occasion] = documents.TryGetValue(digest, out var known) ? known : documents[digest] = DocumentTemplate.Parse(occasion, await Text(digest)).Value!;
        return new(id, item, compiledForm, compiledFlow, templates.ToImmutable());
    }

    async Task<FlowDefinition> FlowOf(string digest, string xml)
    {
        if (flows.TryGetValue(digest, out var known)) return known;
        var flow = FlowDefinition.Parse(xml, digest).Require();
        if (!flow.UnlinkedCalls.IsEmpty)
        {
            // Called flows by their installed names; installing has checked that they exist and do not call in circles.
            var called = await database.Read(async c => (await c.QueryAsync<(string Name, string Content)>(
                "select n.name, a.content from cases.artifact_name n join cases.artifact a using (digest) where n.kind = 'flow'")).ToDictionary(r => r.Name, r => r.Content));
            flow = flow.Link(name => called.TryGetValue(name, out var text) ? FlowDefinition.Parse(text, name).Require() : null).Require();
        }
        return flows[digest] = flow;
    }

    /// <summary>Settings of a template flow as an item writes them: <c>{ units: [fire, water], reviewDays: 5 }</c>.</summary>
    FlowSettings SettingsOf(ItemContent content)
    {
        if (content.FlowSettings is not { ValueKind: JsonValueKind.Object } settings) return new();
        int Days(string name, int usual) => settings.TryGetProperty(name, out var days) && days.TryGetInt32(out var value) ? value : usual;
        var units = settings.TryGetProperty("units", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(u => u.GetString() ?? "") : [];
        return new(Days("reviewDays", 5), Days("decideDays", 3)) { Units = [.. units.Select(u => new FlowUnit(u, directory.Line(u)?.Name ?? u))] };
    }

    static FormDefinition Form(string json, string name) =>
        FormDefinition.Parse(json, name) is { Definition: { } form } ? form : throw new InvalidOperationException($"form {name} was installed but does not parse");

    /// <summary>Documents an item gets from the base package when it names none of its own; permits (type 01) have stricter ones.</summary>
    static IEnumerable<(string Occasion, string Name)> Usual(string type) =>
    [
        ("approve", type == "01" ? "guangdong/permit" : "guangdong/approve"), ("refuse", type == "01" ? "guangdong/refuse" : "guangdong/refuse-general"), ("receipt", "guangdong/receipt"),
        ("accept", "guangdong/accept-notice"), ("notAccepted", "guangdong/not-accepted"), ("correction", "guangdong/correction"), ("extension", "guangdong/extension"),
        ("specialProcedure", "guangdong/special-procedure"), ("withdrawn", "guangdong/withdrawn"),
    ];

    /// <summary>Stores content under its digest and returns the digest.</summary>
    public static async Task<string> Keep(NpgsqlConnection connection, string kind, string content)
    {
        var digest = DigestOf(content);
        await connection.ExecuteAsync("insert into cases.artifact (digest, kind, content) values (@digest, @kind, @content) on conflict do nothing", new { digest, kind, content });
        return digest;
    }

    static Task<string?> Digest(NpgsqlConnection connection, string kind, string name) =>
        connection.ExecuteScalarAsync<string?>("select digest from cases.artifact_name where kind = @kind and name = @name", new { kind, name });

    static string DigestOf(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
}
