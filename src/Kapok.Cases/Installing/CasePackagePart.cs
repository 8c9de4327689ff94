using System.Text.Json;
using Dapper;
using Kapok.Cases.Deciding;
using Kapok.Cases.Definitions;
using Kapok.Cases.Documents;
using Kapok.Cases.Flow;
using Kapok.Cases.Forms;
using Kapok.Catalogue;
using Kapok.Documents.Licences;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Jobs;
using Kapok.Foundation.Packages;
using YamlDotNet.Serialization;

namespace Kapok.Cases.Installing;

/// <summary>What the case engine does with a package: forms, flows, documents, the calendar, scenarios.</summary>
sealed class CasePackagePart : IPackagePart
{
    public int Floor => 5;

    public async Task Check(Package package, InstallContext context, List<Fault> faults)
    {
        var id = package.Head.Id;
        var forms = new Dictionary<string, FormDefinition>();
        foreach (var (path, text) in package.In("forms", ".json"))
        {
            var parse = FormDefinition.Parse(text, path);
            faults.AddRange(parse.Faults.Select(f => new Fault($"{path}:{f.Line}", $"{f.Pointer} {f.Message}")));
            if (parse.Definition is { } form) forms[Name(id, path)] = form;
        }
        var flows = new Dictionary<string, FlowDefinition>();
        foreach (var (path, text) in package.In("flows", ".bpmn"))
        {
            var parse = FlowDefinition.Parse(text, Name(id, path));
            faults.AddRange(parse.Faults.Select(f => new Fault($"{path}:{f.Line}", $"{f.ElementId}：{f.Message}（{f.Hint}）")));
            if (parse.Definition is { } flow) flows[Name(id, path)] = flow;
        }
        await CheckCalls(id, flows, context, faults);
        foreach (var (path, flow) in package.In("flows", ".bpmn").Select(f => (f.Path, flows.GetValueOrDefault(Name(id, f.Path)))))
            foreach (var node in flow?.Nodes.Where(n => n.Operation is { } o && !CaseServices.Known.Contains(o)) ?? [])
                faults.Add(new($"{path}:{node.XmlLine}", $"{node.Id}：不认识的操作“{node.Operation}”，可用的有 {string.Join("、", CaseServices.Known)}"));

        var documents = new Dictionary<string, DocumentTemplate>();
        foreach (var (path, text) in package.In("documents", ".yaml"))
        {
            var parse = DocumentTemplate.Parse(path, text);
            faults.AddRange(parse.Faults);
            if (parse.Ok) documents[Name(id, path)] = parse.Value!;
        }
        await CheckItems(package, context, forms, flows, documents, faults);
        CheckLicences(package, forms, faults);
        if (package.Text("calendar.yaml") is { } calendar)
        {
            try { WorkCalendar.Parse(calendar); }
            catch (CalendarFault e) { faults.Add(new($"calendar.yaml:{e.Line}", e.Message)); }
        }
    }

    static async Task CheckCalls(string id, Dictionary<string, FlowDefinition> flows, InstallContext context, List<Fault> faults)
    {
        if (flows.Values.All(f => f.UnlinkedCalls.IsEmpty)) return;
        var standing = (await context.Connection.QueryAsync<(string Name, string Content)>(
            "select n.name, a.content from cases.artifact_name n join cases.artifact a using (digest) where n.kind = 'flow'")).ToDictionary(r => r.Name, r => r.Content);
        FlowDefinition? Resolve(string name) => flows.GetValueOrDefault(name.Contains('/') ? name : $"{id}/{name}")
            ?? (standing.TryGetValue(name, out var text) ? FlowDefinition.Parse(text, name).Definition : null);
        foreach (var (name, flow) in flows)
            faults.AddRange(flow.Link(Resolve).Faults.Select(f => new Fault($"flows/{name.Split('/')[^1]}.bpmn:{f.Line}", f.Message)));
    }

    /// <summary>Every name an item gives must lead somewhere, and what documents show must be asked by the form.</summary>
    static async Task CheckItems(Package package, InstallContext context, Dictionary<string, FormDefinition> forms, Dictionary<string, FlowDefinition> flows,
        Dictionary<string, DocumentTemplate> documents, List<Fault> faults)
    {
        var standing = (await context.Connection.QueryAsync<(string Kind, string Name)>("select kind, name from cases.artifact_name")).ToHashSet();
        foreach (var (path, text) in package.In("items", ".yaml"))
        {
            var names = References(path, text, faults);
            if (names is null) continue;
            var qualified = (string? name) => name is null ? "" : name.StartsWith('@') ? name[1..] : $"{package.Head.Id}/{name}";
            var form = qualified(names.Form);
            if (names.Form is null) { if (names.Implementations > 0) faults.Add(new(path, "有实施机关的事项要有申请表单（form）")); }
            else if (!forms.ContainsKey(form) && !standing.Contains(("form", form))) faults.Add(new(path, $"没有表单 {form}"));
            if (names.Flow is not null && !FlowTemplates.Names.Contains(names.Flow) && !flows.ContainsKey(qualified(names.Flow)) && !standing.Contains(("flow", qualified(names.Flow))))
                faults.Add(new(path, $"没有流程 {names.Flow}（可用模板 instant、promised、parallel，或 flows/ 里的文件名）"));
            foreach (var (occasion, name) in names.Documents)
            {
                var document = qualified(name);
                if (documents.TryGetValue(document, out var template))
                {
                    if (!forms.TryGetValue(form, out var known)) continue;
                    foreach (var missing in template.Paths.Where(p => p.StartsWith("answers.", StringComparison.Ordinal)).Select(p => p.Split('.')[1]).Distinct().Where(f => known.Find(f) is null))
                        faults.Add(new(path, $"文书 {name} 用到 answers.{missing}，但表单 {names.Form} 没有这一项"));
                }
                else if (!standing.Contains(("document", document))) faults.Add(new(path, $"没有文书模板 {name}（{occasion}）"));
            }
        }
    }

    /// <summary>What a licence prints must be asked by the form of the item that yields it.</summary>
    static void CheckLicences(Package package, Dictionary<string, FormDefinition> forms, List<Fault> faults)
    {
        var items = package.In("items", ".yaml").Select(f => (Code: CodeOf(f.Text), Names: References(f.Path, f.Text, []))).Where(i => i.Code is not null && i.Names?.Form is not null).ToList();
        foreach (var (path, text) in package.In("licences", ".yaml", ".yml"))
        {
            if (LicenceTypeFile.Read(package.Head.Id, path, text, []) is not { } file) continue; // the documents part names these faults
            foreach (var yield in file.Type.Yields)
            {
                if (items.FirstOrDefault(i => i.Code == yield.Item) is not { Names.Form: { } form }) continue;
                if (!forms.TryGetValue(form.StartsWith('@') ? form[1..] : $"{package.Head.Id}/{form}", out var known)) continue;
                foreach (var (field, where) in file.AnswersRead(yield).Distinct())
                    if (known.Find(field) is null) faults.Add(new(where, $"证照用到 answers.{field}，但事项 {yield.Item} 的表单 {form} 没有这一项"));
            }
        }
    }

    static string? CodeOf(string text) => System.Text.RegularExpressions.Regex.Match(text, "(?m)^code:\\s*[\"']?(\\d{12})") is { Success: true } m ? m.Groups[1].Value : null;

    sealed record Named(string? Form, string? Flow, Dictionary<string, string> Documents, int Implementations);

    static Named? References(string path, string text, List<Fault> faults)
    {
        try
        {
            var root = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object?>>(text);
            var documents = root.GetValueOrDefault("documents") is Dictionary<object, object> d ? d.ToDictionary(p => $"{p.Key}", p => $"{p.Value}") : [];
            return new(root.GetValueOrDefault("form") as string, root.GetValueOrDefault("flow") as string, documents, (root.GetValueOrDefault("implementations") as List<object>)?.Count ?? 0);
        }
        catch (YamlDotNet.Core.YamlException) { return null; } // the catalogue part names this fault
    }

    public async Task Install(Package package, InstallContext context)
    {
        var (id, c) = (package.Head.Id, context.Connection);
        foreach (var (kind, folder, ending) in new[] { ("form", "forms", ".json"), ("flow", "flows", ".bpmn"), ("document", "documents", ".yaml") })
            foreach (var (path, text) in package.In(folder, ending))
            {
                var (name, digest) = (Name(id, path), await DefinitionStore.Keep(c, kind, text));
                if (kind == "document") await c.ExecuteAsync("insert into cases.artifact_name (kind, name, digest) values (@kind, @name, @digest) on conflict (kind, name) do update set digest = excluded.digest", new { kind, name, digest });
                else await Designing.Releases.FromPackage(c, context.Actor, context.Now, kind, name, digest, $"{id} {package.Head.Version}");
            }
        await c.ExecuteAsync("delete from cases.scenario where package = @id", new { id });
        foreach (var (path, text) in package.In("tests", ".yaml"))
            await c.ExecuteAsync("insert into cases.scenario (package, file, content) values (@id, @path, @text)", new { id, path, text });
        if (package.Text("calendar.yaml") is { } calendar)
        {
            await c.ExecuteAsync("insert into cases.calendar (id, content) values (@version, @calendar) on conflict (id) do nothing", new { version = $"{id}/{package.Head.Version}", calendar });
            await Signals.Send(c, CalendarStore.Topic, id);
            await Jobs.Add(c, Handling.ClockRecompute.KindName, new { calendar = id }, context.Now, key: $"{id}/{package.Head.Version}");
        }
        await Signals.Send(c, DefinitionStore.Topic, id);
    }

    static string Name(string package, string path) => $"{package}/{Path.GetFileNameWithoutExtension(path)}";
}
