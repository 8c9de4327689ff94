using Dapper;
using Kapok.Foundation.Data;

namespace Kapok.Portal.Help;

/// <summary>The help pages, in memory; read again in every process when a package brings new ones.</summary>
public sealed class HelpArticles
{
    /// <summary>Topic of <see cref="Signals"/>.</summary>
    public const string Topic = "help";

    readonly Database database;
    volatile IReadOnlyList<HelpArticle>? all;

    public HelpArticles(Database database, Signals signals)
    {
        this.database = database;
        signals.Listen(Topic, _ => all = null);
    }

    /// <summary>All of them in order.</summary>
    public async ValueTask<IReadOnlyList<HelpArticle>> All() => all ??= await database.Read(async c =>
        (IReadOnlyList<HelpArticle>)[.. (await c.QueryAsync<Row>("select slug, title, position, keywords, body from portal.help order by position, slug")).Select(r => new HelpArticle(r.Slug, r.Title, r.Position, r.Keywords, r.Body))]);

    sealed class Row
    {
        public string Slug { get; init; } = "";
        public string Title { get; init; } = "";
        public int Position { get; init; }
        public string[] Keywords { get; init; } = [];
        public string Body { get; init; } = "";
    }

    /// <summary>Those that hold every word asked for, best first: in the title, then in the keywords, then in the text.</summary>
    public async ValueTask<IReadOnlyList<HelpArticle>> Search(string? text)
    {
        var words = (text ?? "").Split((char[])[' ', '　', '，', ',', '、', '？', '?', '。'], StringSplitOptions.RemoveEmptyEntries).Take(8).ToArray();
        var articles = await All();
        if (words.Length == 0) return articles;
        return [.. articles.Select(a => (Article: a, Score: words.Select(w => Score(a, w)).ToArray())).Where(a => a.Score.All(s => s > 0))
            .OrderByDescending(a => a.Score.Sum()).ThenBy(a => a.Article.Position).Select(a => a.Article)];
    }

    /// <summary>A word people type is often longer than the keyword: "怎么撤回申请" finds the keyword 撤回.</summary>
    static int Score(HelpArticle article, string word)
    {
        if (article.Title.Contains(word, StringComparison.OrdinalIgnoreCase)) return 8;
        if (article.Keywords.Any(k => k.Contains(word, StringComparison.OrdinalIgnoreCase))) return 6;
        if (article.Body.Contains(word, StringComparison.OrdinalIgnoreCase)) return 3;
        return article.Keywords.Count(k => k.Length > 1 && word.Contains(k, StringComparison.OrdinalIgnoreCase));
    }
}
