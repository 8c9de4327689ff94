using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;

namespace Kapok.Identity.SignIn;

/// <summary>
/// Turns a claimed name and number into a known person: an official has seen the card and its holder. Applications are
/// submitted by known people only.
/// </summary>
public sealed class Verification(Database database, NodeOptions node, TimeProvider time)
{
    public const string Ground = "查验居民身份证原件和本人";

    /// <summary>Whether this is a demonstration, where people may stand in for the official themselves.</summary>
    public bool IsStandIn => node.Mode == NodeMode.Demonstration;

    /// <summary>Verifies the account with this phone, when it claims just this name and number.</summary>
    public async Task<Outcome<Guid>> Verify(Actor official, string? name, string? number, string? phone)
    {
        var (n, i, p) = (PersonName.Check(name), CitizenId.Check(number, time.Today()), Contact.CheckMobile(phone));
        var faults = new List<Fault>();
        if (n.Problem is { } bad) faults.Add(new("name", bad));
        if (i.Problem is { } wrong) faults.Add(new("idNumber", wrong));
        if (p.Problem is { } not) faults.Add(new("phone", not));
        if (faults.Count > 0) return Outcome<Guid>.Invalid(faults);
        var claimed = await database.Read(c => c.QueryAsync<Guid>("""
            select id from identity.person where certificate_number = @number and verified_at is null and name = @name and phone = @phone
            """, new { number = i.Value, name = n.Value, phone = p.Value }));
        if (claimed.FirstOrDefault() is var person && person == default) return Outcome<Guid>.No(Refusal.NotFound, "没有等待核验的账号和这三项都一致。请对照身份证核对姓名、号码，再问清注册用的手机号", "phone");
        if (person == official.Person) return Outcome<Guid>.No(Refusal.Forbidden, "不能给自己核验，请同事办理");
        return await Set(person, official, Ground);
    }

    /// <summary>A person of a demonstration is verified without anybody looking.</summary>
    public async Task<Outcome<Guid>> StandIn(Actor self) => IsStandIn && self.Person is { } person
        ? await Set(person, self, "演示：没有真的查验") : Outcome<Guid>.No(Refusal.Forbidden, "请持身份证到就近的政务服务中心核验");

    Task<Outcome<Guid>> Set(Guid person, Actor actor, string ground) => database.Write(async (c, _) =>
    {
        var now = time.GetUtcNow();
        var number = await c.ExecuteScalarAsync<string?>("select certificate_number from identity.person where id = @person and verified_at is null for update", new { person });
        if (number is null) return person;
        await c.ExecuteAsync("select pg_advisory_xact_lock(hashtextextended('identity.certificate ' || @number, 0))", new { number });
        if (await c.ExecuteScalarAsync<bool>("select exists (select 1 from identity.person where certificate_type = '111' and certificate_number = @number and verified_at is not null)", new { number }))
            return Outcome<Guid>.No(Refusal.Conflict, "这个身份证号码已有核验过的实名记录。请帮他用原来的账号登录；原手机不用了的，先更改登记的手机", "idNumber");
        await c.ExecuteAsync("update identity.person set verified_at = @at, version = version + 1 where id = @person", new { person, at = now.UtcDateTime });
        await AccountEvents.Append(c, person, actor, now, "person-verified", new { }, ground);
        return (Outcome<Guid>)person;
    });
}
