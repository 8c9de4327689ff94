using System.Formats.Asn1;
using System.Security.Cryptography;
using Kapok.Trust.Algorithms;

namespace Kapok.Trust.Keys;

/// <summary>
/// Keys in a cryptographic device behind PKCS#11. The standard mechanisms know ECDSA on P-256; SM2 differs from device to
/// device and is not offered here.
/// </summary>
sealed class Pkcs11Holder(string library, string token, string pin) : IKeyHolder, IDisposable
{
    readonly Lock opening = new();
    Pkcs11? device;

    public string Name => "pkcs11";
    public bool Supports(SignatureSuite suite) => suite == SignatureSuite.P256Sha256;

    public HeldKey Generate(Guid id, SignatureSuite suite)
    {
        if (!Supports(suite)) throw new NotSupportedException($"{Name} does not hold keys of {suite.Name}");
        var reference = id.ToByteArray(bigEndian: true);
        var oid = new AsnWriter(AsnEncodingRules.DER);
        oid.WriteObjectIdentifier(suite.CurveOid!);
        var point = Device(d => d.Generate(reference, id.ToString(), oid.Encode()));
        return new(reference, PublicKeyInfo.Write(suite.RequireCurve(), new AsnReader(point, AsnEncodingRules.DER).ReadOctetString()));
    }

    public ISigningKey Open(Guid id, SignatureSuite suite, byte[] reference)
    {
        var handle = Device(d => d.Find(Pkcs11.PrivateClass, reference)) ?? throw new KeyUnavailable("密码设备里没有这把密钥");
        return new Opened(this, handle);
    }

    public void Destroy(byte[] reference)
    {
        foreach (var side in (nuint[])[Pkcs11.PrivateClass, Pkcs11.PublicClass])
            if (Device(d => d.Find(side, reference)) is { } handle) Device(d => { d.Destroy(handle); return true; });
    }

    /// <summary>Runs with the open device; after an error the device is opened anew next time.</summary>
    T Device<T>(Func<Pkcs11, T> work)
    {
        Pkcs11 open;
        lock (opening) open = device ??= new(library, token, pin);
        try { return work(open); }
        catch (KeyUnavailable)
        {
            lock (opening)
                if (device == open)
                {
                    device = null;
                    open.Dispose();
                }
            throw;
        }
    }

    sealed class Opened(Pkcs11Holder holder, nuint handle) : ISigningKey
    {
        public byte[] Sign(ReadOnlySpan<byte> data)
        {
            var digest = SHA256.HashData(data);
            return Sm2.ToDer(holder.Device(d => d.Sign(handle, digest)));
        }

        public void Dispose() { }
    }

    public void Dispose() => device?.Dispose();
}
