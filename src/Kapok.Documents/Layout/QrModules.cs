using QRCoder;

namespace Kapok.Documents.Layout;

/// <summary>The dark modules of a QR code as horizontal bars.</summary>
/// <param name="Side">Modules on a side, without quiet zone.</param>
public sealed record QrModules(int Side, IReadOnlyList<(int X, int Y, int Length)> Bars)
{
    /// <summary>Longest text: what version 25 holds at middle correction (GB/T 18284), so that a phone still reads it.</summary>
    public const int MaxBytes = 1_000;

    /// <exception cref="ArgumentException">The text is longer than <see cref="MaxBytes"/>.</exception>
    public static QrModules Of(string content)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(content) > MaxBytes) throw new ArgumentException($"The text of a QR code has at most {MaxBytes} bytes.", nameof(content));
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(content, QRCodeGenerator.ECCLevel.M, forceUtf8: content.Any(c => c > 127));
        const int Quiet = 4;
        var rows = code.ModuleMatrix;
        var side = rows.Count - 2 * Quiet;
        var bars = new List<(int, int, int)>(side * side / 4);
        for (var y = 0; y < side; y++)
            for (var x = 0; x < side; x++)
            {
                if (!rows[y + Quiet][x + Quiet]) continue;
                var start = x;
                while (x + 1 < side && rows[y + Quiet][x + 1 + Quiet]) x++;
                bars.Add((start, y, x - start + 1));
            }
        return new(side, bars);
    }
}
