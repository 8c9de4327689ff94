using FsCheck;
using FsCheck.Fluent;
using Kapok.Cases.Clock;
using Kapok.Foundation.Calendar;
using Kapok.Tests.Foundation.Calendar;

namespace Kapok.Tests.Cases.Clock;

public class LegalClockPropertyTests
{
    private static readonly WorkCalendar Calendar = SeedCalendar.Value;

    private sealed record Story(ClockTerms Terms, IReadOnlyList<ClockEntry> Entries, DateTimeOffset Now)
    {
        public ClockReading Read(IEnumerable<ClockEntry>? entries = null, DateTimeOffset? now = null, WorkCalendar? calendar = null) =>
            LegalClock.Compute(Terms, new ClockLog(entries ?? Entries), calendar ?? Calendar, now ?? Now);

        public override string ToString() => $"{Terms} at {Now:s}: {string.Join(", ", Entries)}";
    }

    private static readonly Gen<PeriodUnit> Units = Gen.Elements(PeriodUnit.WorkingDay, PeriodUnit.WorkingDay, PeriodUnit.NaturalDay, PeriodUnit.Month, PeriodUnit.Hour);

    // Suspensions one after the other, minutes apart to weeks apart, with an extension now and then.
    private static readonly Arbitrary<Story> Stories = (
        from unit in Units
        from promised in Gen.Choose(0, 15)
        from more in Gen.Choose(0, 15)
        from start in Gen.Choose(0, 700 * 24 * 60)
        from gaps in Gen.Choose(5, 12 * 24 * 60).ArrayOf(8)
        from count in Gen.Choose(0, 3)
        from extends in Gen.Choose(-12, 6)
        from later in Gen.Choose(0, 60 * 24 * 60)
        select Tell(unit, promised, more, start, gaps, count, extends, later)).ToArbitrary();

    private static Story Tell(PeriodUnit unit, int promised, int more, int start, int[] gaps, int count, int extends, int later)
    {
        var at = ChinaTime.At(new(2024, 1, 1)).AddMinutes(start);
        var entries = new List<ClockEntry> { new ClockEntry.Accepted(at) };
        for (var i = 0; i < count; i++)
        {
            entries.Add(new ClockEntry.Suspended(at = at.AddMinutes(gaps[2 * i]), "听证"));
            entries.Add(new ClockEntry.Resumed(at = at.AddMinutes(gaps[2 * i + 1])));
        }
        if (extends > 0) entries.Add(new ClockEntry.Extended(at = at.AddMinutes(gaps[6]), new(extends, unit), "复杂"));
        return new(new(new(promised + more, unit), new(promised, unit)), entries, at.AddMinutes(later));
    }

    private static void ForAll(Func<Story, bool> holds) => Prop.ForAll(Stories, holds).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    private static object What(ClockReading r) =>
        (r.Phase, r.Lamp, r.Due, r.LegalDue, r.Yellow, r.Total, r.Used, r.Left, r.Paused, r.IsLate, r.IsPastLegal, r.IsProvisional,
            string.Join("|", r.Moments), string.Join("|", r.Explanation), r.Summary);

    [Fact]
    public void A_suspension_never_brings_an_end_nearer() => ForAll(story =>
    {
        var with = story.Read();
        return Enumerable.Range(0, story.Entries.Count).Where(i => story.Entries[i] is ClockEntry.Suspended).All(i =>
        {
            var without = story.Read(story.Entries.Where((_, n) => n != i && n != i + 1));
            return with.Due >= without.Due && with.LegalDue >= without.LegalDue;
        });
    });

    [Fact]
    public void Suspending_and_resuming_on_one_day_changes_nothing() => ForAll(story =>
    {
        if (story.Terms.Promised.Unit == PeriodUnit.Hour) return true;
        var end = story.Entries[^1].At;
        var midnight = ChinaTime.At(ChinaTime.DateOf(end).AddDays(1));
        var minutes = (midnight - end).TotalMinutes;
        var more = story.Entries.Append(new ClockEntry.Suspended(end.AddMinutes(minutes / 3), "检验")).Append(new ClockEntry.Resumed(end.AddMinutes(minutes / 2)));
        var (before, after) = (story.Read(now: midnight), story.Read(more, midnight));
        return (before.Due, before.LegalDue, before.Left, before.Used, before.Paused, before.Lamp) == (after.Due, after.LegalDue, after.Left, after.Used, after.Paused, after.Lamp);
    });

    [Fact]
    public void Reading_an_earlier_instant_needs_only_what_had_happened() => ForAll(story =>
        story.Entries.All(e => What(story.Read(now: e.At)).Equals(What(story.Read(story.Entries.Where(x => x.At <= e.At), e.At)))));

    [Fact]
    public void Recomputing_equals_walking_day_by_day() => ForAll(story =>
    {
        if (story.Terms.Promised is not { Unit: PeriodUnit.WorkingDay, Amount: > 0 }) return true;
        var (need, resumed, off) = (story.Terms.Promised.Amount, DateOnly.MinValue, new HashSet<DateOnly>());
        for (var i = 1; i < story.Entries.Count; i++)
        {
            if (story.Entries[i] is ClockEntry.Extended extended) need += extended.By.Amount;
            if (story.Entries[i] is not ClockEntry.Suspended suspended || suspended.At >= Calendar.Close(Walk())) continue;
            resumed = ChinaTime.DateOf(story.Entries[i + 1].At);
            for (var day = ChinaTime.DateOf(suspended.At).AddDays(1); day <= resumed; day = day.AddDays(1)) off.Add(day);
        }
        return story.Read().DueDate == Walk();

        DateOnly Walk()
        {
            var (day, left) = (ChinaTime.DateOf(story.Entries[0].At), need);
            while (left > 0) { day = day.AddDays(1); if (Calendar.IsWorkday(day) && !off.Contains(day)) left--; }
            if (day < resumed) day = resumed;
            while (!Calendar.IsWorkday(day)) day = day.AddDays(1);
            return day;
        }
    });

    [Fact]
    public void Used_and_left_make_up_the_total_in_working_days() => ForAll(story =>
    {
        var reading = story.Read();
        if (reading.Unit != PeriodUnit.WorkingDay || reading.Total == 0 || reading.Left <= 0) return true;
        // Suspended on its last day and resumed on a day off, a case gets the next working day on top.
        var onTop = story.Entries.Any(e => e is ClockEntry.Resumed && !Calendar.IsWorkday(ChinaTime.DateOf(e.At)));
        return reading.Used + reading.Left == reading.Total || onTop && reading.Used >= reading.Total && reading.Used + reading.Left == reading.Total + 1;
    });

    [Fact]
    public void The_lamp_changes_only_at_the_moments_announced() => ForAll(story =>
    {
        var reading = story.Read();
        var next = reading.Moments.Count == 0 ? reading.Now.AddYears(1) : reading.Moments[0].At;
        var before = story.Read(now: next.AddTicks(-1));
        return before.Lamp == reading.Lamp && (before.Due, before.LegalDue) == (reading.Due, reading.LegalDue)
            && reading.Moments.All(m => m.At > reading.Now)
            && (reading.Moments.Count == 0 || reading.Moments[0].Kind == MomentKind.LegalDue || story.Read(now: next).Lamp != reading.Lamp || reading.Lamp == Lamp.Yellow);
    });

    [Fact]
    public void An_end_is_always_a_working_day_at_the_close_of_office_and_never_before_acceptance() => ForAll(story =>
    {
        var reading = story.Read();
        return reading.Due >= story.Entries[0].At && (reading.LegalDue >= reading.Due || story.Terms.Promised.Amount == 0)
            && (reading.Unit == PeriodUnit.Hour || Calendar.IsWorkday(reading.DueDate!.Value) && reading.Due == Calendar.Close(reading.DueDate.Value))
            && (reading.Explanation.Count > 2 && reading.Explanation.All(l => l.EndsWith('。')));
    });
}
