using System.Security.Cryptography;
using System.Text;
using Kapok.Trust.Algorithms;

namespace Kapok.Tests.Trust;

/// <summary>The published examples of the standards.</summary>
public sealed class AlgorithmTests
{
    static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", ""));

    // GB/T 32918.5 annex: one key pair for signing and encrypting
    const string D = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8";
    const string Point = "04 09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020 CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13";
    static byte[] PublicKey => Hex("3059301306072A8648CE3D020106082A811CCF5501822D034200" + Point);
    static PrivateKey Key => PrivateKey.Import(Hex("3041020100301306072A8648CE3D020106082A811CCF5501822D0427302502010104 20" + D));

    [Theory]
    [InlineData("abc", 1, "66C7F0F4 62EEEDD9 D1F2D46B DC10E4E2 4167C487 5CF2F7A2 297DA02B 8F4BA8E0")]
    [InlineData("abcd", 16, "DEBE9FF9 2275B8A1 38604889 C18E5A4D 6FDB70E5 387E5765 293DCBA3 9C0C5732")]
    [InlineData("", 1, "1AB21D83 55CFA17F 8E611948 31E81A8F 22BEC8C7 28FEFB74 7ED035EB 5082AA2B")]
    public void The_examples_of_SM3(string text, int times, string digest)
    {
        var data = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(text, times)));
        Sm3.Hash(data).ShouldBe(Hex(digest));
        using var sm3 = new Sm3();
        foreach (var b in data) sm3.Append([b]);
        sm3.Finish().ShouldBe(Hex(digest));
        sm3.Append(data);
        sm3.Finish().ShouldBe(Hex(digest));
    }

    [Fact]
    public void The_example_of_SM4_and_its_modes()
    {
        var key = Hex("0123456789ABCDEFFEDCBA9876543210");
        Sm4.EncryptCbc(key, new byte[16], key)[..16].ShouldBe(Hex("681EDF34D206965E86B3E94F536E4246"));
        Sm4.Counter(key, key, new byte[16]).ShouldBe(Hex("681EDF34D206965E86B3E94F536E4246"));
        Sm4.DecryptCbc(key, key, Sm4.EncryptCbc(key, key, "红棉"u8)).ShouldBe("红棉"u8.ToArray());
    }

    [Fact]
    public void The_example_signature_of_SM2_verifies_and_no_other_message_does()
    {
        Sm2.Z(PublicKey).ShouldBe(Hex("B2E14C5C79C6DF5B85F4FE7ED8DB7A262B9DA7E07CCB0EA9F4747B8CCDA8A4F3"));
        Sm3.Hash([.. Sm2.Z(PublicKey), .. "message digest"u8]).ShouldBe(Hex("F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640"));
        var signature = Sm2.ToDer(Hex("F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3 B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"));
        SignatureSuite.Sm2Sm3.Verify(PublicKey, "message digest"u8, signature).ShouldBeTrue();
        SignatureSuite.Sm2Sm3.Verify(PublicKey, "message digesT"u8, signature).ShouldBeFalse();
    }

    [Fact]
    public void A_private_key_gives_the_public_key_of_the_example()
    {
        using var key = Key;
        key.PublicKeyInfo.ShouldBe(PublicKey);
        PrivateKey.Import(key.ExportPkcs8()).PublicKeyInfo.ShouldBe(PublicKey);
    }

    [Fact]
    public void The_example_of_SM2_encryption_decrypts()
    {
        // GB/T 32918.5 annex C.2, "encryption standard", in the DER form of GB/T 35276
        var cipher = Hex("3076" + "0220" + "04EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73" + "022100" + "E858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0"
            + "0420" + "59983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD8766" + "0413" + "21886CA989CA9C7D58087307CA93092D651EFA");
        cipher[1] = (byte)(cipher.Length - 2);
        using var key = Key;
        Sm2.Decrypt(key, cipher).ShouldBe("encryption standard"u8.ToArray());
        cipher[^1] ^= 1;
        Should.Throw<CryptographicException>(() => Sm2.Decrypt(key, cipher));
    }

    [Fact]
    public void The_key_derivation_of_GBT_32918_4_counts_blocks()
    {
        var secret = "secret"u8;
        Sm3.Kdf(secret, 40).ShouldBe([.. Sm3.Hash([.. secret, 0, 0, 0, 1]), .. Sm3.Hash([.. secret, 0, 0, 0, 2]).AsSpan(0, 8)]);
    }

    public static TheoryData<string> Signing => [.. SignatureSuite.All.Where(s => s.CanSign).Select(s => s.Name)];

    [Theory, MemberData(nameof(Signing))]
    public void A_signature_holds_for_its_message_its_key_and_its_suite_alone(string name)
    {
        var suite = SignatureSuite.Of(name)!;
        using var key = suite.Generate();
        using var stranger = suite.Generate();
        var data = RandomNumberGenerator.GetBytes(300);
        var signature = key.Sign(data);
        suite.Verify(key.PublicKeyInfo, data, signature).ShouldBeTrue();
        suite.Verify(stranger.PublicKeyInfo, data, signature).ShouldBeFalse();
        foreach (var other in SignatureSuite.All.Where(s => s != suite)) other.Verify(key.PublicKeyInfo, data, signature).ShouldBeFalse();
        for (var bit = 0; bit < signature.Length * 8; bit++)
        {
            var changed = signature.ToArray();
            changed[bit / 8] ^= (byte)(1 << bit % 8);
            suite.Verify(key.PublicKeyInfo, data, changed).ShouldBeFalse($"bit {bit}");
        }
        suite.Verify(key.PublicKeyInfo, data, [.. signature, 0]).ShouldBeFalse();
        suite.Verify(key.PublicKeyInfo, data, []).ShouldBeFalse();
        suite.Verify([], data, signature).ShouldBeFalse();
        var offCurve = key.PublicKeyInfo.ToArray();
        offCurve[^1] ^= 1;
        suite.Verify(offCurve, data, signature).ShouldBeFalse();
    }

    [Theory, MemberData(nameof(Signing))]
    public void One_key_signs_from_many_threads_at_once(string name)
    {
        var suite = SignatureSuite.Of(name)!;
        using var key = suite.Generate();
        Parallel.For(0, 400, i => suite.Verify(key.PublicKeyInfo, BitConverter.GetBytes(i), key.Sign(BitConverter.GetBytes(i))).ShouldBeTrue());
    }

    public static TheoryData<string> Ciphers => [.. CipherSuite.All.Select(s => s.Name)];

    [Theory, MemberData(nameof(Ciphers))]
    public void Sealed_bytes_open_only_whole_with_their_key_and_their_context(string name)
    {
        var suite = CipherSuite.Of(name)!;
        var key = CipherSuite.NewKey();
        var plain = "440524188001010014"u8;
        var box = suite.Seal(key, plain, "person 7"u8);
        CipherSuite.Open(key, box, "person 7"u8).ShouldBe(plain.ToArray());
        suite.Seal(key, plain, "person 7"u8).ShouldNotBe(box);
        Should.Throw<CryptographicException>(() => CipherSuite.Open(key, box, "person 8"u8));
        Should.Throw<CryptographicException>(() => CipherSuite.Open(CipherSuite.NewKey(), box, "person 7"u8));
        for (var i = 0; i < box.Length; i++)
        {
            var changed = box.ToArray();
            changed[i] ^= 3;
            Should.Throw<CryptographicException>(() => CipherSuite.Open(key, changed, "person 7"u8), $"byte {i}");
            Should.Throw<CryptographicException>(() => CipherSuite.Open(key, box[..i], "person 7"u8), $"cut at {i}");
        }
        CipherSuite.Open(key, suite.Seal(key, [], []), []).ShouldBeEmpty();
    }
}
