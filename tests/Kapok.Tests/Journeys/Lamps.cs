using Kapok.Catalogue;
using Kapok.Identity;
using Kapok.Tests.Catalogue;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Journeys;

/// <summary>A small item of tests – adopting a street lamp – whose form asks for pictures, two dates that depend on each other, and a decision that lists what was handed in.</summary>
static class Lamps
{
    public const string Code = "440131790000";

    const string Form = """
        { "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "认养路灯", "type": "object", "required": ["picture", "from", "until"],
          "properties": {
            "picture": { "title": "路灯照片", "type": "string", "ui": { "widget": "file", "accept": ["jpg", "png"], "maxMegabytes": 1, "hint": "看得清灯杆编号" } },
            "from": { "title": "从哪天起", "type": "string", "format": "date", "ui": { "widget": "date" } },
            "until": { "title": "到哪天止", "type": "string", "format": "date", "ui": { "widget": "date" } },
            "helpers": { "title": "一起认养的人", "type": "array", "maxItems": 5, "ui": { "itemTitle": "邻居" }, "items": { "type": "object", "properties": {
                "name": { "title": "姓名", "type": "string", "format": "person-name", "ui": { "widget": "name" } },
                "letter": { "title": "同意书", "type": "string", "ui": { "widget": "file" } } } } },
            "home": { "title": "住在哪里", "type": "object", "required": ["division", "detail"], "ui": { "widget": "address" }, "properties": {
                "division": { "title": "街道、社区", "type": "string", "format": "division" }, "detail": { "title": "门牌号", "type": "string", "maxLength": 100 } } } },
          "ui": {
            "pages": [{ "id": "lamp", "title": "路灯", "fields": ["picture", "from", "until"] }, { "id": "helpers", "title": "邻居", "fields": ["helpers", "home"] }],
            "rules": [{ "id": "order", "assert": "until > from", "message": "结束的日期应当晚于开始的日期", "fields": ["until"] }],
            "declaration": "内容真实。" } }
        """;

    const string Decision = """
        id: approve
        kind: decision
        title: 准予认养决定书
        body: |
          {{applicant.name}}：自{{answers.from}}起认养，照片是 {{answers.picture}}。

          {{#each case.materials}}
          - {{name}}
          {{/each}}
        signature: { organisation: true, date: true, seal: true }
        """;

    /// <summary>Installs the item and answers with the code of its body in 天河区.</summary>
    public static async Task<string> Install(App app)
    {
        await app.Install(GivenPackage.Of("street-lamps", "1.0.0",
            ("items/a.yaml", GivenPackage.Item(Code, extra: "documents: { approve: approve }\nimplementations:\n  - body: market@440106\n")),
            ("forms/apply.json", Form), ("documents/approve.yaml", Decision)));
        var body = app.Services.GetRequiredService<OrganisationDirectory>().OrganisationByKey(Catering.Body)!;
        return (await app.Services.GetRequiredService<Items>().Find(Code, body.Id))!.ImplementationCode!;
    }

    /// <summary>Begins the application for 张三 himself; the visitor stands on the task list.</summary>
    public static async Task<Guid> Begin(Visitor visitor, string implementation)
    {
        await visitor.Open($"/apply/{implementation}");
        await visitor.Press("开始申请", [.. visitor.Page.QuerySelector("input[name=party][type=radio]") is { } self ? new[] { ("party", self.GetAttribute("value")!) } : []]);
        return Guid.Parse(visitor.Url["/my/drafts/".Length..].Split('/', '?')[0]);
    }
}
