using System.Net;
using System.Net.Http.Headers;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace Kapok.Tests.Journeys;

/// <summary>
/// A person with a browser without script: opens pages, types into the controls that are there, presses buttons, follows
/// redirects. Every page is checked against the rules of the house.
/// </summary>
public sealed class Visitor(HttpClient http)
{
    public IHtmlDocument Page { get; private set; } = null!;
    public string Url { get; private set; } = "";
    public HttpStatusCode Status { get; private set; }
    public HttpClient Http => http;

    /// <summary>What the page says, without markup.</summary>
    public string Text => string.Join(' ', Page.QuerySelector("main")!.TextContent.Split((char[])[' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries));

    public string Title => Page.QuerySelector("h1")!.TextContent.Trim();

    public async Task<Visitor> Open(string url)
    {
        await Follow(await http.GetAsync(url), url);
        return this;
    }

    async Task Follow(HttpResponseMessage answer, string url)
    {
        for (var i = 0; (int)answer.StatusCode is >= 300 and < 400; i++)
        {
            i.ShouldBeLessThan(6, $"too many redirects at {url}");
            url = new Uri(new Uri("http://localhost" + url), answer.Headers.Location!).PathAndQuery + (answer.Headers.Location!.ToString().Contains('#') ? "#" + answer.Headers.Location.ToString().Split('#')[1] : "");
            answer = await http.GetAsync(url.Split('#')[0]);
        }
        (Status, Url) = (answer.StatusCode, url);
        var html = await answer.Content.ReadAsStringAsync();
        ((int)Status).ShouldBeLessThan(500, $"{url}: {html}");
        HtmlCheck.Verify(html);
        Page = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(html);
    }

    /// <summary>Follows the link with these words.</summary>
    public Task<Visitor> Click(string words)
    {
        var link = Page.QuerySelectorAll("main a[href]").FirstOrDefault(a => a.TextContent.Contains(words, StringComparison.Ordinal)) ?? throw new InvalidOperationException($"no link “{words}” on {Url}: {Text}");
        return Open(link.GetAttribute("href")!);
    }

    /// <summary>Types, chooses and ticks by name, then presses the button with these words.</summary>
    public Task<Visitor> Press(string words, params (string Name, string Value)[] typed) => Press(words, [], typed);

    public async Task<Visitor> Press(string words, (string Name, string File, byte[] Content)[] files, params (string Name, string Value)[] typed)
    {
        var button = Page.QuerySelectorAll("main button, main input[type=submit]").Where(b => b.TextContent.Trim().StartsWith(words, StringComparison.Ordinal) && b.Closest("form") is not null).ToList() is [.., var last] ? last
            : throw new InvalidOperationException($"no button “{words}” on {Url}: {Text}");
        await Send((IHtmlFormElement)button.Closest("form")!, button, files, typed);
        return this;
    }

    /// <summary>Presses the button that sends this name and value.</summary>
    public async Task<Visitor> PressNamed(string name, string value, params (string Name, string Value)[] typed)
    {
        var button = Page.QuerySelectorAll("main button").FirstOrDefault(b => b.GetAttribute("name") == name && b.GetAttribute("value") == value) ?? throw new InvalidOperationException($"no button {name}={value} on {Url}");
        await Send((IHtmlFormElement)button.Closest("form")!, button, [], typed);
        return this;
    }

    async Task Send(IHtmlFormElement form, IElement button, (string Name, string File, byte[] Content)[] files, (string Name, string Value)[] typed)
    {
        var given = typed.GroupBy(t => t.Name).ToDictionary(g => g.Key, g => g.Select(t => t.Value).ToList());
        foreach (var name in given.Keys)
            if (!form.QuerySelectorAll("input, select, textarea").Any(c => c.GetAttribute("name") == name)) throw new InvalidOperationException($"no control {name} on {Url}: {Text}");
        var values = new List<(string Name, string Value)>();
        foreach (var control in form.QuerySelectorAll("input, select, textarea").Where(c => c.GetAttribute("name") is { Length: > 0 } && !c.HasAttribute("disabled")))
        {
            var name = control.GetAttribute("name")!;
            switch (control)
            {
                case IHtmlInputElement { Type: "file" }: break;
                case IHtmlInputElement { Type: "hidden" } hidden: values.Add((name, hidden.Value)); break;
                case IHtmlInputElement { Type: "radio" or "checkbox" } box:
                    if (given.TryGetValue(name, out var chosen) ? chosen.Contains(box.Value) : box.IsChecked) values.Add((name, box.Value));
                    break;
                case IHtmlSelectElement select: values.Add((name, given.TryGetValue(name, out var picked) ? Take(picked) : select.Value ?? "")); break;
                case IHtmlTextAreaElement area: values.Add((name, given.TryGetValue(name, out var text) ? Take(text) : area.Value)); break;
                case IHtmlInputElement input: values.Add((name, given.TryGetValue(name, out var value) ? Take(value) : input.Value)); break;
            }
        }
        if (button.GetAttribute("name") is { Length: > 0 } pressed) values.Add((pressed, button.GetAttribute("value") ?? ""));
        var action = form.GetAttribute("action") is { Length: > 0 } to ? to : Url.Split('#')[0];
        HttpContent content;
        if (form.GetAttribute("enctype") == "multipart/form-data")
        {
            var parts = new MultipartFormDataContent();
            foreach (var (name, value) in values) parts.Add(new StringContent(value), name);
            foreach (var (name, file, bytes) in files)
            {
                form.QuerySelector($"input[type=file][name='{name}']").ShouldNotBeNull($"no file control {name} on {Url}");
                var part = new ByteArrayContent(bytes);
                part.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
                parts.Add(part, name, file);
            }
            content = parts;
        }
        else
        {
            files.ShouldBeEmpty($"the form on {Url} takes no files");
            content = new FormUrlEncodedContent(values.Select(v => KeyValuePair.Create(v.Name, v.Value)));
        }
        await Follow(await http.PostAsync(action, content), action);
    }

    /// <summary>Several controls of one name (the levels of a division) take the values one after the other.</summary>
    static string Take(List<string> values)
    {
        var first = values[0];
        if (values.Count > 1) values.RemoveAt(0);
        return first;
    }

    /// <summary>Chooses a division level by level, as without script.</summary>
    public async Task ChooseDivision(string name, string code)
    {
        int[] lengths = [2, 4, 6, 9, 12];
        for (var round = 0; round < 5; round++)
        {
            var selects = Page.QuerySelectorAll<IHtmlSelectElement>($"select[name='{name}']").ToList();
            var options = selects[^1].Options.Select(o => o.Value).Where(v => v.Length > 0).ToList();
            var next = options.FirstOrDefault(o => code.StartsWith(Stem(o), StringComparison.Ordinal)) ?? throw new InvalidOperationException($"{code} is not below what is offered: {string.Join(',', options)}");
            var chosen = selects.SkipLast(1).Select(s => (name, s.Value ?? "")).Append((name, next)).ToArray();
            if (next == code || Page.QuerySelector($"button[name='{name}.choose']") is null) { Chosen[name] = chosen; return; }
            await PressNamed(name + ".choose", "1", chosen);
        }
        string Stem(string division) => lengths.Where(l => division.Length > l && division[l..].All(c => c == '0')).Select(l => division[..l]).FirstOrDefault() ?? division;
    }

    /// <summary>The levels chosen last, to be sent with the page.</summary>
    public Dictionary<string, (string Name, string Value)[]> Chosen { get; } = [];

    public IReadOnlyList<string> Errors => [.. Page.QuerySelectorAll(".error-summary li").Select(l => l.TextContent.Trim())];
}
