using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;

namespace Kapok.Identity.SignIn;

/// <summary>An account to try with.</summary>
public sealed record DemonstrationAccount(string Group, string Account, string Name, string Role);

/// <summary>A few telling accounts of the demonstration data, as far as they exist; none in production.</summary>
public sealed class DemonstrationAccounts(Database database, NodeOptions node)
{
    static readonly (string Group, string Account, string Role)[] Chosen =
    [
        ("群众和企业", "zhangsan", "开餐饮店"), ("群众和企业", "lixiulan", "老年人"), ("群众和企业", "chenjiahao", "新生儿家长"), ("群众和企业", "huangzhiming", "建设单位"),
        ("天河区市场监督管理局", "tianhe-market-acceptor", "受理岗"), ("天河区市场监督管理局", "tianhe-market-reviewer", "审核岗"), ("天河区市场监督管理局", "tianhe-market-approver", "审批岗"), ("天河区市场监督管理局", "tianhe-market-issuer", "送达岗"),
        ("镇街村居", "huangqi-cun-village", "村居专干"), ("镇街村居", "huangqi-town", "镇街经办"),
        ("管理", "tianhe-market-item-admin", "事项管理员"), ("管理", "tianhe-org-admin", "业务管理员"), ("管理", "tianhe-market-seal-keeper", "印章管理岗"), ("管理", "tianhe-market-seal-approver", "印章审批岗"), ("管理", "auditor", "审计员"), ("管理", "tech", "技术运维"),
    ];

    IReadOnlyList<DemonstrationAccount>? known;

    public async Task<IReadOnlyList<DemonstrationAccount>> All()
    {
        if (node.Mode != NodeMode.Demonstration) return [];
        if (known is { Count: > 0 }) return known;
        var names = await database.Read(async c => (await c.QueryAsync<(string Account, string Name)>(
            "select a.name, p.name from identity.account a join identity.person p on p.id = a.person where a.name = any(@names)",
            new { names = Chosen.Select(a => a.Account).ToArray() })).ToDictionary(r => r.Account, r => r.Name));
        return known = [.. Chosen.Where(a => names.ContainsKey(a.Account)).Select(a => new DemonstrationAccount(a.Group, a.Account, names[a.Account], a.Role))];
    }
}
