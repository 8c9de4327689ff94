namespace Kapok.Cases.Flow;

internal readonly record struct Box(double X, double Y, double Width, double Height)
{
    public double Right => X + Width;
    public double Bottom => Y + Height;
    public double CenterX => X + Width / 2;
    public double CenterY => Y + Height / 2;
    public Box Move(double dx, double dy) => this with { X = X + dx, Y = Y + dy };
}

internal readonly record struct Dot(double X, double Y);

/// <summary>Where everything stands in the picture, either as the author drew it or as laid out here.</summary>
/// <param name="Nodes">By node index; nodes inside a call are not drawn.</param>
/// <param name="Edges">By edge index.</param>
/// <param name="Lanes">By lane index.</param>
/// <param name="Labels">Name of a gateway, event (node index) or edge (-1 - edge index) where the author placed it.</param>
internal sealed record FlowPicture(
    IReadOnlyDictionary<int, Box> Nodes,
    IReadOnlyDictionary<int, Dot[]> Edges,
    IReadOnlyDictionary<int, Box> Lanes,
    IReadOnlyDictionary<int, Box> Labels);
