using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;

namespace Kapok.Cases.Tracking;

/// <summary>A message as the inbox shows it.</summary>
/// <param name="Waits">It asks for something that has not been done yet.</param>
public sealed record InboxRow(Guid Id, Guid CaseId, string ItemName, string Sender, string Kind, string Title, string Body, DateTime At, DateTime? ReadAt, bool Archived, bool Waits);

/// <summary>What is asked of the inbox.</summary>
/// <param name="View"><c>unread</c>, <c>archived</c>, or everything that is not archived.</param>
/// <param name="Text">Words in title, text, item or sender.</param>
/// <param name="After">Id of the last message of the page before.</param>
public sealed record InboxQuery(string? View = null, string? Text = null, Guid? After = null, int Limit = 20);

/// <summary>One inbox over all offices: messages of the cases a person applied for himself or for those he acts for.</summary>
public sealed class Inbox(Database database)
{
    /// <summary>Asks for something that is still open: the notice of the present round.</summary>
    const string Asks = "(m.needs_act and c.state = 'correcting' and m.at >= (c.correction ->> 'askedAt')::timestamptz - interval '1 second')";
    const string Columns = $"m.id, m.case_id, c.item_name, m.sender, m.kind, m.title, m.body, m.at, m.read_at, m.archived, {Asks} as waits";

    static Guid[] Parties(Actor actor) => actor.OnBehalfOf is { } company ? [actor.Person!.Value, company] : [actor.Person!.Value];

    /// <summary>Messages of the parties, and those of cases the person submitted for others; two ways in, each along its index.</summary>
    static string Mine(string columns, string where, string order) => $"""
        (select {columns} from cases.message m join cases."case" c on c.id = m.case_id where m.party = any(@parties) and not m.from_party and {where} {order})
        union
        (select {columns} from cases."case" c join cases.message m on m.case_id = c.id where c.submitter = @me and c.party <> all(@parties) and not m.from_party and {where} {order})
        """;

    /// <summary>What asks for something comes first, on the first page of everything; then the others by date.</summary>
    public async Task<(IReadOnlyList<InboxRow> Waiting, IReadOnlyList<InboxRow> Rows, Guid? Next)> Page(Actor actor, InboxQuery query)
    {
        var everything = query.View is null or "" && string.IsNullOrWhiteSpace(query.Text);
        var where = (query.View switch { "archived" => "m.archived", "unread" => "not m.archived and m.read_at is null", _ => "not m.archived" })
            + (everything ? $" and not {Asks}" : "") + (query.After is null ? "" : " and m.id < @After") + (string.IsNullOrWhiteSpace(query.Text) ? "" : " and (m.title || ' ' || m.body || ' ' || m.sender || ' ' || c.item_name) like @like");
        var values = new { me = actor.Person, parties = Parties(actor), query.After, like = $"%{Like(query.Text?.Trim() ?? "")}%", limit = query.Limit + 1 };
        await using var c = await database.Open();
        var rows = (await c.QueryAsync<InboxRow>($"{Mine(Columns, where, "order by m.id desc limit @limit")} order by id desc limit @limit", values)).AsList();
        var more = rows.Count > query.Limit;
        if (more) rows.RemoveAt(query.Limit);
        var next = more ? rows[^1].Id : (Guid?)null;
        if (!everything || query.After is not null) return ([], rows, next);
        var waiting = (await c.QueryAsync<InboxRow>($"{Mine(Columns, $"not m.archived and {Asks}", "order by m.id desc limit 100")} order by id desc", values)).AsList();
        return (waiting, rows, next);
    }

    /// <summary>How many are unread, at most 100.</summary>
    public Task<int> Unread(Actor actor) => database.Read(c => c.ExecuteScalarAsync<int>(
        $"select count(*) from ({Mine("m.id", "m.read_at is null and not m.archived", "limit 100")} limit 100) u", new { me = actor.Person, parties = Parties(actor) }));

    /// <summary>Puts a message away, or back.</summary>
    /// <returns>False when it is not one of the actor's.</returns>
    public async Task<bool> Archive(Guid message, Actor actor, bool archived) => await database.Read(c => c.ExecuteAsync("""
        update cases.message m set archived = @archived from cases."case" c where m.id = @message and c.id = m.case_id and not m.from_party and (m.party = any(@parties) or c.submitter = @me)
        """, new { message, archived, me = actor.Person, parties = Parties(actor) })) > 0;

    static string Like(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
}
