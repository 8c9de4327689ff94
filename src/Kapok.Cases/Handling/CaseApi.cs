using System.Collections.Immutable;
using System.Text.Json;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Handling;

/// <summary>What officials do with cases, as an API. Pages call the same commands.</summary>
static class CaseApi
{
    public sealed record Reasoned(string Reason);
    public sealed record CorrectionBody(Dictionary<string, string>? Fields, Dictionary<string, string>? Materials, string? Note, string? RepeatReason);
    public sealed record CompletionBody(string Outcome, string? Note, JsonElement? Variables, string? WithoutLicence);
    public sealed record ReturnBody(string To, string Reason);
    public sealed record AssignBody(Guid Person, string? Reason);
    /// <param name="Evidence">Files the caller has uploaded.</param>
    public sealed record SuspensionBody(string Procedure, string Ground, Guid[]? Evidence);
    public sealed record ExtensionBody(int Days, string Ground);
    public sealed record DecisionBody(bool Granted, string? Note);
    public sealed record TextBody(string Text);
    public sealed record OtherNumberBody(string? Number, string? Source);
    public sealed record NoteBody(string Text, Guid[]? Mentions);
    public sealed record QuestionBody(Guid? Organisation, Guid[]? Organisations, string Question, DateOnly? Due, bool? Confidential, Guid[]? Files);
    /// <param name="Outside">An expert from outside, who needs unit and phone; otherwise an official.</param>
    /// <param name="Materials">Materials of the case that an outside expert may see.</param>
    public sealed record ExpertBody(bool? Outside, string? Name, string? Unit, string? Phone, string? Question, DateOnly? Due, bool? Confidential, Guid[]? Materials, Guid[]? Files);
    public sealed record AnswerBody(Guid Organisation, string Answer, Guid[]? Files);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var cases = routes.MapGroup("/api/v1/cases").AllowOfficials().WithTags("办件");
        cases.MapGet("", List);
        cases.MapGet("{id:guid}", Show);
        cases.MapPost("{id:guid}/acceptance", (Guid id, HttpContext http, CaseDesk desk) => Do(http, desk, new Accept(id, http.Actor())));
        cases.MapPost("{id:guid}/acceptance-refusal", (Guid id, Reasoned body, HttpContext http, CaseDesk desk) => Do(http, desk, new RefuseAcceptance(id, http.Actor(), body.Reason ?? "")));
        cases.MapPost("{id:guid}/correction", (Guid id, CorrectionBody body, HttpContext http, CaseDesk desk) => Do(http, desk,
            new AskCorrection(id, http.Actor(), (body.Fields ?? []).ToImmutableDictionary(), (body.Materials ?? []).ToImmutableDictionary(), body.Note ?? "", body.RepeatReason ?? "")));
        cases.MapPost("{id:guid}/tasks/{*task}", Task);
        cases.MapGet("{id:guid}/bundle", Desk.CaseRoutes.Archive);
        Desk.VerdictRoutes.MapApi(cases);
        cases.MapPost("{id:guid}/suspension", async (Guid id, SuspensionBody body, HttpContext http, CaseDesk desk, CaseFiles files) =>
            await files.Uploaded(body.Evidence, http.Actor()) is var evidence && evidence.Ok ? await Do(http, desk, new Suspend(id, http.Actor(), body.Procedure ?? "", body.Ground ?? "", evidence.Value)) : evidence.Refuse());
        cases.MapPost("{id:guid}/resumption", (Guid id, TextBody body, HttpContext http, CaseDesk desk) => Do(http, desk, new Resume(id, http.Actor(), body.Text ?? "")));
        cases.MapPost("{id:guid}/extension", (Guid id, ExtensionBody body, HttpContext http, CaseDesk desk) => Do(http, desk, new AskExtension(id, http.Actor(), body.Days, body.Ground ?? "")));
        cases.MapPost("{id:guid}/extension-decision", (Guid id, DecisionBody body, HttpContext http, CaseDesk desk) => Do(http, desk, new DecideExtension(id, http.Actor(), body.Granted, body.Note ?? "")));
        cases.MapPost("{id:guid}/messages", (Guid id, TextBody body, HttpContext http, CaseDesk desk) => Do(http, desk, new SendMessage(id, http.Actor(), body.Text ?? "")));
        cases.MapPost("{id:guid}/other-numbers", (Guid id, OtherNumberBody body, HttpContext http, CaseDesk desk) => Do(http, desk, new AddOtherNumber(id, http.Actor(), body.Number ?? "", body.Source ?? "")));
        cases.MapPost("{id:guid}/notes", async (Guid id, NoteBody body, HttpContext http, CaseDesk desk, Colleagues colleagues) =>
            await Do(http, desk, new AddNote(id, http.Actor(), body.Text ?? "") { Mentions = await colleagues.Named(id, body.Mentions) }));
        cases.MapPost("{id:guid}/questions", async (Guid id, QuestionBody body, HttpContext http, CaseDesk desk, CaseFiles files) =>
            await files.Uploaded(body.Files, http.Actor()) is var found && found.Ok
                ? await Do(http, desk, new AskUnit(id, http.Actor(), [.. body.Organisations ?? (body.Organisation is { } one ? [one] : [])], body.Question ?? "", body.Due) { Confidential = body.Confidential ?? false, Files = found.Value }) : found.Refuse());
        cases.MapPost("{id:guid}/expert-questions", async (Guid id, ExpertBody body, HttpContext http, CaseDesk desk, CaseViews views, CaseFiles files, Experts experts) =>
        {
            var (view, decision) = await views.ForOfficial(id, http.Actor(), "办理");
            if (view is null) return Problems.NotFound(decision.Reason);
            var expert = await experts.Named(body.Outside ?? false, body.Name ?? "", body.Unit ?? "", body.Phone ?? "");
            if (!expert.Ok) return expert.Refuse();
            return await files.Uploaded(body.Files, http.Actor()) is var own && own.Ok
                ? await Do(http, desk, new AskExpert(id, http.Actor(), expert.Value!, body.Question ?? "", body.Due) { Confidential = body.Confidential ?? false, Files = [.. Experts.Papers(view, (body.Materials ?? []).Select(m => m.ToString())), .. own.Value] }) : own.Refuse();
        });
        cases.MapPost("{id:guid}/questions/{question:guid}/reminder", async (Guid id, Guid question, HttpContext http, Desk.Questions questions) =>
        {
            var reminded = await questions.Remind(id, question, http.Actor());
            return reminded.Ok ? Results.Json(CaseJson.Brief(reminded.Value!), Json.Options) : reminded.Refuse();
        });
        cases.MapPost("{id:guid}/questions/{question:guid}/answer", async (Guid id, Guid question, AnswerBody body, HttpContext http, Desk.Questions questions, CaseFiles files) =>
        {
            var found = await files.Uploaded(body.Files, http.Actor());
            if (!found.Ok) return found.Refuse();
            var answered = await questions.Answer(question, http.Actor(), body.Answer ?? "", found.Value);
            return answered.Ok ? Results.Json(CaseJson.Brief(answered.Value!), Json.Options) : answered.Refuse();
        });
    }

    static async Task<IResult> List([AsParameters] ListParameters p, HttpContext http, Database database, OrganisationDirectory directory, Finding.CaseSearch search, TimeProvider time)
    {
        var query = new CaseQuery
        {
            Sort = p.Sort ?? "due", Closed = p.Closed ?? false, Lamp = p.Lamp, State = p.State, Item = p.Item, Organisation = p.Organisation, Text = p.Text, After = p.After, Limit = p.Limit ?? 100,
        };
        var scope = Scope.Of(http.Actor(), directory.Current);
        query = await search.Complete(http.Actor(), query, scope);
        return Results.Json(await database.Read(c => CaseLists.Page(c, scope, query, time.GetUtcNow())), Json.Options);
    }

    public sealed record ListParameters(string? Sort, bool? Closed, string? Lamp, string? State, string? Item, Guid? Organisation, string? Text, string? After, int? Limit);

    static async Task<IResult> Show(Guid id, HttpContext http, CaseViews views)
    {
        var (view, decision) = await views.ForOfficial(id, http.Actor(), "办理");
        if (view is null) return Problems.NotFound(decision.Reason);
        http.Response.Headers.ETag = $"\"{view.Row.Version}\"";
        return Results.Json(CaseJson.ForOfficial(view), Json.Options);
    }

    /// <summary>Task keys may hold slashes, so the verb is the last part of the path.</summary>
    static async Task<IResult> Task(Guid id, string task, HttpContext http, CaseDesk desk, People people, TaskHolders holders)
    {
        var slash = task.LastIndexOf('/');
        if (slash < 1) return Problems.NotFound();
        var (key, verb) = (task[..slash], task[(slash + 1)..]);
        var actor = http.Actor();
        switch (verb)
        {
            case "claim": return await Do(http, desk, new Claim(id, actor, key));
            case "release": return await Do(http, desk, new Release(id, actor, key));
            case "completion":
                var done = await Read<CompletionBody>(http);
                return await Do(http, desk, new CompleteTask(id, actor, key, done.Outcome ?? "", done.Note ?? "", done.Variables) { WithoutLicence = done.WithoutLicence });
            case "return":
                var back = await Read<ReturnBody>(http);
                return await Do(http, desk, new ReturnTask(id, actor, key, back.To ?? "", back.Reason ?? ""));
            case "assignment":
                var assign = await Read<AssignBody>(http);
                if (await people.Find(assign.Person) is not { } person) return Outcome<int>.No(Refusal.Invalid, "没有这个人", "person").Refuse();
                if (await holders.MayWork(id, key, person.Id) is false) return Outcome<int>.No(Refusal.Invalid, $"{person.Name}不在这个岗位上，不能办理这项工作", "person").Refuse();
                return await Do(http, desk, new Assign(id, actor, key, person.Id, person.Name, assign.Reason ?? ""));
            default: return Problems.NotFound();
        }
    }

    static async Task<T> Read<T>(HttpContext http) => await http.Request.ReadFromJsonAsync<T>(Json.Options) ?? throw new JsonException("empty body");

    static async Task<IResult> Do(HttpContext http, CaseDesk desk, CaseCommand command)
    {
        var result = await desk.Do(command with { Expected = Version(http) });
        if (!result.Ok) return result.Refuse();
        http.Response.Headers.ETag = $"\"{result.Value!.Row.Version}\"";
        return Results.Json(CaseJson.Brief(result.Value), Json.Options);
    }

    /// <summary>If-Match carries the version the caller looked at.</summary>
    public static int? Version(HttpContext http) => int.TryParse(http.Request.Headers.IfMatch.ToString().Trim('"'), out var version) ? version : null;
}
