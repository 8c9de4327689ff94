using Microsoft.AspNetCore.Components;

namespace Kapok.Foundation.Pages;

/// <summary>Base of every page and component: texts, page context and assets.</summary>
public abstract class PageComponent : ComponentBase
{
    /// <summary>Texts in the language of the page: <c>L["提交申请"]</c>.</summary>
    [Inject] protected Texts L { get; set; } = null!;

    /// <summary>What this request knows.</summary>
    [Inject] protected PageContext Page { get; set; } = null!;

    /// <summary>Addresses of styles, scripts and pictures.</summary>
    [Inject] protected new Assets Assets { get; set; } = null!;

    /// <summary>The same three without asking the container for each component.</summary>
    internal void Supply(Texts texts, PageContext page, Assets assets) => (L, Page, Assets) = (texts, page, assets);

    /// <summary>Class names joined, empty ones left out; null when nothing remains, so that no empty attribute is written.</summary>
    protected static string? Css(params ReadOnlySpan<string?> names)
    {
        var joined = "";
        foreach (var name in names)
        {
            if (!string.IsNullOrEmpty(name)) joined = joined.Length == 0 ? name : joined + " " + name;
        }
        return joined.Length == 0 ? null : joined;
    }
}
