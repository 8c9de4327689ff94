using Dapper;
using Kapok.Cases.Definitions;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Files;
using Kapok.Foundation.Jobs;
using Npgsql;

namespace Kapok.Cases.Applying;

/// <summary>
/// Drafts are kept for 90 days after the last change. Two weeks before the end the owner is told in the inbox; nobody's
/// draft goes without a week's warning, whatever has kept the node from sending it.
/// </summary>
sealed class DraftSweep(Database database, DefinitionStore definitions, TimeProvider time) : ISwept
{
    public const string Kind = "draft";
    public static readonly TimeSpan Warned = TimeSpan.FromDays(14), Least = TimeSpan.FromDays(7);
    const int AtOnce = 500;

    sealed record Ending(Guid Id, Guid Owner, int Definition, DateTime ExpiresAt);

    public async Task<IReadOnlyDictionary<string, int>> Sweep(CancellationToken stop)
    {
        var now = time.GetUtcNow();
        var (warned, deleted) = (0, 0);
        for (int n; (n = await Warn(now, stop)) > 0;) warned += n;
        for (int n; (n = await database.Write((c, _) => Delete(c, now), stop)) > 0;) deleted += n;
        var (materials, lookups) = await database.Write(async (c, _) => (await Orphans(c, now),
            await c.ExecuteAsync("delete from cases.lookup where since < @old", new { old = now.AddDays(-1).UtcDateTime })), stop);
        return new Dictionary<string, int> { ["draft-warnings"] = warned, ["drafts"] = deleted, ["draft-materials"] = materials, ["lookups"] = lookups };
    }

    async Task<int> Warn(DateTimeOffset now, CancellationToken stop) => await database.Write(async (c, _) =>
    {
        var ending = (await c.QueryAsync<Ending>("""
            update cases.draft set expires_at = greatest(expires_at, @least), warned_for = greatest(expires_at, @least)
            where id in (select id from cases.draft where expires_at < @soon and warned_for is distinct from expires_at order by id limit @AtOnce for update skip locked)
            returning id, owner, definition, expires_at
            """, new { least = (now + Least).UtcDateTime, soon = (now + Warned).UtcDateTime, AtOnce })).AsList();
        foreach (var draft in ending)
        {
            var definition = await definitions.Get(draft.Definition);
            var day = ChinaTime.DateOf(new(draft.ExpiresAt));
            await c.ExecuteAsync("""
                insert into cases.message (id, case_id, party, from_party, sender, kind, title, body, needs_act, at)
                values (@message, @Id, @Owner, false, @sender, @Kind, '您的草稿快要到期', @body, false, @now)
                """, new
            {
                message = Guid.CreateVersion7(), draft.Id, draft.Owner, sender = definition.Body.Name, Kind, now = now.UtcDateTime,
                body = $"“{definition.Item.Content.Name}”的申请您填了一部分，还没有提交。草稿保留到{day:yyyy年M月d日}，以后会自动删除。打开草稿改动任何一处，就会重新保留 90 天。",
            });
        }
        return ending.Count;
    }, stop);

    static Task<int> Delete(NpgsqlConnection c, DateTimeOffset now) => c.ExecuteAsync("""
        delete from cases.draft where id in (select id from cases.draft where expires_at <= @now and warned_for = expires_at order by id limit @AtOnce for update skip locked)
        """, new { now = now.UtcDateTime, AtOnce });

    /// <summary>Materials whose draft or correction is gone or that were taken out of a draft, and the files only they named.</summary>
    static async Task<int> Orphans(NpgsqlConnection c, DateTimeOffset now)
    {
        var files = (await c.QueryAsync<Guid>("""
            delete from cases.material m where m.removed_at < @old and exists (select 1 from cases.draft d where d.id = m.owner)
            returning m.file
            """, new { old = now.AddDays(-1).UtcDateTime })).Concat(await c.QueryAsync<Guid>("""
            delete from cases.material m where m.added_at < @old
              and not exists (select 1 from cases.draft d where d.id = m.owner) and not exists (select 1 from cases."case" k where k.id = m.owner)
              and not exists (select 1 from cases.correction_draft x where x.id = m.owner)
            returning m.file
            """, new { old = now.AddDays(-1).UtcDateTime })).AsList();
        var forgotten = (await c.QueryAsync<Guid>("select f from unnest(@files) f where not exists (select 1 from cases.material m where m.file = f)", new { files = files.Distinct().ToArray() })).ToArray();
        await FileStore.Forget(c, forgotten);
        return files.Count;
    }
}
