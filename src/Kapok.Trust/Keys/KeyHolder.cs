using Kapok.Trust.Algorithms;

namespace Kapok.Trust.Keys;

/// <summary>Where private keys lie: in software, in a device. Chosen for each key when it is made.</summary>
public interface IKeyHolder
{
    /// <summary>Name in settings and records.</summary>
    string Name { get; }

    bool Supports(SignatureSuite suite);

    /// <summary>Makes a key; throws <see cref="KeyUnavailable"/> when the holder cannot be reached.</summary>
    HeldKey Generate(Guid id, SignatureSuite suite);

    /// <summary>Makes a key ready to sign; throws <see cref="KeyUnavailable"/> when the holder cannot be reached.</summary>
    ISigningKey Open(Guid id, SignatureSuite suite, byte[] reference);

    /// <summary>Destroys what lies outside the database.</summary>
    void Destroy(byte[] reference);
}

/// <summary>A key just made.</summary>
/// <param name="Reference">What the holder needs to find or unwrap it again.</param>
public sealed record HeldKey(byte[] Reference, byte[] PublicKeyInfo);

/// <summary>A key ready to sign, from several threads at once.</summary>
public interface ISigningKey : IDisposable
{
    /// <summary>DER signature over data; throws <see cref="KeyUnavailable"/> when the holder has gone.</summary>
    byte[] Sign(ReadOnlySpan<byte> data);
}

/// <summary>Keys in memory, and at rest wrapped under the node's master key; the wrapping is bound to the key's id.</summary>
sealed class SoftwareHolder(MasterKey master, CipherSuite cipher) : IKeyHolder
{
    public const string HolderName = "software";

    public string Name => HolderName;
    public bool Supports(SignatureSuite suite) => suite.CanSign;

    public HeldKey Generate(Guid id, SignatureSuite suite)
    {
        using var key = suite.Generate();
        return Wrap(id, key);
    }

    public HeldKey Wrap(Guid id, PrivateKey key)
    {
        var pkcs8 = key.ExportPkcs8();
        try { return new(cipher.Seal(master.For("key wrap"), pkcs8, id.ToByteArray(true)), key.PublicKeyInfo); }
        finally { System.Security.Cryptography.CryptographicOperations.ZeroMemory(pkcs8); }
    }

    public ISigningKey Open(Guid id, SignatureSuite suite, byte[] reference) => new Opened(Unwrap(id, reference));

    public PrivateKey Unwrap(Guid id, byte[] reference)
    {
        byte[] pkcs8;
        try { pkcs8 = CipherSuite.Open(master.For("key wrap"), reference, id.ToByteArray(true)); }
        catch (System.Security.Cryptography.CryptographicException e) { throw new KeyUnavailable("主密钥与数据库里的密钥对不上：请恢复原来的 KAPOK_SECRET 或数据文件夹里的 keys/master.key", e); }
        try { return PrivateKey.Import(pkcs8); }
        finally { System.Security.Cryptography.CryptographicOperations.ZeroMemory(pkcs8); }
    }

    public void Destroy(byte[] reference) { }

    sealed class Opened(PrivateKey key) : ISigningKey
    {
        public byte[] Sign(ReadOnlySpan<byte> data) => key.Sign(data);
        public void Dispose() => key.Dispose();
    }
}
