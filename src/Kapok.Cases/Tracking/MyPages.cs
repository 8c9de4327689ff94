using Kapok.Cases.Applying;
using Kapok.Cases.Forms;
using Kapok.Cases.Handling;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Files;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Tracking;

/// <summary>The applicant's own pages: his cases, one case, its papers, what he may still do with it.</summary>
static class MyPages
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/my/cases", List).AllowSignedIn();
        var one = routes.MapGroup("/my/cases/{id:guid}").AllowSignedIn();
        one.MapGet("", Show);
        one.MapGet("submitted", Submitted);
        one.MapGet("calendar.ics", Calendar);
        one.MapGet("code.svg", Code);
        one.MapPost("messages", Say);
        one.MapGet("withdraw", AskWithdraw);
        one.MapPost("withdraw", Withdraw);
        one.MapGet("receipt", Receipt);
        one.MapGet("documents/{document:guid}", Document);
        one.MapGet("files/{material:guid}", File);
        CorrectionPages.Map(one);
        DeliveryPages.Map(one);
        InboxPages.Map(routes);
        StatusPages.Map(routes);
    }

    static async Task<IResult> List(string? after, string? deleted, HttpContext http, MyCases cases, WaitingThings waiting, OrganisationDirectory directory, TimeProvider time)
    {
        var actor = http.Actor();
        var (rows, next) = await cases.Page(actor, after);
        return new PageResult<MyCasesPage>(new
        {
            Rows = rows, Next = next, First = after is null, Waiting = after is null ? await waiting.Of(actor) : Waiting.Nothing, Deleted = deleted == "1",
            Unit = (Func<Guid, string>)(id => directory.Organisation(id)?.Name ?? ""), Now = time.GetUtcNow(),
        });
    }

    static async Task<IResult> Show(Guid id, string? done, HttpContext http, CaseViews views, MyCases cases, FormPlace place, OrganisationDirectory directory, Texts texts)
    {
        if (await views.ForApplicant(id, http.Actor(), papers: false) is not { } view) return Problems.NotFound("没有这个办件");
        if (view.Messages.Any(m => m.ReadAt is null && !m.FromParty)) await cases.Read(id);
        return Page(view, place, directory, texts, http, done, "", null);
    }

    static PageResult<CasePage> Page(CaseView view, FormPlace place, OrganisationDirectory directory, Texts texts, HttpContext http, string? done, string text, FieldErrors? errors) => new(new
    {
        View = view, Standing = Standing.Of(view, directory, texts), Form = FormOf(view), Divisions = (Func<string, string?>)place.NameOf, Address = StatusAddress(http, view), Done = done, Text = text, Errors = errors,
    }) { StatusCode = errors is null ? 200 : 422 };

    public static FormState FormOf(CaseView view) => FormEngine.Show(view.Definition.Form, view.Answers, new FormContext(ChinaTime.DateOf(view.Clock.Now)));

    /// <summary>Where anybody who has the query code can see the state.</summary>
    static string StatusAddress(HttpContext http, CaseView view) => $"{http.Request.Scheme}://{http.Request.Host}/status?code={view.Row.QueryCode}";

    static async Task<IResult> Submitted(Guid id, HttpContext http, CaseViews views, People people) =>
        await views.ForApplicant(id, http.Actor()) is { } view
            ? new PageResult<SubmittedPage>(new { View = view, Address = StatusAddress(http, view), Phone = Masked((await people.Find(view.Row.Submitter))?.Phone) }) : Problems.NotFound("没有这个办件");

    static string? Masked(string? phone) => phone is { Length: >= 11 } ? $"{phone[..3]}****{phone[^4..]}" : null;

    /// <summary>The address where anybody who has it can see the state, to be scanned.</summary>
    static async Task<IResult> Code(Guid id, HttpContext http, CaseViews views)
    {
        if (await views.ForApplicant(id, http.Actor()) is not { } view) return Problems.NotFound("没有这个办件");
        http.Response.Headers.CacheControl = "private, max-age=86400";
        return Results.Text(QrCode.Picture(StatusAddress(http, view)), "image/svg+xml");
    }

    static async Task<IResult> Calendar(Guid id, HttpContext http, CaseViews views)
    {
        if (await views.ForApplicant(id, http.Actor()) is not { } view) return Problems.NotFound("没有这个办件");
        http.Response.Headers.CacheControl = "private, no-store";
        return Results.File(System.Text.Encoding.UTF8.GetBytes(CaseCalendar.Write(view, $"{http.Request.Scheme}://{http.Request.Host}/my/cases/{id}")), "text/calendar; charset=utf-8", $"{view.Row.ItemName}.ics");
    }

    static async Task<IResult> Say(Guid id, HttpContext http, CaseViews views, CaseDesk desk, FormPlace place, OrganisationDirectory directory, Texts texts, CancellationToken stop)
    {
        if (await views.ForApplicant(id, http.Actor()) is not { } view) return Problems.NotFound("没有这个办件");
        var text = (await http.Request.ReadFormAsync(stop))["text"].ToString();
        var sent = await desk.Do(new SendMessage(id, http.Actor(), text), stop);
        if (sent.Ok) return Results.Redirect($"/my/cases/{id}?done=message#messages");
        if (sent.Refused != Refusal.Invalid) return sent.Refuse();
        var errors = new FieldErrors();
        errors.Add("text", sent.Faults[0].Message);
        return Page(view, place, directory, texts, http, null, text, errors);
    }

    static async Task<IResult> AskWithdraw(Guid id, HttpContext http, CaseViews views) =>
        await views.ForApplicant(id, http.Actor()) is not { } view ? Problems.NotFound("没有这个办件")
        : view.Row.Open ? new PageResult<WithdrawPage>(new { View = view }) : Results.Redirect($"/my/cases/{id}");

    static async Task<IResult> Withdraw(Guid id, HttpContext http, CaseViews views, CaseDesk desk, CancellationToken stop)
    {
        if (await views.ForApplicant(id, http.Actor()) is not { } view) return Problems.NotFound("没有这个办件");
        var reason = (await http.Request.ReadFormAsync(stop))["reason"].ToString().Trim();
        if (reason.Length > 500)
        {
            var errors = new FieldErrors();
            errors.Add("reason", "最多 500 个字");
            return new PageResult<WithdrawPage>(new { View = view, Reason = reason, Errors = errors }) { StatusCode = 422 };
        }
        var done = await desk.Do(new Withdraw(id, http.Actor(), reason.Length == 0 ? "申请人撤回" : reason), stop);
        return done.Ok ? Results.Redirect($"/my/cases/{id}?done=withdrawn") : done.Refuse();
    }

    static async Task<IResult> Receipt(Guid id, HttpContext http, CaseViews views, Receipts receipts)
    {
        if (await views.ForApplicant(id, http.Actor()) is not { } view || receipts.Of(view) is not { } receipt) return Problems.NotFound("没有这个办件");
        return new PageResult<ReceiptPage>(new { View = view, Receipt = receipt, Address = StatusAddress(http, view) });
    }

    static async Task<IResult> Document(Guid id, Guid document, HttpContext http, CaseViews views)
    {
        if (await views.ForApplicant(id, http.Actor()) is not { } view || view.Documents.FirstOrDefault(d => d.Id == document) is not { } row) return Problems.NotFound("没有这份文书");
        return new PageResult<DocumentPaperPage>(new { View = view, Document = row, Signature = view.Definition.Documents.GetValueOrDefault(row.Kind)?.Signature });
    }

    static async Task<IResult> File(Guid id, Guid material, HttpContext http, CaseViews views, FileStore files) =>
        await views.ForApplicant(id, http.Actor()) is { } view && view.Materials.FirstOrDefault(m => m.Id == material) is { } row
            ? await MaterialPages.Attachment(http, files, row) : Problems.NotFound("没有这个文件");
}
