using System.Text.RegularExpressions;
using Dapper;
using Kapok.Cases.Handling;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;

namespace Kapok.Cases.Wording;

/// <summary>A text of an official or his office.</summary>
/// <param name="Purpose">opinion, message, correction or note.</param>
public sealed record Template(Guid Id, Guid Owner, Guid? Organisation, string Purpose, string Name, string Text, DateTime UpdatedAt, int Version);

/// <summary>A text as it reads for one case.</summary>
public sealed record FilledTemplate(Guid Id, string Purpose, string Name, string Text)
{
    /// <summary>The field of the case page it goes into.</summary>
    public string Field => Purpose switch { "opinion" => "note", "message" => "messageText", "correction" => "correctionNote", _ => "noteText" };
}

/// <summary>Texts with variables in braces, {申请人}; filled from a case. Unknown variables are refused when the text is kept.</summary>
public sealed partial class Templates(Database database, TimeProvider time)
{
    const int LongestName = 40, LongestText = 1_000, Most = 100;
    public static readonly IReadOnlyList<(string Value, string Name)> Purposes = [("opinion", "办理意见"), ("message", "给申请人的留言"), ("correction", "补正告知的说明"), ("note", "内部备注")];
    public static readonly IReadOnlyList<string> Variables = ["申请人", "事项", "编号", "查询码", "单位", "单位电话", "到期日", "承诺天数", "今天", "经办人"];

    const string Columns = "id, owner, organisation, purpose, name, text, updated_at, version";

    public Task<IReadOnlyList<Template>> Of(Actor actor) => database.Read<IReadOnlyList<Template>>(async c => (await c.QueryAsync<Template>(
        $"select {Columns} from cases.template where owner = @me or organisation = @office order by purpose, name, id limit 300", new { me = actor.Person, office = actor.Organisation })).AsList());

    public async Task<Template?> Find(Guid id, Actor actor) => (await Of(actor)).FirstOrDefault(t => t.Id == id);

    /// <summary>All texts of the reader as they read for a case.</summary>
    public async Task<IReadOnlyList<FilledTemplate>> For(CaseView view, Actor actor) => [.. (await Of(actor)).Select(t => new FilledTemplate(t.Id, t.Purpose, t.Name, Fill(t.Text, view, actor)))];

    public string Fill(string text, CaseView view, Actor actor)
    {
        var item = view.Definition.Item.Content;
        var row = view.Row;
        return Braces().Replace(text, m => m.Groups[1].Value switch
        {
            "申请人" => row.PartyName, "事项" => row.ItemName, "编号" => row.Number, "查询码" => row.QueryCode, "单位" => view.Body.Name, "单位电话" => item.Phone ?? "12345",
            "到期日" => row.DueOn is { } due ? $"{due.Year}年{due.Month}月{due.Day}日" : "（没有时限）", "承诺天数" => $"{item.PromisedDays}", "经办人" => actor.Name,
            "今天" => Day(ChinaTime.DateOf(time.GetUtcNow())), _ => m.Value,
        });
    }

    static string Day(DateOnly day) => $"{day.Year}年{day.Month}月{day.Day}日";

    /// <summary>Keeps a new text, or a changed one of one's own. Somebody else's shared text is copied, not changed.</summary>
    /// <param name="version">Version that was edited; null for a new one.</param>
    public async Task<Outcome<Guid>> Keep(Actor actor, Guid? id, string purpose, string name, string text, bool shared, int? version)
    {
        (name, text) = (name.Trim(), text.Trim());
        var faults = new List<Fault>();
        if (Purposes.All(p => p.Value != purpose)) faults.Add(new("purpose", "请选择用在哪里"));
        if (name.Length is 0 or > LongestName) faults.Add(new("name", $"请取一个名字，最多 {LongestName} 个字"));
        if (text.Length is 0 or > LongestText) faults.Add(new("text", $"请写下内容，最多 {LongestText} 个字"));
        else if (Braces().Matches(text).Select(m => m.Groups[1].Value).FirstOrDefault(v => !Variables.Contains(v)) is { } unknown) faults.Add(new("text", $"没有“{unknown}”这个变量，可以用：{string.Join("、", Variables)}"));
        if (shared && actor.Organisation is null) faults.Add(new("shared", "您没有任职机构，不能共享"));
        if (faults.Count > 0) return Outcome<Guid>.Invalid(faults);
        var now = time.GetUtcNow().UtcDateTime;
        return await database.Write(async (c, _) =>
        {
            var values = new { id = id ?? Guid.CreateVersion7(), me = actor.Person, office = shared ? actor.Organisation : null, purpose, name, text, now, version };
            if (id is null)
            {
                if (await c.ExecuteScalarAsync<int>("select count(*)::int from cases.template where owner = @me", values) >= Most) return Outcome<Guid>.No(Refusal.Invalid, $"最多保存 {Most} 个模板，请先删掉不用的", "name");
                await c.ExecuteAsync("insert into cases.template (id, owner, organisation, purpose, name, text, updated_at) values (@id, @me, @office, @purpose, @name, @text, @now)", values);
                return values.id;
            }
            var changed = await c.ExecuteAsync("""
                update cases.template set organisation = @office, purpose = @purpose, name = @name, text = @text, updated_at = @now, version = version + 1
                where id = @id and owner = @me and (@version::int is null or version = @version)
                """, values);
            if (changed > 0) return (Outcome<Guid>)values.id;
            return await c.ExecuteScalarAsync<bool>("select exists (select 1 from cases.template where id = @id and owner = @me)", values)
                ? Outcome<Guid>.No(Refusal.Conflict, "这个模板刚刚在别处改过，请看最新内容再改") : Outcome<Guid>.No(Refusal.NotFound, "没有这个模板，或者它不是您的");
        });
    }

    public Task<int> Remove(Guid id, Actor actor) => database.Read(c => c.ExecuteAsync("delete from cases.template where id = @id and owner = @me", new { id, me = actor.Person }));

    [GeneratedRegex("\\{([^{}\\n]{1,20})\\}")]
    private static partial Regex Braces();
}
