using Kapok.Trust.Algorithms;
using Kapok.Trust.Certificates;

namespace Kapok.Trust.Keys;

/// <summary>What a key is for; a key serves one purpose only.</summary>
public enum KeyPurpose
{
    /// <summary>Root of the node's own authority.</summary>
    Root,
    /// <summary>Making seals (制章).</summary>
    SealMaker,
    /// <summary>Signing with a seal (签章).</summary>
    Seal,
    /// <summary>Signing for an organisation or the node without a seal.</summary>
    Organisation,
    Timestamp,
    /// <summary>Signing the roots of the audit chain.</summary>
    Audit,
}

public enum KeyState { Pending, Active, Suspended, Retired, Destroyed }

/// <summary>What can be done with a key.</summary>
public enum KeyAct { Generate, Rotate, Suspend, Resume, Destroy, Export }

/// <summary>A key as the node keeps it; never the private key itself.</summary>
public sealed record KeyRecord(Guid Id, SignatureSuite Suite, KeyPurpose Purpose, string Title, Guid? Organisation, string Holder, KeyState State, byte[] PublicKeyInfo, Certificate? Certificate, Guid? Successor, DateTimeOffset CreatedAt);

/// <summary>An act on a key that waits for, or got, a second person.</summary>
public sealed record KeyRequest(Guid Id, Guid Key, KeyAct Act, string Ground, Guid? AskedBy, string AskedName, DateTime AskedAt, Guid? DecidedBy, string? DecidedName, DateTime? DecidedAt, bool? Approved);

/// <summary>What a new key shall be.</summary>
/// <param name="Suite">Null takes the node's setting.</param>
/// <param name="Holder">Null takes the node's setting.</param>
public sealed record NewKey(KeyPurpose Purpose, string Title, Guid? Organisation = null, SignatureSuite? Suite = null, string? Holder = null);

/// <summary>The holder of a key cannot be reached now; the same call may succeed later.</summary>
public sealed class KeyUnavailable(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A key must not be used: unknown, waiting for approval, suspended, retired or destroyed. Trying again does not help.</summary>
public sealed class KeyRefused(string message) : Exception(message);

/// <summary>The life of a key as a table: which act leads from which state to which.</summary>
static class KeyLife
{
    /// <summary>State after an act, or null when it is not possible.</summary>
    public static KeyState? After(KeyState state, KeyAct act) => (state, act) switch
    {
        (KeyState.Pending, KeyAct.Generate) => KeyState.Active,
        (KeyState.Active, KeyAct.Suspend) => KeyState.Suspended,
        (KeyState.Suspended, KeyAct.Resume) => KeyState.Active,
        (KeyState.Active or KeyState.Suspended, KeyAct.Rotate) => KeyState.Retired,
        (KeyState.Active, KeyAct.Export) => KeyState.Active,
        (KeyState.Pending or KeyState.Active or KeyState.Suspended or KeyState.Retired, KeyAct.Destroy) => KeyState.Destroyed,
        _ => null,
    };

    /// <summary>Whether two people must want an act. Suspending never waits: it is what one does in an emergency.</summary>
    public static bool NeedsTwo(KeyPurpose purpose, KeyAct act) => purpose is KeyPurpose.Root or KeyPurpose.Seal or KeyPurpose.SealMaker && act != KeyAct.Suspend;

    public static string Words(KeyState state) => state switch { KeyState.Pending => "等待批准", KeyState.Active => "在用", KeyState.Suspended => "已停用", KeyState.Retired => "已轮换", _ => "已销毁" };

    public static string Words(KeyAct act) => act switch { KeyAct.Generate => "启用", KeyAct.Rotate => "轮换", KeyAct.Suspend => "停用", KeyAct.Resume => "恢复", KeyAct.Destroy => "销毁", _ => "导出" };

    public static string Text<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    public static T Read<T>(string text) where T : struct, Enum => Enum.GetValues<T>().First(v => Text(v) == text);
}
