using System.Threading.Channels;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Kapok.Identity;

/// <summary>
/// Notes who looked at whose data (D21). Pages only put the note into a queue; it is written together with others
/// within a moment, waits while the database is away, and is written out before the program stops in order.
/// </summary>
public sealed class DataReads(Database database, OrganisationDirectory directory, TimeProvider time, ILogger<DataReads> log) : BackgroundService
{
    const int Largest = 500;
    static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(100);

    readonly Channel<Note> queue = Channel.CreateBounded<Note>(new BoundedChannelOptions(50_000) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });
    readonly SemaphoreSlim writing = new(1);

    sealed record Note(Guid Person, Guid? Reader, string ReaderName, string What, string Purpose, DateTime At);

    /// <summary>Notes that <paramref name="reader"/> sees data of a natural or legal person. Reading one's own is nobody's news.</summary>
    /// <param name="what">What was seen, in words for the person: 办件 4401…01 的申请表.</param>
    /// <param name="purpose">Why: 办理受理.</param>
    public ValueTask Record(Actor reader, Guid person, string what, string purpose)
    {
        if (reader.Person == person || reader.OnBehalfOf == person) return ValueTask.CompletedTask;
        var office = reader.Organisation is { } id ? directory.Organisation(id)?.Name : null;
        var note = new Note(person, reader.Person, office is null ? reader.Name : $"{office} {reader.Name}", what, purpose, time.GetUtcNow().UtcDateTime);
        return queue.Writer.TryWrite(note) ? ValueTask.CompletedTask : queue.Writer.WriteAsync(note);
    }

    /// <summary>Writes what waits now; for the end of the program and for whoever must see it at once.</summary>
    public async Task Flush()
    {
        await writing.WaitAsync();
        try
        {
            var batch = new List<Note>();
            while (true)
            {
                while (batch.Count < Largest && queue.Reader.TryRead(out var note)) batch.Add(note);
                if (batch.Count == 0) return;
                try { await Write(batch); }
                catch { foreach (var note in batch) if (!queue.Writer.TryWrite(note)) log.LogError("A note of a data read was lost: {Note}", note); throw; }
                batch.Clear();
            }
        }
        finally { writing.Release(); }
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        try
        {
            while (await queue.Reader.WaitToReadAsync(stop))
            {
                try { await Flush(); await Task.Delay(Gather, stop); }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    log.LogWarning("Notes of data reads wait for the database: {Message}", e.Message);
                    await Task.Delay(1000, stop);
                }
            }
        }
        catch (OperationCanceledException) { }
    }

    public override async Task StopAsync(CancellationToken stop)
    {
        await base.StopAsync(stop);
        while (true)
        {
            try { await Flush(); return; }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                log.LogWarning("Notes of data reads wait for the database before the end: {Message}", e.Message);
                await Task.Delay(500, CancellationToken.None);
            }
        }
    }

    async Task Write(List<Note> batch)
    {
        await using var connection = await database.Open();
        await using var command = new NpgsqlCommand("""
            insert into kapok.data_read (person, reader, reader_name, what, purpose, at) select * from unnest($1, $2, $3, $4, $5, $6)
            """, connection);
        void Add<T>(NpgsqlDbType type, Func<Note, T> of) => command.Parameters.Add(new() { Value = batch.Select(of).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });
        Add(NpgsqlDbType.Uuid, n => n.Person);
        Add(NpgsqlDbType.Uuid, n => n.Reader);
        Add(NpgsqlDbType.Text, n => n.ReaderName);
        Add(NpgsqlDbType.Text, n => n.What);
        Add(NpgsqlDbType.Text, n => n.Purpose);
        Add(NpgsqlDbType.TimestampTz, n => n.At);
        await command.ExecuteNonQueryAsync();
    }
}
