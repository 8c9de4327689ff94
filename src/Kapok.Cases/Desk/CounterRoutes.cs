using Kapok.Cases.Applying;
using Kapok.Catalogue;
using Kapok.Foundation;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Desk;

/// <summary>
/// The counter: the certificate of who stands there, the item, and the same form as at home. A person is found by the whole
/// number only and shown masked; the number never stands in an address. The look-up is recorded.
/// </summary>
static class CounterRoutes
{
    public static readonly IReadOnlyList<Choice> Certificates = [new("111", "居民身份证"), new("001", "统一社会信用代码（企业和组织）"), new("414", "普通护照"), new("516", "港澳居民来往内地通行证"), new("511", "台湾居民来往大陆通行证")];

    public static void Map(RouteGroupBuilder desk)
    {
        var counter = desk.MapGroup("counter").Allow("cases.accept");
        counter.MapGet("", (HttpContext http) => Page(null, "111", "", null, [], null));
        counter.MapPost("", Look);
        counter.MapPost("application", Begin);
    }

    static PageResult<CounterPage> Page(Party? party, string type, string number, FieldErrors? errors, IReadOnlyList<Choice> items, string? item) =>
        new(new { Party = party, Type = type, Number = number, Errors = errors, Items = items, Item = item }) { StatusCode = errors is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity };

    static (string Type, string Number) Certificate(IFormCollection form) =>
        (Certificates.Any(c => c.Value == form["type"]) ? form["type"].ToString() : "111", form["number"].ToString().Trim().ToUpperInvariant());

    static async Task<IResult> Look(HttpContext http, People people, DataReads reads, ItemSearch items)
    {
        var (type, number) = Certificate(await http.Request.ReadFormAsync());
        var party = number.Length == 0 ? null : await people.ByCertificate(type, number);
        if (party is null) return Page(null, type, number, One("number", number.Length == 0 ? "请读取或输入证件号码" : "没有这个证件号码的实名信息，请核对号码；还没有实名的先到自助机办理实名"), [], null);
        await reads.Record(http.Actor(), party.Id, "实名信息（姓名、证件号码）", "窗口收件");
        return Page(party, type, number, null, await ItemsOf(http.Actor(), items), null);
    }

    static async Task<IResult> Begin(HttpContext http, People people, Drafts drafts, ItemSearch items)
    {
        var form = await http.Request.ReadFormAsync();
        var (type, number) = Certificate(form);
        // The certificate again, not an id: nobody begins for a person whose certificate he has not seen.
        if (await people.ByCertificate(type, number) is not { } party) return Page(null, type, number, One("number", "没有这个证件号码的实名信息，请核对号码"), [], null);
        var item = form["item"].ToString();
        if (item.Length == 0) return Page(party, type, number, One("item", "请选择要办的事项"), await ItemsOf(http.Actor(), items), null);
        var begun = await drafts.BeginAtCounter(item, party, http.Actor());
        if (begun.Ok) return Results.Redirect($"/my/drafts/{begun.Value}");
        return begun.Refused is Refusal.Forbidden ? begun.Refuse() : Page(party, type, number, One("item", begun.Message), await ItemsOf(http.Actor(), items), item);
    }

    static FieldErrors One(string field, string message)
    {
        FieldErrors errors = [];
        errors.Add(field, message);
        return errors;
    }

    /// <summary>Items of the bodies for which the clerk accepts.</summary>
    static async Task<IReadOnlyList<Choice>> ItemsOf(Actor actor, ItemSearch items)
    {
        var bodies = actor.Grants.Where(g => g.Permissions.Contains("cases.accept")).Select(g => g.Organisation ?? actor.Organisation).OfType<Guid>().Distinct().Take(5);
        var choices = new List<Choice>();
        foreach (var body in bodies)
            choices.AddRange((await items.Find(new ItemQuery(Organisation: body, Limit: 100))).Hits.Select(h => new Choice(h.Code, h.Name, Group: h.Organisation)));
        return choices;
    }
}
