using System.Collections.Immutable;

namespace Kapok.Documents.Licences;

/// <summary>
/// States of an issued licence. One version is in one state; a change or renewal makes a new version and the old one
/// <see cref="Superseded"/> in the same transaction.
/// </summary>
public enum LicenceState
{
    /// <summary>待制证: decided, the file not yet rendered.</summary>
    ToMake,
    /// <summary>待签章: rendered, the seal not yet put on.</summary>
    ToSeal,
    /// <summary>有效.</summary>
    Valid,
    /// <summary>暂扣.</summary>
    Suspended,
    /// <summary>失效: a later version stands for it.</summary>
    Superseded,
    /// <summary>注销: ended in order.</summary>
    Cancelled,
    /// <summary>撤销: ought not to have been given (行政许可法 第六十九条).</summary>
    Annulled,
    /// <summary>吊销: taken away as a penalty.</summary>
    Revoked,
    /// <summary>过期.</summary>
    Expired,
}

/// <summary>Who holds a licence.</summary>
/// <param name="CodeType">GB/T 36903 annex A: 111 citizen, 001 credit code, 099 and 999 others.</param>
public sealed record LicenceHolder(string Name, string CodeType, string Code)
{
    /// <summary>The key of look-ups: <c>111:4401…</c>.</summary>
    public string LookUp => $"{CodeType}:{Code}";
}

/// <summary>A 照面项 as it was printed.</summary>
public sealed record FieldValue(string Id, string Name, string Value);

/// <summary>A remark put on a licence (附记、签注).</summary>
public sealed record LicenceNote(DateOnly On, string Text, string By);

/// <summary>An issued licence in one version, as its row in the register.</summary>
public sealed record LicenceRow
{
    public required Guid Id { get; init; }
    /// <summary>Id of the first version; the stream of the events of all versions.</summary>
    public required Guid Chain { get; init; }
    public required int Version { get; init; }
    public required string Identifier { get; init; }
    /// <summary>Key of the type, and the version of the type.</summary>
    public required string Type { get; init; }
    public required int TypeVersion { get; init; }
    public required string TypeCode { get; init; }
    public required string Name { get; init; }
    /// <summary>证照编号 as printed.</summary>
    public required string Number { get; init; }
    public required Guid Issuer { get; init; }
    public required string IssuerCode { get; init; }
    public required string IssuerName { get; init; }
    /// <summary>Path of the division of the issuer.</summary>
    public required string Division { get; init; }
    public required string Line { get; init; }
    public required ImmutableArray<LicenceHolder> Holders { get; init; }
    public required DateOnly IssuedOn { get; init; }
    public required DateOnly ValidFrom { get; init; }
    /// <summary>Last day; null = 长期.</summary>
    public DateOnly? ValidTo { get; init; }
    public required LicenceState State { get; init; }
    /// <summary>Why it is in its state: ground and reason of the act.</summary>
    public string StateReason { get; init; } = "";
    public required ImmutableArray<FieldValue> Fields { get; init; }
    public ImmutableArray<LicenceNote> Notes { get; init; } = [];
    /// <summary>A issued online with seal, B made from data of the issuer, C from a checked scan, D from an unchecked one.</summary>
    public required char Grade { get; init; }
    /// <summary>case, import, stock.</summary>
    public required string Source { get; init; }
    public Guid? CaseId { get; init; }
    public string? CaseNumber { get; init; }
    /// <summary>The version before and after in the chain.</summary>
    public Guid? Previous { get; init; }
    public Guid? Next { get; init; }
    /// <summary>The sealed file.</summary>
    public Guid? File { get; init; }
    public string? FileDigest { get; init; }
    public DateTimeOffset? SealedAt { get; init; }
    /// <summary>Why it waits to be made; empty when it does not.</summary>
    public string Waits { get; init; } = "";
    /// <summary>Head of the chain of events; true for the last version only.</summary>
    public int Seq { get; init; }
    public byte[] Digest { get; init; } = [];
    public DateTimeOffset ChangedAt { get; init; }

    public string HolderName => string.Join('、', Holders.Select(h => h.Name));

    /// <summary>The state on a day: what has run out is expired, whether or not the nightly run has come by.</summary>
    public LicenceState StateOn(DateOnly today) => State is LicenceState.Valid or LicenceState.Suspended && ValidTo < today ? LicenceState.Expired : State;

    /// <summary>May be relied on that day.</summary>
    public bool StandsOn(DateOnly today) => StateOn(today) == LicenceState.Valid;

    /// <summary>Printed value of a field; empty when it has none.</summary>
    public string Value(string field) => Fields.FirstOrDefault(f => f.Id == field)?.Value ?? "";

    /// <summary>Six-digit code of the division of the issuer.</summary>
    public string AreaCode => Division[(Division.LastIndexOf('.') + 1)..];
}
