using System.Buffers.Binary;
using System.Text;

namespace Kapok.Documents.Pdf;

/// <summary>
/// An ICC profile (version 4, ISO 15076-1) of the sRGB space made from the numbers of IEC 61966-2-1: three colorants adapted to D50 and
/// the transfer curve as parameters. 0.5 KB, free of anybody's rights.
/// </summary>
static class ColourProfile
{
    public static readonly byte[] Srgb = Make();

    static byte[] Make()
    {
        var description = Words("sRGB IEC61966-2.1");
        var tags = new List<(string Tag, byte[] Data)>
        {
            ("desc", description), ("cprt", Words("CC0")), ("wtpt", Xyz(0.9642, 1, 0.8249)),
            ("chad", Numbers("sf32", 1.047882, 0.022919, -0.050201, 0.029587, 0.990479, -0.017059, -0.009232, 0.015076, 0.751678)),
            ("rXYZ", Xyz(0.436066, 0.222488, 0.013916)), ("gXYZ", Xyz(0.385147, 0.716873, 0.097076)), ("bXYZ", Xyz(0.143066, 0.060608, 0.714096)),
        };
        var curve = Curve();
        tags.AddRange([("rTRC", curve), ("gTRC", curve), ("bTRC", curve)]);

        var start = 128 + 4 + 12 * tags.Count;
        var body = new MemoryStream();
        var places = new Dictionary<byte[], int>(ReferenceEqualityComparer.Instance);
        foreach (var (_, data) in tags)
        {
            if (!places.TryAdd(data, start + (int)body.Length)) continue;
            body.Write(data);
            while (body.Length % 4 != 0) body.WriteByte(0);
        }
        var profile = new byte[start + body.Length];
        U32(profile, 0, (uint)profile.Length);
        U32(profile, 8, 0x04200000);
        Ascii(profile, 12, "mntrRGB XYZ ");
        foreach (var (at, value) in new[] { (24, 2026), (26, 1), (28, 1) }) BinaryPrimitives.WriteUInt16BigEndian(profile.AsSpan(at), (ushort)value);
        Ascii(profile, 36, "acsp");
        Xyz(0.9642, 1, 0.8249).AsSpan(8).CopyTo(profile.AsSpan(68));
        U32(profile, 128, (uint)tags.Count);
        for (var i = 0; i < tags.Count; i++)
        {
            Ascii(profile, 132 + 12 * i, tags[i].Tag);
            U32(profile, 136 + 12 * i, (uint)places[tags[i].Data]);
            U32(profile, 140 + 12 * i, (uint)tags[i].Data.Length);
        }
        body.ToArray().CopyTo(profile, start);
        return profile;
    }

    static byte[] Words(string text)
    {
        var data = new byte[28 + 2 * text.Length];
        Ascii(data, 0, "mluc");
        U32(data, 8, 1);
        U32(data, 12, 12);
        Ascii(data, 16, "enUS");
        U32(data, 20, (uint)(2 * text.Length));
        U32(data, 24, 28);
        Encoding.BigEndianUnicode.GetBytes(text).CopyTo(data, 28);
        return data;
    }

    static byte[] Xyz(params ReadOnlySpan<double> values) => Numbers("XYZ ", values);

    static byte[] Numbers(string type, params ReadOnlySpan<double> values)
    {
        var data = new byte[8 + 4 * values.Length];
        Ascii(data, 0, type);
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(8 + 4 * i), (int)Math.Round(values[i] * 65536));
        return data;
    }

    // Function type 3: y = (ax + b)^g from d on, else cx.
    static byte[] Curve()
    {
        var data = Numbers("para", 0, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(8), 3);
        return data;
    }

    static void Ascii(byte[] to, int at, string text) => Encoding.ASCII.GetBytes(text).CopyTo(to, at);
    static void U32(byte[] to, int at, uint value) => BinaryPrimitives.WriteUInt32BigEndian(to.AsSpan(at), value);
}
