using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace Kapok.Tests;

/// <summary>Pages and forms as a browser uses them.</summary>
public static class Forms
{
    /// <summary>Opens a page and reads it; the answer must be a page.</summary>
    public static async Task<IHtmlDocument> Page(this HttpClient browser, string url)
    {
        var answer = await browser.GetAsync(url);
        answer.IsSuccessStatusCode.ShouldBeTrue($"GET {url}: {(int)answer.StatusCode}");
        return await answer.Document();
    }

    public static async Task<IHtmlDocument> Document(this HttpResponseMessage answer) =>
        await new HtmlParser().ParseDocumentAsync(await answer.Content.ReadAsStreamAsync());

    /// <summary>Opens a page, fills the form that goes to <paramref name="action"/> and sends it with everything hidden in it.</summary>
    public static async Task<HttpResponseMessage> PostForm(this HttpClient browser, string page, string action, params (string Name, string Value)[] fields)
    {
        var document = await browser.Page(page);
        var form = document.Forms.FirstOrDefault(f => f.Method == "post" && (f.GetAttribute("action") ?? page.Split('?')[0]) == action)
            ?? throw new InvalidOperationException($"no form on {page} goes to {action}; there are: {string.Join(", ", document.Forms.Select(f => f.GetAttribute("action")))}");
        var values = form.QuerySelectorAll<IHtmlInputElement>("input[type=hidden]").Where(i => i.Name is { Length: > 0 } && !fields.Any(f => f.Name == i.Name))
            .Select(i => (Name: i.Name!, i.Value)).Concat(fields.Select(f => (f.Name, f.Value)));
        return await browser.PostAsync(action, new FormUrlEncodedContent(values.Select(v => KeyValuePair.Create(v.Name, v.Value))));
    }

    /// <summary>Any antiforgery token of a page, for requests that no form makes.</summary>
    public static async Task<(string Name, string Value)> Token(this HttpClient browser, string page)
    {
        var input = (await browser.Page(page)).QuerySelectorAll<IHtmlInputElement>("input[type=hidden]").First(i => i.Name is "_token" or "__RequestVerificationToken");
        return (input.Name!, input.Value);
    }
}
