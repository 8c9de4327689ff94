using System.Formats.Asn1;
using System.Globalization;
using System.Text;
using Kapok.Foundation;

namespace Kapok.Documents.Seals;

/// <summary>A structure from outside cannot be read: which field, and what is wrong with it.</summary>
sealed class MalformedStructure(string where, string message) : Exception(message)
{
    public string Where => where;
}

/// <summary>
/// The fields of one ASN.1 SEQUENCE, read in order and by name, so that every fault says where it is. Nothing is
/// copied but the values asked for. BER is accepted, since foreign makers write it; what a signature covers is always
/// taken as the bytes stand, never encoded anew.
/// </summary>
sealed class DerFields
{
    /// <summary>Longest list in a structure; real seals carry a handful of certificates.</summary>
    public const int LongestList = 500;

    static readonly AsnReaderOptions Options = new() { SkipSetSortOrderVerification = true, UtcTimeTwoDigitYearMax = 2049 };

    readonly AsnReader reader;
    readonly string path;

    DerFields(AsnReader reader, string path) => (this.reader, this.path) = (reader, path);

    /// <summary>The fields of a file that is one SEQUENCE and nothing else.</summary>
    public static DerFields Of(ReadOnlyMemory<byte> bytes, string name)
    {
        var whole = new DerFields(new AsnReader(bytes, AsnEncodingRules.BER, Options), "");
        var inner = whole.Sequence(name);
        whole.End();
        return inner;
    }

    /// <summary>Runs a reading; what is malformed becomes a fault that names the field.</summary>
    public static Outcome<T> Try<T>(Func<T> read)
    {
        try { return read(); }
        catch (MalformedStructure e) { return Outcome<T>.No(Refusal.Invalid, e.Message, e.Where); }
    }

    public bool HasMore => reader.HasData;

    public bool Next(Asn1Tag tag)
    {
        if (!reader.HasData) return false;
        try { return reader.PeekTag() is var next && next.HasSameClassAndValue(tag); }
        catch (AsnContentException) { return false; }
    }

    public string Name(string field) => path.Length == 0 ? field : $"{path}.{field}";

    public MalformedStructure Bad(string field, string message) => new(Name(field), message);

    T Read<T>(string field, string kind, Func<AsnReader, T> read)
    {
        if (!reader.HasData) throw Bad(field, "缺少这一项");
        try { return read(reader); }
        catch (Exception e) when (e is AsnContentException or OverflowException or ArgumentException or FormatException) { throw Bad(field, $"应为{kind}，内容不符合编码规则"); }
    }

    public DerFields Sequence(string field) => new(Read(field, " SEQUENCE", r => r.ReadSequence()), Name(field));

    public DerFields Set(string field) => new(Read(field, " SET", r => r.ReadSetOf(skipSortOrderValidation: true)), Name(field));

    /// <summary>What stands inside an explicit context tag.</summary>
    public DerFields Tagged(int tag, string field) => new(Read(field, $"标签 [{tag}]", r => r.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, tag, true))), Name(field));

    /// <summary>A list whose own tag was replaced by a context tag.</summary>
    public DerFields Implicit(int tag, string field) => Tagged(tag, field);

    public bool NextIsTagged(int tag) => Next(new Asn1Tag(TagClass.ContextSpecific, tag));

    /// <summary>The next value as it stands, tag and length included.</summary>
    public ReadOnlyMemory<byte> Raw(string field) => Read(field, "一个完整的值", r => r.ReadEncodedValue());

    /// <summary>The next value as it stands, without moving on.</summary>
    public ReadOnlyMemory<byte> PeekRaw(string field) => Read(field, "一个完整的值", r => r.PeekEncodedValue());

    public byte[] Octets(string field) => Read(field, " OCTET STRING", r => r.ReadOctetString());

    /// <summary>Whole bytes in a BIT STRING; some makers write an OCTET STRING instead.</summary>
    public byte[] Bits(string field)
    {
        if (Next(Asn1Tag.PrimitiveOctetString)) return Octets(field);
        return Read(field, " BIT STRING", r =>
        {
            var value = r.ReadBitString(out var unused);
            return unused == 0 ? value : throw new FormatException();
        });
    }

    public string Oid(string field) => Read(field, "对象标识符", r => r.ReadObjectIdentifier());

    public int Integer(string field) => Read(field, "整数", r => r.TryReadInt32(out var value) ? value : throw new OverflowException());

    public System.Numerics.BigInteger Big(string field) => Read(field, "整数", r => r.ReadInteger());

    /// <summary>A truth value; left out it is false.</summary>
    public bool Boolean(string field) => Next(Asn1Tag.Boolean) && Read(field, "真假值", r => r.ReadBoolean());

    /// <summary>Text of any string type. Some makers put Chinese where the standard says IA5String.</summary>
    public string Text(string field, int longest = 1000)
    {
        var bytes = Read(field, "文字", r =>
        {
            var (tag, raw) = (r.PeekTag(), r.ReadEncodedValue());
            if (tag.IsConstructed || tag.TagClass != TagClass.Universal || !Texts.Contains((UniversalTagNumber)tag.TagValue)) throw new FormatException();
            AsnDecoder.ReadEncodedValue(raw.Span, AsnEncodingRules.BER, out var start, out var length, out _);
            return raw.Slice(start, length);
        });
        if (bytes.Length > longest) throw Bad(field, $"文字太长（{bytes.Length} 字节，最多 {longest}）");
        try { return new UTF8Encoding(false, true).GetString(bytes.Span); }
        catch (DecoderFallbackException) { return Encoding.Latin1.GetString(bytes.Span); }
    }

    static readonly HashSet<UniversalTagNumber> Texts =
    [
        UniversalTagNumber.UTF8String, UniversalTagNumber.IA5String, UniversalTagNumber.PrintableString, UniversalTagNumber.VisibleString, UniversalTagNumber.NumericString,
        UniversalTagNumber.T61String, UniversalTagNumber.UtcTime, UniversalTagNumber.GeneralizedTime,
    ];

    /// <summary>A UTCTime or GeneralizedTime.</summary>
    public DateTimeOffset Time(string field)
    {
        var tag = Read(field, "时间", r => r.PeekTag());
        if (tag.TagClass != TagClass.Universal || tag.TagValue is not ((int)UniversalTagNumber.UtcTime or (int)UniversalTagNumber.GeneralizedTime)) throw Bad(field, "应为时间");
        var text = Text(field, 40);
        return TimeOf(text, tag.TagValue == (int)UniversalTagNumber.UtcTime) ?? throw Bad(field, $"看不懂时间“{text}”");
    }

    /// <summary>Reads the ways in which seals write a time; without a zone it is China's.</summary>
    public static DateTimeOffset? TimeOf(string text, bool shortYear)
    {
        var zone = TimeSpan.FromHours(8);
        text = text.Trim();
        if (text.EndsWith('Z')) (zone, text) = (TimeSpan.Zero, text[..^1]);
        else if (text.Length > 5 && text[^5] is '+' or '-' && int.TryParse(text[^4..], out var hhmm) && hhmm / 100 <= 14 && hhmm % 100 < 60)
            (zone, text) = ((text[^5] == '-' ? -1 : 1) * new TimeSpan(hhmm / 100, hhmm % 100, 0), text[..^5]);
        var point = text.IndexOf('.');
        if (point > 0) text = text[..point];
        string[] formats = shortYear ? ["yyMMddHHmmss", "yyMMddHHmm"] : ["yyyyMMddHHmmss", "yyyyMMddHHmm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss"];
        return DateTime.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) && at.Year is > 1900 and < 9990
            ? new DateTimeOffset(DateTime.SpecifyKind(at, DateTimeKind.Unspecified), zone) : null;
    }

    /// <summary>Every element of a SEQUENCE OF, at most <see cref="LongestList"/>.</summary>
    public List<T> List<T>(string field, Func<DerFields, string, T> element)
    {
        var inner = Sequence(field);
        var result = new List<T>();
        while (inner.HasMore)
        {
            if (result.Count == LongestList) throw Bad(field, $"列表超过 {LongestList} 项");
            result.Add(element(inner, result.Count.ToString(CultureInfo.InvariantCulture)));
        }
        return result;
    }

    /// <summary>Nothing may follow.</summary>
    public void End()
    {
        if (reader.HasData) throw new MalformedStructure(path, "结构末尾有多余的内容");
    }
}
