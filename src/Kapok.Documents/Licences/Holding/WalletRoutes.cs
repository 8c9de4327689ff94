using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Kapok.Foundation.Files;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Documents.Licences.Holding;

/// <summary>The holder's pages, what receivers open, and the check that is open to all.</summary>
static class WalletRoutes
{
    const long LargestOwnFile = 20 << 20;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var mine = routes.MapGroup("/my/licences").AllowSignedIn();
        mine.MapGet("", (string? done, HttpContext http, Wallet wallet, TimeProvider time) => Home(http, wallet, time, done, null));
        mine.MapPost("files", Keep);
        mine.MapGet("files/{file:guid}", OwnContent);
        mine.MapPost("files/{file:guid}/remove", Remove);
        mine.MapGet("{id:guid}", async (Guid id, string? done, HttpContext http, Wallet wallet, LicenceRegister register, LicenceUses uses, LicenceTypes types, TimeProvider time) =>
            await wallet.Find(id, http.Actor()) is { } row ? await One(row, wallet, register, uses, types, time, done) : Problems.NotFound("没有这本证照"));
        mine.MapGet("{id:guid}/file", Content);
        mine.MapGet("{id:guid}/present", ShowPresent);
        mine.MapPost("{id:guid}/present", Present);
        mine.MapPost("{id:guid}/copies", Copy);
        mine.MapGet("{id:guid}/copies/{copy:guid}", CopyContent);

        routes.MapGet("/present", (string? code) => Receive(code ?? "", null)).AllowSignedIn();
        routes.MapGet("/present/{code}", (string code) => Receive(code, null)).AllowSignedIn();
        routes.MapPost("/present", Open).AllowSignedIn();

        routes.MapGet("/licences/check", (string? id) => CheckPage(id is { Length: <= 120 } ? id : "", "", "", null, null)).AllowAnyone();
        routes.MapPost("/licences/check", Check).AllowAnyone();

        var api = routes.MapGroup("/api/v1/my/licences").AllowSignedIn().WithTags("我的证照");
        api.MapGet("", async (HttpContext http, Wallet wallet, TimeProvider time) =>
            await wallet.Of(http.Actor()) is { } party ? Results.Json(new { holder = party.Name, items = (await wallet.Licences(party)).Select(l => LicenceJson.ForHolder(l, time.Today())) }, Json.Options) : Problems.NotFound());
        api.MapGet("{id:guid}", async (Guid id, HttpContext http, Wallet wallet, LicenceUses uses, TimeProvider time) => await wallet.Find(id, http.Actor()) is { } row
            ? Results.Json(new { licence = LicenceJson.ForHolder(row, time.Today()), uses = await uses.Of(row.Chain) }, Json.Options) : Problems.NotFound("没有这本证照"));
        api.MapGet("{id:guid}/file", Content);
        api.MapPost("{id:guid}/presentations", async (Guid id, PresentBody body, HttpContext http, Wallet wallet) =>
        {
            if (await wallet.Find(id, http.Actor()) is not { } row) return Problems.NotFound("没有这本证照");
            var code = await wallet.Present(row, body.Audience ?? "", body.Purpose ?? "", body.Consent ?? false, http.Actor());
            return code.Ok ? Results.Json(new { code = code.Value, seconds = (int)Wallet.CodeLives.TotalSeconds }, Json.Options, statusCode: 201) : code.Refuse();
        });
        routes.MapPost("/api/v1/presentations/{code}", async (string code, HttpContext http, Wallet wallet, TimeProvider time) =>
        {
            var opened = await wallet.Open(code, http.Actor());
            return opened.Ok ? Results.Json(new { opened.Value.Code.HolderName, opened.Value.Code.Purpose, licence = LicenceJson.Metadata(opened.Value.Licence, time.Today()) }, Json.Options) : opened.Refuse();
        }).AllowSignedIn().WithTags("电子证照");
    }

    public sealed record PresentBody(string? Audience, string? Purpose, bool? Consent);

    static DateOnly Today(this TimeProvider time) => ChinaTime.DateOf(time.GetUtcNow());

    static async Task<IResult> Home(HttpContext http, Wallet wallet, TimeProvider time, string? done, FieldErrors? errors) => await wallet.Of(http.Actor()) is not { } party ? Problems.NotFound()
        : new PageResult<WalletPage>(new { Party = party, Rows = await wallet.Licences(party), Files = await wallet.Files(party.Id), Today = time.Today(), Done = done, Errors = errors }) { StatusCode = errors is null ? 200 : 422 };

    static async Task<IResult> One(LicenceRow row, Wallet wallet, LicenceRegister register, LicenceUses uses, LicenceTypes types, TimeProvider time, string? done, FieldErrors? errors = null, IFormCollection? form = null) =>
        new PageResult<LicencePage>(new
        {
            Row = row, Versions = await register.Versions(row.Chain), Uses = await uses.Of(row.Chain), Copies = await wallet.Copies(row.Id), Renewal = types.Current.Find(row.Type)?.Yields.FirstOrDefault(y => y.Act == "renew")?.Item,
            Today = time.Today(), Done = done, Errors = errors, Was = form?.ToDictionary(f => f.Key, f => f.Value.ToString()) ?? [],
        }) { StatusCode = errors is null ? 200 : 422 };

    static async Task<IResult> Keep(HttpContext http, Wallet wallet, FileStore files, TimeProvider time, CancellationToken stop)
    {
        if (await wallet.Of(http.Actor()) is not { } party) return Problems.NotFound();
        var form = await http.Request.ReadFormAsync(stop);
        var errors = new FieldErrors();
        if (form.Files["file"] is not { Length: > 0 } sent) errors.Add("file", "请选择文件");
        else
        {
            await using var content = sent.OpenReadStream();
            var stored = await files.Save(content, sent.FileName, http.Actor().Person!.Value, LargestOwnFile, stop);
            var added = stored.Ok ? await wallet.Add(party.Id, stored.Value!, form["note"].ToString(), http.Actor()) : stored.As<OwnFile>();
            if (added.Ok) return Results.Redirect("/my/licences?done=added#own");
            foreach (var fault in added.Faults) errors.Add(fault.Where is "note" ? "note" : "file", fault.Message);
        }
        return await Home(http, wallet, time, null, errors);
    }

    static async Task<IResult> OwnContent(Guid file, HttpContext http, Wallet wallet, FileStore files) =>
        await wallet.Of(http.Actor()) is { } party && (await wallet.Files(party.Id)).FirstOrDefault(f => f.Id == file) is { } own ? await Send(http, files, own.File, own.Name) : Problems.NotFound("没有这个文件");

    static async Task<IResult> Remove(Guid file, HttpContext http, Wallet wallet) =>
        await wallet.Of(http.Actor()) is { } party && await wallet.Remove(party.Id, file) ? Results.Redirect("/my/licences?done=removed#own") : Problems.NotFound("没有这个文件");

    static async Task<IResult> Content(Guid id, HttpContext http, Wallet wallet, FileStore files) =>
        await wallet.Find(id, http.Actor()) is { File: { } file } row ? await Send(http, files, file, $"{row.Identifier}.ofd") : Problems.NotFound("这本证照还没有文件");

    static async Task<IResult> CopyContent(Guid id, Guid copy, HttpContext http, Wallet wallet, FileStore files) =>
        await wallet.Find(id, http.Actor()) is { } row && (await wallet.Copies(row.Id)).FirstOrDefault(c => c.Id == copy) is { } found ? await Send(http, files, found.File, $"{row.Name}（加注件）.ofd") : Problems.NotFound("没有这份加注件");

    /// <summary>A file as an attachment: never shown inside our own pages.</summary>
    internal static async Task<IResult> Send(HttpContext http, FileStore files, Guid file, string name)
    {
        if (await files.Find(file) is not { } stored) return Problems.NotFound("没有这个文件");
        http.Response.Headers.CacheControl = "private, no-store";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        return Results.Stream(await files.Open(stored), stored.Type, name);
    }

    static async Task<IResult> ShowPresent(Guid id, string? code, HttpContext http, Wallet wallet, TimeProvider time)
    {
        if (await wallet.Find(id, http.Actor()) is not { } row) return Problems.NotFound("没有这本证照");
        var shown = code is null ? null : await wallet.Code(code, http.Actor());
        if (shown?.Licence != row.Id) shown = null;
        return new PageResult<PresentPage>(new { Row = row, Code = shown, Expired = shown is not null && time.GetUtcNow() >= new DateTimeOffset(shown.ExpiresAt), Address = shown is null ? "" : $"{http.Request.Scheme}://{http.Request.Host}/present/{shown.Code}" });
    }

    static async Task<IResult> Present(Guid id, HttpContext http, Wallet wallet)
    {
        if (await wallet.Find(id, http.Actor()) is not { } row) return Problems.NotFound("没有这本证照");
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var code = await wallet.Present(row, form["audience"].ToString(), form["purpose"].ToString(), form["consent"] == "true", http.Actor());
        if (code.Ok) return Results.Redirect($"/my/licences/{id}/present?code={code.Value}");
        var errors = new FieldErrors();
        foreach (var fault in code.Faults) errors.Add(fault.Where, fault.Message);
        return new PageResult<PresentPage>(new { Row = row, Audience = form["audience"].ToString(), Purpose = form["purpose"].ToString(), Errors = errors }) { StatusCode = 422 };
    }

    static async Task<IResult> Copy(Guid id, HttpContext http, Wallet wallet, LicenceRegister register, LicenceUses uses, LicenceTypes types, TimeProvider time)
    {
        if (await wallet.Find(id, http.Actor()) is not { } row) return Problems.NotFound("没有这本证照");
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var errors = new FieldErrors();
        var copied = !DateOnly.TryParse(DateInput.Read(form, "until"), System.Globalization.CultureInfo.InvariantCulture, out var until)
            ? Outcome<LicenceCopy>.No(Refusal.Invalid, "请填写用到哪天", "until") : await wallet.Copy(row, form["copyPurpose"].ToString(), form["madeFor"].ToString(), until, http.Actor());
        if (copied.Ok) return Results.Redirect($"/my/licences/{id}?done=copied#copy");
        foreach (var fault in copied.Faults) errors.Add(fault.Where == "purpose" ? "copyPurpose" : fault.Where, fault.Message);
        return await One(row, wallet, register, uses, types, time, null, errors, form);
    }

    static PageResult<ReceivePage> Receive(string code, FieldErrors? errors, Presentation? shown = null, LicenceRow? row = null, DateOnly today = default, int status = 422) =>
        new(new { Code = code.Length <= 20 ? code : "", Errors = errors, Shown = shown, Row = row, Today = today }) { StatusCode = errors is null ? 200 : status };

    static async Task<IResult> Open(HttpContext http, Wallet wallet, TimeProvider time)
    {
        var code = (await http.Request.ReadFormAsync(http.RequestAborted))["code"].ToString();
        var opened = await wallet.Open(code, http.Actor());
        if (opened.Ok) return Receive(code, null, opened.Value.Code, opened.Value.Licence, time.Today());
        var errors = new FieldErrors();
        errors.Add("code", opened.Message.StartsWith("code：", StringComparison.Ordinal) ? opened.Faults[0].Message : opened.Message);
        return Receive(code, errors, status: Problems.Status(opened.Refused!.Value));
    }

    static PageResult<CheckPage> CheckPage(string identifier, string holder, string number, FieldErrors? errors, CheckAnswer? answer, int status = 422) =>
        new(new { Identifier = identifier, Holder = holder, Number = number, Errors = errors, Answer = answer }) { StatusCode = errors is null ? 200 : status };

    static async Task<IResult> Check(HttpContext http, LicenceCheck check, Texts texts)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var (identifier, holder, number) = (form["identifier"].ToString().Trim(), form["holder"].ToString().Trim(), form["number"].ToString().Trim());
        var errors = new FieldErrors();
        var verdict = LicenceIdentifier.Parse(identifier, out var read);
        if (!verdict.IsValid) errors.Add("identifier", verdict.Problem!);
        if (holder.Length is 0 or > 100) errors.Add("holder", "请填写证照上的持证人");
        if (number.Length > 100) errors.Add("number", "证照编号太长了，请核对");
        if (errors.Any) return CheckPage(identifier, holder, number, errors, null);
        if (await check.Wait(http.Address()) is { } wait)
        {
            http.Response.Headers.RetryAfter = ((int)wait.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
            errors.Add("", texts["查得太频繁，请 {0} 分钟后再试", Math.Max(1, (int)Math.Ceiling(wait.TotalMinutes))]);
            return CheckPage(identifier, holder, number, errors, null, 429);
        }
        return CheckPage(identifier, holder, number, null, await check.Of(read!, holder, number));
    }
}
