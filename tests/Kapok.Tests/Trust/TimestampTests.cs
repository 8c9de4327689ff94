using System.Formats.Asn1;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Kapok.Trust;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Authority;
using Kapok.Trust.Certificates;
using Kapok.Trust.Timestamps;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Trust;

/// <summary>A node that signs with P-256 throughout, by setting.</summary>
public sealed class P256App(TestDatabase databases) : App(databases)
{
    protected override bool Furnished => false;
    protected override bool OnLoopback => true;
    protected override void Configure(WebApplicationBuilder builder) => builder.Services.AddSingleton(TrustSettings.Read(Options, n => n == "KAPOK_SUITE" ? "p256-sha256" : null));
}

public sealed class TimestampTests(BareApp app, P256App western) : IClassFixture<BareApp>, IClassFixture<P256App>
{
    static async Task<byte[]> Post(HttpClient http, byte[] request)
    {
        using var content = new ByteArrayContent(request);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
        using var answer = await http.PostAsync("/tsa", content);
        answer.IsSuccessStatusCode.ShouldBeTrue(answer.StatusCode.ToString());
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/timestamp-reply");
        return await answer.Content.ReadAsByteArrayAsync();
    }

    [Fact]
    public async Task The_openssl_command_asks_the_service_and_verifies_its_answer()
    {
        using var openssl = new OpenSsl();
        using var http = new HttpClient { BaseAddress = new(western.Address) };
        openssl.File("data", RandomNumberGenerator.GetBytes(500));
        openssl.Run("ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "query").Code.ShouldBe(0);
        openssl.File("reply", await Post(http, openssl.Read("query")));
        openssl.Pem("root.pem", "CERTIFICATE", await http.GetByteArrayAsync("/trust/root.cer"));
        string[] verify = ["ts", "-verify", "-in", "reply", "-CAfile", "root.pem", "-attime", western.Time.GetUtcNow().ToUnixTimeSeconds().ToString()];
        openssl.Run([.. verify, "-queryfile", "query"]).Output.ShouldContain("Verification: OK");
        openssl.Run([.. verify, "-data", "data"]).Output.ShouldContain("Verification: OK");
        openssl.File("data", RandomNumberGenerator.GetBytes(500));
        openssl.Run([.. verify, "-data", "data"]).Code.ShouldNotBe(0);
    }

    [Fact]
    public async Task An_SM2_timestamp_is_read_by_openssl_and_its_signature_verified_by_hand()
    {
        using var openssl = new OpenSsl();
        var http = app.Browser();
        openssl.File("data", RandomNumberGenerator.GetBytes(500));
        openssl.Run("ts", "-query", "-data", "data", "-sm3", "-cert", "-out", "query").Code.ShouldBe(0);
        openssl.File("reply", await Post(http, openssl.Read("query")));
        openssl.Run("ts", "-reply", "-in", "reply", "-text").Output.ShouldContain("Status: Granted");
        // openssl 3.0 verifies CMS with SM2 without the signer's identity, so the signature is checked as the standard says
        var token = TimestampReply.Token(openssl.Read("reply"));
        var (attributes, signature) = Signed(token);
        openssl.File("attributes", attributes);
        openssl.File("signature", signature);
        openssl.Pem("signer.pem", "CERTIFICATE", TimestampToken.Parse(token).Signer!.Raw);
        openssl.Run("x509", "-in", "signer.pem", "-pubkey", "-noout", "-out", "signer.pub");
        openssl.Run("pkeyutl", "-verify", "-pubin", "-inkey", "signer.pub", "-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678", "-in", "attributes", "-sigfile", "signature").ShouldSatisfyAllConditions(r => r.Code.ShouldBe(0, r.Output));
    }

    static (byte[] Attributes, byte[] Signature) Signed(byte[] token)
    {
        var zero = new Asn1Tag(TagClass.ContextSpecific, 0);
        var outer = new AsnReader(token, AsnEncodingRules.DER).ReadSequence();
        outer.ReadObjectIdentifier();
        var data = outer.ReadSequence(zero).ReadSequence();
        for (var i = 0; i < 4; i++) data.ReadEncodedValue();
        var signer = data.ReadSetOf().ReadSequence();
        for (var i = 0; i < 3; i++) signer.ReadEncodedValue();
        var attributes = signer.ReadEncodedValue().ToArray();
        attributes[0] = 0x31;
        signer.ReadEncodedValue();
        return (attributes, signer.ReadOctetString());
    }

    [Fact]
    public async Task A_token_passes_every_check_for_its_data_and_for_no_other()
    {
        foreach (var services in (IServiceProvider[])[app.Services, western.Services])
        {
            var data = RandomNumberGenerator.GetBytes(300);
            var token = TimestampToken.Parse(await services.GetRequiredService<TimestampAuthority>().StampData(data));
            var store = await services.GetRequiredService<TrustStores>().Current();
            token.Time.ShouldBe(app.Time.GetUtcNow());
            token.Check(data, store).Select(c => (c.Key, c.State)).ShouldBe(((string[])["digest", "signature", "path", "usage", "period", "revocation"]).Select(k => ("timestamp-" + k, CheckState.Passed)));
            token.Check([.. data, 0], store)[0].State.ShouldBe(CheckState.Failed);
            token.Check(data, TrustStore.Empty).Single(c => c.Key == "timestamp-path").State.ShouldBe(CheckState.Unknown);
        }
    }

    [Fact]
    public async Task No_changed_bit_of_a_token_passes_unnoticed()
    {
        var data = RandomNumberGenerator.GetBytes(300);
        var good = await app.Services.GetRequiredService<TimestampAuthority>().StampData(data);
        var store = await app.Services.GetRequiredService<TrustStores>().Current();
        var original = TimestampToken.Parse(good);
        var (random, read, passed) = (new Random(3161), 0, 0);
        for (var i = 0; i < 3_000; i++)
        {
            var bad = good.ToArray();
            if (i < good.Length) bad[i] ^= (byte)(1 << random.Next(8));
            else for (var n = random.Next(1, 4); n > 0; n--) bad[random.Next(bad.Length)] = (byte)random.Next(256);
            if (random.Next(8) == 0) bad = bad[..random.Next(bad.Length)];
            try
            {
                var token = TimestampToken.Parse(bad);
                read++;
                if (!token.Check(data, store).All(c => c.State == CheckState.Passed)) continue;
                passed++;
                (token.Time, token.Serial).ShouldBe((original.Time, original.Serial), $"byte {i}");
            }
            catch (FormatException e) { e.Message.ShouldStartWith("时间戳"); }
        }
        read.ShouldBeGreaterThan(100);
        passed.ShouldBeLessThan(40, "only what is not signed, such as the list of digest algorithms, may change");
    }

    [Fact]
    public async Task The_client_takes_the_answer_of_an_outside_service_only_when_it_is_about_its_question()
    {
        var authority = app.Services.GetRequiredService<TimestampAuthority>();
        var request = new TimestampRequest(Sm3.Oid, Sm3.Hash("a"u8), 7, true);
        var token = TimestampToken.Parse(await authority.Ask(new(western.Address + "/tsa"), request));
        token.Nonce.ShouldBe(7);
        token.Signer!.Suite.ShouldBe(SignatureSuite.P256Sha256);
        (await Should.ThrowAsync<TimestampUnavailable>(() => authority.Ask(new(western.Address + "/tsa"), request with { DigestOid = "1.3.14.3.2.26", Digest = new byte[20] }))).Message.ShouldContain("不接受这种摘要算法");
        await Should.ThrowAsync<TimestampUnavailable>(() => authority.Ask(new(western.Address + "/health/live"), request));
        await Should.ThrowAsync<TimestampUnavailable>(() => authority.Ask(new("http://localhost:1/tsa"), request));
    }

    [Fact]
    public async Task Nonsense_is_refused_in_the_protocols_own_way()
    {
        var http = app.Browser();
        foreach (var nonsense in (byte[][])[[], [1, 2, 3], new byte[5000], [.. new TimestampRequest(Sm3.Oid, new byte[31], null, true).Write()], [.. new TimestampRequest(Sm3.Oid, new byte[32], null, true, "1.2.3").Write()]])
            Should.Throw<TimestampUnavailable>(() => TimestampReply.Token(Post(http, nonsense).Result)).Message.ShouldContain("拒绝");
    }
}
