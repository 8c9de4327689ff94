using System.Text;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Identity.Granting;

namespace Kapok.Identity.Administration;

/// <summary>A page of a list, with the key of the next; no totals, no offsets.</summary>
public sealed record Listing<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>An official in a list.</summary>
public sealed record OfficialRow(Guid Person, string Name, string Account, string State, DateTime? LastSignIn, string Posts);

/// <summary>An official with everything an administrator may see of him.</summary>
public sealed record OfficialCard(Guid Person, string Name, string IdNumber, string Phone, Guid? AccountId, string? Account, string? State, bool MustChange, DateTime? LastSignIn)
{
    public IReadOnlyList<HeldPost> Posts { get; init; } = [];
    public IReadOnlyList<GivenRole> Roles { get; init; } = [];
    public IReadOnlyList<AbsenceRow> Absences { get; init; } = [];

    /// <summary>Why the viewer must not change anything; null when he may.</summary>
    public string? Untouchable { get; init; }
}

public sealed record HeldPost(Guid Id, Guid Organisation, string OrganisationName, string Post, string PostName, DateOnly From, DateOnly? To);
public sealed record GivenRole(Guid Id, string Title, DateOnly From, DateOnly? To);
public sealed record AbsenceRow(Guid Id, string Person, string Substitute, string Organisation, DateOnly From, DateOnly To, string Reason);

/// <summary>Lists of officials within somebody's scope.</summary>
public sealed class OfficialLists(Database database, OrganisationDirectory directory, TimeProvider time)
{
    public const int PageSize = 50;

    /// <summary>Officials by name, with those of ended posts; search by name, account or organisation.</summary>
    /// <param name="after">Key of the page before, from <see cref="Listing{T}.Next"/>.</param>
    public async Task<Listing<OfficialRow>> Search(AdminScope scope, string? text, string? organisation, string? after)
    {
        var (lastName, lastId) = Key(after);
        var words = (text ?? "").Trim();
        var rows = await database.Read(async c => (await c.QueryAsync<OfficialRow>($"""
            select p.id as person, p.name, coalesce(ac.name, '') as account, coalesce(ac.state, '') as state, ac.last_sign_in,
                   (select coalesce(string_agg(o.name || ' ' || t.name, '、' order by a.from_date, o.name), '') from identity.appointment a join identity.organisation o on o.id = a.organisation
                     join identity.division d on d.code = o.division join identity.post t on t.key = a.post
                     where a.person = p.id and a.from_date <= @today and (a.to_date is null or a.to_date >= @today) and {AdminScope.Sql}) as posts
            from identity.person p left join identity.account ac on ac.person = p.id and ac.kind = 'official'
            where (p.name, p.id) > (@lastName, @lastId)
              and (@words = '' or starts_with(p.name, @words) or starts_with(ac.name, @words))
              and exists (select 1 from identity.appointment a join identity.organisation o on o.id = a.organisation join identity.division d on d.code = o.division
                          where a.person = p.id and (@organisation = '' or o.key = @organisation) and {AdminScope.Sql})
            order by p.name, p.id limit @limit
            """, scope.Parameters(new { lastName, lastId, words, organisation = organisation ?? "", today = time.Today(), limit = PageSize + 1 }))).AsList());
        var more = rows.Count > PageSize;
        if (more) rows.RemoveAt(PageSize);
        return new(rows, more ? Convert.ToBase64String(Encoding.UTF8.GetBytes($"{rows[^1].Name}\n{rows[^1].Person}")) : null);
    }

    static (string Name, Guid Id) Key(string? after)
    {
        if (string.IsNullOrEmpty(after)) return ("", Guid.Empty);
        var bytes = new byte[after.Length];
        if (!Convert.TryFromBase64String(after, bytes, out var length)) throw new InvalidDataException("翻页位置不正确，请回到第一页");
        return Encoding.UTF8.GetString(bytes, 0, length).Split('\n') is [var name, var id] && Guid.TryParse(id, out var guid) ? (name, guid) : throw new InvalidDataException("翻页位置不正确，请回到第一页");
    }

    /// <summary>An official within the scope; null when there is none.</summary>
    public Task<OfficialCard?> Find(AdminScope scope, Guid person) => database.Read(async c =>
    {
        var card = await c.QuerySingleOrDefaultAsync<OfficialCardRow>($"""
            select p.id as person, p.name, p.certificate_number as id_number, p.phone, ac.id as account_id, ac.name as account, ac.state, coalesce(ac.must_change, false) as must_change, ac.last_sign_in
            from identity.person p left join identity.account ac on ac.person = p.id and ac.kind = 'official'
            where p.id = @person and exists (select 1 from identity.appointment a join identity.organisation o on o.id = a.organisation join identity.division d on d.code = o.division where a.person = p.id and {AdminScope.Sql})
            """, scope.Parameters(new { person }));
        if (card is null) return null;
        var posts = await c.QueryAsync<(Guid Id, Guid Organisation, string Post, DateOnly From, DateOnly? To)>(
            "select id, organisation, post, from_date, to_date from identity.appointment where person = @person order by from_date desc, id desc", new { person });
        var roles = await c.QueryAsync<(Guid Id, string Post, string? Division, Guid? Organisation, string? Line, DateOnly From, DateOnly? To)>(
            "select id, post, division, organisation, line, from_date, to_date from identity.role_grant where person = @person order by from_date desc, id desc", new { person });
        var now = directory.Current;
        return new OfficialCard(card.Person, card.Name, People.Masked(card.IdNumber), card.Phone, card.AccountId, card.Account, card.State, card.MustChange, card.LastSignIn)
        {
            Posts = [.. posts.Where(p => now.Organisation(p.Organisation) is { } o && scope.Reaches(o))
                .Select(p => new HeldPost(p.Id, p.Organisation, now.Organisation(p.Organisation)!.Name, p.Post, now.Post(p.Post)?.Name ?? p.Post, p.From, p.To))],
            Roles = [.. roles.Where(r => now.Post(r.Post) is not null)
                .Select(r => new GivenRole(r.Id, Grants.Role(now, now.Post(r.Post)!, r.Division, r.Organisation is { } o ? now.Organisation(o) : null, r.Line).Title, r.From, r.To))],
            Absences = await Absences(person),
            Untouchable = await scope.WhyNot(c, person, time.Today()),
        };
    });

    /// <summary>Absences of a person from now on, and those in which he stands in for others.</summary>
    public Task<IReadOnlyList<AbsenceRow>> Absences(Guid person) => database.Read(async c => (IReadOnlyList<AbsenceRow>)[.. await c.QueryAsync<AbsenceRow>("""
        select b.id, p.name as person, s.name as substitute, o.name as organisation, b.from_date as "from", b.to_date as "to", b.reason
        from identity.absence b join identity.person p on p.id = b.person join identity.person s on s.id = b.substitute join identity.organisation o on o.id = b.organisation
        where (b.person = @person or b.substitute = @person) and b.cancelled_at is null and b.to_date >= @today order by b.from_date, b.id
        """, new { person, today = time.Today() })]);

    /// <summary>Colleagues of a person in an organisation today, for choosing a substitute.</summary>
    public Task<IReadOnlyList<(Guid Person, string Name)>> Colleagues(Guid person, Guid organisation) => database.Read(async c => (IReadOnlyList<(Guid, string)>)[.. await c.QueryAsync<(Guid, string)>("""
        select distinct p.id, p.name from identity.appointment a join identity.person p on p.id = a.person join identity.post t on t.key = a.post
        where a.organisation = @organisation and a.person <> @person and t.scope <> 'node' and a.from_date <= @today and (a.to_date is null or a.to_date >= @today) order by p.name, p.id
        """, new { person, organisation, today = time.Today() })]);

    sealed record OfficialCardRow(Guid Person, string Name, string IdNumber, string Phone, Guid? AccountId, string? Account, string? State, bool MustChange, DateTime? LastSignIn);
}
