using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Npgsql;

namespace Kapok.Identity;

/// <summary>A natural or legal person as a party to a case.</summary>
/// <param name="CertificateType">GB/T 36903: 111 citizen identity card, 001 unified social credit code.</param>
/// <param name="Sex">GB/T 2261.1: 1 male, 2 female; null for companies.</param>
/// <param name="LegalRepresentative">Name of the legal representative; null for natural persons.</param>
public sealed record Party(Guid Id, PartyKind Kind, string Name, string CertificateType, string CertificateNumber, string Phone, DateOnly? BirthDate = null, int? Sex = null, string? LegalRepresentative = null)
{
    /// <summary>Division of residence or seat, when known.</summary>
    public string? Residence { get; init; }
    /// <summary>Name and number are known, not only claimed by somebody who signed up.</summary>
    public bool Verified { get; init; } = true;
    public string Address { get; init; } = "";
}

public enum PartyKind { Person, Company }

/// <summary>A fact known already, with where it comes from, so that nobody types it again.</summary>
public sealed record Prefilled(string Value, string Source);

/// <summary>An official at a post.</summary>
/// <param name="StandsInFor">Name of the absent official whose post this is, when it is held as a substitute.</param>
public sealed record OfficialAtPost(Guid Person, string Name, Guid Organisation, string Post, string? StandsInFor = null);

/// <summary>Natural and legal persons, and who holds which post.</summary>
public sealed class People(Database database, TimeProvider time)
{
    public const string FromIdentity = "您的实名信息", FromLicence = "营业执照登记信息";

    const string Persons = """
        select id, 0 as kind, name, certificate_type, certificate_number, phone, birth_date, sex::int as sex, null::text as legal_representative, residence, address, verified_at is not null as verified
        from identity.person p
        """;

    const string Companies = """
        select c.id, 1 as kind, c.name, '001' as certificate_type, c.credit_code as certificate_number, c.phone, null::date as birth_date, null::int as sex,
               r.name as legal_representative, c.residence, c.address, true as verified
        from identity.company c join identity.person r on r.id = c.representative
        """;

    /// <summary>A natural or legal person; null when there is none of that id.</summary>
    public Task<Party?> Find(Guid id) => database.Read(c => Find(c, id));

    public static async Task<Party?> Find(NpgsqlConnection connection, Guid id) => (await Find(connection, [id])).SingleOrDefault();

    public static async Task<IReadOnlyList<Party>> Find(NpgsqlConnection connection, IReadOnlyCollection<Guid> ids) =>
        [.. (await connection.QueryAsync<Row>($"{Persons} where p.id = any(@ids) union all {Companies} where c.id = any(@ids)", new { ids = ids.ToArray() })).Select(Party)];

    /// <summary>The party known under this certificate number, for the counter; claims do not count.</summary>
    public Task<Party?> ByCertificate(string type, string number) => database.Read(async c =>
        (await c.QueryAsync<Row>(type == "001" ? $"{Companies} where c.credit_code = @number" : $"{Persons} where p.certificate_type = @type and p.certificate_number = @number and p.verified_at is not null", new { type, number }))
        .Select(Party).SingleOrDefault());

    /// <summary>Himself, and the companies he represents or operates for today.</summary>
    public async Task<IReadOnlyList<Party>> PartiesOf(Actor actor) => actor.Person is not { } person ? [] : await database.Read(async c =>
        (IReadOnlyList<Party>)[.. (await c.QueryAsync<Row>($"""
            {Persons} where p.id = @person
            union all
            {Companies} where c.representative = @person or exists (
              select 1 from identity.company_operator o where o.company = c.id and o.person = @person and o.from_date <= @today and (o.to_date is null or o.to_date >= @today))
            order by kind, name
            """, new { person, today = time.Today() })).Select(Party)]);

    /// <summary>
    /// What forms may fill in by themselves: <c>person.*</c> of the one who acts, and <c>company.*</c> when he acts for a company.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, Prefilled>> PrefillFor(Actor actor)
    {
        var facts = new Dictionary<string, Prefilled>();
        if (actor.Person is not { } person) return facts;
        var found = await database.Read(c => Find(c, actor.OnBehalfOf is { } company ? [person, company] : [person]));
        void Add(string key, string? value, string source) { if (!string.IsNullOrEmpty(value)) facts[key] = new(value, source); }
        foreach (var p in found)
            if (p.Kind == PartyKind.Person)
            {
                Add("person.name", p.Name, FromIdentity);
                Add("person.idNumber", p.CertificateNumber, FromIdentity);
                Add("person.phone", p.Phone, FromIdentity);
                Add("person.birthDate", p.BirthDate?.ToString("yyyy-MM-dd"), FromIdentity);
                Add("person.sex", p.Sex switch { 1 => "男", 2 => "女", _ => null }, FromIdentity);
                Add("person.address", p.Address, FromIdentity);
            }
            else
            {
                Add("company.name", p.Name, FromLicence);
                Add("company.creditCode", p.CertificateNumber, FromLicence);
                Add("company.legalRepresentative", p.LegalRepresentative, FromLicence);
                Add("company.address", p.Address, FromLicence);
            }
        return facts;
    }

    /// <summary>Who holds a post today, substitutes of the absent included; the absent themselves are left out.</summary>
    public Task<IReadOnlyList<OfficialAtPost>> OfficialsAt(Guid organisation, string post) => database.Read(c => OfficialsAt(c, organisation, post, time.Today()));

    public static async Task<IReadOnlyList<OfficialAtPost>> OfficialsAt(NpgsqlConnection connection, Guid organisation, string post, DateOnly today) =>
        [.. await connection.QueryAsync<OfficialAtPost>("""
            with held as (
              select a.person, a.organisation, a.post, b.substitute from identity.appointment a
              left join identity.absence b on b.person = a.person and b.organisation = a.organisation and b.cancelled_at is null and b.from_date <= @today and b.to_date >= @today
              where a.organisation = @organisation and a.post = @post and a.from_date <= @today and (a.to_date is null or a.to_date >= @today))
            select distinct p.id as person, p.name, h.organisation, h.post, case when h.substitute is null then null else away.name end as stands_in_for
            from held h join identity.person away on away.id = h.person join identity.person p on p.id = coalesce(h.substitute, h.person)
            order by p.name, p.id
            """, new { organisation, post, today })];

    /// <summary>Who holds a post with some permission over cases in these organisations today, substitutes of the absent included.</summary>
    public static async Task<IReadOnlyList<OfficialAtPost>> OfficialsIn(NpgsqlConnection connection, Guid[] organisations, string permission, DateOnly today) =>
        [.. await connection.QueryAsync<OfficialAtPost>("""
            select distinct on (p.name, p.id) p.id as person, p.name, a.organisation, a.post, case when b.substitute is null then null else away.name end as stands_in_for
            from identity.appointment a join identity.post t on t.key = a.post
            left join identity.absence b on b.person = a.person and b.organisation = a.organisation and b.cancelled_at is null and b.from_date <= @today and b.to_date >= @today
            join identity.person away on away.id = a.person join identity.person p on p.id = coalesce(b.substitute, a.person)
            where a.organisation = any(@organisations) and a.from_date <= @today and (a.to_date is null or a.to_date >= @today)
              and exists (select 1 from unnest(t.permissions) as x(name) where x.name like @permission)
            order by p.name, p.id
            """, new { organisations, permission, today })];

    /// <summary>Officials of exactly this name who hold a post with some such permission today, one line for each organisation.</summary>
    /// <param name="permission">Pattern, for example <c>cases.%</c>.</param>
    public Task<IReadOnlyList<OfficialAtPost>> OfficialsNamed(string name, string permission) => database.Read(async c => (IReadOnlyList<OfficialAtPost>)[.. await c.QueryAsync<OfficialAtPost>("""
        select distinct on (p.id, a.organisation) p.id as person, p.name, a.organisation, a.post, null::text as stands_in_for
        from identity.person p join identity.appointment a on a.person = p.id join identity.post t on t.key = a.post
        where p.name = @name and a.from_date <= @today and (a.to_date is null or a.to_date >= @today)
          and exists (select 1 from unnest(t.permissions) as x(name) where x.name like @permission)
        order by p.id, a.organisation
        """, new { name, permission, today = time.Today() })]);

    /// <summary>Who stands in for a person today, by organisation.</summary>
    public Task<IReadOnlyList<OfficialAtPost>> SubstitutesOf(Guid person) => database.Read(async c => (IReadOnlyList<OfficialAtPost>)[.. await c.QueryAsync<OfficialAtPost>("""
        select distinct p.id as person, p.name, a.organisation, a.post, away.name as stands_in_for
        from identity.absence b join identity.appointment a on a.person = b.person and a.organisation = b.organisation
        join identity.person p on p.id = b.substitute join identity.person away on away.id = b.person
        where b.person = @person and b.cancelled_at is null and b.from_date <= @today and b.to_date >= @today
          and a.from_date <= @today and (a.to_date is null or a.to_date >= @today)
        """, new { person, today = time.Today() })]);

    /// <summary>Identity number as shown to those who need not know it: 440106********9910.</summary>
    public static string Masked(string number) => number.Length < 10 ? new string('*', number.Length) : number[..6] + new string('*', number.Length - 10) + number[^4..];

    static Party Party(Row r) => new(r.Id, (PartyKind)r.Kind, r.Name, r.CertificateType, r.CertificateNumber, r.Phone, r.BirthDate, r.Sex, r.LegalRepresentative) { Residence = r.Residence, Address = r.Address, Verified = r.Verified };

    sealed record Row(Guid Id, int Kind, string Name, string CertificateType, string CertificateNumber, string Phone, DateOnly? BirthDate, int? Sex, string? LegalRepresentative, string? Residence, string Address, bool Verified);
}
