using System.Text.RegularExpressions;
using Kapok.Cases.Applying;
using Kapok.Cases.Handling;
using Kapok.Catalogue;
using Kapok.Foundation;
using Kapok.Foundation.Http;
using Kapok.Identity.SignIn;
using Microsoft.AspNetCore.Http;

namespace Kapok.Portal.Problems;

/// <summary>
/// What we can say of a page so that nobody has to describe it: its item, the reader's own case, his device. Only what the
/// reader himself may see, and it is shown to him before it is sent.
/// </summary>
public sealed partial class ReportContext(Items items, CaseViews views, Drafts drafts)
{
    [GeneratedRegex("^/my/(cases|drafts)/([0-9a-fA-F-]{36})(/|$|\\?)")] private static partial Regex Own();
    [GeneratedRegex("^/(items|apply)/([^/?]{12,40})")] private static partial Regex Item();

    /// <param name="page">Local address of the page.</param>
    /// <param name="code">Status of an error page; empty when there was none.</param>
    /// <param name="named">False leaves out who is signed in and his case.</param>
    public async Task<IReadOnlyList<ContextFact>> Of(HttpContext http, string page, string? code, bool named = true)
    {
        var facts = new List<ContextFact> { new("页面", page) };
        if (code is { Length: 3 } && code.All(char.IsAsciiDigit)) facts.Add(new("错误代码", code));
        if (Item().Match(page) is { Success: true } item && await items.Find(Uri.UnescapeDataString(item.Groups[2].Value)) is { } published) facts.Add(new("事项", published.Content.Name));
        var actor = http.Actor();
        if (named && actor.SignedIn)
        {
            if (Own().Match(page) is { Success: true } own && Guid.TryParse(own.Groups[2].Value, out var id))
            {
                if (own.Groups[1].Value == "cases" && await views.ForApplicant(id, actor) is { } view) facts.AddRange([new("事项", view.Row.ItemName), new("办件编号", view.Row.Number)]);
                else if (own.Groups[1].Value == "drafts" && await drafts.Find(id, actor) is { } draft) facts.Add(new("事项", draft.Definition.Item.Content.Name + "（没有提交的草稿）"));
            }
            facts.Add(new("您的姓名", actor.Name));
        }
        facts.Add(new("用的设备", Device.Name(http.Request.Headers.UserAgent.ToString())));
        return facts;
    }
}
