using System.Globalization;
using System.Text;
using QRCoder;

namespace Kapok.Foundation.Pages;

/// <summary>Draws QR codes (error correction M, four modules of quiet around them).</summary>
public static class QrCode
{
    /// <summary>Modules on a side, and the dark ones as an SVG path in units of a module.</summary>
    public static (int Side, string Path) Draw(string value)
    {
        using var data = QRCodeGenerator.GenerateQrCode(value, QRCodeGenerator.ECCLevel.M);
        var drawn = new StringBuilder();
        var side = data.ModuleMatrix.Count;
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                if (!data.ModuleMatrix[y][x]) continue;
                var from = x;
                while (x + 1 < side && data.ModuleMatrix[y][x + 1]) x++;
                drawn.Append(CultureInfo.InvariantCulture, $"M{from} {y}h{x - from + 1}v1H{from}z");
            }
        }
        return (side, drawn.ToString());
    }

    /// <summary>A picture of its own, black on white whatever the page looks like. Drawing takes about a millisecond: pages that mostly hide the code link to it.</summary>
    public static string Picture(string value)
    {
        var (side, path) = Draw(value);
        return $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>""";
    }
}
