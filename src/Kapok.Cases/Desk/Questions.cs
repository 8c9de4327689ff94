using Dapper;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Data;

namespace Kapok.Cases.Desk;

/// <summary>A question to my unit.</summary>
public sealed record QuestionRow(Guid Id, Guid CaseId, string Number, string ItemName, string PartyName, string AskedByName, Guid FromOrganisation, string Question, DateOnly? DueOn, DateTime AskedAt, string? Answer, string? AnsweredByName, DateTime? AnsweredAt, int Version);

/// <summary>Questions that other units ask the actor's unit, and their answers. Who is asked sees that case, no other.</summary>
public sealed class Questions(Database database, CaseDesk desk)
{
    const string Columns = """
        select q.id, q.case_id, c.number, c.item_name, c.party_name, q.asked_by_name, q.from_organisation, q.question, q.due_on, q.asked_at, q.answer, q.answered_by_name, q.answered_at, c.version
        from cases.consultation q join cases."case" c on c.id = q.case_id where q.organisation = @unit
        """;

    public Task<IReadOnlyList<QuestionRow>> Open(Actor actor) => Rows(actor, "and q.answered_at is null order by q.due_on nulls last, q.asked_at limit 200");

    /// <summary>Answered ones, the latest first.</summary>
    public Task<IReadOnlyList<QuestionRow>> Answered(Actor actor) => Rows(actor, "and q.answered_at is not null order by q.answered_at desc limit 50");

    public async Task<QuestionRow?> Find(Guid id, Actor actor) => actor.Organisation is null ? null
        : await database.Read(c => c.QuerySingleOrDefaultAsync<QuestionRow>($"{Columns} and q.id = @id", new { unit = actor.Organisation, id }));

    async Task<IReadOnlyList<QuestionRow>> Rows(Actor actor, string rest) => actor.Organisation is null ? []
        : await database.Read<IReadOnlyList<QuestionRow>>(async c => (await c.QueryAsync<QuestionRow>($"{Columns} {rest}", new { unit = actor.Organisation })).AsList());

    /// <summary>Answers once, for the unit that was asked and nobody else.</summary>
    public async Task<Outcome<CaseSnapshot>> Answer(Guid id, Actor actor, string answer)
    {
        if (await Find(id, actor) is not { } question) return Outcome<CaseSnapshot>.No(Refusal.NotFound, "没有这个问题，或者问的不是您的单位");
        if (question.AnsweredAt is not null) return Outcome<CaseSnapshot>.No(Refusal.Conflict, $"{question.AnsweredByName}已经答复过了");
        return await desk.Do(new AnswerUnit(question.CaseId, actor, id, actor.Organisation!.Value, answer));
    }
}
