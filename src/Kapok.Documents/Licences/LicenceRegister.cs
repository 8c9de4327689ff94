using System.Collections.Immutable;
using Kapok.Foundation;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Npgsql;

namespace Kapok.Documents.Licences;

/// <summary>The register of issued licences: finds licences for those who may act on them. Who may see what is decided by the callers.</summary>
public sealed class LicenceRegister(Database database, LicenceTypes types, TimeProvider time)
{
    public Task<LicenceRow?> Find(Guid id) => One("where id = $1", id);

    public Task<LicenceRow?> ByIdentifier(string identifier) => One("where identifier = $1", identifier);

    async Task<LicenceRow?> One(string rest, object value) => (await database.Read(c => LicenceReading.Rows(c, rest, value))).SingleOrDefault();

    /// <summary>All versions of a licence, oldest first.</summary>
    public Task<List<LicenceRow>> Versions(Guid chain) => database.Read(c => LicenceReading.Rows(c, "where chain = $1 order by version", chain));

    /// <summary>Licences a case has yielded.</summary>
    public Task<List<LicenceRow>> OfCase(Guid caseId) => database.Read(c => LicenceReading.Rows(c, "where case_id = $1 order by name, version", caseId));

    /// <summary>The last version of every licence of a holder, of one type or all; the standing ones first.</summary>
    /// <param name="holder">Key as <see cref="LicenceHolder.LookUp"/> gives it.</param>
    /// <param name="limit">At most 200.</param>
    public Task<List<LicenceRow>> OfHolder(string holder, string? type = null, int limit = 200) => database.Read(c => LicenceReading.Rows(c, """
        where holder_keys @> array[$1::text] and state <> 'superseded' and ($2::text is null or type = $2) order by state in ('valid', 'suspended') desc, issued_on desc, id limit $3
        """, holder, new NpgsqlParameter { Value = (object?)type ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text }, Math.Min(limit, 200)));

    /// <summary>For officials: by certificate number or credit code of the holder, by number, by identifier; the last versions, at most 100.</summary>
    public async Task<List<LicenceRow>> Search(string text, DateOnly today)
    {
        if (LicenceIdentifier.Parse(text, out var identifier).IsValid) return await database.Read(c => LicenceReading.Rows(c, "where identifier = $1", identifier!.ToString()));
        var code = string.Concat(text.Where(ch => !char.IsWhiteSpace(ch))).ToUpperInvariant();
        var kind = CitizenId.Check(code, today).IsValid ? "111" : CreditCode.Check(code).IsValid ? "001" : "999";
        return await database.Read(c => LicenceReading.Rows(c, "where (holder_keys @> array[$1::text] or number = $2) and state <> 'superseded' order by issued_on desc, id limit 100", $"{kind}:{code}", text));
    }

    /// <summary>The licence of a type that a holder may rely on today; null when there is none.</summary>
    public async Task<LicenceRow?> Standing(string holder, string type)
    {
        var today = Foundation.Calendar.ChinaTime.DateOf(time.GetUtcNow());
        return (await OfHolder(holder, type)).FirstOrDefault(l => l.StandsOn(today));
    }

    /// <summary>
    /// For deciding a case: every licence of the types that has one of the numbers or one of the holders, all versions, locked.
    /// One round trip.
    /// </summary>
    public static async Task<ImmutableArray<LicenceChain>> ForDecision(NpgsqlConnection connection, string[] types, string[] numbers, string[] holders) =>
        [.. (await LicenceReading.Rows(connection, """
            where chain in (select chain from documents.licence where type = any($1) and (number = any($2) or holder_keys && $3)) order by chain, version for update
            """, types, numbers, holders)).GroupBy(r => r.Chain).Select(g => new LicenceChain([.. g]))];

    /// <summary>
    /// An act of an office: locks the licence, decides and writes with its event. The caller has found out that the actor may.
    /// </summary>
    public Task<Outcome<LicenceRow>> Act(Guid licence, DeskAct act, Actor actor) => database.Write(async (c, _) => await Act(c, licence, act, actor, time.GetUtcNow()));

    internal static async Task<Outcome<LicenceRow>> Act(NpgsqlConnection c, Guid licence, DeskAct act, Actor actor, DateTimeOffset now)
    {
        if (await Lock(c, licence) is not { } chain) return Outcome<LicenceRow>.No(Refusal.NotFound, "没有这本证照");
        var decided = LicenceDecisions.Act(chain, act, actor, now);
        if (!decided.Ok) return decided.As<LicenceRow>();
        await LicenceWriting.Write(c, [decided.Value!], now);
        return decided.Value!.After;
    }

    /// <summary>The licence with all its versions, locked.</summary>
    internal static async Task<LicenceChain?> Lock(NpgsqlConnection c, Guid licence)
    {
        var found = await LicenceReading.Rows(c, "where id = $1", licence);
        return found.Count == 0 ? null : (await LicenceReading.ForUpdate(c, [found[0].Chain])).Values.Single();
    }

    /// <summary>The type of a licence, as it was when the licence was issued.</summary>
    public ValueTask<LicenceType> TypeOf(LicenceRow licence) => types.At(licence.Type, licence.TypeVersion);
}
