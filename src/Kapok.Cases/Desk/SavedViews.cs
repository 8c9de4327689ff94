using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;

namespace Kapok.Cases.Desk;

/// <summary>A list with a name.</summary>
/// <param name="Organisation">The office it is shared with; null = only for its owner.</param>
/// <param name="Query">As <see cref="ListAddress"/> writes it.</param>
public sealed record SavedView(Guid Id, Guid Owner, Guid? Organisation, string Name, string Query);

/// <summary>Lists that somebody named: his own, and those his office shares. They carry a filter, never rights.</summary>
public sealed class SavedViews(Database database)
{
    const int Most = 50, LongestName = 40;

    public Task<IReadOnlyList<SavedView>> Of(Actor actor) => database.Read<IReadOnlyList<SavedView>>(async c => (await c.QueryAsync<SavedView>(
        "select id, owner, organisation, name, query from cases.saved_view where owner = @me or organisation = @office order by name, id limit 200", new { me = actor.Person, office = actor.Organisation })).AsList());

    public async Task<SavedView?> Find(Guid id, Actor actor) => (await Of(actor)).FirstOrDefault(v => v.Id == id);

    /// <summary>Keeps a list under a name; the same name again replaces one's own.</summary>
    public async Task<Outcome<Guid>> Keep(Actor actor, string name, string query, bool shared)
    {
        name = name.Trim();
        if (name.Length is 0 or > LongestName) return Outcome<Guid>.No(Refusal.Invalid, $"请给视图取一个名字，最多 {LongestName} 个字", "name");
        if (shared && actor.Organisation is null) return Outcome<Guid>.No(Refusal.Invalid, "您没有任职机构，不能共享", "shared");
        return await database.Write(async (c, _) =>
        {
            var mine = await c.ExecuteScalarAsync<int>("select count(*)::int from cases.saved_view where owner = @me and name <> @name", new { me = actor.Person, name });
            if (mine >= Most) return Outcome<Guid>.No(Refusal.Invalid, $"最多保存 {Most} 个视图，请先删掉不用的", "name");
            return (Outcome<Guid>)await c.ExecuteScalarAsync<Guid>("""
                insert into cases.saved_view (id, owner, organisation, name, query) values (@id, @me, @office, @name, @query)
                on conflict (owner, name) do update set query = excluded.query, organisation = excluded.organisation returning id
                """, new { id = Guid.CreateVersion7(), me = actor.Person, office = shared ? actor.Organisation : null, name, query = ListAddress.Write(ListAddress.Read(query)) });
        });
    }

    /// <summary>Only its owner takes a view away.</summary>
    public Task<int> Remove(Guid id, Actor actor) => database.Read(c => c.ExecuteAsync("delete from cases.saved_view where id = @id and owner = @me", new { id, me = actor.Person }));
}
