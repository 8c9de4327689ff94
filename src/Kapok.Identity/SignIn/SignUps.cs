using System.Security.Cryptography;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Kapok.Foundation.Messages;
using Npgsql;

namespace Kapok.Identity.SignIn;

/// <summary>What somebody says of himself who wants an account.</summary>
/// <param name="Agreed">Agrees that these facts are used for his account (个人信息保护法第十三条).</param>
public sealed record SignUpRequest(string? Name, string? IdNumber, string? Phone, bool Agreed);

/// <summary>A code is on its way.</summary>
/// <param name="Wait">Set when codes are not given for a while.</param>
public sealed record SignUpBegun(Guid Id, TimeSpan? Wait = null);

/// <summary>An account just opened.</summary>
/// <param name="Name">Account name, made by the program: citizens sign in by mobile.</param>
public sealed record SignedUp(Guid Person, string Name);

/// <summary>
/// Citizens open accounts by themselves. The phone is proven by a code; name and number are claimed, and the person stays
/// unverified (<see cref="Verification"/>) until somebody has seen the card. A number that somebody else holds or claims is
/// treated like any other, so whoever asks learns nothing about others, and comes to none of their things. Only the one
/// whose name, number and phone are all on record already gets that record.
/// </summary>
public sealed class SignUps(Database database, ShortMessages messages, IdentityOptions options, TimeProvider time)
{
    public static readonly TimeSpan Valid = TimeSpan.FromMinutes(10);

    /// <summary>Guesses at one code.</summary>
    public const int Tries = 5;

    /// <summary>Younger people need their guardian (个人信息保护法第三十一条).</summary>
    public const int Youngest = 14;

    public const string Taken = "这个手机号已经有账号了。请直接登录；忘记口令的，可以用这个手机号重新设置。";

    /// <summary>Codes asked for one phone within the hour.</summary>
    static readonly ThrottleRule Asking = new(4, TimeSpan.FromHours(1));

    sealed record Row(string Name, string CertificateNumber, string Phone, string Code);

    /// <summary>Checks what was said and sends a code to the phone.</summary>
    public async Task<Outcome<SignUpBegun>> Begin(SignUpRequest request, string address)
    {
        var today = time.Today();
        var (name, number, phone) = (PersonName.Check(request.Name), CitizenId.Check(SignInDesk.Clean(request.IdNumber ?? ""), today), Contact.CheckMobile(SignInDesk.Clean(request.Phone ?? "")));
        var faults = new List<Fault>();
        if (name.Problem is { } n) faults.Add(new("name", n));
        if (number.Problem is { } p) faults.Add(new("idNumber", p));
        else if (CitizenId.Parse(number.Value, today)!.BirthDate.AddYears(Youngest) > today) faults.Add(new("idNumber", $"未满 {Youngest} 周岁请由父母或者其他监护人用自己的账号代办"));
        if (phone.Problem is { } t) faults.Add(new("phone", t));
        if (!request.Agreed) faults.Add(new("agreed", "请先看过说明并打勾"));
        if (faults.Count > 0) return Outcome<SignUpBegun>.Invalid(faults);

        var (now, id) = (time.GetUtcNow(), Guid.NewGuid());
        var code = RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", System.Globalization.CultureInfo.InvariantCulture);
        var hash = await PasswordHash.Make(code, options.PasswordRounds);
        return await database.Write(async (c, _) =>
        {
            var wait = await Throttle.Count(c, $"sign-up:{AccountEvents.StreamOf("name", phone.Value!):N}", Asking, now) ?? await Throttle.Count(c, $"sign-up-address:{address}", ThrottleRule.Address, now);
            if (wait is not null) return new SignUpBegun(id, wait);
            await c.ExecuteAsync("insert into identity.sign_up (id, name, certificate_number, phone, code, created_at, expires_at) values (@id, @name, @number, @phone, @hash, @at, @until)",
                new { id, name = name.Value, number = number.Value, phone = phone.Value, hash, at = now.UtcDateTime, until = (now + Valid).UtcDateTime });
            await messages.Send(c, phone.Value!, $"您的验证码是 {code}，用来注册账号，{Valid.TotalMinutes:0} 分钟内有效。工作人员不会向您要验证码；如果不是您本人操作，请不用理会。");
            return new SignUpBegun(id);
        });
    }

    /// <summary>Opens the account with the code and a password.</summary>
    public async Task<Outcome<SignedUp>> Finish(Guid id, string code, string wanted, string repeated, string address)
    {
        var faults = new List<Fault>();
        if (wanted != repeated) faults.Add(new("repeat", "两次输入的口令不一样，请重新输入"));
        var (now, today) = (time.GetUtcNow(), time.Today());
        code = new string([.. SignInDesk.Clean(code).Where(char.IsAsciiDigit)]);
        if (code.Length != 6) faults.Insert(0, new("code", "请填写短信里的 6 位验证码"));
        if (faults.Count > 0) { faults.AddRange(PasswordRules.Check("password", wanted)); return Outcome<SignedUp>.Invalid(faults); }

        // A guess is counted before the code is looked at, so that guesses at the same time gain nothing.
        var row = await database.Read(c => c.QuerySingleOrDefaultAsync<Row>("""
            update identity.sign_up set tries = tries + 1 where id = @id and tries < @Tries and used_at is null and expires_at > @now returning name, certificate_number, phone, code
            """, new { id, Tries, now = now.UtcDateTime }));
        if (!await PasswordHash.Fits(code, row?.Code, options.PasswordRounds) || row is null) return Outcome<SignedUp>.No(Refusal.Invalid, PasswordResets.Wrong, "code");

        var number = CitizenId.Parse(row.CertificateNumber, today)!;
        var weak = PasswordRules.Check("password", wanted, row.Name, row.CertificateNumber, row.Phone, number.BirthDate.ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture));
        if (weak.Count > 0)
        {
            await database.Read(c => c.ExecuteAsync("update identity.sign_up set tries = tries - 1 where id = @id", new { id }));
            return Outcome<SignedUp>.Invalid(weak);
        }
        var hash = await PasswordHash.Make(wanted, options.PasswordRounds);
        return await database.Write((c, _) => Open(c, id, row, number, hash, address, now));
    }

    async Task<Outcome<SignedUp>> Open(NpgsqlConnection c, Guid id, Row row, CitizenId number, string hash, string address, DateTimeOffset now)
    {
        // One phone, one account: two windows with the same phone come one after the other.
        await c.ExecuteAsync("select pg_advisory_xact_lock(hashtextextended('identity.phone ' || @Phone, 0))", new { row.Phone });
        if (await c.ExecuteScalarAsync<bool>("select exists (select 1 from identity.account a join identity.person p on p.id = a.person where a.kind = 'citizen' and p.phone = @Phone)", new { row.Phone }))
            return Outcome<SignedUp>.No(Refusal.Conflict, Taken);
        if (await c.ExecuteAsync("update identity.sign_up set used_at = @at where id = @id and used_at is null", new { id, at = now.UtcDateTime }) == 0) return Outcome<SignedUp>.No(Refusal.Invalid, PasswordResets.Wrong, "code");

        var holder = await c.QuerySingleOrDefaultAsync<(Guid Id, string Name, string Phone, bool HasAccount)?>("""
            select p.id, p.name, p.phone, exists (select 1 from identity.account a where a.person = p.id and a.kind = 'citizen')
            from identity.person p where p.certificate_type = '111' and p.certificate_number = @Number and p.verified_at is not null
            """, new { number.Number });
        var own = holder is { HasAccount: false } h && h.Name == row.Name && h.Phone == row.Phone;
        var person = own ? holder!.Value.Id : Guid.CreateVersion7();
        if (!own) await c.ExecuteAsync("""
            insert into identity.person (id, name, certificate_number, phone, birth_date, sex, created_at, verified_at) values (@person, @Name, @Number, @Phone, @BirthDate, @sex, @at, null)
            """, new { person, row.Name, number.Number, row.Phone, number.BirthDate, sex = (short)(number.IsMale ? 1 : 2), at = now.UtcDateTime });
        var (account, name) = (Guid.CreateVersion7(), "c" + RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 11));
        await c.ExecuteAsync("insert into identity.account (id, person, kind, name, password, created_at) values (@account, @person, 'citizen', @name, @hash, @at)", new { account, person, name, hash, at = now.UtcDateTime });
        var actor = new Actor(ActorKind.Citizen, person, row.Name, []) { Origin = "portal " + address };
        await AccountEvents.Append(c, account, actor, now, "account-opened", new { person, kind = "citizen", name, by = "sign-up", verified = own });
        // The one who holds the number is told; the one who claims it is not told that anybody holds it.
        if (!own && holder is { } other) await messages.Send(c, other.Phone, "有人用您的身份证号码注册了账号，没有核验身份，看不到您的任何信息。如果不是您本人或者家人操作，请拨打 12345。");
        return new SignedUp(person, name);
    }
}
