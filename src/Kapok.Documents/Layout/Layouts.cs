using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using Dapper;
using Kapok.Documents.Fonts;
using Kapok.Foundation;
using Kapok.Foundation.Data;

namespace Kapok.Documents.Layout;

/// <summary>The installed templates, ready to print. Each process reads a template once and hears of a change within a second.</summary>
public sealed class Layouts
{
    /// <summary>Topic of <see cref="Signals"/>.</summary>
    public const string Topic = "layouts";

    readonly Database database;
    readonly FontBook fonts;
    readonly ConcurrentDictionary<string, TemplatePrinter> printers = new();
    readonly Lazy<TemplatePrinter> general;

    public Layouts(Database database, Signals signals, FontBook fonts)
    {
        (this.database, this.fonts) = (database, fonts);
        general = new(() => new(General, fonts));
        signals.Listen(Topic, _ => printers.Clear());
    }

    /// <summary>A licence of any type: its items one below the other in a frame.</summary>
    public static readonly Template General = Template.Parse("general-licence.yaml", Resource("Seed/general-licence.yaml")).Value ?? throw new InvalidOperationException("general-licence.yaml is faulty");

    /// <summary>The printer of a template; without a name that of the general licence.</summary>
    /// <param name="key"><c>package/name</c>.</param>
    public async ValueTask<Outcome<TemplatePrinter>> Of(string? key)
    {
        if (key is null) return general.Value;
        if (printers.TryGetValue(key, out var known)) return known;
        var (package, name) = key.IndexOf('/') is > 0 and var slash ? (key[..slash], key[(slash + 1)..]) : ("", key);
        var files = (await database.Read(c => c.QueryAsync<(string Path, byte[] Content)>("select path, content from documents.layout_file where package = @package", new { package })).ConfigureAwait(false)).ToDictionary(f => f.Path, f => f.Content);
        var path = $"layouts/{name}.yaml";
        if (!files.TryGetValue(path, out var content)) return Outcome<TemplatePrinter>.No(Refusal.NotFound, $"没有版式模板 {key}");
        var template = Template.Parse(path, Encoding.UTF8.GetString(content), picture => files.GetValueOrDefault($"layouts/{picture}"));
        return template.Ok ? printers.GetOrAdd(key, new TemplatePrinter(template.Value!, fonts)) : template.As<TemplatePrinter>();
    }

    /// <summary>All installed templates, <c>package/name</c>, in order.</summary>
    public async Task<IReadOnlyList<string>> Names() =>
        [.. (await database.Read(c => c.QueryAsync<string>("select package || '/' || substring(path from 9 for length(path) - 13) from documents.layout_file where path like 'layouts/%.yaml' order by 1")).ConfigureAwait(false))];

    static string Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is missing");
        return new StreamReader(stream, Encoding.UTF8).ReadToEnd();
    }
}
