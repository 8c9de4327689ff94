using Xunit;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace Kapok.Tests;

/// <summary>
/// What every page must keep, checked without a browser: language, title, one h1, heading order, labels, names of
/// buttons and links, unique ids, references that lead somewhere, nothing inline. A part of a page (an answer to htmx)
/// is checked for the same save what only a whole document has.
/// </summary>
public static class HtmlCheck
{
    /// <summary>Fails with every finding at once.</summary>
    public static void Verify(string html)
    {
        var findings = Findings(html);
        if (findings.Count > 0) Assert.Fail("The page breaks the rules of the house:\n  " + string.Join("\n  ", findings));
    }

    /// <summary>Every broken rule, empty when the page is right.</summary>
    public static IReadOnlyList<string> Findings(string html)
    {
        var found = new List<string>();
        var whole = html.Contains("<html", StringComparison.OrdinalIgnoreCase);
        var document = new HtmlParser(new HtmlParserOptions { IsKeepingSourceReferences = true }).ParseDocument(html);
        if (whole) Document(document, html, found);
        Ids(document, found);
        Names(document, found);
        Inline(document, found);
        Structure(document, found);
        return found;
    }

    private static void Document(IHtmlDocument document, string html, List<string> found)
    {
        if (!html.TrimStart().StartsWith("<!doctype html>", StringComparison.OrdinalIgnoreCase)) found.Add("the doctype is missing");
        if (document.DocumentElement.GetAttribute("lang") is not ("zh-Hans" or "zh-Hant" or "en")) found.Add("<html> has no lang of ours");
        if (string.IsNullOrWhiteSpace(document.Title)) found.Add("the title is empty");
        var mains = document.QuerySelectorAll("main").Length;
        if (mains != 1) found.Add($"{mains} <main>, one is wanted");
        var titles = document.QuerySelectorAll("h1").Length;
        if (titles != 1) found.Add($"{titles} <h1>, one is wanted");
        if (document.QuerySelector("meta[name=viewport]")?.GetAttribute("content") is not { } view || view.Contains("user-scalable") || view.Contains("maximum-scale"))
            found.Add("the viewport is missing or forbids zoom");
        var skip = document.QuerySelector("body > a[href^='#']")?.GetAttribute("href")?[1..];
        if (skip is null || document.GetElementById(skip) is null) found.Add("the skip link is missing or leads nowhere");
        var level = 0;
        foreach (var heading in document.QuerySelectorAll("h1,h2,h3,h4,h5,h6").Where(heading => heading.Closest("dialog") is null))
        {
            var next = heading.LocalName[1] - '0';
            if (next > level + 1 && level > 0) found.Add($"{Show(heading)} comes after h{level}");
            if (string.IsNullOrWhiteSpace(heading.TextContent)) found.Add($"{Show(heading)} is empty");
            level = next;
        }
    }

    private static void Ids(IDocument document, List<string> found)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in document.QuerySelectorAll("[id]"))
        {
            if (element.Id is not { Length: > 0 } id || id.Any(char.IsWhiteSpace)) found.Add($"{Show(element)} has an empty or spaced id");
            else if (!ids.Add(id)) found.Add($"id '{id}' stands twice: {Show(element)}");
        }
        foreach (var attribute in (string[])["aria-describedby", "aria-labelledby", "aria-controls", "for", "form", "list", "popovertarget", "headers"])
        {
            foreach (var element in document.QuerySelectorAll($"[{attribute}]"))
            {
                foreach (var id in element.GetAttribute(attribute)!.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    if (!ids.Contains(id)) found.Add($"{attribute}=\"{id}\" leads nowhere: {Show(element)}");
            }
        }
        foreach (var link in document.QuerySelectorAll("a[href^='#']"))
        {
            var id = Uri.UnescapeDataString(link.GetAttribute("href")![1..]);
            if (id.Length > 0 && !ids.Contains(id)) found.Add($"link to #{id} leads nowhere");
        }
    }

    private static void Names(IDocument document, List<string> found)
    {
        foreach (var control in document.QuerySelectorAll("input:not([type=hidden]):not([type=submit]):not([type=button]),select,textarea,progress,meter"))
        {
            var labels = document.QuerySelectorAll("label").Where(label => label.GetAttribute("for") == control.Id && control.Id is { Length: > 0 } || label.Contains(control));
            if (!Named(control, document) && !labels.Any(label => label.TextContent.Trim().Length > 0)) found.Add($"no label: {Show(control)}");
            if (control.LocalName is "input" or "select" or "textarea" && control.GetAttribute("name") is null && control.GetAttribute("data-select-all") is null && control.GetAttribute("data-keys-switch") is null)
                found.Add($"no name, so it is not sent: {Show(control)}");
        }
        foreach (var active in document.QuerySelectorAll("button,a[href],summary,[role=button],[role=link]"))
            if (!Named(active, document) && Text(active).Length == 0) found.Add($"no name to speak: {Show(active)}");
        foreach (var picture in document.QuerySelectorAll("img:not([alt])")) found.Add($"no alt: {Show(picture)}");
        foreach (var drawing in document.QuerySelectorAll("svg"))
            if (drawing.GetAttribute("aria-hidden") != "true" && !Named(drawing, document)) found.Add($"neither hidden nor named: {Show(drawing)}");
        foreach (var group in document.QuerySelectorAll("fieldset"))
            if (group.QuerySelector("legend")?.TextContent.Trim() is not { Length: > 0 } && !Named(group, document)) found.Add($"no legend: {Show(group)}");
        foreach (var table in document.QuerySelectorAll("table"))
        {
            if (table.QuerySelector("caption")?.TextContent.Trim() is not { Length: > 0 }) found.Add($"no caption: {Show(table)}");
            if (table.QuerySelector("th") is null) found.Add($"no heading cell: {Show(table)}");
        }
        foreach (var frame in document.QuerySelectorAll("iframe"))
            if (string.IsNullOrWhiteSpace(frame.GetAttribute("title"))) found.Add($"no title: {Show(frame)}");
        var navigations = document.QuerySelectorAll("nav");
        foreach (var navigation in navigations)
            if (navigations.Length > 1 && !Named(navigation, document)) found.Add($"several <nav>, this one has no name: {Show(navigation)}");
    }

    private static void Inline(IDocument document, List<string> found)
    {
        foreach (var element in document.QuerySelectorAll("[style]")) found.Add($"inline style: {Show(element)}");
        foreach (var element in document.QuerySelectorAll("style")) found.Add($"style element: {Show(element)}");
        foreach (var script in document.QuerySelectorAll("script"))
            if (script.GetAttribute("src") is null && script.GetAttribute("type") != "application/json") found.Add($"inline script: {Show(script)}");
        foreach (var element in document.All)
        {
            foreach (var attribute in element.Attributes)
            {
                if (attribute.Name.StartsWith("on", StringComparison.Ordinal)) found.Add($"inline handler {attribute.Name}: {Show(element)}");
                if (attribute.Name is "href" or "src" or "action" or "formaction" && attribute.Value.TrimStart().StartsWith("javascript:", StringComparison.OrdinalIgnoreCase))
                    found.Add($"script address: {Show(element)}");
                if (attribute.Name.StartsWith("hx-on", StringComparison.Ordinal)) found.Add($"inline handler {attribute.Name}: {Show(element)}");
            }
        }
    }

    private static void Structure(IDocument document, List<string> found)
    {
        foreach (var form in document.QuerySelectorAll("form"))
        {
            var method = (form.GetAttribute("method") ?? "get").ToLowerInvariant();
            if (method == "post" && form.QuerySelector("input[name=_token][value]:not([value=''])") is null) found.Add($"no antiforgery token: {Show(form)}");
        }
        foreach (var inner in document.QuerySelectorAll("a a, a button, button a, button button, form form, label label")) found.Add($"nested: {Show(inner)}");
        foreach (var item in document.QuerySelectorAll("ul > :not(li):not(script):not(template), ol > :not(li):not(script):not(template)")) found.Add($"not an <li>: {Show(item)}");
        foreach (var wrong in document.QuerySelectorAll("[aria-invalid=true]"))
            if (wrong.GetAttribute("aria-describedby") is null && wrong.Closest("fieldset[aria-describedby]") is null) found.Add($"invalid without a described error: {Show(wrong)}");
        foreach (var opened in document.QuerySelectorAll("a[target=_blank]:not([rel~=noopener])")) found.Add($"opens a window without noopener: {Show(opened)}");
        foreach (var positive in document.QuerySelectorAll("[tabindex]"))
            if (int.TryParse(positive.GetAttribute("tabindex"), out var order) && order > 0) found.Add($"positive tabindex: {Show(positive)}");
    }

    private static bool Named(IElement element, IDocument document) =>
        element.GetAttribute("aria-label") is { } label && label.Trim().Length > 0 ||
        element.GetAttribute("title") is { } title && title.Trim().Length > 0 ||
        element.LocalName == "svg" && element.Children.Any(child => child.LocalName == "title" && child.TextContent.Trim().Length > 0) ||
        element.GetAttribute("aria-labelledby") is { } ids && ids.Split(' ').Any(id => document.GetElementById(id)?.TextContent.Trim().Length > 0);

    private static string Text(IElement element) =>
        string.Concat(element.Descendants<IText>().Where(text => text.ParentElement?.Closest("[aria-hidden=true]") is null).Select(text => text.Data)).Trim() +
        string.Concat(element.QuerySelectorAll("img[alt], svg[aria-label]").Select(picture => picture.GetAttribute("alt") ?? picture.GetAttribute("aria-label")));

    private static string Show(IElement element)
    {
        var shown = element.OuterHtml.ReplaceLineEndings(" ");
        var line = element.SourceReference?.Position.Line;
        return (shown.Length > 140 ? shown[..140] + "…" : shown) + (line is null ? "" : $" (line {line})");
    }
}
