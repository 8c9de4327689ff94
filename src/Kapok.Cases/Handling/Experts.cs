using System.Collections.Immutable;
using Dapper;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Identity;

namespace Kapok.Cases.Handling;

/// <summary>A question to an expert from outside, as he sees it: not the case, only what he was asked and given.</summary>
public sealed record OpinionRow(Guid Id, Guid CaseId, string ItemName, string Number, Guid Submitter, string AskedByName, Guid FromOrganisation, string Question, DateOnly? DueOn, DateTime AskedAt, string? PersonUnit, bool Confidential, string? Answer, DateTime? AnsweredAt);

/// <summary>
/// Persons asked by name. An official is found among those at work today. An expert from outside needs no account made
/// for him: whoever signs in with the name and the phone of the invitation is he.
/// </summary>
public sealed class Experts(Database database, CaseDesk desk, People people, DataReads reads, OrganisationDirectory directory, CaseFiles files)
{
    const string Mine = """
        select q.id, q.case_id, c.item_name, c.number, c.submitter, q.asked_by_name, q.from_organisation, q.question, q.due_on, q.asked_at, q.person_unit, q.confidential, q.answer, q.answered_at
        from cases.consultation q join cases."case" c on c.id = q.case_id
        where q.organisation is null and (q.answered_by = @me or q.answered_at is null and q.phone = @phone and q.person_name = @name and c.state <> 'closed')
        """;

    /// <summary>The person a form or a program names. Officials of the same name are told apart by their unit.</summary>
    public async Task<Outcome<Expert>> Named(bool outside, string name, string unit, string phone)
    {
        (name, unit) = (name.Trim(), unit.Trim());
        if (outside) return new Expert(null, name, null, unit, phone.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal));
        var found = (await people.OfficialsNamed(name, "cases.%")).Select(o => (o.Person, Organisation: o.Organisation, Unit: directory.Organisation(o.Organisation)?.Name ?? ""))
            .Where(o => o.Unit.Contains(unit, StringComparison.Ordinal)).ToList();
        static Outcome<Expert> No(string message, string where) => Outcome<Expert>.No(Refusal.Invalid, message, where);
        return found.Count switch
        {
            0 => No(unit.Length == 0 ? "没有叫这个名字、办理办件的工作人员" : "这个单位没有叫这个名字、办理办件的工作人员", "name"),
            1 => new Expert(found[0].Person, name, found[0].Organisation, found[0].Unit, ""),
            _ => No($"有 {found.Count} 位同名的工作人员，请写明单位：{string.Join("、", found.Take(5).Select(o => o.Unit))}", "unit"),
        };
    }

    /// <summary>Questions that wait for this person, then those he has answered.</summary>
    public async Task<IReadOnlyList<OpinionRow>> Of(Actor actor) => await Rows(actor, "order by q.answered_at desc nulls first, q.due_on nulls last, q.asked_at limit 100", default);

    /// <summary>How many wait, for the start page of the person.</summary>
    public async Task<int> Waiting(Actor actor) => (await Rows(actor, "and q.answered_at is null limit 100", default)).Count;

    /// <summary>One question with its files; that he looked is recorded for the applicant.</summary>
    public async Task<(OpinionRow Question, IReadOnlyList<AttachmentRow> Files)?> Open(Guid id, Actor actor)
    {
        if ((await Rows(actor, "and q.id = @id", id)).SingleOrDefault() is not { } question) return null;
        await reads.Record(actor, question.Submitter, $"办件 {question.Number}（{question.ItemName}）的专家意见材料", "专家意见");
        return (question, [.. (await files.Of(question.CaseId)).Where(a => a.Subject == id)]);
    }

    /// <summary>Answers once.</summary>
    public async Task<Outcome<CaseSnapshot>> Answer(Guid id, Actor actor, string answer, ImmutableArray<AttachedFile> with)
    {
        if ((await Rows(actor, "and q.id = @id", id)).SingleOrDefault() is not { } question) return Outcome<CaseSnapshot>.No(Refusal.NotFound, NotInvited);
        if (question.AnsweredAt is not null) return Outcome<CaseSnapshot>.No(Refusal.Conflict, "您已经答复过了");
        return await desk.Do(new AnswerExpert(question.CaseId, actor, id, question.PersonUnit ?? "", answer, question.Confidential) { Files = with });
    }

    /// <summary>What a stranger hears, and an expert whose account says another name or phone.</summary>
    public const string NotInvited = "没有请您答复的这个问题。邀请按姓名和手机号核对，请看看账号里登记的手机号对不对。";

    async Task<IReadOnlyList<OpinionRow>> Rows(Actor actor, string rest, Guid id)
    {
        if (actor.Person is not { } me || await people.Find(me) is not { Kind: PartyKind.Person } person) return [];
        var phone = person.Phone.Length == 0 ? "-" : person.Phone;
        return await database.Read<IReadOnlyList<OpinionRow>>(async c => (await c.QueryAsync<OpinionRow>($"{Mine} {rest}", new { me, person.Name, phone, id })).AsList());
    }

    /// <summary>Materials of the case that the official has ticked, as files that go with the question.</summary>
    public static ImmutableArray<AttachedFile> Papers(CaseView view, IEnumerable<string?> wanted)
    {
        var ids = wanted.Select(w => Guid.TryParse(w, out var id) ? id : Guid.Empty).ToHashSet();
        return [.. view.Materials.Where(m => m.RemovedAt is null && ids.Contains(m.Id)).Select(m => new AttachedFile(m.File, m.Name, m.Size, m.Type, m.Digest))];
    }
}
