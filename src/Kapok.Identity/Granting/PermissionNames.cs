namespace Kapok.Identity.Granting;

/// <summary>What permissions are called by people. A permission without a name is shown by its key.</summary>
public static class PermissionNames
{
    static readonly Dictionary<string, string> Names = new()
    {
        ["cases.accept"] = "受理办件", ["cases.review"] = "审查办件", ["cases.decide"] = "作出决定", ["cases.issue"] = "送达文书", ["cases.read"] = "查看办件", ["cases.assign"] = "分派办件", ["cases.bulk"] = "批量办理", ["cases.archive"] = "管理档案",
        ["licences.read"] = "查看证照", ["licences.manage"] = "处置证照", ["licences.approve"] = "复核证照处置", ["licences.import"] = "录入存量证照", ["licences.publish"] = "发布证照类型", ["licences.feed"] = "汇集证照目录",
        ["catalogue.edit"] = "编制事项", ["catalogue.review"] = "审核事项", ["catalogue.publish"] = "发布事项",
        ["portal.answer"] = "答复意见和回电",
        ["seals.manage"] = "管理印章", ["seals.approve"] = "审批印章",
        [Grants.Manage] = "管理机构和人员", [Grants.Audit] = "审计", [Grants.Operate] = "运行维护",
    };

    public static string? Of(string permission) => Names.GetValueOrDefault(permission);

    public static IEnumerable<string> All => Names.Values;
}
