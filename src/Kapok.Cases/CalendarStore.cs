using Dapper;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;

namespace Kapok.Cases;

/// <summary>The official working calendar in force on this node; a new one is seen by every process within a second.</summary>
public sealed class CalendarStore
{
    public const string Topic = "calendar";

    readonly Database database;
    readonly Lock changing = new();
    volatile WorkCalendar? current;
    int heard;

    public CalendarStore(Database database, Signals signals)
    {
        this.database = database;
        signals.Listen(Topic, _ => Forget());
    }

    public WorkCalendar Current
    {
        get
        {
            if (current is { } known) return known;
            var before = heard;
            var loaded = Load();
            // What was read before a change was heard must not be kept after it.
            lock (changing) if (before == heard) current = loaded;
            return loaded;
        }
    }

    /// <summary>Reads the calendar anew at the next question; for work that must not wait for the news of a change.</summary>
    public void Forget()
    {
        lock (changing) (heard, current) = (heard + 1, null);
    }

    WorkCalendar Load()
    {
        using var connection = database.Source.OpenConnection();
        var text = connection.ExecuteScalar<string?>("select content from cases.calendar order by seq desc limit 1");
        return text is null ? WorkCalendar.Weekdays : WorkCalendar.Parse(text);
    }
}
