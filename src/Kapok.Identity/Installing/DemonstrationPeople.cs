using System.Globalization;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Packages;
using Kapok.Identity.Divisions;
using Kapok.Identity.SignIn;

namespace Kapok.Identity.Installing;

/// <summary>
/// Invented people, companies and officials of a package, with accounts that all have the published password. Only
/// on demonstration nodes. Their ids come from their keys, so that scenarios can name them.
/// </summary>
public static class DemonstrationPeople
{
    const string PeopleFile = "demo/people.yaml", CompaniesFile = "demo/companies.yaml", OfficialsFile = "demo/officials.yaml";

    /// <summary>Id of a demonstration person (<c>zhang-san</c>), company (<c>xiaoman-catering</c>) or official (<c>market@440106/acceptor</c>).</summary>
    public static Guid IdOf(string key) => AccountEvents.StreamOf("demonstration", key);

    static Guid AccountOf(string name) => AccountEvents.StreamOf("demonstration-account", name);

    public static async Task Check(Package package, InstallContext context, List<Fault> faults)
    {
        var directory = await OrganisationDirectory.Load(context.Connection);
        var today = DateOnly.FromDateTime(context.Now.ToOffset(LocalDate.Offset).DateTime);
        var (people, companies, officials) = Read(package, faults);
        foreach (var p in people)
        {
            if (PersonName.Check(p.Name).Problem is { } name) faults.Add(new(PeopleFile, $"{p.Key}：{name}"));
            // Demonstration newborns may be dated ahead of the day of installation.
            if (p.IdType == "111" && CitizenId.Check(p.IdNumber, today.AddYears(3)).Problem is { } number) faults.Add(new(PeopleFile, $"{p.Key}：{number}"));
            if (p.Residence is { } r && directory.Division(r) is null) faults.Add(new(PeopleFile, $"{p.Key}：没有行政区划 {r}"));
        }
        var keys = people.Select(p => p.Key).ToHashSet();
        foreach (var c in companies)
        {
            if (CreditCode.Check(c.CreditCode).Problem is { } problem) faults.Add(new(CompaniesFile, $"{c.Key}：{problem}"));
            foreach (var who in c.Agents.Prepend(c.LegalRepresentative).Where(w => !keys.Contains(w))) faults.Add(new(CompaniesFile, $"{c.Key}：people.yaml 里没有 {who}"));
        }
        foreach (var o in officials)
        {
            var (organisation, post) = Post(o);
            if (directory.OrganisationByKey(organisation) is null) faults.Add(new(OfficialsFile, $"{o.Key}：没有机构 {organisation}"));
            if (post is null || Of(directory, post) is null) faults.Add(new(OfficialsFile, $"{o.Key}：没有岗位 {post}"));
        }
        foreach (var twice in people.Select(p => p.SignIn).Concat(officials.Select(o => o.SignIn)).OfType<string>().GroupBy(n => n).Where(g => g.Count() > 1))
            faults.Add(new(OfficialsFile, $"登录名 {twice.Key} 重复"));
        foreach (var twice in people.Select(p => p.IdNumber).GroupBy(n => n).Where(g => g.Count() > 1)) faults.Add(new(PeopleFile, $"证件号码 {twice.Key} 重复"));
    }

    /// <returns>How many people there are now from this package.</returns>
    public static async Task<int> Install(Package package, InstallContext context, IdentityOptions options, List<Fault> faults)
    {
        var (people, companies, officials) = Read(package, faults);
        if (people.Count + officials.Count == 0) return 0;
        var (c, directory, at) = (context.Connection, await OrganisationDirectory.Load(context.Connection), context.Now.UtcDateTime);
        var today = DateOnly.FromDateTime(context.Now.ToOffset(LocalDate.Offset).DateTime);
        var staff = officials.Select((o, i) => Person(o, i)).ToList();
        var all = people.Concat(staff).ToList();
        await c.ExecuteAsync("""
            insert into identity.person (id, name, certificate_type, certificate_number, phone, birth_date, sex, residence, address, created_at)
            select v.*, @at from unnest(@ids, @names, @types, @numbers, @phones, @births, @sexes, @residences, @addresses) v
            on conflict (id) do update set name = excluded.name, phone = excluded.phone, residence = excluded.residence, address = excluded.address
            """, new
        {
            at, ids = all.Select(p => IdOf(p.Key)).ToArray(), names = all.Select(p => p.Name).ToArray(), types = all.Select(p => p.IdType).ToArray(), numbers = all.Select(p => p.IdNumber).ToArray(),
            phones = all.Select(p => p.Phone).ToArray(), births = all.Select(p => DateOnly.Parse(p.BirthDate, CultureInfo.InvariantCulture)).ToArray(),
            sexes = all.Select(p => (short)(p.Sex == "男" ? 1 : 2)).ToArray(), residences = all.Select(p => p.Residence).ToArray(), addresses = all.Select(p => p.Address).ToArray(),
        });
        await Companies(context, companies, today);
        // One hash for all: a hundred and fifty would take as many tenths of a second, and the password is published anyway.
        var password = await PasswordHash.Make(IdentityOptions.DemonstrationPassword, options.PasswordRounds);
        var accounts = people.Where(p => p.SignIn is not null).Select(p => (Name: p.SignIn!, Person: IdOf(p.Key), Kind: "citizen"))
            .Concat(officials.Select(o => (Name: o.SignIn, Person: IdOf(o.Key), Kind: "official"))).ToList();
        await c.ExecuteAsync("""
            insert into identity.account (id, person, kind, name, password, created_at)
            select id, person, kind, name, @password, @at from unnest(@ids, @persons, @kinds, @names) v (id, person, kind, name) on conflict do nothing
            """, new { at, password, ids = accounts.Select(a => AccountOf(a.Name)).ToArray(), persons = accounts.Select(a => a.Person).ToArray(), kinds = accounts.Select(a => a.Kind).ToArray(), names = accounts.Select(a => a.Name).ToArray() });
        await c.ExecuteAsync("""
            insert into identity.appointment (id, person, organisation, post, from_date, created_at)
            select id, person, organisation, post, @from, @at from unnest(@ids, @persons, @organisations, @posts) v (id, person, organisation, post) on conflict do nothing
            """, new
        {
            at, from = new DateOnly(2024, 1, 1), ids = officials.Select(o => AccountEvents.StreamOf("demonstration-post", o.Key)).ToArray(), persons = officials.Select(o => IdOf(o.Key)).ToArray(),
            organisations = officials.Select(o => directory.OrganisationByKey(Post(o).Organisation)!.Id).ToArray(), posts = officials.Select(o => Of(directory, Post(o).Post!)!.Key).ToArray(),
        });
        return all.Count;
    }

    static async Task Companies(InstallContext context, IReadOnlyList<CompanyEntry> companies, DateOnly today)
    {
        await context.Connection.ExecuteAsync("""
            insert into identity.company (id, name, credit_code, representative, phone, residence, address, created_at)
            values (@id, @Name, @CreditCode, @representative, @Phone, @Residence, @Address, @at)
            on conflict (id) do update set name = excluded.name, representative = excluded.representative, phone = excluded.phone, residence = excluded.residence, address = excluded.address
            """, companies.Select(c => new { id = IdOf(c.Key), c.Name, c.CreditCode, representative = IdOf(c.LegalRepresentative), c.Phone, c.Residence, c.Address, at = context.Now.UtcDateTime }));
        await context.Connection.ExecuteAsync("insert into identity.company_operator (company, person, from_date) values (@company, @person, @today) on conflict do nothing",
            companies.SelectMany(c => c.Agents.Where(a => a != c.LegalRepresentative).Select(a => new { company = IdOf(c.Key), person = IdOf(a), today })));
    }

    static (IReadOnlyList<PersonEntry>, IReadOnlyList<CompanyEntry>, IReadOnlyList<OfficialEntry>) Read(Package package, List<Fault> faults) =>
        (IdentityPackagePart.List<PersonEntry>(package, PeopleFile, faults), IdentityPackagePart.List<CompanyEntry>(package, CompaniesFile, faults), IdentityPackagePart.List<OfficialEntry>(package, OfficialsFile, faults));

    /// <summary>Officials have no file of their own facts: a valid invented number, another birthday for each.</summary>
    static PersonEntry Person(OfficialEntry official, int index)
    {
        var birth = new DateOnly(1966, 1, 1).AddDays(index * 71 % 12_000);
        var male = index % 2 == 0;
        var division = Post(official).Organisation.Split('@') is [_, var code] ? code : "440000";
        return new()
        {
            Key = official.Key, Name = official.Name, IdNumber = DemoNumber(division[..6], birth, male), Sex = male ? "男" : "女",
            BirthDate = birth.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Phone = $"139{index:D8}", Address = "",
        };
    }

    /// <summary>Sequence codes 990–999 are marked as invented throughout the package.</summary>
    static string DemoNumber(string division, DateOnly birth, bool male)
    {
        var body = $"{division}{birth:yyyyMMdd}{(male ? 999 : 998)}";
        return body + CheckCharacters.Mod11_2(body);
    }

    /// <summary><c>market@440106/acceptor-2</c> → the organisation and the post with its number.</summary>
    static (string Organisation, string? Post) Post(OfficialEntry official) => official.Key.Split('/') is [var organisation, var post] ? (organisation, post) : (official.Key, null);

    /// <summary>The post, with or without a number behind it.</summary>
    static Post? Of(DirectorySnapshot directory, string key) =>
        directory.Post(key) ?? (key.LastIndexOf('-') is > 0 and var dash && key[(dash + 1)..].All(char.IsAsciiDigit) ? directory.Post(key[..dash]) : null);
}
