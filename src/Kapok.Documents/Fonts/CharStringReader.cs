namespace Kapok.Documents.Fonts;

/// <summary>One step of a path as differences in 1/65536 of a font unit: (A, B) for moves and lines, all six for curves as in rrcurveto.</summary>
readonly record struct PathStep(OutlineVerb Verb, int A, int B, int C = 0, int D = 0, int E = 0, int F = 0);

/// <summary>
/// Runs a Type 2 charstring (Adobe technical note 5177) with its subroutines and gives the path it draws. Hints and width are passed
/// over, flex becomes two curves. Depth, steps and length are bounded: a hostile font ends in a <see cref="FontFault"/>.
/// </summary>
sealed class CharStringReader(CffFont font, CffIndex locals)
{
    const int Deepest = 10, MostSteps = 200_000, MostPath = 20_000, MostOperands = 48, One = 1 << 16;

    readonly List<PathStep> path = new(64);
    readonly int[] stack = new int[MostOperands];
    int count, stems, steps, x, y;
    int[]? kept;
    bool ended;

    public List<PathStep> Read(Table code)
    {
        Run(code, 0);
        return path;
    }

    void Run(Table table, int depth)
    {
        if (depth > Deepest) throw Fault("子程序嵌套过深");
        var code = table.Span;
        for (var at = 0; at < code.Length && !ended;)
        {
            if (++steps > MostSteps) throw Fault("字形程序过长");
            int b = code[at++];
            switch (b)
            {
                case 28: Push(table.I16(at) * One); at += 2; break;
                case 255: Push(table.I32(at)); at += 4; break;
                case >= 32 and <= 246: Push((b - 139) * One); break;
                case >= 247 and <= 250: Push(((b - 247) * 256 + table.U8(at++) + 108) * One); break;
                case >= 251 and <= 254: Push((-(b - 251) * 256 - table.U8(at++) - 108) * One); break;
                case 10: Run(Subroutine(locals), depth + 1); break;
                case 29: Run(Subroutine(font.Globals), depth + 1); break;
                case 11: return;
                case 14: End(); return;
                case 19 or 20: stems += count / 2; at += (stems + 7) / 8; count = 0; break;
                case 12: Escape(table.U8(at++)); break;
                default: Draw(b); break;
            }
        }
    }

    Table Subroutine(CffIndex index) => index.Item((Pop() >> 16) + (index.Count < 1240 ? 107 : index.Count < 33_900 ? 1131 : 32_768));

    /// <summary>The end of the glyph. Four operands once meant an accented letter made of two others; fonts of OpenType do not use it.</summary>
    void End()
    {
        if (count >= 4) throw Fault("字形由两个字形拼成（seac），不受支持");
        ended = true;
    }

    void Draw(int operation)
    {
        var s = stack.AsSpan(0, count);
        switch (operation)
        {
            case 1 or 3 or 18 or 23: stems += count / 2; break;
            case 21: Need(2); Move(s[^2], s[^1]); break;
            case 22: Need(1); Move(s[^1], 0); break;
            case 4: Need(1); Move(0, s[^1]); break;
            case 5: Lines(s); break;
            case 6 or 7:
                for (var i = 0; i < count; i++) { if (operation == 6 ^ i % 2 == 1) Line(s[i], 0); else Line(0, s[i]); }
                break;
            case 8: Curves(s); break;
            case 24: Need(2); Curves(s[..^2]); Line(s[^2], s[^1]); break;
            case 25: Need(6); Lines(s[..^6]); Curves(s[^6..]); break;
            case 26:
                for (var i = count % 4; i + 4 <= count; i += 4) Curve(i == 1 ? s[0] : 0, s[i], s[i + 1], s[i + 2], 0, s[i + 3]);
                break;
            case 27:
                for (var i = count % 4; i + 4 <= count; i += 4) Curve(s[i], i == 1 ? s[0] : 0, s[i + 1], s[i + 2], s[i + 3], 0);
                break;
            case 30 or 31:
                for (var i = 0; i + 4 <= count; i += 4)
                {
                    var last = count - i == 5 ? s[i + 4] : 0;
                    if (operation == 31 ^ i / 4 % 2 == 1) Curve(s[i], 0, s[i + 1], s[i + 2], last, s[i + 3]);
                    else Curve(0, s[i], s[i + 1], s[i + 2], s[i + 3], last);
                }
                break;
            default: throw Fault($"字形程序中有不认识的操作 {operation}");
        }
        count = 0;
    }

    void Escape(int operation)
    {
        var s = stack.AsSpan(0, count);
        switch (operation)
        {
            case 34: Need(7); Curve(s[0], 0, s[1], s[2], s[3], 0); Curve(s[4], 0, s[5], -s[2], s[6], 0); break;
            case 35: Need(12); Curves(s[..12]); break;
            case 36: Need(9); Curve(s[0], s[1], s[2], s[3], s[4], 0); Curve(s[5], 0, s[6], s[7], s[8], -(s[1] + s[3] + s[7])); break;
            case 37:
                Need(11);
                var (dx, dy) = (s[0] + s[2] + s[4] + s[6] + s[8], s[1] + s[3] + s[5] + s[7] + s[9]);
                var wide = Math.Abs((long)dx) > Math.Abs((long)dy);
                Curves(s[..6]);
                Curve(s[6], s[7], s[8], s[9], wide ? s[10] : -dx, wide ? -dy : s[10]);
                break;
            case 0: break;
            default: Calculate(operation); return;
        }
        count = 0;
    }

    /// <summary>The arithmetic that Type 2 allows between operands; no font of Chinese uses it.</summary>
    void Calculate(int operation)
    {
        switch (operation)
        {
            case 3: { var (b, a) = (Pop(), Pop()); Push(a != 0 && b != 0 ? One : 0); break; }
            case 4: { var (b, a) = (Pop(), Pop()); Push(a != 0 || b != 0 ? One : 0); break; }
            case 5: Push(Pop() == 0 ? One : 0); break;
            case 9: Push((int)Math.Abs((long)Pop())); break;
            case 10: Push(Pop() + Pop()); break;
            case 11: { var (b, a) = (Pop(), Pop()); Push(a - b); break; }
            case 12: { var (b, a) = (Pop(), Pop()); Push(b == 0 ? throw Fault("字形程序中除以零") : (int)(((long)a << 16) / b)); break; }
            case 14: Push(-Pop()); break;
            case 15: Push(Pop() == Pop() ? One : 0); break;
            case 18: Pop(); break;
            case 20: { var (at, value) = (Pop() >> 16, Pop()); if ((uint)at < 32) (kept ??= new int[32])[at] = value; break; }
            case 21: { var at = Pop() >> 16; Push((uint)at < 32 ? (kept ??= new int[32])[at] : 0); break; }
            case 22: { var (v2, v1, s2, s1) = (Pop(), Pop(), Pop(), Pop()); Push(v1 <= v2 ? s1 : s2); break; }
            case 23: Push(One / 2); break;
            case 24: Push((int)((long)Pop() * Pop() >> 16)); break;
            case 26: Push((int)Math.Sqrt(Math.Max(0, (double)Pop() * One))); break;
            case 27: { var a = Pop(); Push(a); Push(a); break; }
            case 28: { var (b, a) = (Pop(), Pop()); Push(b); Push(a); break; }
            case 29: { var at = Math.Max(0, Pop() >> 16); Need(at + 1); Push(stack[count - 1 - at]); break; }
            case 30:
                var (by, n) = (Pop() >> 16, Pop() >> 16);
                if (n < 0) throw Fault("字形程序的操作数有误");
                Need(n);
                var old = stack.AsSpan(count - n, n).ToArray();
                for (var i = 0; i < n; i++) stack[count - n + ((i + by) % n + n) % n] = old[i];
                break;
            default: throw Fault($"字形程序中有不认识的操作 12 {operation}");
        }
    }

    void Move(int dx, int dy) { Step(new(OutlineVerb.Move, dx, dy)); Go(dx, dy); }

    void Line(int dx, int dy) { Begin(); Step(new(OutlineVerb.Line, dx, dy)); Go(dx, dy); }

    void Lines(ReadOnlySpan<int> s) { for (var i = 0; i + 2 <= s.Length; i += 2) Line(s[i], s[i + 1]); }

    void Curve(int a, int b, int c, int d, int e, int f)
    {
        Begin();
        Step(new(OutlineVerb.Curve, a, b, c, d, e, f));
        Go(a, b); Go(c, d); Go(e, f);
    }

    void Curves(ReadOnlySpan<int> s) { for (var i = 0; i + 6 <= s.Length; i += 6) Curve(s[i], s[i + 1], s[i + 2], s[i + 3], s[i + 4], s[i + 5]); }

    void Begin() { if (path.Count == 0) Step(new(OutlineVerb.Move, 0, 0)); }

    void Step(PathStep step) { if (path.Count >= MostPath) throw Fault("字形过于复杂"); path.Add(step); }

    /// <summary>Keeps all points within ±16,383 units, so that the difference of any two can be written.</summary>
    void Go(int dx, int dy)
    {
        var (nx, ny) = ((long)x + dx, (long)y + dy);
        if (Math.Abs(nx) >= 16_384L * One || Math.Abs(ny) >= 16_384L * One) throw Fault("字形的坐标过大");
        (x, y) = ((int)nx, (int)ny);
    }

    void Push(int value) { if (count >= MostOperands) throw Fault("字形程序的操作数过多"); stack[count++] = value; }
    int Pop() { Need(1); return stack[--count]; }
    void Need(int n) { if (count < n) throw Fault("字形程序缺少操作数"); }

    static FontFault Fault(string words) => new(CffFont.Tag, words);
}
