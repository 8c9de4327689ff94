using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;

namespace Kapok.Portal.Problems;

/// <summary>What somebody told us about one of our pages.</summary>
/// <param name="Page">Address of the page it is about.</param>
/// <param name="Said">What is wrong.</param>
/// <param name="Contact">How to answer; may be empty.</param>
public sealed record ProblemReport(Guid Id, DateTime At, string Page, string Said, string Contact, Guid? Person, string Device, string Language);

/// <summary>Reports of problems with pages.</summary>
public sealed class ProblemReports(Database database, TimeProvider time)
{
    public const int LongestText = 2_000, LongestContact = 100;

    /// <summary>Keeps a report.</summary>
    public async Task<Outcome<Guid>> Keep(string page, string said, string contact, Actor actor, string device, string language)
    {
        (said, contact) = (said.Trim(), contact.Trim());
        var faults = new List<Fault>();
        if (said.Length < 2) faults.Add(new("said", "请写下哪里有问题"));
        if (said.Length > LongestText) faults.Add(new("said", $"最多 {LongestText} 个字"));
        if (contact.Length > LongestContact) faults.Add(new("contact", $"最多 {LongestContact} 个字"));
        if (faults.Count > 0) return Outcome<Guid>.Invalid(faults);
        var id = Guid.CreateVersion7();
        await database.Read(c => c.ExecuteAsync("""
            insert into portal.problem (id, at, page, said, contact, person, device, language) values (@id, @at, @page, @said, @contact, @person, @device, @language)
            """, new { id, at = time.GetUtcNow().UtcDateTime, page = Cut(page, 500), said, contact, person = actor.Person, device = Cut(device, 300), language }));
        return id;
    }

    /// <summary>Reports nobody has dealt with, newest first.</summary>
    public Task<IReadOnlyList<ProblemReport>> Open(int limit = 100) => database.Read(async c =>
        (IReadOnlyList<ProblemReport>)(await c.QueryAsync<ProblemReport>("select id, at, page, said, contact, person, device, language from portal.problem where done_at is null order by at desc limit @limit", new { limit })).AsList());

    static string Cut(string text, int longest) => text.Length <= longest ? text : text[..longest];
}
