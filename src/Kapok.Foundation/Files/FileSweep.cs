using Dapper;
using Kapok.Foundation.Data;
using Kapok.Foundation.Jobs;

namespace Kapok.Foundation.Files;

/// <summary>Uploads that nobody finished, bytes without a name, answers kept for retries.</summary>
sealed class FileSweep(Database database, FileStore files, TimeProvider time) : ISwept
{
    /// <summary>How long an unfinished upload can be resumed.</summary>
    public static readonly TimeSpan Resumable = TimeSpan.FromDays(7);

    public async Task<IReadOnlyDictionary<string, int>> Sweep(CancellationToken stop)
    {
        var now = time.GetUtcNow();
        var left = (await database.Read(c => c.QueryAsync<Guid>("select id from kapok.upload where created_at < @old order by id", new { old = (now - Resumable).UtcDateTime }), stop)).Where(id => files.Quiet(id, now.AddDays(-1))).ToArray();
        var uploads = await database.Read(c => c.ExecuteAsync("delete from kapok.upload where id = any(@left)", new { left }), stop);
        var answers = await database.Read(c => c.ExecuteAsync("delete from kapok.idempotency where at < @old", new { old = now.AddDays(-1).UtcDateTime }), stop);
        return new Dictionary<string, int> { ["uploads"] = uploads, ["parts"] = await files.RemoveParts(now.AddDays(-1), stop), ["nameless"] = await files.RemoveNameless(now.AddDays(-1), stop), ["answers"] = answers };
    }
}
