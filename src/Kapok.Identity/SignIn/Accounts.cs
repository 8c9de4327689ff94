using System.Security.Cryptography;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Identity.Administration;
using Kapok.Identity.Granting;
using Npgsql;

namespace Kapok.Identity.SignIn;

/// <summary>Accounts themselves: open one, change and reset its password, lock and unlock it.</summary>
public sealed class Accounts(Database database, OrganisationDirectory directory, Sessions sessions, SessionBook book, IdentityOptions options, TimeProvider time)
{
    /// <summary>Changes the password of the one who is signed in; all his other sessions end.</summary>
    public async Task<Outcome<bool>> ChangePassword(ActiveSession session, Actor actor, string current, string wanted, string repeated)
    {
        var account = await database.Read(c => c.QuerySingleAsync<(string Name, string Password, string Person, string Number, string Phone, DateOnly? Birth)>("""
            select a.name, a.password, p.name, p.certificate_number, p.phone, p.birth_date from identity.account a join identity.person p on p.id = a.person where a.id = @Account
            """, new { session.Account }));
        var faults = new List<Fault>();
        if (wanted != repeated) faults.Add(new("repeat", "两次输入的新口令不一样，请重新输入"));
        faults.AddRange(PasswordRules.Check("password", wanted, account.Name, account.Person, account.Number, account.Phone, account.Birth?.ToString("yyyyMMdd")));
        if (wanted.Length > 0 && wanted == current) faults.Add(new("password", "新口令不能和现在的一样"));
        if (faults.Count > 0) return Outcome<bool>.Invalid(faults);
        // Guessing the old password here is guessing it: the same count as at the door.
        var key = $"account:{session.Account:N}";
        var now = time.GetUtcNow();
        var wait = await database.Write((c, _) => Throttle.Count(c, key, ThrottleRule.Account, now));
        if (wait is { } left) return Outcome<bool>.No(Refusal.Invalid, $"尝试次数过多，请在 {Math.Max(1, (int)Math.Ceiling(left.TotalMinutes))} 分钟后再试", "current");
        if (!await PasswordHash.Fits(current, account.Password, options.PasswordRounds))
        {
            await database.Write((c, _) => AccountEvents.Append(c, session.Account, actor, now, "password-change-failed", new { session = session.Id }));
            return Outcome<bool>.No(Refusal.Invalid, "现在的口令不正确", "current");
        }
        var hash = await PasswordHash.Make(wanted, options.PasswordRounds);
        await database.Write(async (c, _) =>
        {
            await c.ExecuteAsync("""
                update identity.account set password = @hash, must_change = false, version = version + 1 where id = @Account;
                delete from identity.throttle where key = @key;
                """, new { hash, session.Account, key });
            await AccountEvents.Append(c, session.Account, actor, now, "password-changed", new { session = session.Id });
            await book.EndAll(c, session.Account, "password-changed", actor, except: session.Id);
            await Signals.Send(c, Sessions.Topic, $"account:{session.Account}");
        });
        sessions.Forget($"account:{session.Account}");
        return true;
    }

    /// <summary>Locks an official's account: all its sessions end everywhere within a second.</summary>
    public Task<Outcome<bool>> Lock(Actor actor, Guid account, string? ground) => SetState(actor, account, "locked", "account-locked", ground);

    public Task<Outcome<bool>> Unlock(Actor actor, Guid account, string? ground) => SetState(actor, account, "open", "account-unlocked", ground);

    async Task<Outcome<bool>> SetState(Actor actor, Guid account, string state, string type, string? ground)
    {
        if (string.IsNullOrWhiteSpace(ground)) return Outcome<bool>.No(Refusal.Invalid, "请写明原因", "ground");
        if (ground.Length > 200) return Outcome<bool>.No(Refusal.Invalid, "原因最多 200 个字", "ground");
        var outcome = await Administer(actor, account, async (c, _) =>
        {
            if (await c.ExecuteAsync("update identity.account set state = @state, version = version + 1 where id = @account and state <> @state", new { state, account }) == 0)
                return Outcome<bool>.No(Refusal.Conflict, state == "locked" ? "账号已经停用" : "账号没有停用");
            if (state == "open") await c.ExecuteAsync("delete from identity.throttle where key = @key", new { key = $"account:{account:N}" });
            await AccountEvents.Append(c, account, actor, time.GetUtcNow(), type, new { }, ground);
            if (state == "locked") await book.EndAll(c, account, "account-locked", actor);
            return true;
        });
        return outcome;
    }

    /// <summary>Gives an official a new initial password, to be changed at the next sign-in. It is shown once.</summary>
    public async Task<Outcome<string>> ResetPassword(Actor actor, Guid account)
    {
        var (password, hash) = await Initial();
        return await Administer(actor, account, async (c, _) =>
        {
            await c.ExecuteAsync("""
                update identity.account set password = @hash, must_change = true, version = version + 1 where id = @account;
                delete from identity.throttle where key = @key;
                """, new { hash, account, key = $"account:{account:N}" });
            await AccountEvents.Append(c, account, actor, time.GetUtcNow(), "password-reset", new { });
            await book.EndAll(c, account, "password-reset", actor);
            return (Outcome<string>)password;
        });
    }

    async Task<Outcome<T>> Administer<T>(Actor actor, Guid account, Func<NpgsqlConnection, Guid, Task<Outcome<T>>> work)
    {
        var outcome = await database.Write(async (c, _) =>
        {
            var person = await c.QuerySingleOrDefaultAsync<Guid?>("select person from identity.account where id = @account and kind = 'official' for update", new { account });
            var why = person is null ? "没有找到这个账号" : await new AdminScope(actor, Grants.Manage, directory.Current).WhyNot(c, person.Value, time.Today());
            return why is null ? await work(c, person!.Value) : Outcome<T>.No(why.StartsWith("没有找到", StringComparison.Ordinal) ? Refusal.NotFound : Refusal.Forbidden, why);
        });
        if (outcome.Ok) sessions.Forget($"account:{account}");
        return outcome;
    }

    /// <summary>An initial password of 16 easily read characters, four groups, and its hash.</summary>
    public async Task<(string Password, string Hash)> Initial()
    {
        const string letters = "abcdefghjkmnpqrstuvwxyz23456789";
        var password = string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString(letters, 4)));
        return (password, await PasswordHash.Make(password, options.PasswordRounds));
    }

    /// <summary>Opens an account that has to get a password of its own at the first sign-in.</summary>
    internal static async Task<Outcome<Guid>> Open(NpgsqlConnection c, Actor actor, Guid person, string kind, string name, string hash, DateTimeOffset now)
    {
        var id = Guid.CreateVersion7();
        var opened = await c.ExecuteAsync("""
            insert into identity.account (id, person, kind, name, password, must_change, created_at) values (@id, @person, @kind, @name, @hash, true, @at) on conflict do nothing
            """, new { id, person, kind, name, hash, at = now.UtcDateTime });
        if (opened == 0) return Outcome<Guid>.No(Refusal.Conflict, $"账号名 {name} 已被使用");
        await AccountEvents.Append(c, id, actor, now, "account-opened", new { person, kind, name });
        return id;
    }
}
