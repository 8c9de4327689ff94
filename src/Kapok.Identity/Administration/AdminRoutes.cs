using System.Text.Json;
using Kapok.Foundation;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity.Granting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Identity.Administration;

/// <summary>Business administration: organisations, openings, who may do what. Officials are in <see cref="OfficialRoutes"/>.</summary>
static class AdminRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/admin", (HttpContext http) => IdentityPages.Administration(http.Actor()) is [var first, ..] ? Results.Redirect(first.Href) : Problems.Forbidden("您没有管理权限")).AllowOfficials();
        routes.MapGet("/admin/organisations", ShowOrganisations).Allow(Grants.Manage);
        routes.MapGet("/api/v1/admin/organisations", (HttpContext http, OrganisationDirectory directory, string? q, string? after) => Results.Json(Organisations(Scope(http, directory), q, after), Kapok.Foundation.Data.Json.Options)).Allow(Grants.Manage);
        routes.MapGet("/admin/organisations/{id:guid}", ShowOrganisation).Allow(Grants.Manage);
        routes.MapPost("/admin/organisations/{id:guid}/close", async (HttpContext http, Openings openings, Guid id, [FromForm] GroundForm form) =>
            await openings.Close(http.Actor(), id, form.Ground) is var outcome && outcome.Ok ? Results.Redirect("/admin/organisations?done=closed") : outcome.Refuse()).Allow(Grants.Manage);
        routes.MapPost("/api/v1/admin/organisations/{id:guid}/close", async (HttpContext http, Openings openings, Guid id, GroundBody body) => (await openings.Close(http.Actor(), id, body.Ground)).Answer()).Allow(Grants.Manage);
        routes.MapGet("/admin/openings", (HttpContext http, OrganisationDirectory directory) => OpeningPage(http, directory, new(), null)).Allow(Grants.Manage);
        routes.MapPost("/admin/openings", OpenByForm).Allow(Grants.Manage);
        routes.MapPost("/api/v1/admin/openings", async (HttpContext http, Openings openings, Opening body) => (await openings.Open(http.Actor(), body)).Answer(StatusCodes.Status201Created)).Allow(Grants.Manage);
        routes.MapGet("/admin/access", ShowAccess).Allow(Grants.Manage);
        routes.MapGet("/api/v1/admin/access", Ask).Allow(Grants.Manage);
    }

    public sealed record GroundForm
    {
        public string? Ground { get; init; }
    }
    public sealed record GroundBody(string? Ground);

    static AdminScope Scope(HttpContext http, OrganisationDirectory directory) => new(http.Actor(), Grants.Manage, directory.Current);

    /// <summary>Open organisations within reach, in order of place and line; text is part of the name, key or credit code.</summary>
    static Listing<Organisation> Organisations(AdminScope scope, string? q, string? after)
    {
        const int size = 50;
        var words = (q ?? "").Trim();
        var found = scope.Organisations
            .Where(o => o.ClosedOn is null && (words.Length == 0 || o.Name.Contains(words, StringComparison.Ordinal) || o.Key.Contains(words, StringComparison.Ordinal) || o.CreditCode == words))
            .SkipWhile(o => after is not null && string.CompareOrdinal($"{o.DivisionCode} {o.Line}", after) <= 0).Take(size + 1).ToList();
        return new([.. found.Take(size)], found.Count > size ? $"{found[size - 1].DivisionCode} {found[size - 1].Line}" : null);
    }

    static IResult ShowOrganisations(HttpContext http, OrganisationDirectory directory, string? q, string? after, string? done) =>
        new PageResult<OrganisationsPage>(new { List = Organisations(Scope(http, directory), q, after), Query = q ?? "", First = after is null, Done = done });

    static async Task<IResult> ShowOrganisation(HttpContext http, OrganisationDirectory directory, OfficialLists lists, Guid id, string? after)
    {
        var scope = Scope(http, directory);
        if (scope.Directory.Organisation(id) is not { } organisation || !scope.Reaches(organisation)) return Problems.NotFound("没有找到这个机构");
        return new PageResult<OrganisationPage>(new
        {
            Organisation = organisation, Division = scope.Directory.Division(organisation.DivisionCode)!, Parent = organisation.Parent is { } p ? scope.Directory.Organisation(p) : null,
            People = await lists.Search(scope, null, organisation.Key, after),
        });
    }

    static IResult OpeningPage(HttpContext http, OrganisationDirectory directory, OpeningForm form, FieldErrors? errors)
    {
        var scope = Scope(http, directory);
        var lines = scope.Directory.Lines.Where(l => scope.Actor.Grants.Any(g => g.Permissions.Contains(Grants.Manage) && g.Organisation is null && (g.Line is null || g.Line == l.Key))).Select(l => new Choice(l.Key, l.Name)).ToList();
        var example = scope.Organisations.FirstOrDefault()?.DivisionCode ?? "440106";
        return new PageResult<OpeningsPage>(new { Lines = lines, Form = form, Errors = errors, Example = example }) { StatusCode = errors is null ? 200 : 422 };
    }

    /// <summary>Either one organisation by fields, or a whole opening as JSON, typed or as a file.</summary>
    static async Task<IResult> OpenByForm(HttpContext http, OrganisationDirectory directory, Openings openings)
    {
        var posted = await http.Request.ReadFormAsync();
        var form = new OpeningForm(posted["line"].ToString(), posted["division"].ToString().Trim(), posted["name"].ToString().Trim(), posted["creditCode"].ToString().Trim(), posted["json"].ToString());
        Opening? opening;
        if (posted["kind"] == "json")
        {
            var text = form.Json ?? "";
            if (posted.Files["file"] is { Length: > 0 } file)
            {
                if (file.Length > 1 << 20) return OpeningPage(http, directory, form, Error("file", "文件最大 1 MB"));
                using var reader = new StreamReader(file.OpenReadStream(), new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true));
                try { text = await reader.ReadToEndAsync(); }
                catch (System.Text.DecoderFallbackException) { return OpeningPage(http, directory, form, Error("file", "文件不是 UTF-8 编码，请另存为 UTF-8 后再上传")); }
            }
            try { opening = JsonSerializer.Deserialize<Opening>(text, Kapok.Foundation.Data.Json.Options); }
            catch (JsonException e) { return OpeningPage(http, directory, form with { Json = text }, Error("json", $"JSON 格式不正确：第 {e.LineNumber + 1} 行，{e.Path}")); }
            form = form with { Json = text };
        }
        else opening = new() { Organisations = [new(form.Line, form.Division, form.Name.Length == 0 ? null : form.Name, null, form.CreditCode.Length == 0 ? null : form.CreditCode)] };
        var outcome = await openings.Open(http.Actor(), opening ?? new());
        if (outcome.Ok) return new PageResult<OpenedPage>(new { Opened = outcome.Value, Directory = directory.Current });
        var errors = posted["kind"] == "json" ? Json(outcome.Faults) : outcome.Faults.ToErrors("line", "division", "name", "creditCode");
        return OpeningPage(http, directory, form, errors);
    }

    /// <summary>Everything about a file stands beside the text, each fault with its place in it.</summary>
    static FieldErrors Json(IReadOnlyList<Fault> faults)
    {
        var errors = new FieldErrors();
        foreach (var fault in faults) errors.Add("json", fault.ToString());
        return errors;
    }

    static FieldErrors Error(string field, string message)
    {
        var errors = new FieldErrors();
        errors.Add(field, message);
        return errors;
    }

    static async Task<IResult> ShowAccess(HttpContext http, AccessQuestion question, string? permission, string? organisation)
    {
        var asked = !string.IsNullOrEmpty(permission) && !string.IsNullOrEmpty(organisation);
        var outcome = asked ? await question.Ask(http.Actor(), permission!, organisation!.Trim()) : null;
        return new PageResult<AccessPage>(new
        {
            Permissions = question.Permissions, Permission = permission ?? "", Organisation = organisation ?? "", Answers = outcome?.Value, Errors = outcome is { Ok: false } ? outcome.Faults.ToErrors() : null,
        }) { StatusCode = outcome is { Ok: false } ? Problems.Status(outcome.Refused!.Value) : 200 };
    }

    static async Task<IResult> Ask(HttpContext http, AccessQuestion question, string? permission, string? organisation, Guid? person) => person is { } one
        ? (await question.Ask(http.Actor(), permission ?? "", organisation ?? "", one)).Answer()
        : (await question.Ask(http.Actor(), permission ?? "", organisation ?? "")).Answer();
}

/// <summary>What was typed into the form of an opening.</summary>
public sealed record OpeningForm(string Line = "", string Division = "", string Name = "", string CreditCode = "", string? Json = null);
