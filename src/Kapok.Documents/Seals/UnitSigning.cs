using System.Collections.Concurrent;
using Dapper;
using Kapok.Documents.Seals.Drawing;
using Kapok.Documents.Seals.Ledger;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Identity;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Authority;
using Kapok.Trust.Certificates;
using Kapok.Trust.Keys;
using Npgsql;

namespace Kapok.Documents.Seals;

/// <summary>
/// Signs PDF and other files in the name of a unit. Readers of the world do not know SM2, so a unit has a second key on P-256
/// for them, certified by the same authority; the right to use it is that of the unit's seal.
/// </summary>
public sealed class UnitSigning(SealingService seals, SealMaking making, Keys keys, KeyDesk desk, NodeAuthority authority, OrganisationDirectory directory, Database database, TimeProvider time)
{
    readonly ConcurrentDictionary<(Guid, SignatureSuite), KeyRecord> known = new();
    readonly ConcurrentDictionary<Guid, SealBitmap> pictures = new();

    SealBitmap Picture(SealRecord seal) => pictures.GetOrAdd(seal.Id, _ => making.Draw(seal));

    /// <summary>Signs a PDF with the picture of the unit's seal; the use is entered in the caller's transaction.</summary>
    /// <param name="request">At most one place; none signs without showing anything.</param>
    /// <exception cref="KeyUnavailable">The key holder does not answer; nothing was signed.</exception>
    public async Task<Outcome<byte[]>> Pdf(NpgsqlConnection connection, byte[] pdf, SealRequest request, Actor actor, string reason, CancellationToken stop = default)
    {
        if (request.Places.Count > 1 || request.Places.Any(p => p is not StampPlace.At)) return Outcome<byte[]>.No(Refusal.Invalid, "PDF 上的签名只能有一个位置", "places");
        var chosen = await seals.Choose(request, actor);
        if (!chosen.Ok) return chosen.As<byte[]>();
        var (seal, organisation) = (chosen.Value!.Record, directory.Organisation(request.Organisation)!);
        var signer = await Signer(organisation, SignatureSuite.P256Sha256, stop);
        var stamp = request.Places is [StampPlace.At at] ? new PdfStamp(at, Picture(seal), chosen.Value.Seal.Picture.Width, chosen.Value.Seal.Picture.Height) : null;
        var made = await PdfSigning.Apply(pdf, signer, organisation.Name, reason, time.GetUtcNow(), stamp);
        if (!made.Ok) return made;
        return await seals.Enter(connection, chosen.Value, request, actor, signer.Suite.Digest(made.Value), signer.Suite.Digest(made.Value)) is { Ok: false } no ? no.As<byte[]>() : made;
    }

    /// <summary>Signs any file in the name of a unit: GB/T 35275 with SM2, CMS with P-256.</summary>
    /// <exception cref="KeyUnavailable">The key holder does not answer; nothing was signed.</exception>
    public async Task<Outcome<byte[]>> File(NpgsqlConnection connection, byte[] file, SealRequest request, Actor actor, bool attached, SignatureSuite suite, CancellationToken stop = default)
    {
        var chosen = await seals.Choose(request, actor);
        if (!chosen.Ok) return chosen.As<byte[]>();
        var signer = await Signer(directory.Organisation(request.Organisation)!, suite, stop);
        var signature = await SignedData.Make(file, signer, attached, time.GetUtcNow());
        return await seals.Enter(connection, chosen.Value!, request, actor, suite.Digest(file), suite.Digest(signature)) is { Ok: false } no ? no.As<byte[]>() : signature;
    }

    async Task<Signer> Signer(Organisation organisation, SignatureSuite suite, CancellationToken stop)
    {
        if (!known.TryGetValue((organisation.Id, suite), out var key)) known[(organisation.Id, suite)] = key = await KeyOf(organisation, suite, stop);
        return new(key.Certificate!.Raw, suite, data => keys.Sign(key.Id, data, stop), value => seals.Stamp(value, suite, stop)) { Chain = [(await authority.First(stop)).Root.Certificate!.Raw] };
    }

    async Task<KeyRecord> KeyOf(Organisation organisation, SignatureSuite suite, CancellationToken stop) => await database.Write(async (c, _) =>
    {
        await c.ExecuteAsync("select pg_advisory_xact_lock(hashtextextended('documents.unit-key ' || @Id::text, 0))", new { organisation.Id });
        if ((await keys.List(KeyPurpose.Organisation, organisation.Id)).LastOrDefault(k => k is { State: KeyState.Active, Certificate: not null } && k.Suite == suite) is { } standing) return standing;
        var created = await desk.Create(new(KeyPurpose.Organisation, $"{organisation.ShortName} {suite.Name}", organisation.Id, suite), Actor.System, "单位文件签名");
        return await authority.IssueFor((created.Value ?? throw new KeyRefused(created.Message)).Id, DistinguishedName.Of(organisation.Name, organisation.Name, organisation.CreditCode), Actor.System, stop);
    }, stop);
}
