using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Events;
using Npgsql;

namespace Kapok.Tests.Foundation;

public sealed class EventLogTests(BareApp app) : IClassFixture<BareApp>
{
    static readonly Actor Clerk = Actor.System with { Name = "林窗口", Origin = "counter" };

    [Fact]
    public async Task A_chain_read_back_from_the_database_verifies()
    {
        var stream = Guid.CreateVersion7();
        await Append(stream, "opened", "changed");
        await Append(stream, "closed");
        var events = await app.Database.Read(c => EventLog.Read(c, stream));
        events.Select(e => e.Type).ShouldBe(["opened", "changed", "closed"]);
        EventLog.FirstBreak(stream, events).ShouldBeNull();
    }

    [Fact]
    public async Task A_changed_a_dropped_and_an_inserted_event_break_the_chain_at_their_place()
    {
        var stream = Guid.CreateVersion7();
        await Append(stream, "a", "b", "c", "d");
        var events = await app.Database.Read(c => EventLog.Read(c, stream));
        EventLog.FirstBreak(stream, [.. events.Select(e => e.Seq == 3 ? e with { ActorName = "别人" } : e)]).ShouldBe(3);
        EventLog.FirstBreak(stream, [.. events.Where(e => e.Seq != 2)]).ShouldBe(2);
        EventLog.FirstBreak(stream, [events[0], events[0] with { Seq = 2 }, .. events.Skip(1)]).ShouldBe(2);
    }

    [Theory]
    [InlineData("update kapok.event set actor_name = 'x'")]
    [InlineData("delete from kapok.event")]
    [InlineData("truncate kapok.event")]
    public async Task The_database_itself_refuses_to_change_an_event(string sql)
    {
        await Append(Guid.CreateVersion7(), "stays");
        await Should.ThrowAsync<PostgresException>(() => app.Database.Read(c => c.ExecuteAsync(sql)));
    }

    [Fact]
    public async Task A_follower_never_skips_an_event_of_a_transaction_that_commits_late()
    {
        await using var late = await app.Database.Open();
        await using var slow = await late.BeginTransactionAsync();
        var stream = Guid.CreateVersion7();
        await EventLog.Append(late, stream, Clerk, DateTimeOffset.UtcNow, new NewEvent("late", "{}"));
        await Append(Guid.CreateVersion7(), "early");

        var (before, cursor) = await app.Database.Read(c => EventFollower.After(c, default, 10_000));
        before.ShouldNotContain(e => e.Event.Type == "late");
        before.ShouldNotContain(e => e.Event.Type == "early", "an event is visible only when every older transaction has ended");
        await slow.CommitAsync();
        var (after, _) = await app.Database.Read(c => EventFollower.After(c, cursor, 10_000));
        after.Select(e => e.Event.Type).ShouldBe(["late", "early"], ignoreOrder: true);
    }

    Task Append(Guid stream, params string[] types) =>
        app.Database.Write((c, _) => EventLog.Append(c, stream, Clerk, DateTimeOffset.UtcNow, [.. types.Select(t => new NewEvent(t, """{"字":"红棉 \"x\""}"""))]));
}
