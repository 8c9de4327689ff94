using Kapok.Foundation;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;

namespace Kapok;

/// <summary>What stands in the header and the side of every page, by who looks.</summary>
static class Navigation
{
    static readonly IReadOnlyList<NavLink> Portal =
    [
        new("首页", "/"), new("办事", "/items"), new("部门", "/departments"), new("我的办件", "/my/cases"), new("我的证照", "/my/licences"), new("消息", "/my/inbox"), new("查验", "/verify"), new("帮助", "/help"),
    ];

    public static void Fill(HttpContext http, PageContext page)
    {
        var actor = http.Actor();
        page.Actor = actor.SignedIn ? actor.Name : null;
        if (page.Path.StartsWith("/desk", StringComparison.Ordinal) || page.Path.StartsWith("/admin", StringComparison.Ordinal) || page.Path == "/my/absence") page.Nav = Desk(actor);
        else page.Nav = Portal;
        page.AccountLinks = actor.Kind == ActorKind.Official
            ? [new("我的工作", "/desk", "home"), new("我的账户", "/my/account", "user"), new("登录记录", "/my/sessions", "clock"), new("谁看过我的数据", "/my/data-reads", "eye")]
            : [new("我的办件", "/my/cases", "file"), new("我的证照", "/my/licences", "card"), new("消息", "/my/inbox", "bell"), new("替公司办事", "/my/acting-for", "building"), new("我的账户", "/my/account", "user"), new("登录记录", "/my/sessions", "clock"), new("谁看过我的数据", "/my/data-reads", "eye")];
    }

    static List<NavLink> Desk(Actor actor)
    {
        bool Holds(string permission) => Access.DecideAnywhere(actor, permission);
        var links = new List<NavLink>();
        if (Holds("cases.read") || Holds("cases.accept") || Holds("cases.review") || Holds("cases.decide") || Holds("cases.issue"))
            links.AddRange([new("今天", "/desk", "home", Group: "办件"), new("办件列表", "/desk/cases", "file"), new("征求意见", "/desk/questions", "chat"), new("提醒", "/desk/notices", "bell")]);
        if (Holds("cases.bulk")) links.Add(new("批量办理", "/desk/bulk", "check"));
        if (Holds("cases.accept")) links.AddRange([new("窗口收件", "/desk/counter", "edit"), new("核验身份", "/desk/identity-check", "shield")]);
        if (links.Count > 0) links.Add(new("常用文字", "/desk/templates", "text-size"));
        if (Holds("licences.read") || Holds("licences.manage") || Holds("licences.approve") || Holds("licences.publish")) links.Add(new("证照", "/desk/licences", "card", Group: "证照"));
        if (Holds("cases.archive")) links.AddRange([new("档案", "/desk/archive", "file", Group: "档案"), new("鉴定和销毁", "/desk/archive/disposals", "check", Group: "档案")]);
        if (Holds("catalogue.edit") || Holds("catalogue.review") || Holds("catalogue.publish"))
            links.AddRange([new("事项目录", "/desk/catalogue", "filter", Group: "事项"), new("表单与流程", "/desk/designer", "edit", Group: "事项"), new("版式模板", "/desk/layouts", "file", Group: "事项")]);
        if (Holds("identity.manage")) links.Add(new("机构与人员", "/admin", "building", Group: "管理"));
        if (Holds("portal.answer")) links.Add(new("意见和回电", "/desk/reports", "phone", Group: "管理"));
        if (Holds("audit.read")) links.AddRange([new("审计", "/desk/audit", "eye", Group: "管理"), new("审计链", "/admin/audit-chain", "shield", Group: "管理")]);
        if (Holds("portal.answer")) links.Add(new("意见和回电", "/desk/reports", "phone", Group: "管理"));
        if (Holds("seals.manage") || Holds("seals.approve")) links.Add(new("印章台账", "/desk/seals", "seal", Group: "管理"));
        if (Holds("node.operate")) links.AddRange([new("任务", "/admin/jobs", "clock", Group: "运维"), new("应用包", "/admin/packages", "upload")]);
        return links;
    }
}
