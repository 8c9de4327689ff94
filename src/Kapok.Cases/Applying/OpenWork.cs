using Dapper;
using Kapok.Cases.Definitions;
using Kapok.Catalogue;
using Kapok.Foundation.Data;

namespace Kapok.Cases.Applying;

/// <summary>Open cases and unsent applications that stand on an entry of the catalogue.</summary>
sealed class OpenWork(Database database, DefinitionStore definitions) : IDependentWork
{
    public async Task<IReadOnlyList<DependentWork>> On(string basicCode, IReadOnlyCollection<Guid> bodies)
    {
        var organisations = bodies.ToArray();
        await using var c = await database.Open();
        var open = await c.ExecuteScalarAsync<int>("""
            select count(*)::int from (select from cases.open o join cases."case" c on c.id = o.case_id where o.organisation = any(@organisations) and c.item_code = @basicCode limit @most) c
            """, new { organisations, basicCode, most = DependentWork.Most + 1 });
        var drafts = 0;
        foreach (var (definition, count) in await c.QueryAsync<(int, int)>("select definition, count(*)::int from cases.draft group by definition"))
            if ((await definitions.Get(definition)).Item is { } item && item.BasicCode == basicCode && item.Organisation is { } body && bodies.Contains(body.Id)) drafts += count;
        return
        [
            new("正在办理的办件", open, "按申请时的版本办完，表单、材料和时限都不变。"),
            new("还没有提交的申请", drafts, "可以按开始填写时的版本提交；以后开始的申请用新版本。"),
        ];
    }
}
