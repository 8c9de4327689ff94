using System.Security.Cryptography;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Certificates;
using Kapok.Trust.Keys;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Trust;

public sealed class KeyTests(BareApp app) : IClassFixture<BareApp>
{
    static readonly Actor Lin = Official("林密钥"), Chen = Official("陈复核");

    static Actor Official(string name) => new(ActorKind.Official, Guid.CreateVersion7(), name, []) { Origin = "test" };

    Kapok.Trust.Keys.Keys Keys => app.Services.GetRequiredService<Kapok.Trust.Keys.Keys>();
    KeyDesk Desk => app.Services.GetRequiredService<KeyDesk>();

    async Task<KeyRecord> Key(KeyPurpose purpose = KeyPurpose.Organisation, Actor? by = null) => (await Desk.Create(new(purpose, "天河区市场监督管理局公章"), by ?? Lin, "新设")).Value!;
    async Task<Guid> Request(Guid key) => (await Desk.Waiting()).Single(r => r.Key == key).Id;
    async Task<string[]> Events(Guid key) => [.. (await app.Database.Read(c => EventLog.Read(c, key))).Select(e => $"{e.Type} {e.ActorName}")];

    [Fact]
    public async Task A_software_key_signs_and_lies_in_the_database_only_wrapped()
    {
        var key = await Key();
        key.State.ShouldBe(KeyState.Active);
        var signature = await Keys.Sign(key.Id, "data"u8.ToArray());
        key.Suite.Verify(key.PublicKeyInfo, "data"u8, signature).ShouldBeTrue();
        var reference = await app.Database.Read(c => c.QuerySingleAsync<byte[]>("select reference from trust.key where id = @Id", new { key.Id }));
        Should.Throw<CryptographicException>(() => PrivateKey.Import(reference));
        var master = app.Services.GetRequiredService<MasterKey>();
        PrivateKey.Import(CipherSuite.Open(master.For("key wrap"), reference, key.Id.ToByteArray(true))).PublicKeyInfo.ShouldBe(key.PublicKeyInfo);
        File.ReadAllBytes(Path.Combine(app.Options.Data, "keys", "master.key")).Length.ShouldBe(32);
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(Path.Combine(app.Options.Data, "keys", "master.key")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var moved = Guid.CreateVersion7();
        Should.Throw<CryptographicException>(() => CipherSuite.Open(master.For("key wrap"), reference, moved.ToByteArray(true)));
    }

    [Fact]
    public async Task With_another_master_key_nothing_signs_and_the_answer_says_what_to_restore()
    {
        var key = await Key();
        var other = new MasterKey(app.Options with { Secret = new string('x', 40) });
        var reference = await app.Database.Read(c => c.QuerySingleAsync<byte[]>("select reference from trust.key where id = @Id", new { key.Id }));
        Should.Throw<KeyUnavailable>(() => new SoftwareHolder(other, CipherSuite.Sm4HmacSm3).Open(key.Id, key.Suite, reference)).Message.ShouldContain("KAPOK_SECRET");
        other.For("a").ShouldBe(new MasterKey(app.Options with { Secret = new string('x', 40), Data = "/nowhere" }).For("a"), "in production the secret alone gives the key");
        other.For("a").ShouldNotBe(other.For("b"));
    }

    [Fact]
    public async Task A_seal_key_signs_only_after_a_second_person_has_approved_it()
    {
        var key = await Key(KeyPurpose.Seal);
        key.State.ShouldBe(KeyState.Pending);
        (await Should.ThrowAsync<KeyRefused>(async () => await Keys.Sign(key.Id, "x"u8.ToArray()))).Message.ShouldContain("等待批准");
        var request = await Request(key.Id);
        (await Desk.Decide(request, true, Lin)).Refused.ShouldBe(Refusal.Forbidden);
        (await Desk.Decide(request, true, Actor.System)).Refused.ShouldBe(Refusal.Forbidden);
        (await Desk.Decide(request, true, Chen)).Value!.State.ShouldBe(KeyState.Active);
        (await Desk.Decide(request, true, Chen)).Refused.ShouldBe(Refusal.NotFound);
        await Keys.Sign(key.Id, "x"u8.ToArray());
        (await Events(key.Id)).ShouldBe(["key-generated 林密钥", "key-act-asked 林密钥", "key-approved 陈复核"]);
    }

    [Fact]
    public async Task A_key_is_suspended_at_once_resumed_by_two_rotated_and_destroyed()
    {
        var key = await Key(KeyPurpose.Seal);
        await Desk.Decide(await Request(key.Id), true, Chen);
        await Keys.Sign(key.Id, "x"u8.ToArray());
        (await Desk.Ask(key.Id, KeyAct.Suspend, Lin, "电脑丢失")).Value!.State.ShouldBe(KeyState.Suspended);
        (await Should.ThrowAsync<KeyRefused>(async () => await Keys.Sign(key.Id, "x"u8.ToArray()))).Message.ShouldContain("已停用");
        (await Desk.Ask(key.Id, KeyAct.Resume, Lin, "")).Message.ShouldContain("理由");
        (await Desk.Ask(key.Id, KeyAct.Resume, Lin, "找到了")).Value!.State.ShouldBe(KeyState.Suspended);
        (await Desk.Ask(key.Id, KeyAct.Destroy, Chen, "不要了")).Message.ShouldContain("已有一项操作");
        await Desk.Decide(await Request(key.Id), true, Chen);
        await Keys.Sign(key.Id, "x"u8.ToArray());
        await Desk.Ask(key.Id, KeyAct.Rotate, Lin, "到期");
        var successor = (await Desk.Decide(await Request(key.Id), true, Chen)).Value!;
        (await Keys.Find(key.Id))!.ShouldSatisfyAllConditions(k => k.State.ShouldBe(KeyState.Retired), k => k.Successor.ShouldBe(successor.Id));
        await Should.ThrowAsync<KeyRefused>(async () => await Keys.Sign(key.Id, "x"u8.ToArray()));
        await Keys.Sign(successor.Id, "x"u8.ToArray());
        await Desk.Ask(key.Id, KeyAct.Destroy, Chen, "保管期满");
        (await Desk.Decide(await Request(key.Id), true, Lin)).Value!.State.ShouldBe(KeyState.Destroyed);
        (await app.Database.Read(c => c.QuerySingleAsync<byte[]?>("select reference from trust.key where id = @Id", new { key.Id }))).ShouldBeNull();
        (await Desk.Ask(key.Id, KeyAct.Resume, Lin, "x")).Refused.ShouldBe(Refusal.Conflict);
    }

    [Fact]
    public async Task Another_process_stops_signing_with_a_key_that_was_suspended_here()
    {
        var key = await Key();
        await using var sibling = await app.Another();
        var theirs = sibling.Services.GetRequiredService<Kapok.Trust.Keys.Keys>();
        await theirs.Sign(key.Id, "x"u8.ToArray());
        await Desk.Ask(key.Id, KeyAct.Suspend, Lin, "");
        for (var i = 0; ; i++)
        {
            try { await theirs.Sign(key.Id, "x"u8.ToArray()); }
            catch (KeyRefused) { return; }
            i.ShouldBeLessThan(400, "the news never came");
            await Task.Delay(25);
        }
    }

    [Fact]
    public async Task A_key_leaves_only_wrapped_with_two_people_present()
    {
        var key = await Key();
        using var recipient = SignatureSuite.Sm2Sm3.Generate();
        using var stranger = SignatureSuite.Sm2Sm3.Generate();
        (await Desk.ExportWrapped(key.Id, recipient.PublicKeyInfo, Lin, Lin, "迁移")).Refused.ShouldBe(Refusal.Forbidden);
        var wrapped = (await Desk.ExportWrapped(key.Id, recipient.PublicKeyInfo, Lin, Chen, "迁移")).Value!;
        WrappedKey.Read(wrapped, recipient).PublicKeyInfo.ShouldBe(key.PublicKeyInfo);
        Should.Throw<CryptographicException>(() => WrappedKey.Read(wrapped, stranger));
        (await Events(key.Id)).ShouldContain("key-exported 林密钥");
    }

    [Fact]
    public async Task A_certificate_of_an_outside_authority_must_carry_the_key_it_is_taken_over_for()
    {
        using var authority = new SmallAuthority(SignatureSuite.Sm2Sm3);
        using var stranger = SignatureSuite.Sm2Sm3.Generate();
        var key = await Key();
        var subject = DistinguishedName.Of("天河区市场监督管理局", "天河区市场监督管理局", "11440106007507134C");
        var request = CertificateRequest.Parse(await Desk.CertificateRequest(key.Id, subject));
        request.PublicKeyInfo.ShouldBe(key.PublicKeyInfo);
        (await Desk.Certify(key.Id, authority.Issue(stranger, "别人"), Lin)).Refused.ShouldBe(Refusal.Invalid);
        var certificate = CertificateWriter.Write(new() { Subject = request.Subject, Issuer = authority.Root.Subject, PublicKeyInfo = request.PublicKeyInfo, NotBefore = SmallAuthority.From, NotAfter = SmallAuthority.Until }, authority.Key);
        (await Desk.Certify(key.Id, certificate, Lin)).Ok.ShouldBeTrue();
        (await Keys.Find(key.Id))!.Certificate.ShouldBe(certificate);
    }

    [Theory]
    [InlineData("KAPOK_SUITE", "rsa-sha256"), InlineData("KAPOK_CIPHER", "des"), InlineData("KAPOK_KEY_HOLDER", "paper"), InlineData("KAPOK_KEY_HOLDER", "pkcs11")]
    public void A_wrong_setting_stops_the_start_by_its_name(string name, string value) =>
        Should.Throw<InvalidOperationException>(() => Kapok.Trust.TrustSettings.Read(app.Options, n => n == name ? value : null)).Message.ShouldContain(name);
}
