using System.Text.RegularExpressions;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Packages;

namespace Kapok.Portal.Help;

/// <summary>The <c>help/*.md</c> of a package: front matter <c>title</c>, <c>order</c>, <c>keywords</c>, then Markdown.</summary>
sealed partial class HelpPart : IPackagePart
{
    public int Floor => 9;

    sealed record Head
    {
        public string Title { get; init; } = "";
        public int Order { get; init; } = 100;
        public List<string> Keywords { get; init; } = [];
    }

    public async Task Check(Package package, InstallContext context, List<Fault> faults)
    {
        var articles = Read(package, faults);
        if (articles.Count == 0) return;
        var taken = await context.Connection.QueryAsync<(string Slug, string Package)>("select slug, package from portal.help where slug = any(@slugs) and package <> @id",
            new { slugs = articles.Select(a => a.Slug).ToArray(), id = package.Head.Id });
        foreach (var (slug, other) in taken) faults.Add(new($"help/{slug}.md", $"应用包 {other} 已经有同名的帮助，请换一个文件名"));
    }

    public async Task Install(Package package, InstallContext context)
    {
        var articles = Read(package, []);
        var removed = await context.Connection.ExecuteAsync("delete from portal.help where package = @id", new { id = package.Head.Id });
        if (articles.Count > 0)
            await context.Connection.ExecuteAsync("insert into portal.help (slug, package, title, position, keywords, body) values (@Slug, @package, @Title, @Position, @Keywords, @Body)",
                articles.Select(a => new { a.Slug, package = package.Head.Id, a.Title, a.Position, a.Keywords, a.Body }));
        if (removed + articles.Count > 0) await Signals.Send(context.Connection, HelpArticles.Topic, package.Head.Id);
    }

    static List<HelpArticle> Read(Package package, List<Fault> faults)
    {
        var articles = new List<HelpArticle>();
        foreach (var (path, raw) in package.In("help", ".md"))
        {
            var (text, slug) = (raw.ReplaceLineEndings("\n"), Path.GetFileNameWithoutExtension(path));
            if (!Slug().IsMatch(slug)) { faults.Add(new(path, "文件名应为小写字母、数字和连字符")); continue; }
            var end = text.StartsWith("---\n", StringComparison.Ordinal) ? text.IndexOf("\n---\n", 3, StringComparison.Ordinal) : -1;
            if (end < 0) { faults.Add(new($"{path}:1", "开头应有 --- 之间的 title、order、keywords")); continue; }
            var head = Yaml.Read<Head>(path, text[4..(end + 1)]);
            if (!head.Ok) { faults.AddRange(head.Faults); continue; }
            var body = text[(end + 5)..].Trim();
            if (head.Value!.Title.Length == 0) faults.Add(new($"{path}:1", "缺少 title"));
            if (body.Length == 0) faults.Add(new(path, "没有正文"));
            articles.Add(new(slug, head.Value.Title, head.Value.Order, [.. head.Value.Keywords], body));
        }
        return articles;
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{1,60}$")] private static partial Regex Slug();
}
