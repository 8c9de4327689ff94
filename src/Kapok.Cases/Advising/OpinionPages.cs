using Kapok.Cases.Handling;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Files;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Advising;

/// <summary>Where an expert from outside reads what he is asked and answers. He sees neither the case nor the applicant.</summary>
static class OpinionPages
{
    const long LargestForm = 64L << 20;

    public sealed record OpinionBody(string? Answer, Guid[]? Files);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var mine = routes.MapGroup("/my/opinions").AllowSignedIn();
        mine.MapGet("", async (HttpContext http, Experts experts, TimeProvider time, string? done) => new PageResult<OpinionsPage>(new
        {
            Questions = await experts.Of(http.Actor()), Today = ChinaTime.DateOf(time.GetUtcNow()), Done = done == "answer",
        }));
        mine.MapGet("{id:guid}", async (Guid id, HttpContext http, Experts experts) => await experts.Open(id, http.Actor()) is { } found ? Page(found, null, "") : Problems.NotFound(Experts.NotInvited));
        mine.MapPost("{id:guid}", Answer).WithMetadata(new RequestSizeLimitAttribute(LargestForm)).WithFormOptions(multipartBodyLengthLimit: LargestForm);
        mine.MapGet("{id:guid}/files/{attachment:guid}", File);

        var api = routes.MapGroup("/api/v1/my/opinions").AllowSignedIn().WithTags("专家意见");
        api.MapGet("", async (HttpContext http, Experts experts) => Results.Json(new { items = (await experts.Of(http.Actor())).Select(Shown) }, Json.Options));
        api.MapGet("{id:guid}", async (Guid id, HttpContext http, Experts experts) => await experts.Open(id, http.Actor()) is { } found
            ? Results.Json(new { question = Shown(found.Question), files = found.Files.Select(f => new { f.Id, f.Name, f.Size, f.Type, f.Digest, f.Purpose }) }, Json.Options) : Problems.NotFound(Experts.NotInvited));
        api.MapPost("{id:guid}/answer", async (Guid id, OpinionBody body, HttpContext http, Experts experts, CaseFiles files) =>
        {
            var with = await files.Uploaded(body.Files, http.Actor());
            if (!with.Ok) return with.Refuse();
            var answered = await experts.Answer(id, http.Actor(), body.Answer ?? "", with.Value);
            return answered.Ok ? Results.NoContent() : answered.Refuse();
        });
    }

    static object Shown(OpinionRow q) => new { q.Id, q.ItemName, q.AskedByName, q.Question, q.DueOn, q.AskedAt, q.Confidential, q.Answer, q.AnsweredAt };

    static PageResult<OpinionPage> Page((OpinionRow Question, IReadOnlyList<AttachmentRow> Files) found, FieldErrors? errors, string typed, int status = StatusCodes.Status200OK) =>
        new(new { found.Question, found.Files, Errors = errors, Typed = typed }) { StatusCode = status };

    static async Task<IResult> Answer(Guid id, HttpContext http, Experts experts, CaseFiles files)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        if (await experts.Open(id, http.Actor()) is not { } found) return Problems.NotFound(Experts.NotInvited);
        var with = await files.Posted(form, "files", http.Actor());
        var done = with.Ok ? await experts.Answer(id, http.Actor(), form["answer"].ToString(), with.Value) : with.As<CaseSnapshot>();
        if (done.Ok) return Results.Redirect("/my/opinions?done=answer");
        FieldErrors errors = [];
        foreach (var fault in done.Faults) errors.Add(found.Question.AnsweredAt is null && fault.Where is "answer" or "files" ? fault.Where : "", fault.Message);
        return await experts.Open(id, http.Actor()) is { } again ? Page(again, errors, form["answer"].ToString(), Problems.Status(done.Refused!.Value)) : done.Refuse();
    }

    static async Task<IResult> File(Guid id, Guid attachment, HttpContext http, Experts experts, FileStore store)
    {
        if (await experts.Open(id, http.Actor()) is not { } found) return Problems.NotFound(Experts.NotInvited);
        if (found.Files.FirstOrDefault(f => f.Id == attachment) is not { } wanted || await store.Find(wanted.File) is not { } stored) return Problems.NotFound("没有这份附件");
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        http.Response.Headers.CacheControl = "private, no-store";
        return Results.Stream(await store.Open(stored), stored.Type, wanted.Name);
    }
}
