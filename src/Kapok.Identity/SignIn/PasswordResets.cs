using System.Security.Cryptography;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Messages;
using Npgsql;

namespace Kapok.Identity.SignIn;

/// <summary>A code has been asked for.</summary>
/// <param name="Wait">Set when codes are not given for a while.</param>
public sealed record ResetBegun(Guid Id, TimeSpan? Wait = null);

/// <summary>
/// A citizen who has forgotten his password gets a code on the phone that is registered for him. Names nobody has, accounts
/// of officials, locked accounts and people without a phone get the same words after the same work: who asks learns nothing.
/// </summary>
public sealed class PasswordResets(Database database, ShortMessages messages, Sessions sessions, SessionBook book, IdentityOptions options, TimeProvider time)
{
    public static readonly TimeSpan Valid = TimeSpan.FromMinutes(10);

    /// <summary>Guesses at one code, and codes sent to one account in a day.</summary>
    public const int Tries = 5, PerDay = 5;

    public const string Wrong = "验证码不对，或者已经过期。请核对短信，或者重新获取验证码。";

    /// <summary>Codes asked for one name within the hour.</summary>
    static readonly ThrottleRule Asking = new(4, TimeSpan.FromHours(1));

    /// <summary>Asks for a code.</summary>
    /// <param name="typed">Account name, mobile or identity number, as typed.</param>
    public async Task<ResetBegun> Begin(string typed, string address)
    {
        typed = SignInDesk.Clean(typed);
        if (typed.Length > 64) typed = typed[..64];
        var (now, id) = (time.GetUtcNow(), Guid.NewGuid());
        var code = RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", System.Globalization.CultureInfo.InvariantCulture);
        var hash = await PasswordHash.Make(code, options.PasswordRounds);
        return await database.Write(async (c, _) =>
        {
            // Counted by what was typed, not by whom it names: a lock-out must not tell that a mobile and an identity number belong together.
            var wait = await Throttle.Count(c, $"reset:{AccountEvents.StreamOf("name", typed):N}", Asking, now) ?? await Throttle.Count(c, $"reset-address:{address}", ThrottleRule.Address, now);
            if (wait is not null) return new ResetBegun(id, wait);
            var account = await SignInDesk.Account(c, typed) is { Kind: "citizen", State: "open" } found ? found : null;
            var phone = await c.ExecuteScalarAsync<string?>("""
                select p.phone from identity.person p where p.id = @Person
                  and (select count(*) from identity.password_reset where account = @Id and created_at > @since) < @PerDay
                """, new { account?.Person, account?.Id, since = now.AddDays(-1).UtcDateTime, PerDay }) ?? "";
            if (phone.Length == 0) account = null;
            await c.ExecuteAsync("insert into identity.password_reset (id, account, code, created_at, expires_at) values (@id, @account, @hash, @at, @until)",
                new { id, account = account?.Id, hash, at = now.UtcDateTime, until = (now + Valid).UtcDateTime });
            await messages.Send(c, phone, $"您的验证码是 {code}，用来重新设置口令，{Valid.TotalMinutes:0} 分钟内有效。工作人员不会向您要验证码；如果不是您本人操作，请不用理会。");
            await AccountEvents.Append(c, account?.Id ?? AccountEvents.StreamOf("name", typed), Actor.Nobody with { Origin = "portal " + address }, now, "password-reset-asked", new { address });
            return new ResetBegun(id);
        });
    }

    /// <summary>Sets a new password with the code. All sessions of the account end.</summary>
    public async Task<Outcome<bool>> Finish(Guid id, string code, string wanted, string repeated, string address)
    {
        var faults = new List<Fault>();
        if (wanted != repeated) faults.Add(new("repeat", "两次输入的新口令不一样，请重新输入"));
        faults.AddRange(PasswordRules.Check("password", wanted));
        code = new string([.. SignInDesk.Clean(code).Where(char.IsAsciiDigit)]);
        if (code.Length != 6) faults.Insert(0, new("code", "请填写短信里的 6 位验证码"));
        if (faults.Count > 0) return Outcome<bool>.Invalid(faults);

        // A guess is counted before the code is looked at, so that guesses at the same time gain nothing.
        var now = time.GetUtcNow();
        var reset = await database.Read(c => c.QuerySingleOrDefaultAsync<(Guid? Account, string Code)?>("""
            update identity.password_reset set tries = tries + 1 where id = @id and tries < @Tries and used_at is null and expires_at > @now returning account, code
            """, new { id, Tries, now = now.UtcDateTime }));
        if (!await PasswordHash.Fits(code, reset?.Code, options.PasswordRounds) || reset?.Account is not { } account) return Outcome<bool>.No(Refusal.Invalid, Wrong, "code");

        var person = await database.Read(c => c.QuerySingleAsync<(Guid Person, string Account, string Name, string Number, string Phone, DateOnly? Birth)>("""
            select p.id, a.name, p.name, p.certificate_number, p.phone, p.birth_date from identity.account a join identity.person p on p.id = a.person where a.id = @account
            """, new { account }));
        var personal = PasswordRules.Check("password", wanted, person.Account, person.Name, person.Number, person.Phone, person.Birth?.ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture));
        if (personal.Count > 0)
        {
            await database.Read(c => c.ExecuteAsync("update identity.password_reset set tries = tries - 1 where id = @id", new { id }));
            return Outcome<bool>.Invalid(personal);
        }
        var hash = await PasswordHash.Make(wanted, options.PasswordRounds);
        var set = await database.Write((c, _) => Set(c, id, account, hash, person, address, now));
        if (set) sessions.Forget($"account:{account}");
        return set ? true : Outcome<bool>.No(Refusal.Invalid, Wrong, "code");
    }

    async Task<bool> Set(NpgsqlConnection c, Guid id, Guid account, string hash, (Guid Person, string Account, string Name, string Number, string Phone, DateOnly? Birth) person, string address, DateTimeOffset now)
    {
        // Two windows with the same code: the second finds it used. So are all others of the account.
        if (await c.ExecuteAsync("update identity.password_reset set used_at = @now where id = @id and used_at is null", new { id, now = now.UtcDateTime }) == 0) return false;
        if (await c.ExecuteAsync("update identity.account set password = @hash, must_change = false, version = version + 1 where id = @account and state = 'open'", new { hash, account }) == 0) return false;
        await c.ExecuteAsync("""
            update identity.password_reset set used_at = @now where account = @account and used_at is null;
            delete from identity.throttle where key = @key;
            """, new { account, now = now.UtcDateTime, key = $"account:{account:N}" });
        var actor = new Actor(ActorKind.Citizen, person.Person, person.Name, []) { Origin = "portal " + address };
        await AccountEvents.Append(c, account, actor, now, "password-reset-by-code", new { address });
        await book.EndAll(c, account, "password-reset", actor);
        await Signals.Send(c, Sessions.Topic, $"account:{account}");
        await messages.Send(c, person.Phone, "您的口令刚刚重新设置，其他设备上的登录都已退出。如果不是您本人操作，请马上拨打 12345。");
        return true;
    }
}
