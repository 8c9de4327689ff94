using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace Kapok.Foundation.Pages;

/// <summary>What a node may set about its pages. A unit changes its name, emblem and accent, nothing else.</summary>
public sealed class PageOptions
{
    /// <summary>Name of the unit that runs the site, in the header of every page. Chinese.</summary>
    public string UnitName { get; set; } = "红棉政务服务";

    /// <summary>Hotline shown in the footer and in elder mode.</summary>
    public string Hotline { get; set; } = "12345";

    /// <summary>Address where people ask to be called, one tap away in elder mode; null leaves it out. The page's own path is appended as <c>?page=</c>.</summary>
    public string? CallBackPath { get; set; }

    /// <summary>Address of the "这个页面有问题" form; the page's own path is appended as <c>?page=</c>.</summary>
    public string ProblemPath { get; set; } = "/problem";

    /// <summary>Address the search box sends its <c>q</c> to; null leaves the box out.</summary>
    public string? SearchPath { get; set; }

    /// <summary>Legal lines of the footer (record numbers, organiser), Chinese.</summary>
    public IReadOnlyList<string> FooterLines { get; set; } = [];

    /// <summary>Accent of the unit as <c>#RRGGBB</c> in place of action blue; refused at start when white on it is below 4.5:1.</summary>
    public string? Accent { get; set; }

    /// <summary>
    /// Fills the page context of a request: actor, navigation, account links. Runs once, when a page first asks, so
    /// after sign-in.
    /// </summary>
    public Action<HttpContext, PageContext>? Fill { get; set; }

    /// <summary>Assemblies whose <c>Web/</c> and <c>Texts/</c> resources are used; null takes every Kapok assembly beside the program.</summary>
    public IReadOnlyList<Assembly>? Assemblies { get; set; }

    internal IReadOnlyList<Assembly> ModuleAssemblies() => Assemblies ?? Found.Value;

    private static readonly Lazy<IReadOnlyList<Assembly>> Found = new(() =>
    {
        var names = Directory.EnumerateFiles(AppContext.BaseDirectory, "Kapok*.dll")
            .Select(file => Path.GetFileNameWithoutExtension(file)!)
            .Where(name => name is not ("Kapok.Tests" or "Kapok.Bench"))
            .OrderBy(name => name == "Kapok.Foundation" ? "" : name, StringComparer.Ordinal);
        var found = names.Select(name => Assembly.Load(new AssemblyName(name))).ToList();
        return found.Count > 0 ? found : [typeof(PageOptions).Assembly];
    });
}
