using Kapok.Documents.Fonts;

namespace Kapok.Documents.Layout;

/// <summary>
/// A document as it lies on paper: pages of positioned things. OFD, PDF and the preview are written from it and therefore look alike.
/// Lengths are millimetres, the origin is the upper left corner, y runs down.
/// </summary>
public sealed record PrintedDocument
{
    public required string Title { get; init; }
    /// <summary>Who issues it; empty when nobody is named.</summary>
    public string Author { get; init; } = "";
    public string Subject { get; init; } = "";
    /// <summary>The moment that stands in the metadata. Given, never taken from the clock: the same document gives the same bytes.</summary>
    public required DateTimeOffset Created { get; init; }
    public required IReadOnlyList<PrintedPage> Pages { get; init; }
    /// <summary>Named values inside the file (GB/T 36903 short names such as ZZBH for a licence), in the order given.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Data { get; init; } = [];
    public IReadOnlyList<SealPlace> SealPlaces { get; init; } = [];
    /// <summary>Files inside an OFD, for example the licence as JSON. PDF/A-2 allows none but PDF/A, therefore the PDF has none.</summary>
    public IReadOnlyList<PrintedAttachment> Attachments { get; init; } = [];
}

/// <summary>One page.</summary>
/// <param name="Form">What is the same on every copy (frame, labels); pages and documents may share it, and writers keep what they made of it.</param>
/// <param name="Content">What is particular to this document, above the form.</param>
/// <param name="Watermark">Drawn pale over (OFD: as annotation) or under (PDF) the content; null for none.</param>
public sealed record PrintedPage(double Width, double Height, PrintedLayer? Form, PrintedLayer Content, PrintedLayer? Watermark = null);

/// <summary>Where a seal will stand.</summary>
/// <param name="Page">From 0.</param>
public sealed record SealPlace(string Name, int Page, Area Area);

/// <param name="Format">Ending without dot, for example <c>json</c>.</param>
public sealed record PrintedAttachment(string Name, string Format, byte[] Content);

/// <summary>Things in the order in which they are painted.</summary>
public sealed class PrintedLayer(IReadOnlyList<PrintedObject> objects)
{
    readonly System.Collections.Concurrent.ConcurrentDictionary<string, object> kept = new();

    public IReadOnlyList<PrintedObject> Objects => objects;

    /// <summary>What a writer made of this layer before; a form is written once and used for many thousand documents.</summary>
    internal T Kept<T>(string key, Func<PrintedLayer, T> make) where T : class => (T)kept.GetOrAdd(key, static (_, arguments) => arguments.make(arguments.layer), (layer: this, make));
}

public readonly record struct Area(double X, double Y, double Width, double Height)
{
    public double Right => X + Width;
    public double Bottom => Y + Height;
}

/// <summary>A colour of the sRGB space.</summary>
public readonly record struct Ink(byte R, byte G, byte B)
{
    public static readonly Ink Black = new(0, 0, 0);

    /// <summary>Reads <c>#8a1c1c</c>; null when it is not of that form.</summary>
    public static Ink? Parse(string text) =>
        text.Length == 7 && text[0] == '#' && int.TryParse(text.AsSpan(1), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var n) ? new((byte)(n >> 16), (byte)(n >> 8), (byte)n) : null;

    public override string ToString() => $"#{R:x2}{G:x2}{B:x2}";
}

public abstract record PrintedObject
{
    /// <summary>The data item this thing shows; tags of the file lead from the name to it.</summary>
    public string? Tag { get; init; }
}

/// <summary>Characters of one font on one line.</summary>
/// <param name="Size">Height of the em in millimetres.</param>
/// <param name="X">Where the first character begins.</param>
/// <param name="Y">The baseline.</param>
/// <param name="Glyphs">The glyph of each character (code point) of <paramref name="Text"/>.</param>
/// <param name="Advances">How far it is from the beginning of each character to the next; as many as glyphs.</param>
public sealed record PrintedText(FontFace Face, double Size, double X, double Y, string Text, ushort[] Glyphs, double[] Advances) : PrintedObject
{
    public Ink Ink { get; init; } = Ink.Black;
    /// <summary>Degrees counter-clockwise around the beginning; only watermarks use it.</summary>
    public double Angle { get; init; }
    /// <summary>0 invisible, 255 opaque; only watermarks use it.</summary>
    public byte Alpha { get; init; } = 255;
    public double Width => Advances.Sum();
}

/// <summary>Lines and surfaces.</summary>
/// <param name="Stroke">Colour of the line; null for none.</param>
/// <param name="Fill">Colour of the surface; null for none.</param>
/// <param name="LineWidth">Millimetres.</param>
public sealed record PrintedPath(Shape Shape, Ink? Stroke, Ink? Fill = null, double LineWidth = 0.2) : PrintedObject
{
    /// <summary>Lengths of dashes and gaps in millimetres; empty for a full line.</summary>
    public double[] Dash { get; init; } = [];
    public bool RoundEnds { get; init; }
}

/// <summary>A picture stretched over an area.</summary>
/// <param name="Content">PNG or JPEG, already looked at by <see cref="Picture.Check"/>.</param>
public sealed record PrintedImage(byte[] Content, Area Area) : PrintedObject;

/// <summary>A QR code (GB/T 18284) as a surface; quiet zone not included.</summary>
public sealed record PrintedQr(string Content, Area Area) : PrintedObject
{
    public Ink Ink { get; init; } = Ink.Black;
    /// <summary>The code itself, made once for all files.</summary>
    internal QrModules Modules => modules ??= QrModules.Of(Content);
    QrModules? modules;
}
