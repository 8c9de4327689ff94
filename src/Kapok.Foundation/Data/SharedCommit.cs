using System.Threading.Channels;
using Npgsql;

namespace Kapok.Foundation.Data;

/// <summary>
/// Lets concurrent writes of one kind share a transaction: while one commit is under way, the writes that arrive
/// wait together and go out as the next batch. Each caller gets its own answer; when a batch fails, its writes are
/// tried again one by one, so that one bad write cannot harm its neighbours.
/// </summary>
/// <param name="database">Where to write.</param>
/// <param name="apply">Writes a batch inside the open transaction and returns one answer per write, in order.</param>
/// <param name="writers">Batches under way at once.</param>
/// <param name="largest">Most writes in one batch.</param>
public sealed class SharedCommit<TWrite, TAnswer>(
    Database database,
    Func<NpgsqlConnection, NpgsqlTransaction, IReadOnlyList<TWrite>, Task<IReadOnlyList<TAnswer>>> apply,
    int writers = 2,
    int largest = 128) : IAsyncDisposable
{
    sealed record Waiting(TWrite Write, TaskCompletionSource<TAnswer> Answer);

    readonly Channel<Waiting> queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.Wait });
    Task[]? loops;
    readonly Lock starting = new();

    /// <summary>Returns when the write is durable. The caller's cancellation does not undo a write that was taken.</summary>
    public async Task<TAnswer> Write(TWrite write, CancellationToken stop = default)
    {
        if (loops is null) lock (starting) loops ??= [.. Enumerable.Range(0, writers).Select(_ => Task.Run(Loop))];
        var waiting = new Waiting(write, new(TaskCreationOptions.RunContinuationsAsynchronously));
        await queue.Writer.WriteAsync(waiting, stop);
        return await waiting.Answer.Task;
    }

    async Task Loop()
    {
        var batch = new List<Waiting>(largest);
        while (await queue.Reader.WaitToReadAsync())
        {
            while (batch.Count < largest && queue.Reader.TryRead(out var waiting)) batch.Add(waiting);
            if (batch.Count == 0) continue;
            try { await Commit(batch); }
            catch (Exception e) when (e is NpgsqlException and not PostgresException || (batch.Count == 1 && !Collided(e)))
            {
                // No database to speak of: trying one by one would only keep everybody waiting longer.
                foreach (var waiting in batch) waiting.Answer.TrySetException(e);
            }
            catch (Exception) { await OneByOne(batch); }
            // Those who got their answers may have more to write: it goes with what has been waiting.
            if (batch.Count > 1) await Task.Yield();
            batch.Clear();
        }
    }

    async Task OneByOne(List<Waiting> batch)
    {
        foreach (var waiting in batch)
        {
            if (waiting.Answer.Task.IsCompleted) continue;
            try { await Commit([waiting]); }
            catch (Exception e) when (Collided(e))
            {
                // Another batch was first with the same thing; looking again finds it standing.
                try { await Commit([waiting]); }
                catch (Exception again) { waiting.Answer.TrySetException(again); }
            }
            catch (Exception e) { waiting.Answer.TrySetException(e); }
        }
    }

    /// <summary>Two transactions met: unique violation, serialisation failure or deadlock.</summary>
    static bool Collided(Exception e) => e is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected };

    async Task Commit(List<Waiting> batch)
    {
        var answers = await database.Shared.Write((c, t) => apply(c, t, batch.ConvertAll(w => w.Write)));
        for (var i = 0; i < batch.Count; i++) batch[i].Answer.TrySetResult(answers[i]);
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        if (loops is not null) await Task.WhenAll(loops);
    }
}
