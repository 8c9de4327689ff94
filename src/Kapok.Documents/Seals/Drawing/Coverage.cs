namespace Kapok.Documents.Seals.Drawing;

/// <summary>
/// How much of each pixel is covered by shapes, 0–255. Each edge adds the signed area it cuts off to the right of it;
/// summed along a row this is the exact coverage, without samples.
/// </summary>
sealed class Coverage(int width, int height)
{
    readonly float[] total = new float[width * height];

    public int Width => width;
    public int Height => height;

    /// <summary>Adds a shape, its points in pixels.</summary>
    public void Add(Shape shape)
    {
        var (left, low, right, high) = shape.Box();
        var (x0, y0) = (Math.Clamp((int)Math.Floor(left), 0, width), Math.Clamp((int)Math.Floor(low), 0, height));
        var (x1, y1) = (Math.Clamp((int)Math.Ceiling(right) + 1, 0, width), Math.Clamp((int)Math.Ceiling(high) + 1, 0, height));
        if (x1 <= x0 || y1 <= y0) return;
        var (w, h) = (x1 - x0, y1 - y0);
        var area = new float[(w + 2) * h];
        foreach (var outline in shape.Outlines)
            for (var i = 0; i < outline.Length; i++)
            {
                var (a, b) = (outline[i], outline[(i + 1) % outline.Length]);
                Edge(area, w, h, a.X - x0, a.Y - y0, b.X - x0, b.Y - y0);
            }
        for (var y = 0; y < h; y++)
        {
            var sum = 0f;
            for (var x = 0; x < w; x++)
            {
                sum += area[y * (w + 2) + x];
                ref var pixel = ref total[(y + y0) * width + x + x0];
                pixel = Math.Min(1, pixel + Math.Min(1, Math.Abs(sum)));
            }
        }
    }

    static void Edge(float[] area, int width, int height, double ax, double ay, double bx, double by)
    {
        if (ay == by) return;
        var direction = ay < by ? 1 : -1;
        if (direction < 0) (ax, ay, bx, by) = (bx, by, ax, ay);
        var slope = (bx - ax) / (by - ay);
        for (var y = Math.Max(0, (int)ay); y < height && y < by; y++)
        {
            var (top, bottom) = (Math.Max(ay, y), Math.Min(by, y + 1));
            var dy = bottom - top;
            if (dy <= 0) continue;
            var (xa, xb) = (Math.Clamp(ax + slope * (top - ay), 0, width), Math.Clamp(ax + slope * (bottom - ay), 0, width));
            if (xa > xb) (xa, xb) = (xb, xa);
            var row = y * (width + 2);
            var (first, last) = ((int)xa, (int)xb);
            if (first == last)
            {
                var middle = (xa + xb) / 2 - first;
                area[row + first] += (float)(direction * dy * (1 - middle));
                area[row + first + 1] += (float)(direction * dy * middle);
                continue;
            }
            // The edge crosses several pixels of the row: share the height out by the width crossed in each.
            var perPixel = dy / (xb - xa);
            for (var x = first; x <= last; x++)
            {
                var (l, r) = (Math.Max(xa, x), Math.Min(xb, x + 1));
                if (r <= l) continue;
                var part = perPixel * (r - l);
                var middle = (l + r) / 2 - x;
                area[row + x] += (float)(direction * part * (1 - middle));
                area[row + x + 1] += (float)(direction * part * middle);
            }
        }
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[total.Length];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)Math.Round(total[i] * 255);
        return bytes;
    }
}
