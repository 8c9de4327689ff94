using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Kapok.Cases.Forms;

/// <summary>
/// Brings answers, from wherever they come, into the one shape that is kept: only known fields, in the order of the form,
/// texts cleaned, typed numbers and dates turned into theirs, empty answers left out, prefilled facts filled in.
/// </summary>
internal sealed class CanonicalAnswers
{
    /// <summary>Rows beyond the highest number are kept only so far as to be able to say that they are too many.</summary>
    const int RowsBeyond = 1;

    internal static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    readonly ImmutableArray<string>.Builder unknown = ImmutableArray.CreateBuilder<string>();
    readonly IReadOnlyDictionary<string, PrefillFact> facts;
    readonly Utf8JsonWriter json;

    CanonicalAnswers(IReadOnlyDictionary<string, PrefillFact> facts, Utf8JsonWriter json) => (this.facts, this.json) = (facts, json);

    /// <summary>The canonical answers and the paths of properties that are no fields.</summary>
    public static (JsonElement Answers, ImmutableArray<string> Unknown) Of(FormDefinition definition, JsonElement answers, IReadOnlyDictionary<string, PrefillFact>? facts = null)
    {
        var unknown = ImmutableArray<string>.Empty;
        var element = Written(json =>
        {
            var run = new CanonicalAnswers(facts ?? ImmutableDictionary<string, PrefillFact>.Empty, json);
            run.Object(definition.Fields, answers, "", inRow: false);
            unknown = run.unknown.ToImmutable();
        });
        return (element, unknown);
    }

    /// <summary>One answer in its canonical shape; undefined when there is none.</summary>
    public static JsonElement Of(FormField field, JsonElement value)
    {
        var wrapped = Written(json =>
        {
            json.WriteStartArray();
            new CanonicalAnswers(ImmutableDictionary<string, PrefillFact>.Empty, json).Value(field, value, "", named: false, inRow: false);
            json.WriteEndArray();
        });
        return wrapped.GetArrayLength() == 0 ? default : wrapped[0];
    }

    internal static JsonElement Written(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, Writing)) write(json);
        return JsonDocument.Parse(buffer.WrittenMemory).RootElement;
    }

    void Object(ImmutableArray<FormField> fields, JsonElement from, string prefix, bool inRow)
    {
        json.WriteStartObject();
        var values = new JsonElement[fields.Length];
        if (from.ValueKind == JsonValueKind.Object)
        {
            // Well-formed answers come in the order of the fields: then each look-up is one comparison.
            var expected = 0;
            foreach (var member in from.EnumerateObject())
            {
                var at = -1;
                for (var i = 0; i < fields.Length; i++)
                {
                    var candidate = (expected + i) % fields.Length;
                    if (member.NameEquals(fields[candidate].Name)) { at = candidate; break; }
                }
                if (at < 0) { if (unknown.Count < 100) unknown.Add(prefix + Name(member)); continue; }
                values[at] = member.Value;
                expected = at + 1;
            }
        }
        for (var i = 0; i < fields.Length; i++) Value(fields[i], values[i], prefix, named: true, inRow);
        json.WriteEndObject();
    }

    /// <summary>Writes one answer, with its name in front when that is wanted; writes nothing when there is no answer.</summary>
    void Value(FormField field, JsonElement value, string prefix, bool named, bool inRow)
    {
        if (field.Widget == Widget.Rows) { Rows(field, value, prefix, named); return; }
        if (field.HasMembers)
        {
            if (value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.Object)) { Raw(field, value, named); return; }
            if (value.ValueKind == JsonValueKind.Object || !inRow && field.Members.Any(m => Fact(m) is not null))
            {
                Named(field, named);
                Object(field.Members, value, $"{prefix}{field.Name}.", inRow);
            }
            return;
        }
        switch (value.ValueKind)
        {
            case JsonValueKind.String when field.Widget != Widget.Checkboxes:
                if (IsCleanText(field, value)) { Named(field, named); value.WriteTo(json); return; }
                if (FieldRules.Clean(field, FieldRules.Text(value)) is { } text) { Named(field, named); FieldRules.Write(json, field, text); return; }
                break;
            case JsonValueKind.Array when field.Widget == Widget.Checkboxes:
            case JsonValueKind.String:
                if (Checked(field, value, named)) return;
                break;
            case JsonValueKind.Undefined or JsonValueKind.Null: break;
            default: Raw(field, value, named); return;
        }
        if (!inRow && Fact(field) is { } fact) Value(field, fact.Value, prefix, named, inRow: true);
    }

    bool Checked(FormField field, JsonElement value, bool named)
    {
        var items = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Take(field.Options.Length + 1) : [value];
        var any = false;
        var seen = new HashSet<string>();
        foreach (var item in items)
        {
            var key = item.ValueKind == JsonValueKind.String ? FieldRules.Text(item).Trim() : item.GetRawText();
            if (key == "" || !seen.Add(key)) continue;
            if (!any) { Named(field, named); json.WriteStartArray(); any = true; }
            if (item.ValueKind == JsonValueKind.String) FieldRules.Write(json, field, FieldRules.Clean(field, key) ?? key);
            else item.WriteTo(json);
        }
        if (any) json.WriteEndArray();
        return any;
    }

    void Rows(FormField field, JsonElement value, string prefix, bool named)
    {
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return;
        if (value.ValueKind != JsonValueKind.Array) { Raw(field, value, named); return; }
        if (value.GetArrayLength() == 0) return;
        Named(field, named);
        json.WriteStartArray();
        var index = 0;
        foreach (var row in value.EnumerateArray())
        {
            if (index == field.MaxItems + RowsBeyond) break;
            Object(field.Members, row, $"{prefix}{field.Name}[{index++}].", inRow: true);
        }
        json.WriteEndArray();
    }

    PrefillFact? Fact(FormField field) => field.Prefill is { } key && facts.TryGetValue(key, out var fact) ? fact : null;

    /// <summary>An answer of a wrong kind is kept for the fault to point at, as long as it is small.</summary>
    void Raw(FormField field, JsonElement value, bool named)
    {
        Named(field, named);
        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array && value.GetRawText().Length > 1_000) json.WriteStringValue("…");
        else value.WriteTo(json);
    }

    void Named(FormField field, bool named)
    {
        if (named) json.WritePropertyName(field.JsonName);
    }

    /// <summary>A plain text in which there is nothing to clean, seen from its bytes; most texts are, and need not be decoded.</summary>
    static bool IsCleanText(FormField field, JsonElement value)
    {
        if (field.Widget is not (Widget.Text or Widget.TextArea or Widget.Radio or Widget.Select or Widget.File) || field.Options.Length > 0 && field.Node.Target.Types != Schemas.JsonTypes.String) return false;
        var text = JsonMarshal.GetRawUtf8Value(value)[1..^1];
        return text.Length is > 0 and < FieldRules.MaxText && text[0] != ' ' && text[^1] != ' ' && text.IndexOfAnyExcept(harmless) < 0;
    }

    /// <summary>Printable ASCII but for the backslash, and the lead and following bytes of characters that are never stripped.</summary>
    static readonly SearchValues<byte> harmless = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x5F).Where(b => b != '\\').Select(b => (byte)b), .. Enumerable.Range(0x80, 0x40).Select(b => (byte)b), .. Enumerable.Range(0xE4, 6).Select(b => (byte)b)]);

    static string Name(JsonProperty member)
    {
        try { return member.Name.Length > 80 ? member.Name[..80] : member.Name; }
        catch (InvalidOperationException) { return "\uFFFD"; }
    }
}
