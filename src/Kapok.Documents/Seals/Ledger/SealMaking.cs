using System.Globalization;
using Dapper;
using Kapok.Documents.Fonts;
using Kapok.Documents.Seals.Drawing;
using Kapok.Foundation;
using Kapok.Identity;
using Kapok.Trust.Authority;
using Kapok.Trust.Certificates;
using Kapok.Trust.Keys;
using Npgsql;

namespace Kapok.Documents.Seals.Ledger;

/// <summary>Makes seals: draws the picture, has a key and its certificate made, and signs the whole with the seal maker's key (制章).</summary>
public sealed class SealMaking(KeyDesk desk, Keys keys, NodeAuthority authority, FontBook fonts)
{
    const string Vendor = "KAPOK";

    /// <summary>Where it is installed its Song is drawn in the shapes of the mainland; otherwise whatever Song the machine has.</summary>
    FontChain Song => fonts.Of("Noto Serif CJK SC", bold: true);

    /// <summary>Why a text cannot be drawn with the fonts of this machine; null when it can.</summary>
    public string? WhyNotDrawn(string text) => Song.WhyNot(text);

    /// <summary>The picture of a seal that is yet to be made, or was.</summary>
    public SealBitmap Draw(SealRecord seal) => new SealArtist(FontGlyphs.From(Song.FaceOf)).Draw(SealForms.All[seal.Form].Form, seal.UnitName, seal.Purpose);

    /// <summary>
    /// Makes the seal of a ledger row and writes it there. The two persons have agreed in the ledger; the key is made in the
    /// name of the system, in a transaction of its own: should the caller's fail, an unused key is left behind.
    /// </summary>
    /// <exception cref="KeyUnavailable">The key holder does not answer; nothing was written.</exception>
    internal async Task<Outcome<bool>> Make(NpgsqlConnection c, Actor actor, SealRecord seal, Organisation organisation, DateTimeOffset now)
    {
        if (WhyNotDrawn(seal.UnitName + seal.Purpose) is { } missing) return Outcome<bool>.No(Refusal.Conflict, missing);
        var maker = (await authority.First()).SealMaker;
        var created = await desk.Create(new(KeyPurpose.Seal, seal.Name.Length > 90 ? seal.Name[..90] : seal.Name, organisation.Id), Actor.System, $"印章台账 {seal.Id}，申请与审批由两人办理");
        if (!created.Ok) return created.As<bool>();
        var key = await authority.IssueFor(created.Value!.Id, DistinguishedName.Of(seal.Name, organisation.Name, organisation.CreditCode), actor);

        var picture = Draw(seal);
        var (width, height) = SealArtist.SizeOf(SealForms.All[seal.Form].Form);
        var number = organisation.DivisionCode[..6] + (await c.ExecuteScalarAsync<long>("select nextval('documents.seal_serial')")).ToString("D8", CultureInfo.InvariantCulture);
        var (from, until) = (Seconds(now), Seconds(seal.ValidTo < key.Certificate!.NotAfter.UtcDateTime ? seal.ValidTo : key.Certificate.NotAfter));
        var png = picture.ToPng();
        var info = ElectronicSeal.Info(Vendor, number, new(SealKind.Of(seal.Kind)!.Type, seal.Name, [key.Certificate.Raw], [], from, from, until), new("PNG", png, width, height));
        var signature = await keys.Sign(maker.Id, info);
        var data = ElectronicSeal.Assemble(info, maker.Certificate!.Raw, maker.Suite.SignatureOid, signature);
        await c.ExecuteAsync("""
            update documents.seal set number = @number, key = @key, suite = @suite, certificate = @certificate, data = @data, picture = @png, valid_from = @from, valid_to = @until where id = @Id
            """, new { seal.Id, number, key = key.Id, suite = key.Suite.Name, certificate = key.Certificate.Raw, data, png, from = from.UtcDateTime, until = until.UtcDateTime });
        return true;
    }

    /// <summary>Ends the key of a seal that was lost or destroyed, and revokes its certificate.</summary>
    internal async Task EndKey(Actor actor, Guid key, bool lost, string ground)
    {
        if (await keys.Find(key) is not { } record) return;
        if (record.Certificate is { } certificate) await authority.Revoke(certificate.SerialHex, lost ? RevocationReason.KeyCompromise : RevocationReason.CessationOfOperation, actor, ground);
        if (record.State != KeyState.Destroyed) await desk.Ask(key, KeyAct.Destroy, Actor.System, ground);
    }

    /// <summary>Seals keep whole seconds.</summary>
    static DateTimeOffset Seconds(DateTimeOffset at) => new(at.UtcTicks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);
}
