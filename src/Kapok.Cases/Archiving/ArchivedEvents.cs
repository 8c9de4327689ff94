using System.Globalization;
using Kapok.Foundation.Events;

namespace Kapok.Cases.Archiving;

/// <summary>The events of <c>chain.json</c>.</summary>
sealed record ArchivedEvents(IReadOnlyList<ArchivedEvents.Entry?> Events)
{
    public sealed record Entry(Guid Stream, int Seq, string? Type, string? Micros, Guid? Actor, string? ActorName, Guid? OnBehalf, string? Origin, string? Ground, string? Data, string? Digest)
    {
        /// <summary>The event as the log knows it; null when its time is none.</summary>
        public LoggedEvent? Logged() => long.TryParse(Micros, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var micros) && Math.Abs(micros) < 200_000_000_000_000_000
            ? new(Stream, Seq, Type ?? "", DateTimeOffset.UnixEpoch.AddTicks(micros * 10), Actor, ActorName ?? "", OnBehalf, Origin ?? "", Ground ?? "", Data ?? "", []) : null;
    }

    /// <summary>Most findings that are named one by one.</summary>
    const int Most = 20;

    /// <summary>
    /// Holds events against the digests of the manifest. Each event is judged by the digest that must stand before it, so
    /// that one changed event does not hide the others.
    /// </summary>
    public static IReadOnlyList<ArchiveFinding> Compare(ArchivedChain chain, IReadOnlyList<Entry?> events)
    {
        var findings = new List<ArchiveFinding>();
        void Found(ArchiveFault fault, int seq, string words) => findings.Add(new(fault, $"chain.json#{seq}", words));
        var expected = chain.Digests;
        bool Right(int n, Entry? e) => n >= 1 && n <= expected.Count && e?.Logged() is { } logged && e.Stream == chain.Id && e.Seq == n && e.Digest == expected[n - 1]
            && Before(n) is { } before && Convert.ToHexStringLower(EventLog.DigestOf(before, logged)) == expected[n - 1];
        byte[]? Before(int n)
        {
            try { return n == 1 ? ChainHead.Start(chain.Id).Digest : Convert.FromHexString(expected[n - 2]); }
            catch (FormatException) { return null; }
        }

        // Numbered anew to hide it: the first that does not fit is where something was taken out or put in.
        if (events.Count != expected.Count && events.Select((e, i) => e?.Seq == i + 1).All(b => b))
        {
            var first = 1;
            while (first <= events.Count && Right(first, events[first - 1])) first++;
            var more = events.Count - expected.Count;
            if (more > 0) Found(ArchiveFault.Inserted, first, $"从第 {first} 个事件起多出 {more} 个，是插进去的");
            else Found(ArchiveFault.Dropped, first, $"从第 {first} 个事件起少了 {-more} 个，是被删掉的");
            return findings;
        }
        var seen = new HashSet<int>();
        foreach (var e in events)
        {
            var n = e?.Seq ?? 0;
            if (n < 1 || n > expected.Count || !seen.Add(n)) Found(ArchiveFault.Inserted, n, $"第 {n} 个事件是多出来的");
            else if (!Right(n, e)) Found(ArchiveFault.Changed, n, $"第 {n} 个事件被改动过");
            if (findings.Count == Most) return findings;
        }
        for (var n = 1; n <= expected.Count && findings.Count < Most; n++)
            if (!seen.Contains(n)) Found(ArchiveFault.Dropped, n, $"第 {n} 个事件被删掉了");
        return findings;
    }
}
