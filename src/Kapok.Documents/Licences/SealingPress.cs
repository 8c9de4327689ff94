using System.Globalization;
using Kapok.Documents.Layout;
using Kapok.Documents.Ofd;
using Kapok.Documents.Seals;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Files;
using Kapok.Trust;
using Kapok.Trust.Keys;
using Npgsql;

namespace Kapok.Documents.Licences;

/// <summary>
/// The press of a node: the template of the type, an OFD, the seal of the issuing unit, the file store. All within the
/// caller's transaction; what the key holder or the timestamp service cannot do now, waits.
/// </summary>
sealed class SealingPress(Layouts layouts, SealingService sealing, FileStore files, TrustSettings settings, TimeProvider time) : ILicencePress
{
    const string Media = "application/ofd";

    public async ValueTask<Outcome<SealedFile>> Press(NpgsqlConnection connection, LicenceRow licence, LicenceType type, CancellationToken stop) =>
        await Make(connection, licence, type, null, stop);

    public async ValueTask<Outcome<SealedFile>> Annotate(NpgsqlConnection connection, LicenceRow licence, LicenceType type, CopyNote note, CancellationToken stop) =>
        await Make(connection, licence, type, note, stop);

    async Task<Outcome<SealedFile>> Make(NpgsqlConnection connection, LicenceRow licence, LicenceType type, CopyNote? note, CancellationToken stop)
    {
        var printer = await layouts.Of(type.Template);
        if (!printer.Ok) return printer.As<SealedFile>();
        var now = time.GetUtcNow();
        var sheet = LicenceSheet.Of(licence, type, $"{settings.Address}/licences/check?id={licence.Identifier}", now);
        if (note is not null) sheet = sheet with { Watermark = $"仅用于{note.Purpose}", Data = [.. sheet.Data, .. Elements(note)] };
        var printed = printer.Value!.Print(sheet);
        if (!printed.Ok) return printed.As<SealedFile>();
        var places = printed.Value!.SealPlaces.Select(p => (StampPlace)new StampPlace.At(p.Page + 1, p.Area.X, p.Area.Y)).ToList();
        if (places.Count == 0) return Outcome<SealedFile>.No(Refusal.Invalid, $"版式模板 {type.Template} 没有盖章的位置");
        Outcome<SealedDocument> made;
        try
        {
            made = await sealing.Seal(connection, OfdWriter.Write(printed.Value), new SealRequest(licence.Issuer, licence.Type, $"{licence.Name} {licence.Number}{(note is null ? "" : "（加注件）")}", licence.Identifier, places), Actor.System, stop);
        }
        catch (KeyUnavailable e) { return Outcome<SealedFile>.No(Refusal.Unavailable, e.Message); }
        if (!made.Ok) return made.As<SealedFile>();
        var stored = await files.Keep(connection, made.Value!.Package.ToZip(), Media, $"{licence.Identifier}{(note is null ? "" : "-加注件")}.ofd", licence.Issuer);
        return new SealedFile(stored.Id, stored.Digest, now);
    }

    /// <summary>加注件制作时间、制作者、制作事由、有效期截止 (GB/T 36903-2018).</summary>
    static IEnumerable<KeyValuePair<string, string>> Elements(CopyNote note) =>
    [
        new("JZJZZSJ", ChinaTime.Local(note.At).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)), new("JZJZZZ", note.Maker), new("JZJZZSY", $"仅用于{note.Purpose}，提供给{note.MadeFor}"),
        new("JZJYXQJZSJ", note.Until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
    ];
}
