using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;

namespace Kapok.Portal.Problems;

/// <summary>One thing that goes along with a report, as its writer saw it.</summary>
public sealed record ContextFact(string Label, string Value);

/// <summary>What somebody told us about one of our pages, or asked to be called about.</summary>
/// <param name="Kind"><c>page</c> or <c>call-back</c>.</param>
/// <param name="Number">Short number people can name on the phone.</param>
/// <param name="Page">Address of the page it is about.</param>
/// <param name="Said">What is wrong, or what it is about.</param>
/// <param name="Contact">How to answer; may be empty.</param>
public sealed record ProblemReport(Guid Id, DateTime At, string Kind, string Number, string Page, string Said, string Contact, Guid? Person, string Language, string Context)
{
    public IReadOnlyList<ContextFact> Facts => Json.Read<ContextFact[]>(Context)!;
}

/// <summary>Reports of problems with pages, and requests to be called, until somebody has dealt with them.</summary>
public sealed class ProblemReports(Database database, TimeProvider time)
{
    public const int LongestText = 2_000, LongestContact = 100, LongestName = 30;

    /// <summary>Keeps a report.</summary>
    /// <param name="context">What goes along; the writer has seen it.</param>
    /// <returns>Its number.</returns>
    public async Task<Outcome<string>> Keep(string page, string said, string contact, Guid? person, IReadOnlyList<ContextFact> context, string language)
    {
        (said, contact) = (said.Trim(), contact.Trim());
        var faults = new List<Fault>();
        if (said.Length < 2) faults.Add(new("said", "请写下哪里有问题"));
        if (said.Length > LongestText) faults.Add(new("said", $"最多 {LongestText} 个字"));
        if (contact.Length > LongestContact) faults.Add(new("contact", $"最多 {LongestContact} 个字"));
        return faults.Count > 0 ? Outcome<string>.Invalid(faults) : await Insert("page", page, said, contact, person, context, language);
    }

    /// <summary>Keeps a request to be called. Who waits already is not put down twice.</summary>
    /// <param name="name">How to address the person.</param>
    public async Task<Outcome<string>> AskForCall(string page, string about, string name, string phone, string when, Guid? person, IReadOnlyList<ContextFact> context, string language)
    {
        (about, name) = (about.Trim(), name.Trim());
        var number = Contact.CheckPhone(phone);
        var faults = new List<Fault>();
        if (name.Length is 0 or > LongestName) faults.Add(new("name", name.Length == 0 ? "请写下怎样称呼您" : $"最多 {LongestName} 个字"));
        if (number.Problem is { } wrong) faults.Add(new("phone", wrong));
        else if (number.Value is { Length: < 10 }) faults.Add(new("phone", "请写手机号码，或者带区号的家里电话号码"));
        if (about.Length > LongestText) faults.Add(new("about", $"最多 {LongestText} 个字"));
        if (when is not ("any" or "morning" or "afternoon")) faults.Add(new("when", "请选什么时候方便"));
        if (faults.Count > 0) return Outcome<string>.Invalid(faults);
        var waiting = await database.Read(c => c.ExecuteScalarAsync<string?>("select number from portal.problem where kind = 'call-back' and contact = @phone and done_at is null limit 1", new { phone = number.Value }));
        if (waiting is not null) return waiting;
        ContextFact[] facts = [new("称呼", name), new("方便的时间", when switch { "morning" => "上午", "afternoon" => "下午", _ => "都可以" }), .. context];
        return await Insert("call-back", page, about.Length > 0 ? about : "请打电话给我", number.Value!, person, facts, language);
    }

    async Task<Outcome<string>> Insert(string kind, string page, string said, string contact, Guid? person, IReadOnlyList<ContextFact> context, string language)
    {
        var now = time.GetUtcNow().UtcDateTime;
        for (; ; )
        {
            // Seven digits are read out on the phone without mistakes; a number that is taken is drawn anew.
            var number = "F" + System.Security.Cryptography.RandomNumberGenerator.GetInt32(10_000_000).ToString("D7", System.Globalization.CultureInfo.InvariantCulture);
            if (await database.Read(c => c.ExecuteAsync("""
                insert into portal.problem (id, at, kind, number, page, said, contact, person, language, context)
                values (@id, @now, @kind, @number, @page, @said, @contact, @person, @language, @context::jsonb) on conflict do nothing
                """, new { id = Guid.CreateVersion7(), now, kind, number, page = Cut(page, 500), said, contact, person, language, context = Json.Write(context) })) > 0) return number;
        }
    }

    /// <summary>What nobody has dealt with: those who want to be called first, then the oldest.</summary>
    public Task<IReadOnlyList<ProblemReport>> Open(int limit = 100) => database.Read(async c =>
        (IReadOnlyList<ProblemReport>)(await c.QueryAsync<ProblemReport>("""
            select id, at, kind, number, page, said, contact, person, language, context::text as context from portal.problem where done_at is null order by kind, at limit @limit
            """, new { limit })).AsList());

    /// <summary>Somebody has dealt with it.</summary>
    public async Task<Outcome<bool>> Done(Guid id, Actor official, string note)
    {
        note = note.Trim();
        if (note.Length is < 2 or > LongestText) return Outcome<bool>.No(Refusal.Invalid, note.Length < 2 ? "请写一句怎样处理的" : $"最多 {LongestText} 个字", "note");
        return await database.Write(async (c, _) =>
        {
            if (await c.ExecuteAsync("update portal.problem set done_at = @now, done_by = @by, done_note = @note where id = @id and done_at is null", new { id, now = time.GetUtcNow().UtcDateTime, by = official.Person, note }) == 0)
                return Outcome<bool>.No(Refusal.Conflict, "已经有人处理过了");
            await EventLog.Append(c, id, official, time.GetUtcNow(), new NewEvent("report-answered", Json.Write(new { note })));
            return (Outcome<bool>)true;
        });
    }

    static string Cut(string text, int longest) => text.Length <= longest ? text : text[..longest];
}
