using System.Collections;
using System.Globalization;

namespace Kapok.Foundation.Codes;

/// <summary>One table of a standard: codes with their Chinese labels, in the order of the standard.</summary>
public sealed class CodeTable : IReadOnlyCollection<CodeTable.Entry>
{
    public sealed record Entry(string Code, string Label);

    private readonly Entry[] entries;
    private readonly Dictionary<string, string> labels;

    /// <param name="entries">Code and label in turn, separated by a space, one a line.</param>
    internal CodeTable(string name, string source, string entries)
    {
        (Name, Source) = (name, source);
        this.entries = [.. entries.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => line.Split(' ', 2)).Select(p => new Entry(p[0], p[1]))];
        labels = this.entries.ToDictionary(e => e.Code, e => e.Label, StringComparer.Ordinal);
    }

    /// <summary>What the table lists, e.g. 事项类型.</summary>
    public string Name { get; }

    /// <summary>Standard and clause; what is not from a published text says so.</summary>
    public string Source { get; }

    /// <exception cref="KeyNotFoundException">The table has no such code.</exception>
    public string this[string code] => Find(code) ?? throw new KeyNotFoundException($"{Name}（{Source}）没有代码“{code}”");

    /// <summary>For codes that are written as numbers: 1 also finds 01.</summary>
    /// <exception cref="KeyNotFoundException">The table has no such code.</exception>
    public string Label(int code) => this[code.ToString(CultureInfo.InvariantCulture).PadLeft(entries[0].Code.Length, '0')];

    /// <summary>The label of a code, or null.</summary>
    public string? Find(string? code) => code is not null && labels.TryGetValue(code, out var label) ? label : null;

    public bool Contains(string? code) => Find(code) is not null;

    public int Count => entries.Length;
    public IEnumerator<Entry> GetEnumerator() => ((IEnumerable<Entry>)entries).GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => entries.GetEnumerator();
}
