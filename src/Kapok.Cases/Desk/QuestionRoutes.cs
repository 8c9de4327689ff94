using Kapok.Cases.Handling;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Desk;

static class QuestionRoutes
{
    public static void Map(RouteGroupBuilder desk)
    {
        desk.MapGet("questions", async (HttpContext http, Questions questions, TimeProvider time, string? done) => new PageResult<QuestionsPage>(new
        {
            Open = await questions.Open(http.Actor()), Answered = await questions.Answered(http.Actor()), Ours = await questions.Asked(http.Actor()), Today = ChinaTime.DateOf(time.GetUtcNow()), Said = CaseWords.Done(done),
        }));
        desk.MapGet("questions/{id:guid}", async (Guid id, HttpContext http, Questions questions) => await questions.Find(id, http.Actor()) is { } question
            ? new PageResult<QuestionPage>(new { Question = question }) : Problems.NotFound("没有这个问题，或者问的不是您的单位"));
        desk.MapPost("questions/{id:guid}", Answer);
    }

    static async Task<IResult> Answer(Guid id, HttpContext http, Questions questions, CaseFiles files)
    {
        var form = await http.Request.ReadFormAsync();
        var text = form["answer"].ToString();
        var with = await files.Posted(form, "answerFiles", http.Actor());
        var result = with.Ok ? await questions.Answer(id, http.Actor(), text, with.Value) : with.As<CaseSnapshot>();
        if (result.Ok) return Results.Redirect("/desk/questions?done=answer");
        if (result.Refused is Refusal.NotFound || await questions.Find(id, http.Actor()) is not { } question) return result.Refuse();
        FieldErrors errors = [];
        foreach (var fault in result.Faults) errors.Add(question.AnsweredAt is null && fault.Where is "answer" or "answerFiles" ? fault.Where : "", fault.Message);
        return new PageResult<QuestionPage>(new { Question = question, Errors = errors, Typed = text }) { StatusCode = Problems.Status(result.Refused!.Value) };
    }
}
