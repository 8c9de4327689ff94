using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Identity.Granting;
using Npgsql;

namespace Kapok.Identity.SignIn;

/// <summary>Somebody who wants in.</summary>
/// <param name="Account">Account name; citizens may also use their mobile or identity number.</param>
/// <param name="Device">User-Agent as sent, for the list of sessions.</param>
/// <param name="OldToken">Token that came with the request; its session ends, so that nobody can plant one.</param>
public sealed record SignInRequest(string Account, string Password, string Address, string Device, SessionKind Kind, string? OldToken = null);

/// <summary>A session just begun. The token leaves the house once and is kept nowhere.</summary>
public sealed record StartedSession(string Token, Guid Id, Guid Account, string AccountName, string AccountKind, string Name, bool MustChangePassword, DateTimeOffset ExpiresAt);

/// <param name="RetryAfter">Set when attempts are not looked at for a while.</param>
public sealed record SignInAnswer(StartedSession? Session, string Message = "", TimeSpan? RetryAfter = null);

/// <summary>
/// Sign-in by password. Unknown accounts get the same words, the same lock-out and about the same time as known ones.
/// Every outcome is an event in the transaction of what it changes.
/// </summary>
public sealed partial class SignInDesk(Database database, OrganisationDirectory directory, Sessions sessions, IdentityOptions options, TimeProvider time)
{
    public const string Wrong = "账号或口令不正确。连续输错 5 次会暂停登录，忘记口令可以用登记的手机重新设置，工作人员请联系本单位业务管理员。";

    public async Task<SignInAnswer> SignIn(SignInRequest request)
    {
        var typed = Clean(request.Account);
        if (typed.Length is 0 or > 64 || request.Password.Length is 0 or > PasswordRules.Longest * 4) return new(null, "请填写账号和口令");
        var now = time.GetUtcNow();
        var account = await database.Read(c => Account(c, typed));
        string[] keys = [account is null ? $"name:{AccountEvents.StreamOf("name", typed):N}" : $"account:{account.Id:N}", $"address:{request.Address}"];

        var (byAccount, byAddress, wait) = await Count(keys, now);
        if (wait is { } left) return new(null, $"尝试次数过多，请在 {Math.Max(1, (int)Math.Ceiling(left.TotalMinutes))} 分钟后再试", left);

        var fits = await PasswordHash.Fits(request.Password, account?.Password, options.PasswordRounds);
        if (!fits)
        {
            await Failed(account, typed, request, byAccount, byAddress, now);
            return new(null, Wrong, byAccount.Until - now);
        }
        var newHash = PasswordHash.IsOld(account!.Password, options.PasswordRounds) ? await PasswordHash.Make(request.Password, options.PasswordRounds) : null;
        return await database.Write((c, _) => Begin(c, account, request, keys, newHash, now));
    }

    async Task<(Attempts Account, Attempts Address, TimeSpan? Wait)> Count(string[] keys, DateTimeOffset now) => await database.Write(async (c, _) =>
    {
        var at = now.UtcDateTime;
        await c.ExecuteAsync("insert into identity.throttle (key, failures, last_at) select k, 0, @at from unnest(@keys) k order by k on conflict do nothing", new { keys, at });
        var rows = (await c.QueryAsync<(string Key, int Failures, DateTime LastAt, DateTime? Until)>(
            "select key, failures, last_at, until from identity.throttle where key = any(@keys) order by key for update", new { keys }))
            .ToDictionary(r => r.Key, r => new Attempts(r.Failures, r.LastAt, r.Until is { } u ? new DateTimeOffset(u) : null));
        var (accountAllowed, account) = ThrottleRule.Account.Count(rows[keys[0]], now);
        var (addressAllowed, address) = ThrottleRule.Address.Count(rows[keys[1]], now);
        if (!accountAllowed || !addressAllowed)
            return (account, address, Later(accountAllowed ? null : account.Until, addressAllowed ? null : address.Until) - now);
        await c.ExecuteAsync("update identity.throttle set failures = @Failures, last_at = @at, until = @until where key = @key",
            new[] { (keys[0], account), (keys[1], address) }.Select(k => new { key = k.Item1, k.Item2.Failures, at, until = k.Item2.Until?.UtcDateTime }));
        return (account, address, (TimeSpan?)null);
    });

    static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a is null || b > a ? b : a;

    Task Failed(AccountRow? account, string typed, SignInRequest request, Attempts byAccount, Attempts byAddress, DateTimeOffset now) => database.Write(async (c, _) =>
    {
        // What was typed into the account field is not kept: people type passwords there.
        var stream = account?.Id ?? AccountEvents.StreamOf("name", typed);
        var actor = Actor.Nobody with { Origin = Origin(request) };
        await AccountEvents.Append(c, stream, actor, now, "sign-in-failed", new { request.Address, device = Short(request.Device), byAccount.Failures });
        if (byAccount.Until is { } until) await AccountEvents.Append(c, stream, actor, now, "account-locked-out", new { until, byAccount.Failures });
        if (byAddress.Until is { } addressUntil) await AccountEvents.Append(c, AccountEvents.StreamOf("address", request.Address), actor, now, "address-locked-out", new { request.Address, until = addressUntil });
    });

    async Task<SignInAnswer> Begin(NpgsqlConnection c, AccountRow account, SignInRequest request, string[] keys, string? newHash, DateTimeOffset now)
    {
        var actor = new Actor(account.Kind == "official" ? ActorKind.Official : ActorKind.Citizen, account.Person, account.PersonName, []) { Origin = Origin(request) };
        var refused = account.State != "open" ? "locked"
            : account.Kind == "official" && (await Grants.Of(c, directory.Current, account.Person, time.Today())).Grants.IsEmpty ? "no-post" : null;
        if (refused is not null)
        {
            await AccountEvents.Append(c, account.Id, actor, now, "sign-in-refused", new { reason = refused, request.Address });
            return new(null, refused == "locked" ? "这个账号已被停用，请联系本单位业务管理员或拨打 12345" : "您目前没有在任岗位，账号不能使用，请联系本单位业务管理员");
        }
        var token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var session = new StartedSession(token, Guid.CreateVersion7(), account.Id, account.Name, account.Kind, account.PersonName, account.MustChange, now + options.SessionLongest);
        await c.ExecuteAsync("""
            delete from identity.throttle where key = @byAccount;
            update identity.throttle set failures = greatest(failures - 1, 0), until = case when failures - 1 < @free then null else until end where key = @byAddress;
            update identity.account set last_sign_in = @at, password = coalesce(@newHash, password) where id = @account;
            insert into identity.session (id, token_hash, account, kind, created_at, last_seen, expires_at, device, address)
            values (@id, @hash, @account, @kind, @at, @at, @expires, @device, @address);
            """, new
        {
            byAccount = keys[0], byAddress = keys[1], free = ThrottleRule.Address.Free, at = now.UtcDateTime, newHash, account = account.Id,
            id = session.Id, hash = Sessions.HashOf(token), kind = request.Kind == SessionKind.Api ? "api" : "browser",
            expires = session.ExpiresAt.UtcDateTime, device = Short(request.Device), address = request.Address,
        });
        await AccountEvents.Append(c, account.Id, actor with { Session = session.Id }, now, "signed-in", new { session = session.Id, kind = request.Kind, request.Address, device = Short(request.Device) });
        if (request.OldToken is { } old) await EndOld(c, old, now);
        return new(session);
    }

    /// <summary>The session that came along ends quietly: whoever signs in anew has left it.</summary>
    async Task EndOld(NpgsqlConnection c, string token, DateTimeOffset now)
    {
        var ended = await c.QuerySingleOrDefaultAsync<Guid?>("""
            update identity.session set ended_at = @at, ended_why = 'replaced' where token_hash = @hash and ended_at is null returning id
            """, new { hash = Sessions.HashOf(token), at = now.UtcDateTime });
        if (ended is null) return;
        await Signals.Send(c, Sessions.Topic, ended.Value.ToString());
        sessions.Forget(ended.Value.ToString());
    }

    internal static async Task<AccountRow?> Account(NpgsqlConnection c, string typed)
    {
        const string select = """
            select a.id, a.person, a.kind, a.name, a.password, a.state, a.must_change, p.name as person_name
            from identity.account a join identity.person p on p.id = a.person where
            """;
        var condition = Mobile().IsMatch(typed) ? "a.kind = 'citizen' and p.phone = @typed"
            : Number().IsMatch(typed) ? "a.kind = 'citizen' and p.certificate_type = '111' and p.certificate_number = upper(@typed) and p.verified_at is not null"
            : "a.name = @typed";
        // A mobile shared by two people names neither.
        var found = (await c.QueryAsync<AccountRow>($"{select} {condition} limit 2", new { typed })).AsList();
        return found.Count == 1 ? found[0] : null;
    }

    /// <summary>Half-width, lower case, without white space: people paste names from anywhere.</summary>
    internal static string Clean(string text) => string.Concat(text.Where(ch => !char.IsWhiteSpace(ch) && !char.IsControl(ch) && ch is not ('\u200b' or '\ufeff'))
        .Select(ch => char.ToLowerInvariant(ch is >= '\uff01' and <= '\uff5e' ? (char)(ch - 0xfee0) : ch)));

    static string Short(string text) => text.Length <= 300 ? text : text[..300];

    static string Origin(SignInRequest request) => $"{(request.Kind == SessionKind.Api ? "api" : "portal")} {request.Address}";

    [GeneratedRegex("^1[3-9][0-9]{9}$")] private static partial Regex Mobile();
    [GeneratedRegex("^[0-9]{17}[0-9x]$")] private static partial Regex Number();

    internal sealed record AccountRow(Guid Id, Guid Person, string Kind, string Name, string Password, string State, bool MustChange, string PersonName);
}
