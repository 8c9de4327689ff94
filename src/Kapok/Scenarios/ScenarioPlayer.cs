using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kapok.Foundation.Data;

namespace Kapok.Scenarios;

/// <summary>
/// Plays a scenario over the API as separate people and compares with what it promises. The same player serves the
/// tests (with a clock they set) and the demonstration (in real time).
/// </summary>
public sealed class ScenarioPlayer(DemonstrationPeople people, Func<string, Task<HttpClient>> signIn, Func<DateTimeOffset, Task>? setTime = null, Action<PlayedStep>? tell = null)
{
    readonly List<string> differences = [];

    /// <returns>Differences from what the scenario expects; empty when it holds.</returns>
    public async Task<IReadOnlyList<string>> Play(Scenario scenario)
    {
        differences.Clear();
        applicant = null;
        try
        {
            await At(scenario.At);
            var id = await Apply(scenario, await Applicant(scenario));
            foreach (var step in scenario.Steps) await Do(scenario, step, id);
            if (scenario.Expect is { } expect) await Compare("结束时", expect, await View(id, await Applicant(scenario)), await Official(scenario, id));
        }
        catch (ScenarioFault fault) { differences.Add(fault.Message); }
        return differences;
    }

    sealed class ScenarioFault(string message) : Exception(message);

    Task At(string? time) => time is not null && setTime is not null ? setTime(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture)) : Task.CompletedTask;

    HttpClient? applicant;

    /// <summary>The applicant's session, acting for the company when the scenario says so. A new session has to be told again.</summary>
    async Task<HttpClient> Applicant(Scenario scenario)
    {
        var client = await SignIn(scenario.Applicant);
        if (client != applicant && people.IsCompany(scenario.Applicant)) await ActFor(client, scenario.Applicant);
        return applicant = client;
    }

    async Task<HttpClient> SignIn(string key) => await signIn(people.Account(key) ?? throw new ScenarioFault($"没有演示人员 {key}"));

    async Task ActFor(HttpClient client, string company)
    {
        Guid? party = null;
        if (people.IsCompany(company))
        {
            var parties = await client.GetFromJsonAsync<JsonElement>("/api/v1/my/parties");
            var name = people.Name(company);
            party = parties.GetProperty("items").EnumerateArray().FirstOrDefault(p => p.GetProperty("name").GetString() == name) is { ValueKind: JsonValueKind.Object } found
                ? found.GetProperty("id").GetGuid() : throw new ScenarioFault($"申请人不能代表 {name} 办事");
        }
        await Send(client, HttpMethod.Put, "/api/v1/my/acting-for", new { company = party });
    }

    async Task<Guid> Apply(Scenario scenario, HttpClient applicant)
    {
        var watch = Stopwatch.StartNew();
        var draft = (await Send(applicant, HttpMethod.Post, "/api/v1/drafts", new { item = scenario.Item, body = scenario.Body, eligibility = Typed(scenario.Eligibility) })).GetProperty("id").GetGuid();
        await Send(applicant, HttpMethod.Put, $"/api/v1/drafts/{draft}/answers", Typed(scenario.Answers));
        foreach (var (material, file) in Files(scenario.Materials)) await Upload(applicant, $"/api/v1/drafts/{draft}/materials/{material}?name={Uri.EscapeDataString(file)}", file);
        var receipt = await Send(applicant, HttpMethod.Post, $"/api/v1/drafts/{draft}/submission", new { });
        var number = receipt.GetProperty("number").GetString()!;
        tell?.Invoke(new(people.Name(scenario.Applicant), "提交申请", number, watch.Elapsed, await Sees(draft, applicant)));
        return draft;
    }

    static async Task Upload(HttpClient client, string address, string file)
    {
        using var content = new ByteArrayContent(SampleFile.Of(file));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        await Checked(await client.PutAsync(address, content));
    }

    static IEnumerable<(string Material, string File)> Files(Dictionary<string, object?> materials)
    {
        foreach (var (material, files) in materials)
            if (files is IEnumerable<object?> list) foreach (var file in list) yield return (material, $"{file}");
            else yield return (material, $"{files}");
    }

    async Task Do(Scenario scenario, ScenarioStep step, Guid id)
    {
        await At(step.At ?? (step.Do == "wait" ? step.Until : null));
        var watch = Stopwatch.StartNew();
        var applicant = await Applicant(scenario);
        if (step.Do == "wait") { await Compare(step.Do, step.Expect, await View(id, applicant), null); return; }
        var (who, key) = Who(scenario, step);
        var client = key == "applicant" ? applicant : await SignIn(key);
        var must = step.Do == "refused-with" ? step.Text ?? "" : step.Expect?.Refused;
        try
        {
            await Act(step, step.Do == "refused-with" ? step.Try ?? "complete" : step.Do, id, client, key == "applicant");
            if (must is not null) { differences.Add($"{who} {step.Do}：应当被拒绝（{must}），却成功了"); return; }
        }
        catch (ScenarioFault fault)
        {
            if (must is null) throw new ScenarioFault($"{who} {step.Do}：{fault.Message}");
            if (!fault.Message.Contains(must, StringComparison.Ordinal)) differences.Add($"{who}：应当因“{must}”被拒绝，实际是“{fault.Message}”");
            return;
        }
        var view = await View(id, applicant);
        tell?.Invoke(new(who, Word(step), view.GetProperty("number").GetString()!, watch.Elapsed, await Sees(id, applicant)));
        await Compare($"{who} {step.Do}之后", step.Expect, view, step.Expect?.Task is null && step.Expect?.Tasks is null ? null : await Official(scenario, id));
    }

    (string Who, string Key) Who(Scenario scenario, ScenarioStep step)
    {
        switch (step.By)
        {
            case "applicant" or null: return (people.Name(scenario.Applicant), "applicant");
            case string post when post.Contains('/'): return (people.Name(post), post);
            case string post: var key = KeyOf(scenario, post); return (people.Name(key), key);
            case IDictionary<object, object> by:
                var body = by.TryGetValue("body", out var b) ? $"{b}" : by.TryGetValue("line", out var l) ? $"{l}@{scenario.Body.Split('@')[1]}" : scenario.Body;
                var other = $"{body}/{by["post"]}";
                return (people.Name(other), other);
            default: throw new ScenarioFault("by 写法不对");
        }
    }

    /// <summary>Village and town posts belong to the place the answers name, all others to the handling body.</summary>
    string KeyOf(Scenario scenario, string post)
    {
        if (post is "village" or "town")
            foreach (var place in scenario.Answers.Values.OfType<string>().Where(v => v.Length == 12 && v.All(char.IsAsciiDigit)))
                if ((post == "village" ? $"village@{place}/{post}" : $"town@{place[..9]}/{post}") is var local && people.Account(local) is not null) return local;
        return $"{scenario.Body}/{post}";
    }

    async Task Act(ScenarioStep step, string verb, Guid id, HttpClient client, bool applicant)
    {
        var at = $"/api/v1/cases/{id}";
        object? body = verb switch
        {
            "accept" => null,
            "refuse-acceptance" => new { reason = step.Reason ?? step.Note },
            "ask-correction" => new { fields = step.Fields ?? [], materials = (step.Materials ?? []).ToDictionary(m => m.Key, m => $"{m.Value}"), note = step.Note, step.RepeatReason },
            "suspend" => new { procedure = step.Procedure, ground = step.Ground, evidence = new[] { await Uploaded(client, $"{step.Procedure}.pdf") } },
            "resume" => new { text = step.Note ?? step.Text ?? "" },
            "extend" => new { days = step.Days, ground = step.Ground },
            "approve-extension" => new { granted = step.Granted ?? true, note = step.Note },
            "withdraw" => new { reason = step.Reason ?? step.Note ?? "不办了" },
            "message" or "note" => new { text = step.Text },
            "complete" => new { outcome = step.Outcome, note = step.Note, variables = step.Variables is null ? null : Typed(step.Variables) },
            "return" => new { to = step.To, reason = step.Reason ?? step.Note },
            "supplement" => await Supplement(step, id, client),
            _ => throw new ScenarioFault($"不认识的动作 {verb}"),
        };
        var path = verb switch
        {
            "accept" => $"{at}/acceptance", "refuse-acceptance" => $"{at}/acceptance-refusal", "ask-correction" => $"{at}/correction", "suspend" => $"{at}/suspension",
            "resume" => $"{at}/resumption", "extend" => $"{at}/extension", "approve-extension" => $"{at}/extension-decision", "withdraw" => $"/api/v1/my/cases/{id}/withdrawal",
            "message" => applicant ? $"/api/v1/my/cases/{id}/messages" : $"{at}/messages", "note" => $"{at}/notes", "supplement" => $"/api/v1/my/cases/{id}/supplement",
            "complete" => $"{at}/tasks/{await TaskKey(step, at, client)}/completion",
            _ => $"{at}/tasks/{await TaskKey(step, at, client)}/return",
        };
        await Send(client, HttpMethod.Post, path, body);
    }

    async Task<object> Supplement(ScenarioStep step, Guid id, HttpClient client)
    {
        var files = new Dictionary<string, Guid>();
        foreach (var (material, file) in Files(step.Materials ?? [])) files[material] = await Uploaded(client, file);
        return new { answers = step.Answers is null ? null : Typed(step.Answers), materials = files };
    }

    static async Task<Guid> Uploaded(HttpClient client, string file)
    {
        var bytes = SampleFile.Of(file);
        var upload = await Send(client, HttpMethod.Post, "/api/v1/uploads", new { name = file, size = bytes.Length });
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/v1/uploads/{upload.GetProperty("id").GetGuid()}") { Content = new ByteArrayContent(bytes) };
        request.Content.Headers.ContentRange = new(0, bytes.Length - 1, bytes.Length);
        return (await Checked(await client.SendAsync(request))).GetProperty("file").GetGuid();
    }

    /// <summary>The open task this official may work: by its name when the step says one.</summary>
    static async Task<string> TaskKey(ScenarioStep step, string at, HttpClient client)
    {
        var response = await client.GetAsync(at);
        var view = await Checked(response);
        var tasks = view.GetProperty("case").GetProperty("tasks").EnumerateArray().ToList();
        var post = step.By switch { string s => s.Split('/')[^1], IDictionary<object, object> by => $"{by["post"]}", _ => "" };
        var named = tasks.Where(t => step.Task is null ? t.GetProperty("post").GetString() == post : t.GetProperty("name").GetString() == step.Task).ToList();
        if (named.Where(t => t.GetProperty("mine").GetBoolean()).ToList() is { Count: > 0 } mine) named = mine;
        return Uri.EscapeDataString((named.Count > 0 ? named[0] : tasks.Count > 0 ? tasks[0] : throw new ScenarioFault("办件没有待办")).GetProperty("key").GetString()!);
    }

    static async Task<JsonElement> View(Guid id, HttpClient applicant) => await Checked(await applicant.GetAsync($"/api/v1/my/cases/{id}"));

    async Task<JsonElement?> Official(Scenario scenario, Guid id)
    {
        foreach (var post in (string[])["acceptor", "reviewer", "approver"])
        {
            if (people.Account(KeyOf(scenario, post)) is not { } account) continue;
            var response = await (await signIn(account)).GetAsync($"/api/v1/cases/{id}");
            if (response.IsSuccessStatusCode) return await response.Content.ReadFromJsonAsync<JsonElement>();
        }
        return null;
    }

    static async Task<string> Sees(Guid id, HttpClient applicant)
    {
        var view = await View(id, applicant);
        var timeline = view.GetProperty("timeline").EnumerateArray().LastOrDefault();
        return timeline.ValueKind == JsonValueKind.Undefined ? "" : $"{timeline.GetProperty("title").GetString()} {timeline.GetProperty("text").GetString()}".Trim();
    }

    Task Compare(string when, Expectation? expect, JsonElement view, JsonElement? official)
    {
        if (expect is null) return Task.CompletedTask;
        void Same(string what, string? wanted, string? got)
        {
            if (wanted is not null && wanted != got) differences.Add($"{when}：{what}应为 {wanted}，实际是 {got}");
        }
        string? Read(string name) => view.TryGetProperty(name, out var v) && v.ValueKind != JsonValueKind.Null ? v.ToString() : null;
        Same("状态", expect.State, Read("state"));
        Same("结果", expect.Result, Read("result"));
        Same("灯", expect.Lamp, view.GetProperty("clock").GetProperty("lamp").GetString());
        if (setTime is not null) Same("期限", expect.Due, view.GetProperty("clock").TryGetProperty("dueOn", out var due) ? due.GetString() : null);
        var documents = view.GetProperty("documents").EnumerateArray().ToList();
        if (expect.Document is { } title && documents.All(d => d.GetProperty("title").GetString() != title)) differences.Add($"{when}：没有文书“{title}”，有 {string.Join("、", documents.Select(d => d.GetProperty("title").GetString()))}");
        foreach (var text in expect.DocumentContains ?? [])
            if (!documents.Any(d => d.GetProperty("html").GetString()!.Contains(text, StringComparison.Ordinal))) differences.Add($"{when}：文书里没有“{text}”");
        if (official is { } o)
        {
            var events = o.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("type").GetString()!).ToList();
            var at = 0;
            foreach (var wanted in expect.Events ?? [])
            {
                var found = events.FindIndex(at, e => e == wanted);
                if (found < 0) differences.Add($"{when}：事件里没有（按顺序）{wanted}，有 {string.Join(" ", events)}");
                else at = found + 1;
            }
            var tasks = o.GetProperty("case").GetProperty("tasks").EnumerateArray().Select(t => t.GetProperty("name").GetString()!).ToList();
            foreach (var wanted in (expect.Tasks ?? []).Concat(expect.Task is null ? [] : [expect.Task]))
                if (!tasks.Contains(wanted)) differences.Add($"{when}：待办里没有“{wanted}”，有 {string.Join("、", tasks)}");
        }
        return Task.CompletedTask;
    }

    static async Task<JsonElement> Send(HttpClient client, HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body ?? new { }, options: Json.Options) };
        return await Checked(await client.SendAsync(request));
    }

    static async Task<JsonElement> Checked(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        if (response.IsSuccessStatusCode) return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
        var problem = text.StartsWith('{') ? JsonDocument.Parse(text).RootElement : default;
        var title = problem.ValueKind == JsonValueKind.Object && problem.TryGetProperty("title", out var t) ? t.GetString() : text;
        throw new ScenarioFault($"{(int)response.StatusCode} {response.RequestMessage?.RequestUri?.AbsolutePath} {title}");
    }

    /// <summary>YAML scalars as the JSON types they look like; quoted ones stay text.</summary>
    public static JsonNode? Typed(object? value) => value switch
    {
        null => null,
        IDictionary<string, object?> map => new JsonObject(map.Select(p => KeyValuePair.Create(p.Key, Typed(p.Value)))),
        IDictionary<object, object> map => new JsonObject(map.Select(p => KeyValuePair.Create($"{p.Key}", Typed(p.Value)))),
        string text => JsonValue.Create(text),
        System.Collections.IEnumerable list => new JsonArray([.. list.Cast<object?>().Select(Typed)]),
        bool flag => JsonValue.Create(flag),
        IConvertible number => JsonValue.Create(number.ToDecimal(System.Globalization.CultureInfo.InvariantCulture)),
        _ => JsonValue.Create($"{value}"),
    };

    static string Word(ScenarioStep step) => step.Do switch
    {
        "accept" => "受理", "refuse-acceptance" => "不予受理", "ask-correction" => "一次性告知补正", "supplement" => "补正", "suspend" => "启动特别程序", "resume" => "结束特别程序",
        "extend" => "申请延期", "approve-extension" => "批准延期", "withdraw" => "撤回", "complete" => (step.Task ?? "") + step.Outcome switch { "pass" => "审核通过", "approve" => "批准", "refuse" => "不予批准", "return" => "退回", "refuse-proposal" => "建议不予", "done" => "办理完毕", var other => other }, "return" => "退回", _ => step.Do,
    };
}

/// <summary>A step that was played, for showing.</summary>
/// <param name="Sees">What the applicant sees now.</param>
public sealed record PlayedStep(string Who, string Did, string Number, TimeSpan Took, string Sees);
