using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Portal.Help;

/// <summary>Help for citizens.</summary>
static class HelpPages
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/help", async (HelpArticles help, string? q) =>
            new PageResult<HelpPage>(new { Articles = await help.Search(q), Asked = q?.Trim() })).AllowAnyone();
        routes.MapGet("/help/{slug}", async (HelpArticles help, string slug) =>
        {
            var all = await help.All();
            return all.FirstOrDefault(a => a.Slug == slug) is { } article
                ? (IResult)new PageResult<HelpArticlePage>(new { Article = article, Others = all.Where(a => a != article).ToList() })
                : Kapok.Foundation.Http.Problems.NotFound("没有这篇帮助");
        }).AllowAnyone();
    }
}
