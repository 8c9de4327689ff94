using System.Collections.Immutable;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;

namespace Kapok.Cases.Tracking;

/// <summary>A message as the inbox shows it.</summary>
/// <param name="ReadAt">When it was first opened: kept as proof, never changed.</param>
/// <param name="Waits">It asks for something that has not been done yet.</param>
/// <param name="Labels">The reader's own labels, joined by line ends.</param>
public sealed record InboxRow(Guid Id, Guid CaseId, string ItemName, string Sender, string Kind, string Title, string Body, DateTime At, DateTime? ReadAt, bool Archived, bool Waits, string Labels)
{
    public IReadOnlyList<string> OwnLabels => Labels.Length == 0 ? [] : Labels.Split('\n');
}

/// <summary>What is asked of the inbox.</summary>
/// <param name="View"><c>unread</c>, <c>archived</c>, or everything that is not archived.</param>
/// <param name="Text">Words in title, text, item or sender.</param>
/// <param name="After">Id of the last message of the page before.</param>
public sealed record InboxQuery(string? View = null, string? Text = null, Guid? After = null, int Limit = 20)
{
    public string? Item { get; init; }
    /// <summary>The unit that wrote it.</summary>
    public string? Sender { get; init; }
    public string? Label { get; init; }
    /// <summary>First and last day.</summary>
    public DateOnly? From { get; init; }
    public DateOnly? To { get; init; }

    public bool Narrowed => (Item ?? Sender ?? Label) is not null || From is not null || To is not null || !string.IsNullOrWhiteSpace(Text);
}

/// <summary>What the inbox can be narrowed to.</summary>
public sealed record InboxChoices(IReadOnlyList<string> Items, IReadOnlyList<string> Senders, IReadOnlyList<string> Labels);

/// <summary>One inbox over all offices: messages of the cases a person applied for himself or for those he acts for.</summary>
public sealed class Inbox(Database database, TimeProvider time)
{
    public const int LongestLabel = 20, LabelsPerMessage = 5;

    /// <summary>Asks for something that is still open: the notice of the present round.</summary>
    const string Asks = "(m.needs_act and coalesce(c.state = 'correcting' and m.at >= (c.correction ->> 'askedAt')::timestamptz - interval '1 second', false))";

    /// <summary>What a message is about: the item of its case; a draft has no case yet.</summary>
    const string About = "coalesce(c.item_name, case when m.kind = 'licence' then '电子证照' else '草稿' end)";
    const string Columns = $"""
        m.id, m.case_id, {About} as item_name, m.sender, m.kind, m.title, m.body, m.at, m.read_at, m.archived, {Asks} as waits,
        coalesce((select string_agg(l.label, chr(10) order by l.label) from cases.message_label l where l.message = m.id and l.person = @me), '') as labels
        """;

    static Guid[] Parties(Actor actor) => actor.OnBehalfOf is { } company ? [actor.Person!.Value, company] : [actor.Person!.Value];

    /// <summary>Messages of the parties, and those of cases the person submitted for others; two ways in, each along its index.</summary>
    static string Mine(string columns, string where, string order) => $"""
        (select {columns} from cases.message m left join cases."case" c on c.id = m.case_id where m.party = any(@parties) and not m.from_party and {where} {order})
        union
        (select {columns} from cases."case" c join cases.message m on m.case_id = c.id where c.submitter = @me and c.party <> all(@parties) and not m.from_party and {where} {order})
        """;

    /// <summary>What asks for something comes first, on the first page of everything; then the others by date.</summary>
    public async Task<(IReadOnlyList<InboxRow> Waiting, IReadOnlyList<InboxRow> Rows, Guid? Next)> Page(Actor actor, InboxQuery query)
    {
        var everything = query.View is null or "" && !query.Narrowed;
        var where = (query.View switch { "archived" => "m.archived", "unread" => "not m.archived and m.read_at is null", _ => "not m.archived" })
            + (everything ? $" and not {Asks}" : "") + (query.After is null ? "" : " and m.id < @After") + (string.IsNullOrWhiteSpace(query.Text) ? "" : " and (m.title || ' ' || m.body || ' ' || m.sender || ' ' || " + About + ") like @like")
            + (query.Item is null ? "" : $" and {About} = @Item") + (query.Sender is null ? "" : " and m.sender = @Sender")
            + (query.From is null ? "" : " and m.at >= @from") + (query.To is null ? "" : " and m.at < @until")
            + (query.Label is null ? "" : " and exists (select 1 from cases.message_label l where l.message = m.id and l.person = @me and l.label = @Label)");
        var values = new
        {
            me = actor.Person, parties = Parties(actor), query.After, query.Item, query.Sender, query.Label, like = $"%{Like(query.Text?.Trim() ?? "")}%", limit = query.Limit + 1,
            from = query.From is { } first ? ChinaTime.At(first).UtcDateTime : default, until = query.To is { } last ? ChinaTime.At(last.AddDays(1)).UtcDateTime : default,
        };
        await using var c = await database.Open();
        var rows = (await c.QueryAsync<InboxRow>($"{Mine(Columns, where, "order by m.id desc limit @limit")} order by id desc limit @limit", values)).AsList();
        var more = rows.Count > query.Limit;
        if (more) rows.RemoveAt(query.Limit);
        var next = more ? rows[^1].Id : (Guid?)null;
        if (!everything || query.After is not null) return ([], rows, next);
        var waiting = (await c.QueryAsync<InboxRow>($"{Mine(Columns, $"not m.archived and {Asks}", "order by m.id desc limit 100")} order by id desc", values)).AsList();
        return (waiting, rows, next);
    }

    /// <summary>One message; null when it is not the actor's.</summary>
    public Task<InboxRow?> Find(Guid message, Actor actor) => database.Read(c => c.QuerySingleOrDefaultAsync<InboxRow>(
        Mine(Columns, "m.id = @message", ""), new { message, me = actor.Person, parties = Parties(actor) }));

    /// <summary>Opens a message: the first time is kept as proof that it was read.</summary>
    public async Task<InboxRow?> Open(Guid message, Actor actor)
    {
        if (await Find(message, actor) is not { } row) return null;
        if (row.ReadAt is not null) return row;
        var now = time.GetUtcNow().UtcDateTime;
        await database.Read(c => c.ExecuteAsync("update cases.message set read_at = @now where id = @message and read_at is null", new { message, now }));
        return row with { ReadAt = now };
    }

    /// <summary>Items, units and own labels that occur among the messages, at most two hundred each.</summary>
    public async Task<InboxChoices> Choices(Actor actor)
    {
        var values = new { me = actor.Person, parties = Parties(actor) };
        await using var c = await database.Open();
        var pairs = (await c.QueryAsync<(string Item, string Sender)>($"select distinct item_name, sender from ({Mine($"{About} as item_name, m.sender", "true", "")}) x limit 200", values)).AsList();
        var labels = await c.QueryAsync<string>("select distinct label from cases.message_label where person = @me order by label limit 200", values);
        return new([.. pairs.Select(p => p.Item).Distinct().Order(StringComparer.Ordinal)], [.. pairs.Select(p => p.Sender).Distinct().Order(StringComparer.Ordinal)], labels.AsList());
    }

    /// <summary>How many are unread, at most 100.</summary>
    public Task<int> Unread(Actor actor) => database.Read(c => c.ExecuteScalarAsync<int>(
        $"select count(*) from ({Mine("m.id", "m.read_at is null and not m.archived", "limit 100")} limit 100) u", new { me = actor.Person, parties = Parties(actor) }));

    /// <summary>Puts a message away, or back.</summary>
    /// <returns>False when it is not one of the actor's.</returns>
    public async Task<bool> Archive(Guid message, Actor actor, bool archived) => await database.Read(c => c.ExecuteAsync("""
        update cases.message m set archived = @archived where m.id = @message and not m.from_party
          and (m.party = any(@parties) or exists (select 1 from cases."case" c where c.id = m.case_id and c.submitter = @me))
        """, new { message, archived, me = actor.Person, parties = Parties(actor) })) > 0;

    /// <summary>Sets the reader's own labels of a message; what is not named is taken away.</summary>
    public async Task<Outcome<string[]>> SetLabels(Guid message, Actor actor, IEnumerable<string> labels)
    {
        var wanted = labels.Select(Clean).Where(l => l.Length > 0).Distinct(StringComparer.Ordinal).ToArray();
        if (wanted.Any(l => l.Length > LongestLabel)) return Outcome<string[]>.No(Refusal.Invalid, $"标签最多 {LongestLabel} 个字", "label");
        if (wanted.Length > LabelsPerMessage) return Outcome<string[]>.No(Refusal.Invalid, $"一条消息最多 {LabelsPerMessage} 个标签", "label");
        if (await Find(message, actor) is null) return Outcome<string[]>.No(Refusal.NotFound, "没有这条消息");
        await database.Write((c, _) => c.ExecuteAsync("""
            delete from cases.message_label where person = @me and message = @message and label <> all(@wanted);
            insert into cases.message_label (person, message, label) select @me, @message, l from unnest(@wanted) l on conflict do nothing;
            """, new { me = actor.Person, message, wanted }));
        return wanted;
    }

    static string Clean(string text) => string.Join(' ', new string([.. text.Where(ch => !char.IsControl(ch) || ch is '\t')]).Split((char[])[' ', '\t', '\u3000'], StringSplitOptions.RemoveEmptyEntries));

    static string Like(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
}
