using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Identity.Granting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kapok.Identity.SignIn;

/// <summary>A session in force.</summary>
/// <param name="Actor">Who acts, without the origin, which belongs to the request.</param>
public sealed record ActiveSession(Guid Id, Guid Account, string AccountName, SessionKind Kind, bool MustChangePassword, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, Actor Actor)
{
    /// <summary>Name of the company acted for; null when the person acts for himself.</summary>
    public string? ActingForName { get; init; }

    internal DateTimeOffset SeenInDatabase { get; init; }
}

public enum SessionKind { Browser, Api }

/// <summary>
/// Finds the session of a token. Answers come from memory for at most a second; ended sessions, locked accounts and
/// changed posts are announced by signals and forgotten at once, in every process of the node.
/// </summary>
public sealed class Sessions : BackgroundService
{
    /// <summary>Topic of <see cref="Signals"/>; keys are <c>ID</c> of a session or <c>account:ID</c>.</summary>
    public const string Topic = "session";

    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1), Unused = TimeSpan.FromMinutes(2), Flush = TimeSpan.FromSeconds(2), Write = TimeSpan.FromMinutes(1);

    readonly Database database;
    readonly OrganisationDirectory directory;
    readonly IdentityOptions options;
    readonly TimeProvider time;
    readonly ILogger<Sessions> log;
    readonly ConcurrentDictionary<string, Entry> known = new();
    readonly ConcurrentDictionary<string, Lazy<Task<Entry?>>> loading = new();
    readonly ConcurrentDictionary<Guid, DateTimeOffset> seen = new();
    long forgotten; // counts evictions, so that what was read before one is not kept after it

    public Sessions(Database database, OrganisationDirectory directory, Signals signals, IdentityOptions options, TimeProvider time, ILogger<Sessions> log)
    {
        (this.database, this.directory, this.options, this.time, this.log) = (database, directory, options, time, log);
        signals.Listen(Topic, Forget);
        signals.Listen(OrganisationDirectory.Topic, Forget);
    }

    sealed class Entry(ActiveSession session, long readAt)
    {
        public ActiveSession Session => session;
        public long ReadAt => readAt;
        public DateTimeOffset LastSeen = session.SeenInDatabase, Written = session.SeenInDatabase;
    }

    /// <summary>The session of a token, or null when there is none in force. Counts as activity.</summary>
    public async Task<ActiveSession?> Find(string token)
    {
        if (token.Length is < 40 or > 64) return null;
        var hash = HashOf(token);
        var key = Convert.ToHexString(hash);
        if (!known.TryGetValue(key, out var entry) || Stopwatch.GetElapsedTime(entry.ReadAt) > Fresh)
        {
            var load = loading.GetOrAdd(key, _ => new(() => Load(key, hash)));
            try { entry = await load.Value; }
            finally { loading.TryRemove(new(key, load)); }
        }
        if (entry is null) return null;
        var now = time.GetUtcNow();
        if (now >= entry.Session.ExpiresAt || now >= entry.LastSeen + options.SessionIdle) { known.TryRemove(key, out _); return null; }
        if (now > entry.LastSeen) entry.LastSeen = now;
        if (now - entry.Written >= Write) { entry.Written = now; seen[entry.Session.Id] = now; }
        return entry.Session;
    }

    /// <summary>When the session ends if nothing more happens.</summary>
    public DateTimeOffset EndOf(ActiveSession session)
    {
        var idle = time.GetUtcNow() + options.SessionIdle;
        return idle < session.ExpiresAt ? idle : session.ExpiresAt;
    }

    /// <summary>Forgets what this process remembers of a session (<c>ID</c>), an account (<c>account:ID</c>), a person (<c>person:ID</c>) or everything.</summary>
    public void Forget(string key)
    {
        Interlocked.Increment(ref forgotten);
        foreach (var (hash, entry) in known)
            if (key is Signals.Everything or "directory" || Concerns(entry.Session, key)) known.TryRemove(hash, out _);
        loading.Clear();
    }

    static bool Concerns(ActiveSession session, string key) =>
        key == session.Id.ToString() || key == $"account:{session.Account}" || key == $"person:{session.Actor.Person}";

    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    async Task<Entry?> Load(string key, byte[] hash)
    {
        var generation = Interlocked.Read(ref forgotten);
        var readAt = Stopwatch.GetTimestamp();
        var session = await database.Read(async c =>
        {
            var row = await c.QuerySingleOrDefaultAsync<Row>("""
                select s.id, s.account, s.kind, s.created_at, s.last_seen, s.expires_at, a.name as account_name, a.kind as account_kind, a.must_change,
                       p.id as person, p.name as person_name, f.id as acting_for, f.name as acting_for_name
                from identity.session s
                join identity.account a on a.id = s.account
                join identity.person p on p.id = a.person
                left join identity.company f on f.id = s.acting_for and (f.representative = p.id or exists (
                  select 1 from identity.company_operator o where o.company = f.id and o.person = p.id and o.from_date <= @today and (o.to_date is null or o.to_date >= @today)))
                where s.token_hash = @hash and s.ended_at is null and a.state = 'open'
                """, new { hash, today = time.Today() });
            if (row is null) return null;
            var official = row.AccountKind == "official";
            var (grants, organisation) = official ? await Grants.Of(c, directory.Current, row.Person, time.Today()) : ([], null);
            // An official without a post has nothing to do here (D17): the session ends with the last post.
            if (official && grants.IsEmpty) return null;
            var actor = new Actor(official ? ActorKind.Official : ActorKind.Citizen, row.Person, row.PersonName, grants) { Session = row.Id, OnBehalfOf = row.ActingFor, Organisation = organisation };
            return new ActiveSession(row.Id, row.Account, row.AccountName, Enum.Parse<SessionKind>(row.Kind, true), row.MustChange, row.CreatedAt, row.ExpiresAt, actor)
            { ActingForName = row.ActingForName, SeenInDatabase = row.LastSeen };
        });
        if (session is null) { known.TryRemove(key, out _); return null; }
        var entry = new Entry(session, readAt);
        if (known.TryGetValue(key, out var before))
        {
            if (before.LastSeen > entry.LastSeen) entry.LastSeen = before.LastSeen;
            if (before.Written > entry.Written) entry.Written = before.Written;
        }
        if (generation == Interlocked.Read(ref forgotten)) known[key] = entry;
        return entry;
    }

    /// <summary>Writes down activity in the background and clears away what is long over.</summary>
    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        var cleaned = DateTimeOffset.MinValue;
        while (!stop.IsCancellationRequested)
        {
            try { await Task.Delay(Flush, stop); } catch (OperationCanceledException) { }
            try
            {
                await WriteSeen();
                foreach (var (key, entry) in known) if (Stopwatch.GetElapsedTime(entry.ReadAt) > Unused) known.TryRemove(key, out _);
                if (time.GetUtcNow() - cleaned > TimeSpan.FromHours(1)) { await Clean(); cleaned = time.GetUtcNow(); }
            }
            catch (Exception e) { log.LogWarning("Activity of sessions waits for the database: {Message}", e.Message); }
        }
    }

    async Task WriteSeen()
    {
        var batch = seen.ToArray();
        if (batch.Length == 0) return;
        await database.Read(c => c.ExecuteAsync("""
            update identity.session s set last_seen = v.at from unnest(@ids, @ats) v (id, at) where s.id = v.id and s.last_seen < v.at
            """, new { ids = batch.Select(b => b.Key).ToArray(), ats = batch.Select(b => b.Value.UtcDateTime).ToArray() }));
        foreach (var pair in batch) seen.TryRemove(pair);
    }

    Task<int> Clean() => database.Read(c => c.ExecuteAsync("""
        delete from identity.session where expires_at < @old;
        delete from identity.password_reset where created_at < @yesterday;
        delete from identity.throttle where last_at < @yesterday and (until is null or until < @yesterday);
        """, new { old = time.GetUtcNow().AddDays(-90).UtcDateTime, yesterday = time.GetUtcNow().AddDays(-1).UtcDateTime }));

    sealed record Row(Guid Id, Guid Account, string Kind, DateTime CreatedAt, DateTime LastSeen, DateTime ExpiresAt, string AccountName, string AccountKind, bool MustChange,
        Guid Person, string PersonName, Guid? ActingFor, string? ActingForName);
}
