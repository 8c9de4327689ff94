using System.Net;
using Kapok.Catalogue;
using Kapok.Identity;
using Kapok.Tests.Cases.Desk;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Catalogue;

/// <summary>Before an entry changes, its editors see what is being worked on under it.</summary>
public sealed class DependentWorkTests(App app) : IClassFixture<App>
{
    const string Food = "440131001000";

    async Task<Guid> Entry(string body) => (await app.Services.GetRequiredService<Items>().Find(Food, app.Services.GetRequiredService<OrganisationDirectory>().OrganisationByKey(body)!.Id))!.ItemId;

    [Fact]
    public async Task A_draft_of_an_entry_shows_how_many_open_cases_keep_the_old_version()
    {
        await app.Submit();
        await app.Submit();
        var tianhe = await Entry("market@440106");
        var author = await app.As("tianhe-market-item-admin");
        (await author.Page($"/desk/catalogue/{tianhe}")).QuerySelector("#dependents").ShouldBeNull("without a draft nothing is about to change");
        (await author.PostForm($"/desk/catalogue/{tianhe}", $"/desk/catalogue/{tianhe}/open")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var shown = (await author.Page($"/desk/catalogue/{tianhe}")).QuerySelector("#dependents")!.TextContent;
        shown.ShouldContain("正在办理的办件：2 件");
        shown.ShouldContain("按申请时的版本办完");
        shown.ShouldContain("还没有提交的申请：0 件");

        var work = app.Services.GetServices<IDependentWork>().ShouldHaveSingleItem();
        (await work.On(Food, [])).ShouldAllBe(w => w.Count == 0);
    }
}
