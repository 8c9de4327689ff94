namespace Kapok.Documents.Fonts;

/// <summary>
/// Writes a path as the shortest Type 2 charstring without subroutines. Type 2 has a dozen ways to say the same lines and curves, and
/// runs of one operator share its byte; the cheapest sequence is found step by step (dynamic programming over the operator in progress).
/// </summary>
static class CharStringWriter
{
    /// <summary>The operator in progress. LineH: an alternating run whose next line is horizontal; CurveH: whose next curve starts so.</summary>
    enum Mode { None, Line, LineH, LineV, Curve, CurveHH, CurveVV, CurveH, CurveV, CurveLine, LineCurve, EndH, EndV }

    const int Modes = 13, Most = 48, Never = int.MaxValue / 2;

    struct Way
    {
        public int Cost, Operands;
        public Mode Before;
        public bool New;
    }

    /// <param name="path">Steps as <see cref="CharStringReader"/> gives them; the first is a move.</param>
    /// <returns>Ends with endchar. A width goes before the first byte.</returns>
    public static byte[] Write(List<PathStep> path)
    {
        var bytes = new List<byte>(path.Count * 6);
        int x = 0, y = 0, atX = 0, atY = 0;
        for (var from = 0; from < path.Count;)
        {
            var to = from + 1;
            while (to < path.Count && path[to].Verb != OutlineVerb.Move) to++;
            x += path[from].A;
            y += path[from].B;
            var (startX, startY) = (x, y);
            var contour = new List<PathStep>(to - from);
            foreach (var step in path[(from + 1)..to])
            {
                if (step is { Verb: OutlineVerb.Line, A: 0, B: 0 }) continue;
                contour.Add(step);
                x += step.A + step.C + step.E;
                y += step.B + step.D + step.F;
            }
            from = to;
            var (penX, penY) = (x, y);
            // A contour closes by itself: the last line home need not be written.
            if (contour is [.., { Verb: OutlineVerb.Line } last] && (x, y) == (startX, startY))
            {
                contour.RemoveAt(contour.Count - 1);
                (penX, penY) = (x - last.A, y - last.B);
            }
            if (contour.Count == 0) continue;
            Move(bytes, startX - atX, startY - atY);
            Contour(bytes, contour);
            (atX, atY) = (penX, penY);
        }
        bytes.Add(14);
        return [.. bytes];
    }

    static void Move(List<byte> bytes, int dx, int dy)
    {
        if (dx != 0 || dy == 0) Number(bytes, dx);
        if (dx != 0 && dy != 0) Number(bytes, dy);
        if (dx == 0 && dy != 0) Number(bytes, dy);
        bytes.Add(dx != 0 && dy != 0 ? (byte)21 : dy == 0 ? (byte)22 : (byte)4);
    }

    static void Contour(List<byte> bytes, List<PathStep> contour)
    {
        var ways = new Way[contour.Count + 1, Modes];
        for (var m = 1; m < Modes; m++) ways[0, m].Cost = Never;
        for (var i = 0; i < contour.Count; i++)
        {
            for (var m = 0; m < Modes; m++) ways[i + 1, m].Cost = Never;
            for (var m = 0; m < Modes; m++)
                if (ways[i, m].Cost < Never) Extend(ways, i, (Mode)m, contour[i]);
        }
        var best = 0;
        for (var m = 1; m < Modes; m++) if (ways[contour.Count, m].Cost < ways[contour.Count, best].Cost) best = m;
        var modes = new (Mode Mode, bool New)[contour.Count];
        for (var (i, m) = (contour.Count, (Mode)best); i > 0; i--)
        {
            var way = ways[i, (int)m];
            modes[i - 1] = (m, way.New);
            m = way.Before;
        }
        Emit(bytes, contour, modes);
    }

    static void Extend(Way[,] ways, int i, Mode from, PathStep s)
    {
        void To(Mode mode, int cost, int operands, bool joins)
        {
            joins &= ways[i, (int)from].Operands + operands <= Most;
            var total = ways[i, (int)from].Cost + cost + (joins ? 0 : 1);
            ref var way = ref ways[i + 1, (int)mode];
            if (total < way.Cost) way = new() { Cost = total, Operands = joins ? ways[i, (int)from].Operands + operands : operands, Before = from, New = !joins };
        }

        // Only as the continuation of another operator.
        void Only(Mode mode, int cost, int operands)
        {
            if (ways[i, (int)from].Operands + operands <= Most) To(mode, cost, operands, true);
        }

        if (s.Verb == OutlineVerb.Line)
        {
            var both = Size(s.A) + Size(s.B);
            To(Mode.Line, both, 2, from == Mode.Line);
            if (s.B == 0) To(Mode.LineV, Size(s.A), 1, from == Mode.LineH);
            if (s.A == 0) To(Mode.LineH, Size(s.B), 1, from == Mode.LineV);
            if (from == Mode.Curve) Only(Mode.CurveLine, both, 2);
            return;
        }
        var middle = Size(s.C) + Size(s.D);
        var all = Size(s.A) + Size(s.B) + middle + Size(s.E) + Size(s.F);
        To(Mode.Curve, all, 6, from == Mode.Curve);
        if (from == Mode.Line) Only(Mode.LineCurve, all, 6);
        if (s.F == 0)
        {
            if (s.B == 0) To(Mode.CurveHH, Size(s.A) + middle + Size(s.E), 4, from == Mode.CurveHH);
            else To(Mode.CurveHH, Size(s.A) + Size(s.B) + middle + Size(s.E), 5, false);
        }
        if (s.E == 0)
        {
            if (s.A == 0) To(Mode.CurveVV, Size(s.B) + middle + Size(s.F), 4, from == Mode.CurveVV);
            else To(Mode.CurveVV, Size(s.A) + Size(s.B) + middle + Size(s.F), 5, false);
        }
        if (s.B == 0)
        {
            if (s.E == 0) To(Mode.CurveV, Size(s.A) + middle + Size(s.F), 4, from == Mode.CurveH);
            else To(Mode.EndH, Size(s.A) + middle + Size(s.E) + Size(s.F), 5, from == Mode.CurveH);
        }
        if (s.A == 0)
        {
            if (s.F == 0) To(Mode.CurveH, Size(s.B) + middle + Size(s.E), 4, from == Mode.CurveV);
            else To(Mode.EndV, Size(s.B) + middle + Size(s.E) + Size(s.F), 5, from == Mode.CurveV);
        }
    }

    static void Emit(List<byte> bytes, List<PathStep> contour, (Mode Mode, bool New)[] modes)
    {
        byte open = 0;
        for (var i = 0; i < contour.Count; i++)
        {
            var (s, mode) = (contour[i], modes[i].Mode);
            if (modes[i].New && open != 0) bytes.Add(open);
            if (modes[i].New) open = First(mode);
            switch (mode)
            {
                case Mode.Line or Mode.CurveLine: Numbers(bytes, [s.A, s.B]); break;
                case Mode.LineV: Number(bytes, s.A); break;
                case Mode.LineH: Number(bytes, s.B); break;
                case Mode.Curve or Mode.LineCurve: Numbers(bytes, [s.A, s.B, s.C, s.D, s.E, s.F]); break;
                case Mode.CurveHH: Numbers(bytes, s.B != 0 ? [s.B, s.A, s.C, s.D, s.E] : [s.A, s.C, s.D, s.E]); break;
                case Mode.CurveVV: Numbers(bytes, s.A != 0 ? [s.A, s.B, s.C, s.D, s.F] : [s.B, s.C, s.D, s.F]); break;
                case Mode.CurveV: Numbers(bytes, [s.A, s.C, s.D, s.F]); break;
                case Mode.CurveH: Numbers(bytes, [s.B, s.C, s.D, s.E]); break;
                case Mode.EndH: Numbers(bytes, [s.A, s.C, s.D, s.F, s.E]); break;
                case Mode.EndV: Numbers(bytes, [s.B, s.C, s.D, s.E, s.F]); break;
            }
            if (mode == Mode.CurveLine) open = 24;
            if (mode == Mode.LineCurve) open = 25;
        }
        bytes.Add(open);
    }

    /// <summary>The operator that a run begun in this mode has. The mode names what comes next, so a run that expects V began with H.</summary>
    static byte First(Mode mode) => mode switch
    {
        Mode.Line => 5, Mode.LineV => 6, Mode.LineH => 7, Mode.Curve => 8, Mode.CurveVV => 26, Mode.CurveHH => 27,
        Mode.CurveH or Mode.EndV => 30, _ => 31,
    };

    static int Size(int fixed16) => (fixed16 & 0xFFFF) != 0 ? 5 : (fixed16 >> 16) switch { >= -107 and <= 107 => 1, >= -1131 and <= 1131 => 2, _ => 3 };

    static void Numbers(List<byte> bytes, ReadOnlySpan<int> values) { foreach (var value in values) Number(bytes, value); }

    /// <summary>A number in 1/65536, in the fewest bytes.</summary>
    public static void Number(List<byte> bytes, int fixed16)
    {
        var n = fixed16 >> 16;
        if ((fixed16 & 0xFFFF) != 0) bytes.AddRange([255, (byte)(fixed16 >> 24), (byte)(fixed16 >> 16), (byte)(fixed16 >> 8), (byte)fixed16]);
        else if (n is >= -107 and <= 107) bytes.Add((byte)(n + 139));
        else if (n is >= 108 and <= 1131) bytes.AddRange([(byte)(247 + (n - 108 >> 8)), (byte)(n - 108)]);
        else if (n is >= -1131 and <= -108) bytes.AddRange([(byte)(251 + (-n - 108 >> 8)), (byte)(-n - 108)]);
        else bytes.AddRange([28, (byte)(n >> 8), (byte)n]);
    }
}
