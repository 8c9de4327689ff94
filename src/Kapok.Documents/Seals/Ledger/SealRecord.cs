using Kapok.Documents.Seals.Drawing;
using Kapok.Foundation;

namespace Kapok.Documents.Seals.Ledger;

/// <summary>Kinds of seals with the number they carry inside (SES type) and what people call them.</summary>
/// <param name="Type">The standard leaves the list to its users; this one is ours and stands in docs/seals.md.</param>
public sealed record SealKind(string Key, int Type, string Title)
{
    public const string LegalName = "name", ForPurpose = "purpose", Personal = "person";

    public static readonly IReadOnlyList<SealKind> All = [new(LegalName, 1, "法定名称章"), new(ForPurpose, 2, "专用章"), new(Personal, 9, "个人名章")];

    public static SealKind? Of(string? key) => All.FirstOrDefault(k => k.Key == key);
}

/// <summary>The forms a seal can have, by key.</summary>
static class SealForms
{
    public static readonly IReadOnlyDictionary<string, (SealForm Form, string Title)> All = new Dictionary<string, (SealForm, string)>
    {
        ["round"] = (SealForm.Round, "圆形，中央五角星（直径 42 毫米）"),
        ["round-with-purpose"] = (SealForm.RoundWithPurpose, "圆形，五角星下有用途（直径 42 毫米）"),
        ["oval"] = (SealForm.Oval, "椭圆形，中间为用途（45 × 30 毫米）"),
        ["square"] = (SealForm.Square, "方形名章（18 毫米）"),
    };
}

/// <summary>States of a seal from application to destruction.</summary>
public static class SealStates
{
    public const string Applied = "applied", Refused = "refused", Active = "active", Suspended = "suspended", Lost = "lost", Expired = "expired", Destroyed = "destroyed";

    public static string Title(string state) => state switch
    {
        Applied => "待审批", Refused => "未批准", Active => "在用", Suspended => "已停用", Lost => "已挂失", Expired => "已过期", Destroyed => "已销毁", _ => state,
    };
}

/// <summary>A seal as it stands in the ledger, without its large parts.</summary>
public sealed record SealRecord
{
    public Guid Id { get; init; }

    /// <summary>Seal number (esID); null until the seal is made.</summary>
    public string? Number { get; init; }
    public Guid Organisation { get; init; }
    public string Kind { get; init; } = "";
    public string Form { get; init; } = "";
    public string Name { get; init; } = "";
    public string UnitName { get; init; } = "";
    public string Purpose { get; init; } = "";
    public string Keeper { get; init; } = "";
    public string State { get; init; } = "";

    /// <summary>An act that waits for a second person: resume or destroy.</summary>
    public string? Asked { get; init; }
    public Guid? AskedBy { get; init; }
    public DateTime ValidFrom { get; init; }
    public DateTime ValidTo { get; init; }
    public Guid? Key { get; init; }
    public string? Suite { get; init; }
    public Guid? AppliedBy { get; init; }
    public DateTime AppliedAt { get; init; }
    public Guid? ApprovedBy { get; init; }
    public DateTime StateSince { get; init; }
    public int Version { get; init; }

    internal const string Columns = "id, number, organisation, kind, form, name, unit_name, purpose, keeper, state, asked, asked_by, valid_from, valid_to, key, suite, applied_by, applied_at, approved_by, state_since, version";
}

/// <summary>Who may use a seal on which kind of document.</summary>
/// <param name="DocumentKind">Kind of document, <c>*</c> is every kind.</param>
/// <param name="Permission">What the user must hold over the seal's organisation.</param>
public sealed record SealRight(string DocumentKind, string Permission)
{
    public const string AnyKind = "*";

    /// <summary>Given to a new seal when nothing else is said: who decides and who issues may seal what is decided and issued.</summary>
    public static readonly IReadOnlyList<SealRight> Usual = [new(AnyKind, "cases.decide"), new(AnyKind, "cases.issue")];
}

/// <summary>One use of a seal.</summary>
/// <param name="Digest">Digest the signature covers, hexadecimal.</param>
public sealed record SealUse(Guid Id, Guid Seal, DateTime At, Guid? Actor, string ActorName, string DocumentKind, string Title, string Reference, string Digest);
