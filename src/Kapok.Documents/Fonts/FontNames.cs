using System.Text;

namespace Kapok.Documents.Fonts;

/// <summary>The names of a font (table <c>name</c>) in every language it has them.</summary>
sealed class FontNames
{
    const int Family = 1, Style = 2, Full = 4, PostScript = 6, TypographicFamily = 16, MostRecords = 4_096;

    readonly Dictionary<int, string> best = [];

    FontNames() { }

    public string FamilyName => best.GetValueOrDefault(TypographicFamily) ?? best.GetValueOrDefault(Family) ?? "";
    public string StyleName => best.GetValueOrDefault(Style) ?? "";
    public string PostScriptName { get; private set; } = "";

    /// <summary>All family and full names, English and Chinese.</summary>
    public HashSet<string> All { get; } = new(StringComparer.OrdinalIgnoreCase);

    public static FontNames Read(Table? table)
    {
        var names = new FontNames();
        if (table is { } t) names.Read(t);
        names.PostScriptName = Printable(names.best.GetValueOrDefault(PostScript) ?? names.FamilyName);
        return names;
    }

    void Read(Table table)
    {
        int count = Math.Min((int)table.U16(2), MostRecords), strings = table.U16(4);
        var rank = new Dictionary<int, int>();
        for (var i = 0; i < count; i++)
        {
            var at = 6 + i * 12;
            int platform = table.U16(at), encoding = table.U16(at + 2), language = table.U16(at + 4), name = table.U16(at + 6);
            if (name is not (Family or Style or Full or PostScript or TypographicFamily)) continue;
            var text = table.Slice(strings + table.U16(at + 10), table.U16(at + 8)).Span;
            var (value, order) = platform switch
            {
                3 when encoding is 0 or 1 or 10 => (Encoding.BigEndianUnicode.GetString(text), language == 0x409 ? 0 : 2),
                0 => (Encoding.BigEndianUnicode.GetString(text), 3),
                1 when encoding == 0 => (Encoding.Latin1.GetString(text), 1),
                _ => ("", 9),
            };
            if (value.Length is 0 or > 128) continue;
            if (name is Family or Full or TypographicFamily && platform != 1) All.Add(value);
            if (rank.TryGetValue(name, out var had) && had <= order) continue;
            (rank[name], best[name]) = (order, value);
        }
    }

    /// <summary>What PostScript allows in a name: 63 printable characters without brackets and slashes.</summary>
    static string Printable(string name)
    {
        var kept = new string([.. name.Where(c => c is > ' ' and <= '~' && !"[](){}<>/%".Contains(c)).Take(63)]);
        return kept.Length > 0 ? kept : "Font";
    }
}
