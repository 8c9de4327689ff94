using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Files;
using Kapok.Identity;
using System.Security.Cryptography;

namespace Kapok.Documents.Licences.Holding;

/// <summary>A use of a licence, as its holder sees it.</summary>
public sealed record LicenceUse(Guid Id, Guid Licence, string How, string Who, string Purpose, string Ground, string? CaseNumber, DateTime At);

/// <summary>A file the holder has put into his wallet himself; nobody has checked it (trust grade D).</summary>
public sealed record OwnFile(Guid Id, string Name, string Note, Guid File, long Size, string Type, DateTime AddedAt);

/// <summary>A copy for one purpose.</summary>
public sealed record LicenceCopy(Guid Id, Guid Licence, string Purpose, string Maker, string MadeFor, DateOnly ValidTo, string? CaseNumber, Guid File, string Digest, DateTime MadeAt);

/// <summary>A code that shows a licence.</summary>
public sealed record Presentation(string Code, Guid Licence, Guid Holder, string HolderName, string Audience, string Purpose, DateTime MadeAt, DateTime ExpiresAt, DateTime? OpenedAt, Guid? OpenedBy, string? OpenedName);

/// <summary>
/// 证照包: a person's own licences and those of the companies he acts for. Showing one to somebody is an act of the holder
/// with a purpose; every use is written down for him.
/// </summary>
public sealed class Wallet(Database database, LicenceRegister register, LicenceTypes types, ILicencePress press, People people, LicenceUses uses, TimeProvider time)
{
    public const int MostOwnFiles = 100;
    public static readonly TimeSpan CodeLives = TimeSpan.FromSeconds(60), ReceiverMayLook = TimeSpan.FromMinutes(10);

    static string LookUp(Party party) => $"{party.CertificateType}:{party.CertificateNumber}";

    /// <summary>Whose wallet is open: the company one acts for, else one's own.</summary>
    public async Task<Party?> Of(Actor actor) => (actor.OnBehalfOf ?? actor.Person) is { } id ? await people.Find(id) : null;

    /// <summary>The licences of a party, standing ones first.</summary>
    public Task<List<LicenceRow>> Licences(Party party) => register.OfHolder(LookUp(party));

    /// <summary>A licence that the actor, or a company he may act for, holds; any version. A stranger's is not found.</summary>
    public async Task<LicenceRow?> Find(Guid id, Actor actor)
    {
        if (await register.Find(id) is not { } row) return null;
        return (await people.PartiesOf(actor)).Any(p => row.Holders.Any(h => h.LookUp == LookUp(p))) ? row : null;
    }

    /// <summary>A code for a clerk or a company, good for a minute and for one receiver.</summary>
    /// <param name="audience">clerk, company.</param>
    public async Task<Outcome<string>> Present(LicenceRow licence, string audience, string purpose, bool consent, Actor actor)
    {
        var faults = new List<Fault>();
        var now = time.GetUtcNow();
        if (audience is not ("clerk" or "company")) faults.Add(new("audience", "请选择出示给谁"));
        purpose = purpose.Trim();
        if (purpose.Length is < 2 or > 200) faults.Add(new("purpose", purpose.Length < 2 ? "请写明用来办什么事" : "最多 200 个字"));
        if (!consent) faults.Add(new("consent", "请确认同意对方查看这本证照"));
        if (faults.Count > 0) return Outcome<string>.Invalid(faults);
        if (!licence.StandsOn(ChinaTime.DateOf(now))) return Outcome<string>.No(Refusal.Conflict, LicenceWords.Sentence(licence.StateOn(ChinaTime.DateOf(now))));
        var code = QueryCode.Compose(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)));
        return await database.Write(async (c, _) =>
        {
            await c.ExecuteAsync("delete from documents.presentation where expires_at < @old", new { old = now.AddDays(-1).UtcDateTime });
            await c.ExecuteAsync("""
                insert into documents.presentation (code, licence, holder, holder_name, audience, purpose, made_at, expires_at)
                values (@code, @Id, @person, @Name, @audience, @purpose, @now, @expires)
                """, new { code, licence.Id, person = actor.Person, actor.Name, audience, purpose, now = now.UtcDateTime, expires = (now + CodeLives).UtcDateTime });
            var chain = (await LicenceRegister.Lock(c, licence.Id))!;
            await LicenceWriting.Write(c, [LicenceDecisions.Noted(chain, actor, now, new NewEvent(LicenceEvents.Presented, Json.Write(new { licence.Id, audience, purpose }), "持证人同意"))], now);
            return (Outcome<string>)code;
        });
    }

    /// <summary>The code, for the page that shows it; null when it is not the actor's.</summary>
    public async Task<Presentation?> Code(string code, Actor actor) =>
        await Code(code) is { } found && found.Holder == actor.Person ? found : null;

    Task<Presentation?> Code(string code) => database.Read(c => c.QuerySingleOrDefaultAsync<Presentation>("select * from documents.presentation where code = @code", new { code }));

    /// <summary>
    /// The receiver opens a code: once, in time, and only he to whom it was meant; for ten minutes he may look again. What he
    /// sees and why is written down for the holder.
    /// </summary>
    public async Task<Outcome<(Presentation Code, LicenceRow Licence)>> Open(string text, Actor receiver)
    {
        Outcome<(Presentation, LicenceRow)> No(Refusal refusal, string message) => Outcome<(Presentation, LicenceRow)>.No(refusal, message, "code");
        var verdict = QueryCode.Check(text);
        if (!verdict.IsValid) return No(Refusal.Invalid, "亮证码不对，请请对方重新出示");
        var now = time.GetUtcNow();
        if (await Code(verdict.Value!) is not { } code) return No(Refusal.NotFound, "没有这个亮证码，请请对方重新出示");
        if (code.Holder == receiver.Person) return No(Refusal.Forbidden, "这是您自己的亮证码，要由对方来扫");
        if (code.Audience == "clerk" && receiver.Kind != ActorKind.Official) return No(Refusal.Forbidden, "这个码是出示给办事窗口的，请用工作人员账号打开");
        if (code.Audience == "company" && (receiver.Kind != ActorKind.Citizen || receiver.OnBehalfOf is null)) return No(Refusal.Forbidden, "这个码是出示给单位的，请先切换到您所代表的单位");
        if (code.OpenedBy is { } first && first != receiver.Person) return No(Refusal.Gone, "这个码已经被别人用过，请请对方重新出示");
        if (now >= new DateTimeOffset(code.OpenedAt ?? code.ExpiresAt) + (code.OpenedAt is null ? TimeSpan.Zero : ReceiverMayLook)) return No(Refusal.Gone, "亮证码已经过期，请请对方重新出示");
        if (await register.Find(code.Licence) is not { } licence) return No(Refusal.NotFound, "没有这本证照");
        if (code.OpenedAt is not null) return (code, licence);
        var who = await uses.NameOf(receiver);
        var taken = await database.Write(async (c, _) =>
        {
            var opened = await c.ExecuteAsync("update documents.presentation set opened_at = @now, opened_by = @Person, opened_name = @who where code = @Code and opened_at is null", new { now = now.UtcDateTime, receiver.Person, who, code.Code });
            if (opened == 1) await uses.Record(c, licence, receiver, "present", code.Purpose, "持证人出示", null);
            return opened == 1;
        });
        if (!taken) return No(Refusal.Gone, "这个码已经被别人用过，请请对方重新出示");
        return (code with { OpenedAt = now.UtcDateTime, OpenedBy = receiver.Person, OpenedName = who }, licence);
    }

    /// <summary>加注件: a file for one purpose until a day, never the original. At most ninety days.</summary>
    public async Task<Outcome<LicenceCopy>> Copy(LicenceRow licence, string purpose, string madeFor, DateOnly until, Actor actor, string? caseNumber = null)
    {
        var now = time.GetUtcNow();
        var today = ChinaTime.DateOf(now);
        var faults = new List<Fault>();
        (purpose, madeFor) = (purpose.Trim(), madeFor.Trim());
        if (purpose.Length is < 2 or > 100) faults.Add(new("purpose", purpose.Length < 2 ? "请写明仅用于办什么事" : "最多 100 个字"));
        if (madeFor.Length is < 2 or > 100) faults.Add(new("madeFor", madeFor.Length < 2 ? "请写明提供给谁" : "最多 100 个字"));
        if (until < today || until > today.AddDays(90)) faults.Add(new("until", "加注件最长用 90 天"));
        if (faults.Count > 0) return Outcome<LicenceCopy>.Invalid(faults);
        if (!licence.StandsOn(today)) return Outcome<LicenceCopy>.No(Refusal.Conflict, LicenceWords.Sentence(licence.StateOn(today)));
        var maker = await uses.NameOf(actor);
        return await database.Write(async (c, _) =>
        {
            var made = await press.Annotate(c, licence, await types.At(licence.Type, licence.TypeVersion), new(purpose, maker, madeFor, until, now));
            if (!made.Ok) return made.As<LicenceCopy>();
            var copy = new LicenceCopy(Guid.CreateVersion7(), licence.Id, purpose, maker, madeFor, until, caseNumber, made.Value!.File, made.Value.Digest, now.UtcDateTime);
            await c.ExecuteAsync("""
                insert into documents.licence_copy (id, licence, purpose, maker, made_for, valid_to, case_number, file, digest, made_by, made_at)
                values (@Id, @Licence, @Purpose, @Maker, @MadeFor, @ValidTo, @CaseNumber, @File, @Digest, @person, @MadeAt)
                """, new { copy.Id, copy.Licence, copy.Purpose, copy.Maker, copy.MadeFor, copy.ValidTo, copy.CaseNumber, copy.File, copy.Digest, person = actor.Person, copy.MadeAt });
            var chain = (await LicenceRegister.Lock(c, licence.Id))!;
            await LicenceWriting.Write(c, [LicenceDecisions.Noted(chain, actor, now, new NewEvent(LicenceEvents.Copied, Json.Write(new { copy.Id, licence = licence.Id, purpose, madeFor, until, copy.Digest }), purpose))], now);
            await uses.Record(c, licence, actor, "copy", $"{purpose}（提供给{madeFor}）", "加注件", caseNumber, copy.Id);
            return (Outcome<LicenceCopy>)copy;
        });
    }

    public Task<IReadOnlyList<LicenceCopy>> Copies(Guid licence) => database.Read<IReadOnlyList<LicenceCopy>>(async c =>
        (await c.QueryAsync<LicenceCopy>("select id, licence, purpose, maker, made_for, valid_to, case_number, file, digest, made_at from documents.licence_copy where licence = @licence order by made_at desc limit 50", new { licence })).AsList());

    public Task<IReadOnlyList<OwnFile>> Files(Guid party) => database.Read<IReadOnlyList<OwnFile>>(async c =>
        (await c.QueryAsync<OwnFile>("select id, name, note, file, size, type, added_at from documents.own_file where party = @party order by added_at desc", new { party })).AsList());

    /// <summary>Puts a file of the actor into the wallet.</summary>
    public async Task<Outcome<OwnFile>> Add(Guid party, StoredFile file, string note, Actor actor)
    {
        note = note.Trim();
        if (note.Length > 100) return Outcome<OwnFile>.No(Refusal.Invalid, "说明最多 100 个字", "note");
        return await database.Write(async (c, _) =>
        {
            if (await c.ExecuteScalarAsync<int>("select count(*)::int from documents.own_file where party = @party", new { party }) >= MostOwnFiles)
                return Outcome<OwnFile>.No(Refusal.Conflict, $"自存文件最多 {MostOwnFiles} 个，请先删去不用的", "file");
            var own = new OwnFile(Guid.CreateVersion7(), file.Name, note, file.Id, file.Size, file.Type, time.GetUtcNow().UtcDateTime);
            await c.ExecuteAsync("insert into documents.own_file (id, party, name, note, file, size, type, digest, added_at, added_by) values (@Id, @party, @Name, @Note, @File, @Size, @Type, @Digest, @AddedAt, @Person)",
                new { own.Id, party, own.Name, own.Note, own.File, own.Size, own.Type, file.Digest, own.AddedAt, actor.Person });
            return (Outcome<OwnFile>)own;
        });
    }

    public Task<bool> Remove(Guid party, Guid id) => database.Write(async (c, _) =>
    {
        if (await c.ExecuteScalarAsync<Guid?>("delete from documents.own_file where id = @id and party = @party returning file", new { id, party }) is not { } file) return false;
        await FileStore.Forget(c, [file]);
        return true;
    });
}
