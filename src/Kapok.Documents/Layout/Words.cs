using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Kapok.Foundation;
using Kapok.Foundation.Chinese;
using Kapok.Foundation.Expressions;

namespace Kapok.Documents.Layout;

/// <summary>
/// A text with expressions in double braces: <c>有效期至 {{licence.validTo | date}}</c>. After the bar stands how a value is written:
/// <c>date</c> 2026年11月30日, <c>chineseDate</c> 二〇二六年十一月三十日, <c>year</c> <c>month</c> <c>day</c> its parts, <c>money</c> fen as ¥1,234.50,
/// <c>capitalMoney</c> fen as 壹仟元整, <c>long</c> the date or 长期 when there is none.
/// </summary>
sealed class Words
{
    /// <param name="Literal">Text as it stands, or null for an expression.</param>
    public sealed record Piece(string? Literal, Expression? Value, string Form, string Where);

    static readonly string[] Forms = ["", "date", "chineseDate", "year", "month", "day", "money", "capitalMoney", "long"];
    public static readonly Words Empty = new([]);

    Words(ImmutableArray<Piece> pieces) => Pieces = pieces;

    public ImmutableArray<Piece> Pieces { get; }
    public bool IsFixed => Pieces.All(p => p.Value is null);
    public bool IsEmpty => Pieces.IsEmpty;

    public static Words Parse(string text, string where, List<Fault> faults)
    {
        var pieces = ImmutableArray.CreateBuilder<Piece>();
        for (var at = 0; at < text.Length;)
        {
            var open = text.IndexOf("{{", at, StringComparison.Ordinal);
            if (open < 0) { pieces.Add(new(text[at..], null, "", where)); break; }
            if (open > at) pieces.Add(new(text[at..open], null, "", where));
            var close = text.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0) { faults.Add(new(where, "“{{”没有配对的“}}”")); break; }
            var inner = text[(open + 2)..close];
            at = close + 2;
            var (bar, form) = (inner.LastIndexOf('|'), "");
            if (bar >= 0) (inner, form) = (inner[..bar], inner[(bar + 1)..].Trim());
            if (!Forms.Contains(form)) faults.Add(new(where, $"写法“{form}”不认识，可以用 {string.Join("、", Forms[1..])}"));
            if (Expression.TryParse(inner.Trim(), out var value, out var fault)) pieces.Add(new(null, value, form, where));
            else faults.Add(new(where, $"表达式“{inner.Trim()}”不正确：{fault.Message}"));
        }
        return new(pieces.ToImmutable());
    }

    /// <summary>The text for these facts, with the item that each expression shows.</summary>
    public Composed Compose(IScope scope, string? tag = null)
    {
        if (Pieces is [{ Literal: { } only }]) return new(only, [(0, tag)]);
        var text = new StringBuilder();
        var marks = new List<(int, string?)>();
        foreach (var piece in Pieces)
        {
            var words = piece.Literal ?? Written(piece.Value!.Evaluate(scope), piece.Form);
            if (words.Length == 0) continue;
            marks.Add((text.Length, piece.Literal is null ? tag ?? TagOf(piece.Value!) : tag));
            text.Append(words);
        }
        return new(text.ToString(), marks);
    }

    /// <summary>Names of the national metadata (GB/T 36903) for what a template usually shows.</summary>
    static readonly Dictionary<string, string> Metadata = new()
    {
        ["licence.identifier"] = "ZZBS", ["licence.name"] = "ZZMC", ["licence.number"] = "ZZBH", ["licence.issuedOn"] = "ZZBFRQ", ["licence.validFrom"] = "ZZYXQQSRQ", ["licence.validTo"] = "ZZYXQJZRQ",
        ["issuer.name"] = "ZZBFJG", ["issuer.code"] = "ZZBFJGDM", ["holder.name"] = "CZZT", ["holder.code"] = "CZZTDM",
    };

    static string? TagOf(Expression value)
    {
        if (value.Paths.Count != 1) return null;
        var path = value.Paths.First();
        return Metadata.TryGetValue(path, out var name) ? name : path.StartsWith("fields.", StringComparison.Ordinal) && path.IndexOf('.', 7) < 0 ? "KZ_" + path[7..] : null;
    }

    static string Written(Value value, string form) => form switch
    {
        "" => value.Kind == ValueKind.List ? string.Join("、", value.Items.Select(i => i.ToString())) : value.ToString() ?? "",
        "long" when value.IsNull || value.AsText?.Length == 0 => "长期",
        "money" or "capitalMoney" => value.AsNumber is { } fen && fen == decimal.Truncate(fen) && Math.Abs(fen) < long.MaxValue ? form == "money" ? MoneyText.Yuan((long)fen) : MoneyText.Capital((long)fen) : value.ToString() ?? "",
        _ => value.AsDate is not { } date ? value.ToString() ?? "" : form switch
        {
            "chineseDate" => Chinese(date), "year" => date.Year.ToString(CultureInfo.InvariantCulture), "month" => date.Month.ToString(CultureInfo.InvariantCulture), "day" => date.Day.ToString(CultureInfo.InvariantCulture),
            _ => DateText.Full(date),
        },
    };

    /// <summary>二〇二六年十一月三十日, as certificates are dated (GB/T 15835-2011, 5.2).</summary>
    static string Chinese(DateOnly date)
    {
        const string digits = "〇一二三四五六七八九";
        static string Below100(int n) => n switch { <= 9 => digits[n].ToString(), 10 => "十", < 20 => "十" + digits[n % 10], _ when n % 10 == 0 => digits[n / 10] + "十", _ => $"{digits[n / 10]}十{digits[n % 10]}" };
        return $"{string.Concat(date.Year.ToString("D4", CultureInfo.InvariantCulture).Select(c => digits[c - '0']))}年{Below100(date.Month)}月{Below100(date.Day)}日";
    }
}

/// <summary>A text whose parts know which data item they show.</summary>
/// <param name="Marks">Where a part begins, and its item; in order.</param>
sealed record Composed(string Text, IReadOnlyList<(int At, string? Tag)> Marks)
{
    public string? TagAt(int index)
    {
        string? tag = null;
        foreach (var (at, name) in Marks) { if (at > index) break; tag = name; }
        return tag;
    }
}
