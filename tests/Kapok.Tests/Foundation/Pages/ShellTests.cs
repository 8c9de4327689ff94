using Xunit;
using System.Net;
using Shouldly;

namespace Kapok.Tests.Foundation.Pages;

public sealed class ShellTests(PageHost host) : IClassFixture<PageHost>
{
    [Fact]
    public async Task A_bare_not_found_becomes_a_page_that_keeps_the_rules()
    {
        var answer = await host.Client().GetAsync("/nowhere");
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var html = await answer.Content.ReadAsStringAsync();
        html.ShouldContain("没有找到这个页面");
        HtmlCheck.Verify(html);
    }
}
