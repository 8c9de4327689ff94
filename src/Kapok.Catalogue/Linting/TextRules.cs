using System.Text.RegularExpressions;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Kapok.Catalogue.Linting;

/// <summary>Texts that people can read: short sentences, plain words, and no page code; in Markdown answers also headings, pictures and links.</summary>
static partial class TextRules
{
    const int LongSentence = 60, MaxText = 5_000;

    static readonly (string Word, string Plain)[] Bureaucratic =
    [
        ("予以", "（删去）"), ("兹", "（删去）"), ("之规定", "的规定"), ("该等", "这些"), ("系指", "是指"), ("方可", "才能"), ("如若", "如果"), ("须经", "要经过"),
        ("进行办理", "办理"), ("进行申请", "申请"), ("进行提交", "提交"), ("相关部门", "写明是哪个部门"), ("有关部门", "写明是哪个部门"), ("等相关材料", "逐项列明材料"),
    ];
    static readonly HashSet<string> EmptyLinks = ["点击这里", "这里", "点击", "链接", "点此", "详情", "查看", "更多"];

    public static void Check(ItemContent item, Findings findings)
    {
        Plain(findings, "summary", item.Summary, LongSentence);
        if (item.Summary.TrimEnd('。', '！', '？').IndexOfAny(['。', '！', '？']) >= 0)
            findings.Warn("text.summary-one-sentence", "summary", "一句话说明写了不止一句", "只留一句：什么人、什么时候要办它。");
        for (var i = 0; i < item.Conditions.Count; i++) Plain(findings, $"conditions[{i}]", item.Conditions[i]);
        for (var i = 0; i < item.Eligibility.Count; i++)
        {
            Plain(findings, $"eligibility[{i}].question", item.Eligibility[i].Question);
            Plain(findings, $"eligibility[{i}].refusal", item.Eligibility[i].Refusal);
        }
        for (var i = 0; i < item.Materials.Count; i++) Plain(findings, $"materials[{i}].standard", item.Materials[i].Standard ?? "");
        for (var i = 0; i < item.Faq.Count; i++)
        {
            Plain(findings, $"faq[{i}].answer", item.Faq[i].Answer);
            Markdown(findings, $"faq[{i}].answer", item.Faq[i].Answer);
        }
        if (item.Aliases.Contains(item.Name)) findings.Warn("text.alias-is-name", "aliases", "别名里有事项名称本身", "别名只放群众另外的叫法。");
        foreach (var (field, text) in Everything(item))
        {
            if (text.Length > MaxText) findings.Error("text.too-long", field, $"文字有 {text.Length} 个字，最多 {MaxText} 个", "拆开，或者放到办事指南里。");
            // passWhen and when are expressions, where "<" compares.
            if (Tag().IsMatch(text) && !field.EndsWith("hen", StringComparison.Ordinal)) findings.Error("text.page-code", field, "文字里有网页代码", "只写文字，不写 <…> 这样的代码。");
            if (text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'))) findings.Error("text.control-character", field, "文字里有看不见的控制字符", "重新输入这段文字。");
        }
    }

    static void Plain(Findings findings, string field, string text, int limit = LongSentence)
    {
        foreach (var sentence in text.Split(['。', '！', '？', '；', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            if (sentence.Length > limit)
            {
                findings.Warn("text.long-sentence", field, $"有一句长 {sentence.Length} 个字：“{sentence[..12]}……”", $"每句不超过 {limit} 个字，拆成两三句。");
                break;
            }
        foreach (var (word, plain) in Bureaucratic)
            if (text.Contains(word)) findings.Warn("text.bureaucratic", field, $"“{word}”不是群众的话", $"换成：{plain}。");
    }

    static void Markdown(Findings findings, string field, string text)
    {
        var document = Markdig.Markdown.Parse(text, Pipeline);
        var level = 2; // the answer stands below a heading of the page
        foreach (var heading in document.Descendants<HeadingBlock>())
        {
            if (heading.Level > level + 1) findings.Warn("text.heading-order", field, $"标题从第 {level} 级跳到第 {heading.Level} 级", "标题逐级往下，不跳级。");
            level = heading.Level;
        }
        foreach (var link in document.Descendants<LinkInline>())
        {
            var words = string.Concat(link.Descendants<LiteralInline>().Select(l => l.Content.ToString())).Trim();
            if (link.IsImage && words.Length == 0) findings.Error("text.picture-without-words", field, "图片没有文字说明", "写上图片说了什么：![说明](地址)。");
            else if (!link.IsImage && (words.Length == 0 || EmptyLinks.Contains(words))) findings.Warn("text.empty-link", field, $"链接文字“{words}”没有说去哪里", "链接文字写清楚打开的是什么。");
            if (link.Url is { } url && !url.StartsWith("https://", StringComparison.Ordinal) && !url.StartsWith('/') && !url.StartsWith("tel:", StringComparison.Ordinal))
                findings.Error("text.unsafe-link", field, $"链接“{url}”不能用", "只能链到本站（/…）、https:// 或 tel:。");
        }
    }

    static IEnumerable<(string Field, string Text)> Everything(ItemContent item)
    {
        using var json = System.Text.Json.JsonDocument.Parse(Foundation.Data.Json.Write(item));
        return [.. Strings("", json.RootElement)];
    }

    static IEnumerable<(string, string)> Strings(string path, System.Text.Json.JsonElement element) => element.ValueKind switch
    {
        System.Text.Json.JsonValueKind.String => [(path, element.GetString()!)],
        System.Text.Json.JsonValueKind.Array => element.EnumerateArray().SelectMany((e, i) => Strings($"{path}[{i}]", e)).ToList(),
        System.Text.Json.JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Strings(path.Length == 0 ? p.Name : $"{path}.{p.Name}", p.Value)).ToList(),
        _ => [],
    };

    static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().Build();

    [GeneratedRegex("<\\s*/?\\s*[A-Za-z!]")] private static partial Regex Tag();
}
