using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Kapok.Cases.Clock;
using Kapok.Cases.Definitions;
using Kapok.Cases.Model;
using Kapok.Catalogue;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;

namespace Kapok.Cases.Deciding;

/// <summary>A request for more time that waits for its approval.</summary>
public sealed record ExtensionRequest(int Days, string Ground, Guid By);

/// <summary>
/// Ties the pure legal clock to a case: every entry is kept in the case, and what the clock reads decides the due date,
/// the lamp and the timers. Reading it again from the entries gives the same – also after a change of calendar.
/// </summary>
public static class CaseClock
{
    /// <summary>Key of the one timer a clock has: it stands at the next moment at which the program must act.</summary>
    public const string Timer = "clock";

    sealed record Kept(ImmutableArray<ClockEntry> Entries, ExtensionRequest? Request);

    internal static void Add(CaseAct act, ClockEntry entry)
    {
        var kept = Read(act.Row);
        act.Row = act.Row with { Clock = Json.Write(kept with { Entries = kept.Entries.Add(entry) }) };
        Sync(act);
    }

    /// <summary>Due date, lamp and timer as the clock reads now.</summary>
    static void Sync(CaseAct act)
    {
        var reading = Reading(act.Row, act.Definition, act.World.Calendar, act.World.Now);
        act.Row = Shown(act.Row, reading);
        Arm(act, reading.Moments);
    }

    internal static void Arm(CaseAct act, IReadOnlyList<ClockMoment> coming)
    {
        if (coming.Count > 0) act.Arm(Timer, coming[0].At);
        else act.Disarm(Timer);
    }

    /// <summary>What comes after an instant, in order; with what has passed unnoticed meanwhile.</summary>
    internal static IReadOnlyList<ClockMoment> After(CaseAct act, DateTimeOffset at) => Reading(act.Row, act.Definition, act.World.Calendar, at).Moments;

    /// <summary>The columns of a case that lists and lamps look at.</summary>
    public static CaseRow Shown(CaseRow row, ClockReading reading) => row with
    {
        DueOn = reading.DueDate, DueAt = reading.Due, YellowAt = reading.Yellow, Provisional = reading.IsProvisional,
    };

    public static ClockReading Reading(CaseRow row, CaseDefinition definition, WorkCalendar calendar, DateTimeOffset now) =>
        LegalClock.Compute(definition.Terms, new ClockLog(Read(row).Entries), calendar, now);

    /// <summary>The same, from the entries as they are kept.</summary>
    public static ClockReading Reading(string entries, CaseDefinition definition, WorkCalendar calendar, DateTimeOffset now) =>
        LegalClock.Compute(definition.Terms, new ClockLog(Parse(entries).Entries), calendar, now);

    public static bool Extended(CaseRow row) => Read(row).Entries.Any(e => e is ClockEntry.Extended);

    public static ExtensionRequest? Request(CaseRow row) => Read(row).Request;

    internal static void Remember(CaseAct act, ExtensionRequest? request) => act.Row = act.Row with { Clock = Json.Write(Read(act.Row) with { Request = request }) };

    /// <summary>行政许可法 第四十二条: ten working days, for joint handling fifteen; never longer than the legal time itself.</summary>
    public static int LongestExtension(ItemContent item) => Math.Max(1, Math.Min(item.LegalDays, item.Flow == "parallel" ? 15 : 10));

    public static ClockTerms Terms(ItemContent item) => new(new(item.LegalDays, (PeriodUnit)item.LegalUnit), new(item.PromisedDays, (PeriodUnit)item.PromisedUnit), item.Expiry switch
    {
        "grant" => Expiry.Grant, "refuse" => Expiry.Refuse, "escalate" => Expiry.Escalate, _ => Expiry.Remind,
    });

    // A row is read several times in a step; its clock is parsed once.
    static readonly ConditionalWeakTable<string, Kept> Parsed = [];

    static Kept Read(CaseRow row) => Parsed.GetValue(row.Clock, Parse);

    static Kept Parse(string json) => json is "[]" or "" or "{}" ? new([], null) : Json.Read<Kept>(json);
}
