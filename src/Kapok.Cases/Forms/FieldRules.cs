using System.Globalization;
using System.Text;
using System.Text.Json;
using Kapok.Foundation.Codes;

namespace Kapok.Cases.Forms;

/// <summary>What differs between kinds of fields: how typed text becomes an answer, how an answer reads, what is said when it is missing.</summary>
public static class FieldRules
{
    /// <summary>Longest text of any field, in UTF-16 units; longer texts are cut there and refused.</summary>
    public const int MaxText = 20_000;

    /// <summary>The format that a widget implies when the schema names none.</summary>
    internal static string? FormatOf(Widget widget) => widget switch
    {
        Widget.Name => "person-name", Widget.IdNumber => "id-number", Widget.CreditCode => "credit-code", Widget.Phone => "phone-cn",
        Widget.Email => "email", Widget.Division => "division", Widget.Date => "date", Widget.Money => "money-fen", _ => null,
    };

    /// <summary>What is said when a required answer is missing.</summary>
    public static string Missing(FormField field) => field.Widget switch
    {
        Widget.Radio or Widget.Select or Widget.Division => $"请选择{field.Label}",
        Widget.Checkboxes => $"请至少选择一项{field.Label}",
        Widget.Checkbox => $"请勾选“{field.Label}”",
        Widget.File => $"请上传{field.Label}",
        Widget.Rows => $"请添加{field.ItemTitle}",
        _ => $"请填写{field.Label}",
    };

    /// <summary>
    /// The answer as it is kept: trimmed, without control characters, full-width digits made plain where only digits make sense, typed
    /// numbers and dates turned into theirs. What cannot be understood stays as it was typed, so that it can be shown again.
    /// Null means: not answered. In a money field a text is what a person typed in yuan, a number is fen.
    /// </summary>
    internal static string? Clean(FormField field, string text)
    {
        if (text.Length > MaxText + 1) text = text[..(char.IsHighSurrogate(text[MaxText]) ? MaxText + 2 : MaxText + 1)];
        text = WithoutControls(text, keepLines: field.Widget == Widget.TextArea);
        switch (field.Widget)
        {
            case Widget.Name: text = PersonName.Normalise(text); break;
            case Widget.IdNumber: text = CitizenId.Check(text, DateOnly.MaxValue).Value ?? Narrow(text); break;
            case Widget.CreditCode: text = CreditCode.Check(text).Value ?? Narrow(text); break;
            case Widget.Phone: text = Contact.CheckPhone(text).Value ?? Narrow(text); break;
            case Widget.Email or Widget.Division or Widget.Number or Widget.Money:
                text = Narrow(text).Replace(" ", "");
                break;
            case Widget.Date: text = CleanDate(Narrow(text)); break;
        }
        text = text.Trim();
        return text == "" ? null : text;
    }

    /// <summary>Writes a cleaned text as the JSON its field wants, or as the text it is when that is not possible.</summary>
    internal static void Write(Utf8JsonWriter json, FormField field, string text)
    {
        if (field.Options.Length > 0)
        {
            foreach (var option in field.Options) if (option.Key == text) { option.Value.WriteTo(json); return; }
        }
        else if (field.Widget == Widget.Money && Fen(text) is { } fen) { json.WriteNumberValue(fen); return; }
        else if (field.Widget == Widget.Number && Number(text) is { } number) { json.WriteNumberValue(number); return; }
        else if (field.Widget == Widget.Checkbox) { json.WriteBooleanValue(text is not ("false" or "0" or "off" or "否")); return; }
        json.WriteStringValue(text);
    }

    /// <summary>An answer as people read it. Division codes are named by the function.</summary>
    public static string Show(FormField field, JsonElement value, Func<string, string?>? divisions = null)
    {
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return "";
        switch (field.Widget)
        {
            case Widget.Checkboxes when value.ValueKind == JsonValueKind.Array:
                return string.Join("、", value.EnumerateArray().Select(v => Label(field, v)));
            case Widget.Radio or Widget.Select: return Label(field, value);
            case Widget.Checkbox: return value.ValueKind switch { JsonValueKind.True => "是", JsonValueKind.False => "否", _ => Plain(value) };
            case Widget.Money: return value.TryNumber(out var fen) ? $"{Amount(fen)} 元" : Plain(value);
            case Widget.Date:
                return DateOnly.TryParseExact(Plain(value), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
                    ? $"{date.Year}年{date.Month}月{date.Day}日" : Plain(value);
            case Widget.File: return FileAnswer.Read(Plain(value))?.Name ?? Plain(value);
            case Widget.Division: return divisions?.Invoke(Plain(value)) ?? Plain(value);
            case Widget.Address or Widget.Group when value.ValueKind == JsonValueKind.Object:
                var parts = field.Members.Select(m => value.TryGetProperty(m.Name, out var part) ? Show(m, part, divisions) : "").Where(t => t != "");
                return string.Join(field.Widget == Widget.Address ? "" : "，", parts);
            case Widget.Rows when value.ValueKind == JsonValueKind.Array: return $"{value.GetArrayLength()} 项";
            default: return Plain(value);
        }
    }

    /// <summary>An answer as it stands in an input.</summary>
    public static string Input(FormField field, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => "",
        JsonValueKind.Number when field.Widget == Widget.Money && value.TryNumber(out var fen) => Yuan(fen),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => Plain(value),
    };

    /// <summary>Year, month and day as they were typed.</summary>
    public static (string Year, string Month, string Day) DateParts(JsonElement value)
    {
        var parts = Plain(value).Split('-');
        return parts.Length == 3 ? (parts[0], parts[1].TrimStart('0'), parts[2].TrimStart('0')) : (Plain(value), "", "");
    }

    static string Label(FormField field, JsonElement value)
    {
        var key = Plain(value);
        foreach (var option in field.Options) if (option.Key == key) return option.Label;
        return key;
    }

    static string Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => "",
        JsonValueKind.String => Text(value),
        _ => value.GetRawText(),
    };

    /// <summary>A JSON string; half a character becomes the replacement character instead of an exception.</summary>
    internal static string Text(JsonElement value)
    {
        try { return value.GetString()!; }
        catch (InvalidOperationException) { return "\uFFFD"; }
    }

    internal static bool TryNumber(this JsonElement value, out decimal number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out number);
    }

    /// <summary>An amount as people read it: 1,200.50.</summary>
    internal static string Amount(decimal fen) => (fen / 100).ToString("#,##0.00", CultureInfo.InvariantCulture);

    static string Yuan(decimal fen) => (fen / 100).ToString("0.00", CultureInfo.InvariantCulture);

    static decimal? Number(string text) =>
        decimal.TryParse(text.Replace(",", ""), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    static long? Fen(string yuan) =>
        Number(yuan.Trim('￥', '¥', '元')) is { } number && number * 100 is var fen && fen == decimal.Truncate(fen) && Math.Abs(fen) < 1_000_000_000_000_000 ? (long)fen : null;

    static string CleanDate(string text)
    {
        if (text.Length == 10 && text[4] == '-' && text[7] == '-') return text;
        var parts = text.Replace('/', '-').Replace('.', '-').Replace('年', '-').Replace('月', '-').Replace("日", "").Split('-');
        if (parts.Length != 3) return text;
        for (var i = 0; i < 3; i++) parts[i] = parts[i].Trim();
        if (parts.All(p => p == "")) return "";
        if (parts[1].Length == 1) parts[1] = "0" + parts[1];
        if (parts[2].Length == 1) parts[2] = "0" + parts[2];
        return string.Join('-', parts);
    }

    /// <summary>Full-width letters, digits and signs (and the wide space) as plain ones.</summary>
    static string Narrow(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('！', '～') < 0 && !text.Contains('\u3000')) return text;
        return string.Create(text.Length, text, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = from[i] is >= '！' and <= '～' ? (char)(from[i] - 0xFEE0) : from[i] == '\u3000' ? ' ' : from[i];
        });
    }

    /// <summary>Takes away what is invisible and can deceive: control characters and overrides of the reading direction.</summary>
    static string WithoutControls(string text, bool keepLines)
    {
        var clean = true;
        foreach (var c in text) if (c < ' ' || c is >= '\u007F' and <= '\u009F' || IsInvisible(c)) { clean = false; break; }
        if (clean) return text;
        var result = new StringBuilder(text.Length);
        foreach (var c in text.Replace("\r\n", "\n").Replace('\r', '\n'))
        {
            if (c == '\n') result.Append(keepLines ? '\n' : ' ');
            else if (c == '\t') result.Append(' ');
            else if (c >= ' ' && c is < '\u007F' or > '\u009F' && !IsInvisible(c)) result.Append(c);
        }
        return result.ToString();
    }

    static bool IsInvisible(char c) => c is '\u200B' or '\u200E' or '\u200F' or '\uFEFF' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
