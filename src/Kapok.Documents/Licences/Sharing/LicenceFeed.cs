using System.Globalization;
using System.Text.Json;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Npgsql;

namespace Kapok.Documents.Licences.Sharing;

/// <summary>A row of the directory of issued licences as the national platform takes it (UP_LIC_DATA), by the names of its columns.</summary>
/// <param name="CdOperation">I new, U changed, D no longer in force.</param>
public sealed record FeedRow(string CertificateSourceId, string CertificateName, string CertificateType, string CertificateTypeCode, string CertificateNumber, string IssueDept, string IssueDeptCode, string CertificateAreaCode,
    string CertificateHolder, string CertificateHolderCode, string CertificateHolderType, string IssueDate, string CdBatch, string CdOperation, string CdTime, string DataSource);

/// <summary>How late a reader of the feed is.</summary>
/// <param name="Oldest">Oldest change it has not taken; null when it has taken all.</param>
public sealed record FeedLateness(string Reader, DateTimeOffset AskedAt, DateTimeOffset? Oldest, TimeSpan Behind, bool Late);

/// <summary>
/// The stream of the licence directory upward: every change of a licence in an order in which nothing appears behind the
/// reader, by cursor. Directory data must be there within two hours (省集约化电子证照系统); the meter says who is later.
/// </summary>
public sealed class LicenceFeed(Database database, TimeProvider time)
{
    public const string Permission = "licences.feed";
    public const int Most = 1_000;
    public static readonly TimeSpan Limit = TimeSpan.FromHours(2);

    /// <param name="after">Cursor of the page before; empty for the beginning.</param>
    /// <param name="may">Whether the reader may have the row.</param>
    public Task<(IReadOnlyList<FeedRow> Rows, string Next)> After(string reader, EventCursor after, int limit, Func<LicenceRow, bool> may) => database.Write(async (c, _) =>
    {
        var (events, next) = await EventFollower.After(c, after, Math.Clamp(limit, 1, Most), LicenceEvents.Directory);
        var ids = events.Select(e => IdOf(e.Event)).ToArray();
        var rows = (await LicenceReading.Rows(c, "where id = any($1)", LicenceReading.Uuids(ids.Distinct()))).ToDictionary(r => r.Id);
        var now = time.GetUtcNow();
        await c.ExecuteAsync("""
            insert into documents.licence_feed (reader, cursor, asked_at, caught_up_to) values (@reader, @cursor, @now, @to)
            on conflict (reader) do update set cursor = excluded.cursor, asked_at = excluded.asked_at, caught_up_to = excluded.caught_up_to
            """, new { reader, cursor = after.ToString(), now = now.UtcDateTime, to = events.Count == 0 ? now.UtcDateTime : events[0].Event.At.UtcDateTime });
        return ((IReadOnlyList<FeedRow>)[.. events.Where(e => rows.TryGetValue(IdOf(e.Event), out var row) && may(row)).Select(e => Row(rows[IdOf(e.Event)], e.Event, e.Cursor))], next.ToString());
    });

    static Guid IdOf(LoggedEvent e)
    {
        using var data = JsonDocument.Parse(e.Data);
        return data.RootElement.TryGetProperty("id", out var id) && id.TryGetGuid(out var guid) ? guid : Guid.Empty;
    }

    /// <summary>Pure: the row of an event.</summary>
    internal static FeedRow Row(LicenceRow l, LoggedEvent e, EventCursor cursor) => new(l.Identifier, l.Name, l.Name, l.TypeCode, l.Number, l.IssuerName, l.IssuerCode, l.AreaCode,
        string.Join('^', l.Holders.Select(h => h.Name)), string.Join('^', l.Holders.Select(h => h.Code)), string.Join('^', l.Holders.Select(h => LicenceWords.CodeType(h.CodeType))),
        l.IssuedOn.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), cursor.ToString(),
        e.Type switch { LicenceEvents.Issued or LicenceEvents.Imported => l.Version == 1 ? "I" : "U", LicenceEvents.Cancelled or LicenceEvents.Annulled or LicenceEvents.Revoked or LicenceEvents.Expired => "D", _ => "U" },
        e.At.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), "440");

    /// <summary>Every reader with the oldest change it has not taken.</summary>
    public Task<IReadOnlyList<FeedLateness>> Lateness() => database.Read<IReadOnlyList<FeedLateness>>(async c =>
    {
        var now = time.GetUtcNow();
        var list = new List<FeedLateness>();
        foreach (var (reader, text, at) in await c.QueryAsync<(string, string, DateTime)>("select reader, cursor, asked_at from documents.licence_feed order by reader"))
        {
            EventCursor.TryParse(text, out var cursor);
            var (waiting, _) = await EventFollower.After(c, cursor, 1, LicenceEvents.Directory);
            var oldest = waiting.Count == 0 ? (DateTimeOffset?)null : waiting[0].Event.At;
            var behind = oldest is { } since ? now - since : TimeSpan.Zero;
            list.Add(new(reader, new(at), oldest, behind, behind > Limit));
        }
        return list;
    });
}
