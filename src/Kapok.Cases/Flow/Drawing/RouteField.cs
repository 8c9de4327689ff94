namespace Kapok.Cases.Flow.Drawing;

/// <summary>
/// Finds right-angled ways between nodes on a coarse grid: short, with few corners, around nodes, crossing and covering as little as possible
/// of the lines drawn before. Best-first search; the field stays small because its lines are those the nodes suggest.
/// </summary>
internal sealed class RouteField
{
    private const double Corner = 26, Crossing = 30, Covering = 90, OverText = 40, Inflate = 8, Sharing = 0.05;

    private readonly double[] xs;
    private readonly double[] ys;
    private readonly bool[] blocked;
    private readonly bool[] text;
    private readonly List<Arc>?[] across;
    private readonly List<Arc>?[] down;
    private readonly double[] cost;
    private readonly int[] before;
    private readonly int[] seen;
    private int round;
    private int left = 1_000_000;

    public RouteField(double[] xs, double[] ys, IReadOnlyList<Box> obstacles, IReadOnlyList<Box> texts)
    {
        this.xs = xs;
        this.ys = ys;
        blocked = Mark(obstacles, Inflate);
        text = Mark(texts, 0);
        across = new List<Arc>?[xs.Length * ys.Length];
        down = new List<Arc>?[xs.Length * ys.Length];
        cost = new double[xs.Length * ys.Length * 4];
        before = new int[cost.Length];
        seen = new int[cost.Length];
    }

    /// <summary>The cheapest way from one of the starts to one of the ends, as corners between the two ports.</summary>
    public (List<Dot> Path, Side Leave, Side Enter) Find(Arc arc, List<(Dot At, Side Side, double Cost)> starts, List<(Dot At, Side Side, double Cost)> ends)
    {
        round++;
        var open = new PriorityQueue<int, double>();
        var goals = new Dictionary<int, (int Index, double Cost)>();
        for (var i = 0; i < ends.Count; i++)
            if (Point(ends[i].At) is >= 0 and var point)
                // An arrow that enters from the left comes in moving right, and so on.
                goals[point * 4 + (int)Opposite(ends[i].Side)] = (i, ends[i].Cost);
        foreach (var start in starts)
            if (Point(start.At) is >= 0 and var point && !blocked[point])
                Reach(point * 4 + (int)start.Side, start.Cost, -1);
        var (best, bestCost, enter) = (-1, double.MaxValue, ends[0].Side);
        // A flow of thousands of nodes shall be drawn at once rather than well.
        while (left-- > 0 && open.TryDequeue(out var state, out var priority))
        {
            if (priority >= bestCost) break;
            var (point, direction, sofar) = (state / 4, (Side)(state % 4), cost[state]);
            if (priority > sofar + Ahead(point) + 0.001) continue;
            for (var turn = Side.Right; turn <= Side.Top; turn++)
            {
                if (turn == Opposite(direction)) continue;
                var corner = turn == direction ? 0 : Corner;
                if (goals.TryGetValue(point * 4 + (int)turn, out var goal) && sofar + corner + goal.Cost is var total && total < bestCost)
                    (best, bestCost, enter) = (state, total, ends[goal.Index].Side);
                if (Step(point, turn) is not (>= 0 and var next) || blocked[next]) continue;
                Reach(next * 4 + (int)turn, sofar + corner + Price(arc, point, next, turn), state);
            }
        }
        if (best < 0) return (Straight(starts[0].At, ends[0].At), starts[0].Side, ends[0].Side);
        return Trace(arc, best, enter);

        void Reach(int state, double price, int from)
        {
            if (seen[state] == round && cost[state] <= price) return;
            (seen[state], cost[state], before[state]) = (round, price, from);
            open.Enqueue(state, price + Ahead(state / 4));
        }

        // Never more than what is really left: lines shared with a related arrow are a little cheaper than their length.
        double Ahead(int point)
        {
            var least = double.MaxValue;
            foreach (var end in ends) least = Math.Min(least, Math.Abs(xs[point % xs.Length] - end.At.X) + Math.Abs(ys[point / xs.Length] - end.At.Y));
            return least * (1 - Sharing);
        }
    }

    private static List<Dot> Straight(Dot from, Dot to) => [from, new((from.X + to.X) / 2, from.Y), new((from.X + to.X) / 2, to.Y), to];

    private (List<Dot>, Side, Side) Trace(Arc arc, int state, Side enter)
    {
        var path = new List<Dot>();
        var first = state;
        for (var at = state; at >= 0; at = before[at])
        {
            path.Add(new(xs[at / 4 % xs.Length], ys[at / 4 / xs.Length]));
            first = at;
            var previous = before[at];
            if (previous < 0) continue;
            // A segment is kept at the point it begins from the left or from above.
            var low = Math.Min(previous / 4, at / 4);
            var lines = (Side)(at % 4) is Side.Left or Side.Right ? across : down;
            (lines[low] ??= []).Add(arc);
        }
        path.Reverse();
        return (path, (Side)(first % 4), enter);
    }

    private double Price(Arc arc, int from, int to, Side direction)
    {
        var horizontal = direction is Side.Left or Side.Right;
        var length = Math.Abs(xs[from % xs.Length] - xs[to % xs.Length]) + Math.Abs(ys[from / xs.Length] - ys[to / xs.Length]);
        var lines = (horizontal ? across : down)[Math.Min(from, to)];
        var price = lines is not null && lines.Exists(o => Related(arc, o)) ? length * (1 - Sharing) : length;
        if (lines is not null)
            foreach (var other in lines) price += Related(arc, other) ? 0 : Covering + length;
        if (Crosses(arc, to, horizontal)) price += Crossing;
        if (text[to]) price += OverText;
        return price;
    }

    /// <summary>Whether a line of another pair of nodes runs through the point at a right angle.</summary>
    private bool Crosses(Arc arc, int point, bool horizontal)
    {
        var lines = horizontal ? down : across;
        var back = point - (horizontal ? xs.Length : 1);
        return Other(lines[point]) || back >= 0 && Other(lines[back]);

        bool Other(List<Arc>? through) => through is not null && through.Exists(o => !Related(arc, o));
    }

    /// <summary>Arrows out of one node may run together at first, arrows into one node at last.</summary>
    private static bool Related(Arc a, Arc b) => a.To == b.To || a.From == b.From && a.Boundary == b.Boundary;

    private int Step(int point, Side direction)
    {
        var (x, y) = (point % xs.Length, point / xs.Length);
        return direction switch
        {
            Side.Right => x + 1 < xs.Length ? point + 1 : -1,
            Side.Left => x > 0 ? point - 1 : -1,
            Side.Bottom => y + 1 < ys.Length ? point + xs.Length : -1,
            _ => y > 0 ? point - xs.Length : -1,
        };
    }

    private int Point(Dot at)
    {
        var (x, y) = (Nearest(xs, at.X), Nearest(ys, at.Y));
        return x < 0 || y < 0 ? -1 : y * xs.Length + x;
    }

    private static int Nearest(double[] lines, double value)
    {
        var at = Array.BinarySearch(lines, value);
        if (at >= 0) return at;
        at = ~at;
        if (at < lines.Length && Math.Abs(lines[at] - value) < 0.2) return at;
        return at > 0 && Math.Abs(lines[at - 1] - value) < 0.2 ? at - 1 : -1;
    }

    private static Side Opposite(Side side) => (Side)(((int)side + 2) % 4);

    private bool[] Mark(IReadOnlyList<Box> boxes, double by)
    {
        var marked = new bool[xs.Length * ys.Length];
        foreach (var box in boxes)
            for (var y = 0; y < ys.Length; y++)
            {
                if (ys[y] <= box.Y - by || ys[y] >= box.Bottom + by) continue;
                for (var x = 0; x < xs.Length; x++)
                    if (xs[x] > box.X - by && xs[x] < box.Right + by) marked[y * xs.Length + x] = true;
            }
        return marked;
    }
}
