using System.Runtime.InteropServices;
using System.Text;

namespace Kapok.Trust.Keys;

/// <summary>
/// The few functions of a cryptographic device's library (PKCS#11 2.40) that Kapok calls, for libraries whose CK_ULONG is
/// the machine's word (Linux, macOS). One session serves one call at a time.
/// </summary>
sealed unsafe class Pkcs11 : IDisposable
{
    // Places in CK_FUNCTION_LIST after the version.
    const int Initialize = 0, GetSlotList = 4, GetTokenInfo = 6, OpenSession = 12, Login = 18, DestroyObject = 22, GetAttributeValue = 24,
        FindObjectsInit = 26, FindObjects = 27, FindObjectsFinal = 28, SignInit = 42, SignOne = 43, GenerateKeyPair = 59;

    public const nuint Class = 0, Token = 1, Private = 2, Label = 3, KeyType = 0x100, Id = 0x102, Sensitive = 0x103, MaySign = 0x108, MayVerify = 0x10A, Extractable = 0x162, EcParameters = 0x180, EcPoint = 0x181;
    public const nuint PublicClass = 2, PrivateClass = 3;
    const nuint EcKeyPair = 0x1040, Ecdsa = 0x1041, EcKeyType = 3, AlreadyInitialized = 0x191, AlreadyLoggedIn = 0x100;

    [StructLayout(LayoutKind.Sequential)] struct Attribute { public nuint Type; public void* Value; public nuint Size; }
    [StructLayout(LayoutKind.Sequential)] struct Mechanism { public nuint Type; public void* Parameter; public nuint Size; }
    [StructLayout(LayoutKind.Sequential)] struct InitializeArguments { public nint A, B, C, D; public nuint Flags; public nint Reserved; }

    readonly nint* functions;
    readonly nuint session;
    readonly Lock alone = new();

    /// <summary>Loads the library, finds the token by its label, logs in. Throws <see cref="KeyUnavailable"/> when any of it fails.</summary>
    public Pkcs11(string library, string token, string pin)
    {
        if (!NativeLibrary.TryLoad(library, out var module)) throw new KeyUnavailable($"密码设备的动态库 {library} 装不上");
        if (!NativeLibrary.TryGetExport(module, "C_GetFunctionList", out var list)) throw new KeyUnavailable($"{library} 不是 PKCS#11 动态库");
        byte* table;
        Check(((delegate* unmanaged<byte**, nuint>)list)(&table), "C_GetFunctionList");
        functions = (nint*)(table + sizeof(nint)); // CK_VERSION, padded to a word
        var arguments = new InitializeArguments { Flags = 2 }; // CKF_OS_LOCKING_OK
        if (((delegate* unmanaged<InitializeArguments*, nuint>)functions[Initialize])(&arguments) is var code and not (0 or AlreadyInitialized)) Check(code, "C_Initialize");
        nuint opened;
        Check(((delegate* unmanaged<nuint, nuint, void*, void*, nuint*, nuint>)functions[OpenSession])(Slot(token), 6, null, null, &opened), "C_OpenSession");
        session = opened;
        var secret = Encoding.UTF8.GetBytes(pin);
        fixed (byte* p = secret)
            if (((delegate* unmanaged<nuint, nuint, byte*, nuint, nuint>)functions[Login])(session, 1, p, (nuint)secret.Length) is var login and not (0 or AlreadyLoggedIn)) Check(login, "C_Login");
    }

    nuint Slot(string token)
    {
        nuint count = 0;
        var slots = (delegate* unmanaged<byte, nuint*, nuint*, nuint>)functions[GetSlotList];
        Check(slots(1, null, &count), "C_GetSlotList");
        var all = new nuint[count];
        fixed (nuint* a = all) Check(slots(1, a, &count), "C_GetSlotList");
        var info = stackalloc byte[256];
        foreach (var slot in all)
        {
            Check(((delegate* unmanaged<nuint, byte*, nuint>)functions[GetTokenInfo])(slot, info), "C_GetTokenInfo");
            if (Encoding.UTF8.GetString(info, 32).TrimEnd(' ', '\0') == token) return slot;
        }
        throw new KeyUnavailable($"密码设备里没有名为“{token}”的令牌");
    }

    /// <summary>Makes a key pair that never leaves the device.</summary>
    /// <returns>The public point as the device gives it: DER OCTET STRING around 04 x y.</returns>
    public byte[] Generate(byte[] id, string label, byte[] curveOid)
    {
        lock (alone)
        {
            byte yes = 1, no = 0;
            nuint type = EcKeyType, made, kept;
            var name = Encoding.UTF8.GetBytes(label);
            var mechanism = new Mechanism { Type = EcKeyPair };
            fixed (byte* idBytes = id, nameBytes = name, curve = curveOid)
            {
                var publicSide = stackalloc Attribute[]
                {
                    new() { Type = Token, Value = &yes, Size = 1 }, new() { Type = KeyType, Value = &type, Size = (nuint)sizeof(nuint) }, new() { Type = MayVerify, Value = &yes, Size = 1 },
                    new() { Type = EcParameters, Value = curve, Size = (nuint)curveOid.Length }, new() { Type = Id, Value = idBytes, Size = (nuint)id.Length }, new() { Type = Label, Value = nameBytes, Size = (nuint)name.Length },
                };
                var privateSide = stackalloc Attribute[]
                {
                    new() { Type = Token, Value = &yes, Size = 1 }, new() { Type = Private, Value = &yes, Size = 1 }, new() { Type = Sensitive, Value = &yes, Size = 1 }, new() { Type = Extractable, Value = &no, Size = 1 },
                    new() { Type = MaySign, Value = &yes, Size = 1 }, new() { Type = KeyType, Value = &type, Size = (nuint)sizeof(nuint) }, new() { Type = Id, Value = idBytes, Size = (nuint)id.Length }, new() { Type = Label, Value = nameBytes, Size = (nuint)name.Length },
                };
                Check(((delegate* unmanaged<nuint, Mechanism*, Attribute*, nuint, Attribute*, nuint, nuint*, nuint*, nuint>)functions[GenerateKeyPair])(session, &mechanism, publicSide, 6, privateSide, 8, &made, &kept), "C_GenerateKeyPair");
            }
            return Value(made, EcPoint);
        }
    }

    /// <summary>Handle of the object of a class with an id; null when the device has none.</summary>
    public nuint? Find(nuint objectClass, byte[] id)
    {
        lock (alone)
        {
            nuint handle, found;
            fixed (byte* idBytes = id)
            {
                var wanted = stackalloc Attribute[] { new() { Type = Class, Value = &objectClass, Size = (nuint)sizeof(nuint) }, new() { Type = Id, Value = idBytes, Size = (nuint)id.Length } };
                Check(((delegate* unmanaged<nuint, Attribute*, nuint, nuint>)functions[FindObjectsInit])(session, wanted, 2), "C_FindObjectsInit");
            }
            var code = ((delegate* unmanaged<nuint, nuint*, nuint, nuint*, nuint>)functions[FindObjects])(session, &handle, 1, &found);
            ((delegate* unmanaged<nuint, nuint>)functions[FindObjectsFinal])(session);
            Check(code, "C_FindObjects");
            return found == 0 ? null : handle;
        }
    }

    /// <summary>ECDSA over a digest: r ‖ s.</summary>
    public byte[] Sign(nuint key, ReadOnlySpan<byte> digest)
    {
        lock (alone)
        {
            var mechanism = new Mechanism { Type = Ecdsa };
            var signature = stackalloc byte[256];
            nuint size = 256;
            Check(((delegate* unmanaged<nuint, Mechanism*, nuint, nuint>)functions[SignInit])(session, &mechanism, key), "C_SignInit");
            fixed (byte* data = digest) Check(((delegate* unmanaged<nuint, byte*, nuint, byte*, nuint*, nuint>)functions[SignOne])(session, data, (nuint)digest.Length, signature, &size), "C_Sign");
            return new ReadOnlySpan<byte>(signature, (int)size).ToArray();
        }
    }

    public void Destroy(nuint handle)
    {
        lock (alone) Check(((delegate* unmanaged<nuint, nuint, nuint>)functions[DestroyObject])(session, handle), "C_DestroyObject");
    }

    byte[] Value(nuint handle, nuint type)
    {
        var buffer = stackalloc byte[512];
        var attribute = new Attribute { Type = type, Value = buffer, Size = 512 };
        Check(((delegate* unmanaged<nuint, nuint, Attribute*, nuint, nuint>)functions[GetAttributeValue])(session, handle, &attribute, 1), "C_GetAttributeValue");
        return new ReadOnlySpan<byte>(buffer, (int)attribute.Size).ToArray();
    }

    static void Check(nuint code, string call)
    {
        if (code != 0) throw new KeyUnavailable($"密码设备出错：{call} 返回 0x{code:X}");
    }

    public void Dispose() => ((delegate* unmanaged<nuint, nuint>)functions[13])(session); // C_CloseSession
}
