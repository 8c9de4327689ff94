using Markdig;
using Markdig.Syntax.Inlines;

namespace Kapok.Portal.Help;

/// <summary>One help page.</summary>
/// <param name="Slug">Its address below /help.</param>
/// <param name="Body">Markdown; HTML in it is shown as text.</param>
public sealed record HelpArticle(string Slug, string Title, int Position, string[] Keywords, string Body)
{
    static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().Build();

    /// <summary>The body as HTML without markup of its own and without links that run script.</summary>
    public string Html
    {
        get
        {
            var document = Markdown.Parse(Body, Pipeline);
            foreach (var link in Markdig.Syntax.MarkdownObjectExtensions.Descendants<LinkInline>(document))
                if (!Safe(link.Url)) link.Url = "";
            return document.ToHtml(Pipeline);
        }
    }

    /// <summary>The first sentence, for lists.</summary>
    public string Summary
    {
        get
        {
            var text = Markdown.ToPlainText(Body, Pipeline).Trim();
            var line = text.Split('\n')[0].Trim();
            var end = line.IndexOf('。');
            return end is > 0 and < 80 ? line[..(end + 1)] : line.Length > 80 ? line[..80] + "…" : line;
        }
    }

    static bool Safe(string? url) => url is { Length: > 0 } && (url[0] is '/' or '#' || url.StartsWith("https://", StringComparison.Ordinal) || url.StartsWith("tel:", StringComparison.Ordinal));
}
