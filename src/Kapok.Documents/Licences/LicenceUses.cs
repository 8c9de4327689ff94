using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Identity;
using Npgsql;

namespace Kapok.Documents.Licences;

/// <summary>Writes down who used a licence and what for (D22): in the list the holder sees, and among the reads of his data.</summary>
public sealed class LicenceUses(Database database, People people, OrganisationDirectory directory, DataReads reads, TimeProvider time)
{
    /// <summary>Whom the holder reads: office and person, company and person.</summary>
    public async Task<string> NameOf(Actor actor) =>
        actor.Organisation is { } office && directory.Organisation(office) is { } unit ? $"{unit.Name} {actor.Name}"
        : actor.OnBehalfOf is { } company && await people.Find(company) is { } party ? $"{party.Name} {actor.Name}" : actor.Name;

    /// <param name="how">present, case, share, verify, desk, copy.</param>
    /// <param name="ground">Consent of the holder, or the law that allows it.</param>
    public async Task Record(NpgsqlConnection c, LicenceRow licence, Actor actor, string how, string purpose, string ground, string? caseNumber, Guid? copy = null)
    {
        await c.ExecuteAsync("""
            insert into documents.licence_use (id, chain, licence, how, who, person, organisation, purpose, ground, case_number, copy, at)
            values (@id, @Chain, @Id, @how, @who, @Person, @Organisation, @purpose, @ground, @caseNumber, @copy, @now)
            """, new { id = Guid.CreateVersion7(), licence.Chain, licence.Id, how, who = await NameOf(actor), actor.Person, actor.Organisation, purpose, ground, caseNumber, copy, now = time.GetUtcNow().UtcDateTime });
        foreach (var holder in licence.Holders)
            if (await people.ByCertificate(holder.CodeType, holder.Code) is { } party) await reads.Record(actor, party.Id, $"电子证照 {licence.Name} {licence.Number}", purpose);
    }

    public Task Record(LicenceRow licence, Actor actor, string how, string purpose, string ground, string? caseNumber = null) => database.Read(async c =>
    {
        await Record(c, licence, actor, how, purpose, ground, caseNumber);
        return true;
    });

    /// <summary>The latest uses of a licence in all its versions.</summary>
    public Task<IReadOnlyList<Holding.LicenceUse>> Of(Guid chain, int limit = 100) => database.Read<IReadOnlyList<Holding.LicenceUse>>(async c =>
        (await c.QueryAsync<Holding.LicenceUse>("select id, licence, how, who, purpose, ground, case_number, at from documents.licence_use where chain = @chain order by at desc, id desc limit @limit", new { chain, limit })).AsList());

    /// <summary>How a use is called.</summary>
    public static string Word(string how) => how switch { "present" => "出示", "case" => "办件使用", "share" => "部门调用", "verify" => "核验", "copy" => "制作加注件", _ => "窗口查看" };
}
