using System.Text.Json;
using Kapok.Cases.Handling;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Http;

namespace Kapok.Cases.Desk;

/// <summary>A case as one file that can be checked without us: events word for word with their digests, files and documents by digest. Who took it is recorded.</summary>
public sealed class CaseBundle(Database database, TimeProvider time)
{
    const string HowToCheck = "SHA-256 chain. Start: SHA-256 of the 16 bytes of the case id (big-endian). Each digest covers: previous digest; stream id, number, time in microseconds since 1970, actor, onBehalf; then type, actorName, origin, ground, data, each as UTF-8 with its length before it (32 bit, big-endian).";

    public async Task<IResult> Answer(HttpContext http, CaseView view, int? broken)
    {
        var (actor, row, now) = (http.Actor(), view.Row, time.GetUtcNow());
        await database.Write((c, _) => EventLog.Append(c, Guid.CreateVersion7(), actor, now, new NewEvent("case-exported", Json.Write(new { @case = row.Id, row.Number, head = Hex(row.Digest) }))));
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{row.Number}.json\"";
        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(Content(view, actor, broken), Json.Options);
    }

    /// <summary>The case as data.</summary>
    internal object Content(CaseView view, Actor actor, int? broken)
    {
        var (row, now) = (view.Row, time.GetUtcNow());
        return new
        {
            format = "kapok-case/1", exportedAt = now, exportedBy = actor.Name,
            @case = new { row.Id, row.Number, row.QueryCode, row.ItemName, row.ItemCode, row.Implementation, itemVersion = view.Definition.Item.Version, body = view.Body.Name, row.PartyName, row.Channel, row.State, row.Result, row.SubmittedAt, row.AcceptedAt, row.ClosedAt, row.DueOn, row.Version },
            answers = view.Answers,
            materials = view.Materials.Select(m => new { m.Id, m.Material, m.Name, m.Size, m.Type, sha256 = m.Digest, m.AddedAt, m.RemovedAt }),
            documents = view.Documents.Select(d => new { d.Id, d.Kind, d.Title, d.Number, d.MadeAt, d.MadeBy, sha256 = d.Digest, d.Html }),
            messages = view.Messages.Select(m => new { m.FromParty, m.Sender, m.Kind, m.Title, m.Body, m.At, m.ReadAt }),
            events = view.Events.Select(Event),
            chain = new { head = Hex(row.Digest), length = row.Version, whole = broken is null, firstBreak = broken, check = HowToCheck },
        };
    }

    /// <summary>An event as it stands in the log; <c>data</c> is the text that the digest covers.</summary>
    public static object Event(LoggedEvent e) => new { e.Stream, e.Seq, e.Type, e.At, e.Actor, e.ActorName, e.OnBehalf, e.Origin, e.Ground, e.Data, digest = Hex(e.Digest) };

    static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
