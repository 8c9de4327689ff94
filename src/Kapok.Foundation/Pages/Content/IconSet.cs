using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Kapok.Foundation.Pages;

/// <summary>The drawings of <c>Web/icons.svg</c> by name.</summary>
public static partial class IconSet
{
    private static readonly ConcurrentDictionary<Assets, IReadOnlyDictionary<string, string>> Read = new();

    /// <summary>Names in the order of the file.</summary>
    public static IEnumerable<string> Names(Assets assets) => Of(assets).Keys;

    /// <summary>Inner SVG of a drawing.</summary>
    /// <exception cref="KeyNotFoundException">There is no drawing of that name.</exception>
    public static string Drawing(Assets assets, string name) => Of(assets).TryGetValue(name, out var drawing)
        ? drawing
        : throw new KeyNotFoundException($"There is no icon '{name}' in Web/icons.svg.");

    private static IReadOnlyDictionary<string, string> Of(Assets assets) => Read.GetOrAdd(assets, static from =>
        Symbols().Matches(from.Text("icons.svg")).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value));

    [GeneratedRegex("""<symbol id="([a-z-]+)" viewBox="0 0 24 24">(.*?)</symbol>""")]
    private static partial Regex Symbols();
}
