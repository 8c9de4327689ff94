using System.Collections.Concurrent;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Kapok.Foundation.Data;

/// <summary>
/// News between the processes of one node: "the catalogue changed", "this session ended". Sent inside a
/// transaction, heard by every process after its commit. Rare by design: PostgreSQL serialises notifying commits.
/// After a lost connection everything is announced as changed, because something may have been missed.
/// </summary>
public sealed class Signals(Database database, ILogger<Signals> log) : BackgroundService
{
    readonly ConcurrentDictionary<string, List<Action<string>>> listeners = new();

    /// <summary>Key heard by every listener after a reconnect: forget all you cached.</summary>
    public const string Everything = "*";

    public static Task Send(NpgsqlConnection connection, string topic, string key) =>
        connection.ExecuteAsync("select pg_notify('kapok', @message)", new { message = $"{topic} {key}" });

    public void Listen(string topic, Action<string> listener)
    {
        var list = listeners.GetOrAdd(topic, _ => []);
        lock (list) list.Add(listener);
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.Open(stop);
                connection.Notification += (_, e) =>
                {
                    var space = e.Payload.IndexOf(' ');
                    if (space > 0) Tell(e.Payload[..space], e.Payload[(space + 1)..]);
                };
                await connection.ExecuteAsync("listen kapok");
                foreach (var topic in listeners.Keys) Tell(topic, Everything);
                while (!stop.IsCancellationRequested) await connection.WaitAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested) { }
            catch (Exception e)
            {
                log.LogWarning("Lost the signal connection: {Message}", e.Message);
                try { await Task.Delay(1000, stop); } catch (OperationCanceledException) { }
            }
        }
    }

    void Tell(string topic, string key)
    {
        if (!listeners.TryGetValue(topic, out var list)) return;
        Action<string>[] copy;
        lock (list) copy = [.. list];
        foreach (var listener in copy)
        {
            try { listener(key); }
            catch (Exception e) { log.LogError(e, "A listener of {Topic} failed", topic); }
        }
    }
}
