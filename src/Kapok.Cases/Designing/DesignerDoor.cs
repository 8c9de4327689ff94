using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Designing;

/// <summary>
/// Who may enter the designer: officials who edit, review or publish items. A form or flow is a part of its items, so
/// who answers for the items answers for it; there is no further role to hand out. How far it reaches is decided on
/// every item that uses the definition (<see cref="DesignScope"/>).
/// </summary>
static class DesignerDoor
{
    public static RouteGroupBuilder Group(IEndpointRouteBuilder routes, string path) => routes.MapGroup(path).AllowFamily("catalogue.", "您的岗位不编制事项、表单和流程");
}

/// <summary>A post to a page of the designer: what it names, what came with it.</summary>
sealed record DesignPost(HttpContext Http, DesignDesk Desk, string Kind, string Name, IFormCollection Form)
{
    public Actor Actor => Http.Actor();
    public int Revision => int.TryParse(Form["revision"], out var revision) ? revision : 0;
    public string Address => $"/desk/designer/{Kind}s/{Name}";

    public static async Task<DesignPost> Read(HttpContext http, DesignDesk desk, string kind, string package, string name) => new(http, desk, kind, $"{package}/{name}", await http.Request.ReadFormAsync(http.RequestAborted));

    /// <summary>Where the page wants to go on; only within this definition.</summary>
    public string Back(string? usual = null)
    {
        var back = Form["back"].ToString();
        return back == Address || back.StartsWith(Address + "?", StringComparison.Ordinal) || back.StartsWith(Address + "/", StringComparison.Ordinal) ? back : usual ?? Address;
    }

    /// <summary>Back to the page with a word on what was done and, after a change, the way to undo it.</summary>
    public IResult Done(string address, string words) => Results.Redirect($"{address}{(address.Contains('?') ? '&' : '?')}done={Uri.EscapeDataString(words)}");

    /// <summary>What others did since the revision the page was made from.</summary>
    public async Task<IReadOnlyList<WorkingAct>> Others<T>(Outcome<T> outcome, ShownDesign shown) =>
        outcome.Refused == Refusal.Conflict && shown.Copy is not null && shown.Revision != Revision ? await Desk.ChangesSince(shown.Design.Id, Revision) : [];

    public static FieldErrors Errors<T>(Outcome<T> outcome)
    {
        var errors = new FieldErrors();
        foreach (var fault in outcome.Faults) errors.Add(fault.Where, fault.Message);
        return errors;
    }
}
