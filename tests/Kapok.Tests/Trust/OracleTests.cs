using System.Security.Cryptography;
using Kapok.Trust.Algorithms;
using Org.BouncyCastle.Asn1.GM;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Security;

namespace Kapok.Tests.Trust;

/// <summary>Random cross-checks against two programs that know nothing of ours: Portable.BouncyCastle and the openssl command.</summary>
public sealed class OracleTests
{
    static readonly Random Random = new(38540);

    static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        Random.NextBytes(bytes);
        return bytes;
    }

    [Fact]
    public void SM3_HMAC_and_HKDF_agree_with_BouncyCastle_at_every_length()
    {
        for (var length = 0; length < 300; length++)
        {
            var (data, key) = (Bytes(length), Bytes(1 + length / 2));
            var digest = new SM3Digest();
            digest.BlockUpdate(data, 0, length);
            var expected = new byte[32];
            digest.DoFinal(expected, 0);
            Sm3.Hash(data).ShouldBe(expected);

            var mac = new HMac(new SM3Digest());
            mac.Init(new KeyParameter(key));
            mac.BlockUpdate(data, 0, length);
            mac.DoFinal(expected, 0);
            Sm3.Hmac(key, data).ShouldBe(expected);

            var hkdf = new HkdfBytesGenerator(new SM3Digest());
            hkdf.Init(new HkdfParameters(key, data, data));
            var derived = new byte[length + 1];
            hkdf.GenerateBytes(derived, 0, derived.Length);
            Sm3.Hkdf(key, data, data, derived.Length).ShouldBe(derived);
        }
    }

    [Fact]
    public void SM4_agrees_with_BouncyCastle_at_every_length()
    {
        for (var length = 0; length < 100; length++)
        {
            var (key, iv, data) = (Bytes(16), Bytes(16), Bytes(length));
            var parameters = new ParametersWithIV(new KeyParameter(key), iv);
            var cbc = new Org.BouncyCastle.Crypto.Paddings.PaddedBufferedBlockCipher(new CbcBlockCipher(new SM4Engine()));
            cbc.Init(true, parameters);
            Sm4.EncryptCbc(key, iv, data).ShouldBe(cbc.DoFinal(data));
            Sm4.DecryptCbc(key, iv, Sm4.EncryptCbc(key, iv, data)).ShouldBe(data);
            var counter = new Org.BouncyCastle.Crypto.BufferedBlockCipher(new SicBlockCipher(new SM4Engine()));
            counter.Init(true, parameters);
            Sm4.Counter(key, iv, data).ShouldBe(counter.DoFinal(data));
        }
    }

    [Fact]
    public void SM2_signatures_and_ciphers_go_both_ways_between_BouncyCastle_and_us()
    {
        var curve = GMNamedCurves.GetByName("SM2P256V1");
        var domain = new ECDomainParameters(curve.Curve, curve.G, curve.N, curve.H);
        for (var i = 0; i < 20; i++)
        {
            using var key = SignatureSuite.Sm2Sm3.Generate();
            var number = new Org.BouncyCastle.Math.BigInteger(1, key.ExportPkcs8().AsSpan(36, 32).ToArray());
            var theirs = new ECPrivateKeyParameters(number, domain);
            var theirPublic = new ECPublicKeyParameters(curve.Curve.DecodePoint(key.PublicKeyInfo[^65..]), domain);
            var data = Bytes(1 + i * 10);

            var verifier = new SM2Signer();
            verifier.Init(false, theirPublic);
            verifier.BlockUpdate(data, 0, data.Length);
            verifier.VerifySignature(key.Sign(data)).ShouldBeTrue();
            var signer = new SM2Signer();
            signer.Init(true, new ParametersWithRandom(theirs, new SecureRandom()));
            signer.BlockUpdate(data, 0, data.Length);
            SignatureSuite.Sm2Sm3.Verify(key.PublicKeyInfo, data, signer.GenerateSignature()).ShouldBeTrue();

            var engine = new SM2Engine();
            engine.Init(true, new ParametersWithRandom(theirPublic, new SecureRandom()));
            var c = engine.ProcessBlock(data, 0, data.Length); // C1 ‖ C2 ‖ C3
            var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
            using (writer.PushSequence())
            {
                writer.WriteInteger(new System.Numerics.BigInteger(c.AsSpan(1, 32), true, true));
                writer.WriteInteger(new System.Numerics.BigInteger(c.AsSpan(33, 32), true, true));
                writer.WriteOctetString(c.AsSpan(c.Length - 32));
                writer.WriteOctetString(c.AsSpan(65, data.Length));
            }
            Sm2.Decrypt(key, writer.Encode()).ShouldBe(data);
            Sm2.Decrypt(key, Sm2.Encrypt(key.PublicKeyInfo, data)).ShouldBe(data);
        }
    }

    [Theory]
    [InlineData("sm2-sm3", "sm3", "distid:1234567812345678")]
    [InlineData("p256-sha256", "sha256", null)]
    public void The_openssl_command_accepts_our_keys_and_signatures_and_we_its(string name, string digest, string? option)
    {
        using var openssl = new OpenSsl();
        var suite = SignatureSuite.Of(name)!;
        using var key = suite.Generate();
        openssl.Pem("key.pem", "PRIVATE KEY", key.ExportPkcs8());
        openssl.Pem("public.pem", "PUBLIC KEY", key.PublicKeyInfo);
        openssl.File("data", Bytes(1000));
        openssl.File("ours", key.Sign(openssl.Read("data")));
        string[] more = option is null ? [] : ["-pkeyopt", option];
        openssl.Run(["pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-rawin", "-digest", digest, "-in", "data", "-sigfile", "ours", .. more]).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(0, r.Output));
        openssl.Run(["pkeyutl", "-sign", "-inkey", "key.pem", "-rawin", "-digest", digest, "-in", "data", "-out", "theirs", .. more]).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(0, r.Output));
        suite.Verify(key.PublicKeyInfo, openssl.Read("data"), openssl.Read("theirs")).ShouldBeTrue();
        openssl.Run("pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "public.der").Code.ShouldBe(0);
        openssl.Read("public.der").ShouldBe(key.PublicKeyInfo);
    }

    [Fact]
    public void An_RSA_signature_of_a_stranger_verifies()
    {
        using var rsa = RSA.Create(2048);
        var data = Bytes(100);
        var signature = rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SignatureSuite.RsaSha256.Verify(rsa.ExportSubjectPublicKeyInfo(), data, signature).ShouldBeTrue();
        SignatureSuite.OfKey(rsa.ExportSubjectPublicKeyInfo()).ShouldBe(SignatureSuite.RsaSha256);
        signature[9] ^= 1;
        SignatureSuite.RsaSha256.Verify(rsa.ExportSubjectPublicKeyInfo(), data, signature).ShouldBeFalse();
        using var small = RSA.Create(1024);
        SignatureSuite.RsaSha256.Verify(small.ExportSubjectPublicKeyInfo(), data, small.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)).ShouldBeFalse();
    }
}
