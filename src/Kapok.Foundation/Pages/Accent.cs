using System.Globalization;

namespace Kapok.Foundation.Pages;

/// <summary>A unit's own accent in place of action blue, accepted only when text on it stays readable (WCAG 2.2, 1.4.3).</summary>
public static class Accent
{
    /// <summary>Style rule for the accent; empty when none is set.</summary>
    /// <exception cref="ArgumentException">Not a colour <c>#RRGGBB</c>, or white on it is below 4.5:1.</exception>
    public static string Rule(string? accent)
    {
        if (accent is null) return "";
        var contrast = Contrast(accent, "#FFFFFF");
        if (contrast < 4.5)
            throw new ArgumentException($"Accent {accent} has contrast {contrast:0.0}:1 with white; at least 4.5:1 is needed.", nameof(accent));
        return $":root{{--unit:{accent};--unit-dark:color-mix(in srgb,{accent} 45%,#fff)}}";
    }

    /// <summary>Contrast ratio of two colours <c>#RRGGBB</c>, from 1 to 21.</summary>
    public static double Contrast(string one, string other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static double Luminance(string colour)
    {
        if (colour.Length != 7 || colour[0] != '#' ||
            !int.TryParse(colour.AsSpan(1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var rgb))
            throw new ArgumentException($"'{colour}' is not a colour #RRGGBB.", nameof(colour));
        return 0.2126 * Linear(rgb >> 16) + 0.7152 * Linear(rgb >> 8 & 255) + 0.0722 * Linear(rgb & 255);
    }

    private static double Linear(int channel)
    {
        var share = channel / 255.0;
        return share <= 0.04045 ? share / 12.92 : Math.Pow((share + 0.055) / 1.055, 2.4);
    }
}
