using System.Globalization;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Documents.Seals.Ledger;

/// <summary>The seal ledger by page (/desk/seals) and by interface (/api/v1/seals).</summary>
static class SealRoutes
{
    const string Pages = "/desk/seals", Api = "/api/v1/seals", Nobody = "您的岗位不管理印章";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Pages, async (HttpContext http, SealLedger ledger, string? q, string? state, string? done) =>
            new PageResult<SealsPage>(new { Rows = await ledger.List(http.Actor(), q, state), Query = q ?? "", State = state ?? "", Done = done, MayApply = Access.DecideAnywhere(http.Actor(), SealDecisions.Manage).Allowed })).AllowFamily("seals.", Nobody);
        routes.MapGet(Api, async (HttpContext http, SealLedger ledger, string? q, string? state) =>
            Results.Json(new { items = (await ledger.List(http.Actor(), q, state)).Select(r => Shown(r.Seal, r.OrganisationName)) }, Json.Options)).AllowFamily("seals.", Nobody);
        routes.MapGet(Pages + "/new", (HttpContext http, OrganisationDirectory directory, string? organisation) =>
            New(directory, new() { Organisation = organisation ?? (http.Actor().Organisation is { } own ? directory.Organisation(own)?.Key : null) }, null)).Allow(SealDecisions.Manage);
        routes.MapPost(Pages + "/new", ApplyByForm).Allow(SealDecisions.Manage);
        routes.MapPost(Api, async (HttpContext http, SealLedger ledger, SealApplication application) =>
            await ledger.Apply(http.Actor(), application) is var outcome && outcome.Ok ? Results.Json(new { id = outcome.Value }, Json.Options, statusCode: 201) : outcome.Answer()).Allow(SealDecisions.Manage);
        routes.MapGet(Pages + "/{id:guid}", (HttpContext http, SealLedger ledger, Guid id, string? done) => Card(http, ledger, id, done, null, 200)).AllowFamily("seals.", Nobody);
        routes.MapGet(Api + "/{id:guid}", async (HttpContext http, SealLedger ledger, Guid id) =>
            await ledger.Find(http.Actor(), id) is { } card
                ? Results.Json(new { seal = Shown(card.Seal, card.OrganisationName), card.Rights, card.Uses, card.UseCount, card.History, card.Acts }, Json.Options) : Problems.NotFound("没有找到这枚印章")).AllowFamily("seals.", Nobody);
        routes.MapGet(Pages + "/{id:guid}/picture.png", async (HttpContext http, SealLedger ledger, Guid id) =>
            await ledger.Picture(http.Actor(), id) is { } png ? Results.File(png, "image/png") : Problems.NotFound("没有印章图样")).AllowFamily("seals.", Nobody);
        routes.MapPost(Pages + "/{id:guid}/acts", ActByForm).AllowFamily("seals.", Nobody);
        routes.MapPost(Api + "/{id:guid}/acts", async (HttpContext http, SealLedger ledger, Guid id, ActBody body) =>
            body.Act is not { } act || !Enum.IsDefined(act) ? Outcome<string>.No(Refusal.Invalid, "没有这个操作", "act").Answer()
                : await ledger.Do(http.Actor(), id, act, body.Ground, body.Version) is var outcome && outcome.Ok ? Results.Json(new { state = outcome.Value }, Json.Options) : outcome.Answer()).AllowFamily("seals.", Nobody);
        routes.MapPost(Pages + "/{id:guid}/rights", RightsByForm).Allow(SealDecisions.Manage);
        routes.MapPut(Api + "/{id:guid}/rights", async (HttpContext http, SealLedger ledger, Guid id, RightsBody body) => (await ledger.SetRights(http.Actor(), id, body.Rights ?? [])).Answer()).Allow(SealDecisions.Manage);
    }

    /// <param name="Version">Version the caller has seen; left out, the act is done whatever happened meanwhile.</param>
    public sealed record ActBody(SealAct? Act, string? Ground, int? Version);
    public sealed record RightsBody(IReadOnlyList<SealRight>? Rights);

    public sealed record ActForm
    {
        public string? Act { get; init; }
        public string? Ground { get; init; }
        public int? Version { get; init; }
    }

    public sealed record RightsForm
    {
        public string? Rights { get; init; }
    }

    /// <summary>A seal for programs: without the ids of accounts and keys.</summary>
    static object Shown(SealRecord s, string organisation) => new
    {
        s.Id, s.Number, organisation, s.Kind, s.Form, s.Name, s.UnitName, s.Purpose, s.Keeper, s.State, stateTitle = SealStates.Title(s.State), s.Asked, s.Suite, s.ValidFrom, s.ValidTo, s.AppliedAt, s.StateSince, s.Version,
    };

    static IResult New(OrganisationDirectory directory, NewSealForm form, FieldErrors? errors, int status = 422) =>
        new PageResult<NewSealPage>(new { Form = form, Errors = errors, Nearby = (IReadOnlyList<string>)[.. directory.Current.Organisations.Where(o => o.ClosedOn is null).Select(o => o.Key).Take(200)] }) { StatusCode = errors is null ? 200 : status };

    static async Task<IResult> ApplyByForm(HttpContext http, SealLedger ledger, OrganisationDirectory directory, [FromForm] NewSealForm form)
    {
        int? years = string.IsNullOrWhiteSpace(form.Years) ? null : int.TryParse(form.Years, NumberStyles.None, CultureInfo.InvariantCulture, out var y) ? y : 0;
        var kinds = (form.DocumentKinds ?? "").Split([',', '，', '、', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var outcome = await ledger.Apply(http.Actor(), new(form.Organisation, form.Kind, form.Form, form.UnitName, form.Purpose, form.Keeper, years, kinds, form.Ground));
        return outcome.Ok ? Results.Redirect($"{Pages}/{outcome.Value}?done=applied") : outcome.Refused == Refusal.Invalid ? New(directory, form, Errors(outcome.Faults)) : outcome.Refuse();
    }

    static async Task<IResult> ActByForm(HttpContext http, SealLedger ledger, Guid id, [FromForm] ActForm form)
    {
        if (!Enum.TryParse<SealAct>(form.Act, out var act) || !Enum.IsDefined(act)) return Outcome<string>.No(Refusal.Invalid, "没有这个操作", "act").Refuse();
        var outcome = await ledger.Do(http.Actor(), id, act, form.Ground, form.Version);
        return outcome.Ok ? Results.Redirect($"{Pages}/{id}?done={act}") : await Card(http, ledger, id, null, Errors(outcome.Faults), Problems.Status(outcome.Refused!.Value));
    }

    static async Task<IResult> RightsByForm(HttpContext http, SealLedger ledger, Guid id, [FromForm] RightsForm form)
    {
        var lines = (form.Rights ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var rights = lines.Select(l => l.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToList();
        if (rights.Any(r => r.Length != 2)) return await Card(http, ledger, id, null, Errors([new("rights", "每行写两项：文件种类和权限，中间空一格")]), 422);
        var outcome = await ledger.SetRights(http.Actor(), id, [.. rights.Select(r => new SealRight(r[0], r[1]))]);
        return outcome.Ok ? Results.Redirect($"{Pages}/{id}?done=rights") : await Card(http, ledger, id, null, Errors(outcome.Faults), Problems.Status(outcome.Refused!.Value));
    }

    static async Task<IResult> Card(HttpContext http, SealLedger ledger, Guid id, string? done, FieldErrors? errors, int status) =>
        await ledger.Find(http.Actor(), id) is { } card ? new PageResult<SealPage>(new { Card = card, Done = done, Errors = errors }) { StatusCode = status } : Problems.NotFound("没有找到这枚印章");

    static FieldErrors Errors(IReadOnlyList<Fault> faults)
    {
        var errors = new FieldErrors();
        foreach (var fault in faults) errors.Add(fault.Where, fault.Message);
        return errors;
    }
}

/// <summary>What was typed into the form of a new seal.</summary>
public sealed record NewSealForm
{
    public string? Organisation { get; init; }
    public string? Kind { get; init; }
    public string? Form { get; init; }
    public string? UnitName { get; init; }
    public string? Purpose { get; init; }
    public string? Keeper { get; init; }
    public string? Years { get; init; }
    public string? DocumentKinds { get; init; }
    public string? Ground { get; init; }
}
