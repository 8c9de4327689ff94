using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kapok.Scenarios;

namespace Kapok.Tests.Journeys;

/// <summary>The example journey: 张三 applies for 小满餐饮 for a food business permit in 天河区.</summary>
public static class Catering
{
    public const string Item = "440131001000", Body = "market@440106", Company = "广州市小满餐饮有限公司";

    public static async Task<string> Implementation(App app)
    {
        var items = (Kapok.Catalogue.Items)app.Services.GetService(typeof(Kapok.Catalogue.Items))!;
        var directory = (Kapok.Identity.OrganisationDirectory)app.Services.GetService(typeof(Kapok.Identity.OrganisationDirectory))!;
        return (await items.Find(Item, directory.OrganisationByKey(Body)!.Id))!.ImplementationCode!;
    }

    public static byte[] File(string name) => SampleFile.Of(name);

    /// <summary>Begins the application for the company; the visitor stands on the task list.</summary>
    public static async Task<Guid> Begin(this Visitor visitor, App app)
    {
        await visitor.Open($"/apply/{await Implementation(app)}");
        var company = visitor.Page.QuerySelectorAll(".choice").Single(c => c.TextContent.Contains(Company)).QuerySelector("input")!.GetAttribute("value")!;
        await visitor.Press("开始申请", ("party", company));
        visitor.Url.ShouldStartWith("/my/drafts/");
        return Guid.Parse(visitor.Url["/my/drafts/".Length..].Split('/', '?')[0]);
    }

    /// <summary>Fills in every page of the form, each by pressing 保存并继续.</summary>
    public static async Task FillIn(this Visitor visitor, Guid id, string operatorName = "广州小满餐饮店")
    {
        await visitor.Open($"/my/drafts/{id}/pages/operator");
        await visitor.Press("保存并继续", ("operatorName", operatorName));
        visitor.Url.ShouldEndWith("/pages/premises");
        await visitor.ChooseDivision("premisesDivision", "440106001001");
        await visitor.Press("保存并继续", [.. visitor.Chosen["premisesDivision"], ("premisesAddress", "广州市天河区五山路 101 号首层 3 铺"), ("area", "86.5")]);
        visitor.Url.ShouldEndWith("/pages/business");
        await visitor.Press("保存并继续", ("category", "catering"), ("items", "hot"), ("items", "drinks"), ("online", "false"), ("vending", "false"));
        visitor.Url.ShouldEndWith("/pages/people");
        await visitor.Press("保存并继续", ("staff[0].name", "张三"), ("staff[0].idNumber", "440106198806159910"), ("staff[0].role", "officer"), ("staff[0].directContact", "false"));
        visitor.Url.ShouldEndWith("/pages/delivery");
        await visitor.Press("保存并继续", ("delivery", "electronic"));
        visitor.Url.ShouldEndWith("/materials");
    }

    public static Task HandInMaterials(this Visitor visitor) =>
        visitor.Press("保存并继续", [("floor-plan", "布局图.pdf", File("plan.pdf")), ("rules", "制度.pdf", File("rules.pdf"))]);

    /// <summary>From nothing to the confirmation page.</summary>
    public static async Task<Guid> Apply(this Visitor visitor, App app)
    {
        var id = await visitor.Begin(app);
        await visitor.FillIn(id);
        await visitor.HandInMaterials();
        visitor.Url.ShouldEndWith("/check");
        await visitor.Press("提交申请", ("declaration", "true"));
        visitor.Url.ShouldBe($"/my/cases/{id}/submitted");
        return id;
    }

    /// <summary>Answers the example notice: the name and the floor plan. Ends on the case page.</summary>
    public static async Task Correct(this Visitor visitor, Guid id)
    {
        await visitor.Open($"/my/cases/{id}/correct");
        await visitor.Press("保存并核对", [("floor-plan", "新布局图.pdf", File("plan2.pdf"))], ("operatorName", Company));
        visitor.Url.ShouldBe($"/my/cases/{id}/correct/check");
        await visitor.Press("提交补正");
        visitor.Url.ShouldStartWith($"/my/cases/{id}?done=corrected");
    }

    /// <summary>An official's step over the interface.</summary>
    public static async Task Official(App app, string account, Guid id, string path, object body)
    {
        var program = await app.Api(account);
        var answer = await program.PostAsJsonAsync($"/api/v1/cases/{id}/{path}", body);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Finishes the open task of an official with an outcome.</summary>
    public static async Task Complete(App app, string account, Guid id, string outcome, string note = "符合条件")
    {
        var program = await app.Api(account);
        var shown = await program.GetFromJsonAsync<JsonElement>($"/api/v1/cases/{id}");
        var task = shown.GetProperty("case").GetProperty("tasks").EnumerateArray().First(t => t.GetProperty("mine").GetBoolean()).GetProperty("key").GetString();
        await Official(app, account, id, $"tasks/{task}/completion", new { outcome, note });
    }
}
