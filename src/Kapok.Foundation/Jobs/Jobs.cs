using System.Text.Json;
using Dapper;
using Kapok.Foundation.Data;
using Npgsql;

namespace Kapok.Foundation.Jobs;

/// <summary>Slow, outside or timed work. A job may run again after a crash, so it must be safe to repeat.</summary>
public interface IJob
{
    string Kind { get; }

    /// <summary>Throwing lets the job be tried again later; after <see cref="MaxAttempts"/> it is shown as failed and can be run again by hand.</summary>
    Task Run(JobRun run, CancellationToken stop);

    int MaxAttempts => 8;
}

/// <summary>One attempt at a job.</summary>
public sealed class JobRun(Database database, Guid id, string kind, JsonElement payload, JsonElement? progress, Guid? owner, int attempt)
{
    public Guid Id => id;
    public string Kind => kind;
    public Guid? Owner => owner;
    public int Attempt => attempt;

    public T Payload<T>() => payload.Deserialize<T>(Json.Options)!;

    /// <summary>What an earlier attempt had done, or null at the first.</summary>
    public T? Progress<T>() where T : class => progress?.Deserialize<T>(Json.Options);

    /// <summary>
    /// Keeps how far the job has come, and its lease alive. Pass the connection of the step to keep both in one transaction:
    /// a run that has lost its lease then leaves no trace of the step.
    /// </summary>
    /// <exception cref="LeaseLost">Another process has taken the job over.</exception>
    public async Task Keep<T>(T progress, NpgsqlConnection? connection = null)
    {
        var values = new { id, attempt, progress = Json.Write(progress), lease = Jobs.Lease };
        const string sql = "update kapok.job set progress = @progress::jsonb, lease_until = now() + @lease where id = @id and attempts = @attempt and state = 'running'";
        if (await (connection is not null ? connection.ExecuteAsync(sql, values) : database.Read(c => c.ExecuteAsync(sql, values))) == 0) throw new LeaseLost(id);
    }
}

/// <summary>
/// Thrown by a job that waits for something outside – a key holder, another node – and has not failed: it stays planned
/// with the reason, is tried again after the wait, and uses up no attempt.
/// </summary>
public sealed class JobWaits(string why, TimeSpan wait) : Exception(why)
{
    public TimeSpan Wait => wait;
}

/// <summary>The job was taken over by another process while this one stood still.</summary>
public sealed class LeaseLost(Guid job) : Exception($"job {job} was taken over");

/// <summary>The queue of jobs: rows in the database, written in the transaction of what they belong to.</summary>
public static class Jobs
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    /// <summary>Adds a job. With a key, an unfinished job of the same kind and key is left as it is, and its id returned.</summary>
    public static async Task<Guid> Add<T>(NpgsqlConnection connection, string kind, T payload, DateTimeOffset due, string? key = null, Guid? owner = null)
    {
        var id = Guid.CreateVersion7();
        var added = await connection.ExecuteScalarAsync<Guid?>("""
            insert into kapok.job (id, kind, key, due, payload, owner) values (@id, @kind, @key, @due, @payload::jsonb, @owner)
            on conflict (kind, key) where key is not null and state in ('waiting', 'running') do nothing
            returning id
            """, new { id, kind, key, due = due.UtcDateTime, payload = Json.Write(payload), owner });
        return added ?? await connection.QuerySingleAsync<Guid>(
            "select id from kapok.job where kind = @kind and key = @key and state in ('waiting', 'running')", new { kind, key });
    }

    /// <summary>Runs a failed job again.</summary>
    public static Task<int> Again(NpgsqlConnection connection, Guid id) => connection.ExecuteAsync(
        "update kapok.job set state = 'waiting', attempts = 0, due = now(), last_error = null where id = @id and state = 'failed'", new { id });
}

/// <summary>A job as pages show it.</summary>
public sealed record JobRow(Guid Id, string Kind, string State, DateTime Due, int Attempts, string? Progress, string? LastError, DateTime CreatedAt, DateTime? FinishedAt);
