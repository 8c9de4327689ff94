using System.Xml.Linq;
using Kapok.Documents.Layout;

namespace Kapok.Tests.Documents.Layout;

public sealed class SvgWriterTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public void A_page_is_well_formed_and_loads_runs_and_styles_nothing()
    {
        foreach (var name in Templates.Names)
        {
            var svg = XElement.Parse(SvgWriter.Page(Templates.Sample(name), 0));
            svg.Descendants().Select(e => e.Name.LocalName).Distinct().ShouldBeSubsetOf(["title", "rect", "path", "text", "svg", "image"]);
            svg.DescendantsAndSelf().Attributes().Select(a => a.Name.LocalName).ShouldNotContain(a => a == "style" || a.StartsWith("on"));
            svg.Descendants().Attributes("href").ShouldAllBe(a => a.Value.StartsWith("data:image/"));
        }
    }

    [Fact]
    public async Task A_citizen_reads_and_finds_the_licence_on_a_phone()
    {
        await using var window = await chromium.Open("http://localhost", width: 390);
        await window.Page.SetContentAsync(SvgWriter.Html(Templates.Sample("food-business-permit")));
        (await window.Overflow()).ShouldBe(0);
        (await window.Page.TitleAsync()).ShouldBe("食品经营许可证");
        (await window.Page.EvaluateAsync<bool>("window.find('广州木棉餐饮管理有限公司')")).ShouldBeTrue();
        // Each text is as wide as on paper, whatever fonts the device has.
        (await window.Page.EvaluateAsync<double>("Math.max(...[...document.querySelectorAll('text[textLength]')].map(t => Math.abs(t.getBBox().width - t.getAttribute('textLength'))))")).ShouldBeLessThan(1.5);
        window.Complaints.ShouldBeEmpty();
    }
}
