using Dapper;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;

namespace Kapok.Cases;

/// <summary>The official working calendar in force on this node; a new one is seen by every process within a second.</summary>
public sealed class CalendarStore
{
    public const string Topic = "calendar";

    readonly Database database;
    volatile WorkCalendar? current;

    public CalendarStore(Database database, Signals signals)
    {
        this.database = database;
        signals.Listen(Topic, _ => current = null);
    }

    public WorkCalendar Current => current ??= Load();

    WorkCalendar Load()
    {
        using var connection = database.Source.OpenConnection();
        var text = connection.ExecuteScalar<string?>("select content from cases.calendar order by seq desc limit 1");
        return text is null ? WorkCalendar.Weekdays : WorkCalendar.Parse(text);
    }
}
