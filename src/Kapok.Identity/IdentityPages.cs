using Kapok.Foundation;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity.Granting;
using Kapok.Identity.SignIn;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Identity;

/// <summary>Tells every page who looks: name, post or company acted for, account links, end of the session.</summary>
public static class IdentityPages
{
    /// <summary>
    /// Fills the page context; registered with <see cref="PageOptions.Fill"/>, after that of the host. Navigation and
    /// account links belong to the host; under /admin the pages of administration stand one by one.
    /// </summary>
    public static void Fill(HttpContext http, PageContext page)
    {
        if (http.Session() is not { } session) return;
        var actor = session.Actor;
        page.Actor = actor.Name;
        page.ActorDetail = actor.Kind == ActorKind.Official ? Posts(http, actor) : session.ActingForName is { } company ? $"代{company}办理" : null;
        page.SessionEnds = http.RequestServices.GetRequiredService<Sessions>().EndOf(session);
        if (page.AccountLinks.Count == 0) page.AccountLinks = [new("我的账号", "/my/account", "user"), new("登录设备", "/my/sessions", "lock")];
        if (actor.Kind == ActorKind.Official) page.AccountLinks = [.. page.AccountLinks, new("请假与代办", "/my/absence", "calendar")];
        if (!http.Request.Path.StartsWithSegments("/admin")) return;
        var others = page.Nav.Where(l => !l.Href.StartsWith("/admin", StringComparison.Ordinal)).ToList();
        page.Nav = [.. others, .. Administration(actor).Where(l => others.All(n => n.Text != l.Text))];
    }

    /// <summary>Links of administration that the actor may open.</summary>
    public static IReadOnlyList<NavLink> Administration(Actor actor)
    {
        var links = new List<NavLink>();
        if (Access.DecideAnywhere(actor, Grants.Manage))
        {
            links.Add(new("机构", "/admin/organisations", "building", Group: "管理"));
            links.Add(new("工作人员", "/admin/officials", "users", Group: "管理"));
            links.Add(new("开设机构", "/admin/openings", "plus", Group: "管理"));
            links.Add(new("谁能办、为什么", "/admin/access", "shield", Group: "管理"));
        }
        if (Access.DecideAnywhere(actor, Grants.Audit)) links.AddRange([new("审计", "/admin/audit", "eye", Group: "审计"), new("审计链", "/admin/audit-chain", "shield", Group: "审计")]);
        if (Access.DecideAnywhere(actor, Grants.Operate))
        {
            links.Add(new("后台任务", "/admin/jobs", "refresh", Group: "运维"));
            links.Add(new("应用包", "/admin/packages", "attach", Group: "运维"));
        }
        return links;
    }

    /// <summary>The page an actor lands on after signing in.</summary>
    public static string Home(Actor actor) =>
        actor.Kind != ActorKind.Official ? "/"
        : actor.Grants.Any(g => g.Permissions.Any(p => p.StartsWith("cases.", StringComparison.Ordinal))) ? "/desk"
        : actor.Grants.Any(g => g.Permissions.Any(p => p.StartsWith("catalogue.", StringComparison.Ordinal))) ? "/desk/catalogue"
        : Administration(actor) is [var first, ..] ? first.Href : "/my/account";

    static string? Posts(HttpContext http, Actor actor)
    {
        var office = actor.Organisation is { } id ? http.RequestServices.GetRequiredService<OrganisationDirectory>().Organisation(id) : null;
        var titles = actor.Grants.Select(g => g.Title).Distinct().ToList();
        if (office is null) return titles.FirstOrDefault();
        var posts = titles.Where(t => t.StartsWith(office.Name + " ", StringComparison.Ordinal)).Select(t => t[(office.Name.Length + 1)..]);
        return $"{office.Name} {string.Join("、", posts)}";
    }
}
