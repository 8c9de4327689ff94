namespace Kapok;

/// <summary>The accounts that <c>up</c> prints; they come from packages/guangdong/demo and exist only in demonstration mode.</summary>
static class DemonstrationAccounts
{
    public const string Password = Identity.IdentityOptions.DemonstrationPassword;

    public static readonly string[] Lines =
    [
        $"演示账号（口令都是 {Password}，登录页上也可以直接点选）",
        "  群众 zhangsan    老人 lixiulan    建设单位 huangzhiming",
        "  受理 tianhe-market-acceptor    审核 tianhe-market-reviewer    审批 tianhe-market-approver",
        "  事项 tianhe-market-item-admin    业务管理 tianhe-org-admin    审计 auditor    技术运维 tech",
        "  印章管理 tianhe-market-seal-keeper    印章审批 tianhe-market-seal-approver    查验真伪不用登录：/verify",
    ];
}
