using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Kapok.Cases.Applying;
using Kapok.Cases.Forms;
using Kapok.Catalogue;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using YamlDotNet.Serialization;

namespace Kapok.Cases.Designing;

/// <summary>Made-up answers to try a form with.</summary>
/// <param name="Owner">Only his: what he is answering in the preview; null = everybody's.</param>
public sealed record Sample(Guid Id, Guid? Owner, string Title, string Answers, string ChangedBy, DateTime ChangedAt);

/// <summary>A sample person with the form as it would be for him.</summary>
/// <param name="Source">File of the package's scenario; null for saved answers.</param>
/// <param name="Materials">Names of what would be asked, by item.</param>
public sealed record TriedSample(string Key, string Title, string? Source, FormState State, IReadOnlyList<string> Materials)
{
    public bool Passes => State.IsComplete && State.Unknown.IsEmpty;
}

/// <summary>Sample people: the scenarios of packages, answers that authors saved, and what an author is answering in his preview.</summary>
public sealed class Samples(Database database, DefinitionUses uses, Items items, TimeProvider time)
{
    const string Columns = "id, owner, title, answers::text as answers, changed_by, changed_at";

    /// <summary>Facts of a person who does not exist, so that prefilled fields show what applicants will see.</summary>
    public static IReadOnlyDictionary<string, PrefillFact> Facts { get; } = new Dictionary<string, string>
    {
        ["person.name"] = "陈小满", ["person.idNumber"] = DemoCodes.CitizenId("440106", new(1990, 5, 20), true, 7), ["person.phone"] = "13800000000", ["person.birthDate"] = "1990-05-20", ["person.sex"] = "男",
        ["person.address"] = "广州市天河区示例路1号", ["company.name"] = "广州示例贸易有限公司", ["company.creditCode"] = DemoCodes.CreditCode("440106", 7), ["company.legalRepresentative"] = "陈小满", ["company.address"] = "广州市天河区示例路1号",
    }.ToDictionary(f => f.Key, f => PrefillFact.Of(f.Value, f.Key.StartsWith("person.", StringComparison.Ordinal) ? Identity.People.FromIdentity : Identity.People.FromLicence));

    public FormContext Context => new(ChinaTime.DateOf(time.GetUtcNow())) { Facts = Facts };

    /// <summary>The saved ones.</summary>
    public Task<IReadOnlyList<Sample>> Of(Guid design) => database.Read<IReadOnlyList<Sample>>(async c => (await c.QueryAsync<Sample>(
        $"select {Columns} from cases.sample where design = @design and owner is null order by title, id", new { design })).AsList());

    /// <summary>What the author is answering in his preview; empty before he begins.</summary>
    public async Task<string> Scratch(Guid design, Guid person) => await database.Read(c =>
        c.ExecuteScalarAsync<string?>("select answers::text from cases.sample where design = @design and owner = @person", new { design, person })) ?? "{}";

    public Task KeepScratch(Guid design, Actor actor, string answers) => database.Read(c => c.ExecuteAsync("""
        insert into cases.sample (id, design, owner, title, answers, changed_by, changed_at) values (@id, @design, @person, '', @answers::jsonb, @Name, @at)
        on conflict (design, owner) where owner is not null do update set answers = excluded.answers, changed_at = excluded.changed_at
        """, new { id = Guid.CreateVersion7(), design, person = actor.Person, answers, actor.Name, at = time.GetUtcNow().UtcDateTime }));

    /// <summary>Answers of a saved sample or a scenario; null when there is none of that key.</summary>
    public async Task<string?> AnswersOf(Design design, string key) =>
        Guid.TryParse(key, out var id) ? (await Of(design.Id)).FirstOrDefault(s => s.Id == id)?.Answers : (await Scenarios(design)).FirstOrDefault(s => s.File == key)?.Answers;

    /// <summary>Begins the preview with a saved sample or a scenario.</summary>
    public async Task<bool> Load(Design design, Actor actor, string key)
    {
        if (await AnswersOf(design, key) is not { } answers) return false;
        await KeepScratch(design.Id, actor, answers);
        return true;
    }

    /// <summary>Saves answers under a name for everybody who works on the form.</summary>
    public async Task<Outcome<Guid>> Save(Design design, Actor actor, string title, string answers)
    {
        if (title.Trim().Length is 0 or > 60) return Outcome<Guid>.No(Refusal.Invalid, "请给样例起一个名字，不超过 60 个字", "title");
        if (ReadText.Tree(answers) is null) return Outcome<Guid>.No(Refusal.Invalid, "答案应为 JSON 对象", "answers");
        if (answers.Length > 1 << 20) return Outcome<Guid>.No(Refusal.TooLarge, "填写的内容太长", "answers");
        return await database.Write(async (c, _) =>
        {
            var id = Guid.CreateVersion7();
            await c.ExecuteAsync("insert into cases.sample (id, design, title, answers, changed_by, changed_at) values (@id, @design, @title, @answers::jsonb, @Name, @at)",
                new { id, design = design.Id, title = title.Trim(), answers, actor.Name, at = time.GetUtcNow().UtcDateTime });
            await EventLog.Append(c, design.Id, actor, time.GetUtcNow(), new NewEvent(DesignEvents.SampleSaved, Json.Write(new { id, title })));
            return (Outcome<Guid>)id;
        });
    }

    public Task<Outcome<bool>> Remove(Design design, Actor actor, Guid id) => database.Write(async (c, _) =>
    {
        if (await c.ExecuteAsync("delete from cases.sample where id = @id and design = @design and owner is null", new { id, design = design.Id }) == 0) return Outcome<bool>.No(Refusal.NotFound, "没有这个样例");
        await EventLog.Append(c, design.Id, actor, time.GetUtcNow(), new NewEvent(DesignEvents.SampleRemoved, Json.Write(new { id })));
        return (Outcome<bool>)true;
    });

    /// <summary>Every scenario and saved sample against a form: what passes, what is wrong, what would have to be handed in.</summary>
    public async Task<IReadOnlyList<TriedSample>> Try(Design design, FormDefinition form)
    {
        var tried = new List<TriedSample>();
        var own = DesignScope.UsesOf(design, await uses.All()).ToList();
        foreach (var scenario in await Scenarios(design)) tried.Add(await One(scenario.File, scenario.Name, scenario.File, form, scenario.Answers, Context with { Today = scenario.Day ?? Context.Today }, own.Where(u => u.BasicCode == scenario.Item)));
        foreach (var sample in await Of(design.Id)) tried.Add(await One(sample.Id.ToString(), sample.Title, null, form, sample.Answers, Context, own));
        return tried;
    }

    async Task<TriedSample> One(string key, string title, string? source, FormDefinition form, string answers, FormContext context, IEnumerable<DefinitionUse> own)
    {
        using var document = JsonDocument.Parse(answers);
        // A scenario says all its answers; facts of the example person would hide what it leaves out.
        var state = FormEngine.Evaluate(form, document.RootElement.Clone(), source is null ? context : context with { Facts = new Dictionary<string, PrefillFact>() });
        return new(key, title, source, state, await Materials(own, state));
    }

    /// <summary>What would have to be handed in with these answers, by item.</summary>
    public async Task<IReadOnlyList<string>> Materials(IEnumerable<DefinitionUse> own, FormState state)
    {
        var names = new List<string>();
        foreach (var use in own)
            if (await items.Find(use.BasicCode) is { } item) names.AddRange(Drafts.MaterialsOf(item.Content, state.Scope, []).Where(m => m.Needed).Select(m => m.Material.Name + (m.Source == "upload" ? m.Optional ? "（可以不交）" : "" : "（不用交）")));
        return [.. names.Distinct()];
    }

    sealed record Scenario(string File, string Name, string Item, DateOnly? Day, string Answers);

    /// <summary>Scenarios of packages whose item asks this form; what is supplemented on the way counts.</summary>
    async Task<IReadOnlyList<Scenario>> Scenarios(Design design)
    {
        var codes = DesignScope.UsesOf(design, await uses.All()).Select(u => u.BasicCode).ToHashSet();
        var rows = await database.Read(c => c.QueryAsync<(string Package, string File, string Content)>("select package, file, content from cases.scenario order by package, file"));
        return [.. rows.Where(r => codes.Any(r.Content.Contains)).Select(r => Read($"{r.Package}/{r.File}", r.Content)).OfType<Scenario>().Where(s => codes.Contains(s.Item))];
    }

    static Scenario? Read(string file, string text)
    {
        try
        {
            var root = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<Dictionary<string, object?>>(text);
            var answers = Node(root.GetValueOrDefault("answers")) as JsonObject ?? [];
            foreach (var step in (root.GetValueOrDefault("steps") as List<object> ?? []).OfType<Dictionary<object, object>>())
                if (step.GetValueOrDefault("do") is "supplement" && step.TryGetValue("answers", out var more) && Node(more) is JsonObject changed)
                    foreach (var (key, value) in changed) answers[key] = value?.DeepClone();
            return new(file, root.GetValueOrDefault("name") as string ?? file, $"{root.GetValueOrDefault("item")}",
                DateTimeOffset.TryParse($"{root.GetValueOrDefault("at")}", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) ? ChinaTime.DateOf(at) : null, answers.ToJsonString(Json.Options));
        }
        catch (YamlDotNet.Core.YamlException) { return null; } // installing checks scenarios; a broken one is no sample
    }

    static JsonNode? Node(object? value) => value switch
    {
        null => null,
        Dictionary<object, object> map => new JsonObject(map.Select(p => KeyValuePair.Create($"{p.Key}", Node(p.Value)))),
        List<object> list => new JsonArray([.. list.Select(Node)]),
        _ => JsonSerializer.SerializeToNode(value),
    };
}
