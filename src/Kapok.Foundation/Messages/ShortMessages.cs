using Dapper;
using Kapok.Foundation.Data;
using Kapok.Foundation.Jobs;
using Npgsql;

namespace Kapok.Foundation.Messages;

/// <summary>The way a short message leaves the house. Sending the same id twice must reach the person once.</summary>
public interface IShortMessageChannel
{
    /// <param name="phone">Mobile number, eleven digits.</param>
    /// <param name="text">Chinese text, at most 300 characters.</param>
    /// <exception cref="HttpRequestException">The message was not taken over; it is tried again later.</exception>
    Task Send(Guid id, string phone, string text, CancellationToken stop);

    /// <summary>Messages stay readable in the database: only the stand-in of a demonstration needs them.</summary>
    bool KeepsText { get; }
}

/// <summary>
/// Short messages to people. A message is a row in the transaction of what it tells; a job carries it out, so that
/// nobody waits for the network and nobody can tell by the time whether one was sent.
/// </summary>
/// <param name="channel">Null: this node has no way to send any.</param>
public sealed class ShortMessages(IShortMessageChannel? channel, Database database, TimeProvider time)
{
    public const string JobKind = "short-message";

    /// <summary>Whether messages can be sent at all. Without a gateway a node in production says so instead of promising a code.</summary>
    public bool Ready => channel is not null;

    /// <summary>True with the stand-in of a demonstration: nothing really leaves the house, the text can be read at <c>/demonstration/messages</c>.</summary>
    public bool IsStandIn => channel is LocalShortMessages;

    /// <summary>Queues a message in the caller's transaction.</summary>
    /// <param name="phone">Empty: the row is written all the same and goes nowhere, so that both cases take the same time.</param>
    public async Task Send(NpgsqlConnection connection, string phone, string text)
    {
        var (id, now) = (Guid.CreateVersion7(), time.GetUtcNow());
        await connection.ExecuteAsync("insert into kapok.short_message (id, phone, text, at) values (@id, @phone, @text, @at)", new { id, phone, text, at = now.UtcDateTime });
        await Jobs.Jobs.Add(connection, JobKind, new Waiting(id), now);
    }

    /// <summary>What the stand-in has "sent", the newest first.</summary>
    public Task<IReadOnlyList<(string Phone, string Text, DateTime At)>> Sent() => database.Read<IReadOnlyList<(string, string, DateTime)>>(async c =>
        IsStandIn ? (await c.QueryAsync<(string, string, DateTime)>("select phone, text, at from kapok.short_message where phone <> '' and sent_at is not null order by at desc, id desc limit 50")).AsList() : []);

    public sealed record Waiting(Guid Id);

    /// <summary>Carries messages out; what has been sent is forgotten, except by the stand-in.</summary>
    public sealed class Job(IShortMessageChannel? channel, Database database, TimeProvider time) : IJob
    {
        public string Kind => JobKind;

        public async Task Run(JobRun run, CancellationToken stop)
        {
            var id = run.Payload<Waiting>().Id;
            var message = await database.Read(c => c.QuerySingleOrDefaultAsync<(string Phone, string Text)?>("select phone, text from kapok.short_message where id = @id and sent_at is null", new { id }));
            if (message is not { } m) return;
            if (m.Phone.Length > 0 && channel is not null) await channel.Send(id, m.Phone, m.Text, stop);
            await database.Read(c => c.ExecuteAsync("update kapok.short_message set sent_at = @now, text = case when @keep then text else '' end where id = @id",
                new { id, now = time.GetUtcNow().UtcDateTime, keep = channel is { KeepsText: true } && m.Phone.Length > 0 }));
        }
    }
}

/// <summary>
/// STAND-IN of a demonstration node: nothing is sent. The text stays in the database and is shown at
/// <c>/demonstration/messages</c>. A node in production never gets it (<see cref="ShortMessageChannels.Choose"/>).
/// </summary>
sealed class LocalShortMessages : IShortMessageChannel
{
    public bool KeepsText => true;
    public Task Send(Guid id, string phone, string text, CancellationToken stop) => Task.CompletedTask;
}

/// <summary>Chooses the channel of a node.</summary>
public static class ShortMessageChannels
{
    /// <summary>The gateway when one is named (<c>KAPOK_SMS_GATEWAY</c>, <c>KAPOK_SMS_KEY</c>); else the stand-in, but only in a demonstration.</summary>
    /// <exception cref="InvalidOperationException">The gateway is no https address or has no key.</exception>
    public static IShortMessageChannel? Choose(NodeMode mode, string? gateway, string? key)
    {
        if (string.IsNullOrWhiteSpace(gateway)) return mode == NodeMode.Demonstration ? new LocalShortMessages() : null;
        if (!Uri.TryCreate(gateway, UriKind.Absolute, out var address) || (address.Scheme != "https" && !address.IsLoopback)) throw new InvalidOperationException("KAPOK_SMS_GATEWAY 应为 https 地址");
        if (key is not { Length: >= 16 }) throw new InvalidOperationException("设置了 KAPOK_SMS_GATEWAY，还要设置 KAPOK_SMS_KEY（至少 16 个字符）");
        return new GatewayShortMessages(address, key);
    }
}
