using Shouldly;
using Xunit;

namespace Kapok.Tests.Foundation.Pages;

/// <summary>The checker must see each thing it is there for.</summary>
public sealed class HtmlCheckTests
{
    private const string Good = """
        <!DOCTYPE html><html lang="zh-Hans"><head><title>题</title><meta name="viewport" content="width=device-width, initial-scale=1"></head>
        <body><a href="#main">跳</a><main id="main"><h1>题</h1><h2>节</h2>BODY</main></body></html>
        """;

    [Fact]
    public void A_right_page_passes() => HtmlCheck.Findings(Good.Replace("BODY", "<p>文</p>")).ShouldBeEmpty();

    [Theory]
    [InlineData("lang=\"zh-Hans\"", "", "lang")]
    [InlineData("lang=\"zh-Hans\"", "lang=\"fr\"", "lang")]
    [InlineData("<title>题</title>", "<title></title>", "title")]
    [InlineData("<h1>题</h1>", "", "<h1>")]
    [InlineData("<h1>题</h1>", "<h1>题</h1><h1>题</h1>", "<h1>")]
    [InlineData("<h2>节</h2>", "<h3>节</h3>", "comes after")]
    [InlineData("href=\"#main\"", "href=\"#nowhere\"", "skip link")]
    [InlineData("initial-scale=1", "maximum-scale=1", "viewport")]
    [InlineData("<!DOCTYPE html>", "", "doctype")]
    public void A_broken_frame_is_found(string part, string broken, string finding) =>
        HtmlCheck.Findings(Good.Replace("BODY", "").Replace(part, broken)).ShouldContain(found => found.Contains(finding));

    [Theory]
    [InlineData("<input name=\"a\">", "no label")]
    [InlineData("<label for=\"a\"></label><input id=\"a\" name=\"a\">", "no label")]
    [InlineData("<label for=\"a\">名</label><input id=\"a\">", "no name")]
    [InlineData("<label>名<select></select></label>", "no name")]
    [InlineData("<button></button>", "no name to speak")]
    [InlineData("<button><svg aria-hidden=\"true\"></svg></button>", "no name to speak")]
    [InlineData("<button><span aria-hidden=\"true\">x</span></button>", "no name to speak")]
    [InlineData("<a href=\"/\"></a>", "no name to speak")]
    [InlineData("<img src=\"/a.png\">", "no alt")]
    [InlineData("<svg></svg>", "neither hidden nor named")]
    [InlineData("<p id=\"a\"></p><p id=\"a\"></p>", "stands twice")]
    [InlineData("<p aria-describedby=\"gone\"></p>", "leads nowhere")]
    [InlineData("<label for=\"gone\">名</label>", "leads nowhere")]
    [InlineData("<a href=\"#gone\">去</a>", "leads nowhere")]
    [InlineData("<p style=\"color:red\"></p>", "inline style")]
    [InlineData("<style>p{}</style>", "style element")]
    [InlineData("<script>alert(1)</script>", "inline script")]
    [InlineData("<p onclick=\"x()\"></p>", "inline handler")]
    [InlineData("<p hx-on:click=\"x()\"></p>", "inline handler")]
    [InlineData("<a href=\"javascript:x()\">去</a>", "script address")]
    [InlineData("<form method=\"post\"><button>去</button></form>", "no antiforgery token")]
    [InlineData("<fieldset></fieldset>", "no legend")]
    [InlineData("<table><tr><th>甲</th></tr></table>", "no caption")]
    [InlineData("<table><caption>表</caption><tr><td>甲</td></tr></table>", "no heading cell")]
    [InlineData("<ul><p>甲</p></ul>", "not an <li>")]
    [InlineData("<a href=\"/\">甲<button>乙</button></a>", "nested")]
    [InlineData("<label>名<input name=\"a\" aria-invalid=\"true\"></label>", "invalid without")]
    [InlineData("<a href=\"https://example.org\" target=\"_blank\">去</a>", "noopener")]
    [InlineData("<p tabindex=\"2\"></p>", "positive tabindex")]
    [InlineData("<iframe src=\"/a\"></iframe>", "no title")]
    [InlineData("<nav><a href=\"/\">甲</a></nav><nav><a href=\"/\">乙</a></nav>", "several <nav>")]
    public void A_broken_part_is_found_in_a_page_and_in_a_fragment(string broken, string finding)
    {
        HtmlCheck.Findings(Good.Replace("BODY", broken)).ShouldContain(found => found.Contains(finding));
        HtmlCheck.Findings(broken).ShouldContain(found => found.Contains(finding));
    }
}
