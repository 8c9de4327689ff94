using System.Text.Json;
using Dapper;
using Kapok.Documents.Licences;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Identity;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Kapok.Cases.News;

/// <summary>
/// Reads the event log and puts into the inbox of holders what happens to their licences: issued by a job, about to run
/// out, suspended, taken away. Licences that a decision issued at once are told by the message of the decision.
/// </summary>
public sealed class LicenceNews(Database database, NodeOptions options, LicenceRegister register, People people, TimeProvider time, ILogger<LicenceNews> log) : FollowingService(options, log, span: 5_000, pause: TimeSpan.FromSeconds(2))
{
    public const string Kind = "licence";
    static readonly TimeSpan Fresh = TimeSpan.FromDays(7);
    static readonly string[] Types =
    [
        LicenceEvents.Issued, LicenceEvents.Expiring, LicenceEvents.Suspended, LicenceEvents.Resumed, LicenceEvents.Cancelled, LicenceEvents.Annulled, LicenceEvents.Revoked, LicenceEvents.Expired,
    ];

    public override Task<int> CatchUp(CancellationToken stop = default) => EventFollower.Follow(database, "licence-news", Types, Span, Tell, stop);

    async Task Tell(NpgsqlConnection c, IReadOnlyList<LoggedEvent> events)
    {
        var now = time.GetUtcNow();
        foreach (var e in events.Where(e => now - e.At < Fresh))
        {
            using var data = JsonDocument.Parse(e.Data);
            if (!data.RootElement.TryGetProperty("id", out var id) || await register.Find(id.GetGuid()) is not { } licence || Say(e, licence, data.RootElement) is not { } said) continue;
            foreach (var holder in licence.Holders)
                if (await people.ByCertificate(holder.CodeType, holder.Code) is { } party)
                    await c.ExecuteAsync("""
                        insert into cases.message (id, case_id, party, from_party, sender, kind, title, body, needs_act, at) values (@message, @Id, @party, false, @IssuerName, @Kind, @title, @body, false, @now)
                        """, new { message = Guid.CreateVersion7(), licence.Id, party = party.Id, licence.IssuerName, Kind, title = said.Title, body = said.Body, now = now.UtcDateTime });
        }
    }

    static (string Title, string Body)? Say(LoggedEvent e, LicenceRow licence, JsonElement data)
    {
        var name = $"“{licence.Name}”（{licence.Number}）";
        string Why() => data.TryGetProperty("reason", out var reason) ? $"理由：{reason.GetString()}。依据：{e.Ground}。不服的，可以申请行政复议或者提起行政诉讼。" : "";
        return e.Type switch
        {
            // What a decision issued at once stands in the message of the decision.
            LicenceEvents.Issued => licence.SealedAt is { } made && made - licence.IssuedOn.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) < TimeSpan.FromHours(32) ? null : ("您的证照已经制好", $"{name}已经制好，在“我的证照”里。"),
            LicenceEvents.Expiring => ($"您的证照还有 {data.GetProperty("left").GetInt32()} 天到期", $"{name}的有效期到{LicenceWords.Day(licence.ValidTo!.Value)}。要继续用，请在到期前办理延续。"),
            LicenceEvents.Suspended => ("您的证照被暂扣", $"{name}被{licence.IssuerName}暂扣，暂扣期间不能使用。{Why()}"),
            LicenceEvents.Resumed => ("您的证照已经发还", $"{name}恢复有效。"),
            LicenceEvents.Cancelled => ("您的证照已经注销", $"{name}已经注销，不再有效。{Why()}"),
            LicenceEvents.Annulled => ("您的证照被撤销", $"{name}被{licence.IssuerName}撤销，不再有效。{Why()}"),
            LicenceEvents.Revoked => ("您的证照被吊销", $"{name}被{licence.IssuerName}吊销，不再有效。{Why()}"),
            LicenceEvents.Expired => ("您的证照已经过期", $"{name}的有效期到{LicenceWords.Day(licence.ValidTo!.Value)}，已经过期。"),
            _ => null,
        };
    }
}
