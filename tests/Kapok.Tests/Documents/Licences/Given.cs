using System.Collections.Immutable;
using Kapok.Documents.Licences;
using Kapok.Foundation;
using Kapok.Identity;

namespace Kapok.Tests.Documents.Licences;

/// <summary>Licences for tests of the pure decisions.</summary>
static class Given
{
    public static readonly DateTimeOffset Now = new(2026, 9, 21, 2, 0, 0, TimeSpan.Zero);
    public static readonly Actor Official = new(ActorKind.Official, Guid.Parse("00000000-0000-7000-8000-000000000001"), "王科长", []);
    public static readonly Organisation Bureau = new(Guid.Parse("00000000-0000-7000-8000-0000000000aa"), "market@440106", "11330105002500287C", "广州市天河区市场监督管理局", "市场监管", "440106", "440000.440100.440106", "market");

    public static readonly LicenceType Permit = new()
    {
        Key = "food-business-permit", Code = "11100000000013338W009", Name = "食品经营许可证", Number = "JY{division}{year}{serial:6}", Validity = new() { Years = 5 }, Holder = "混合",
        Fields = [new() { Id = "name", Name = "经营者名称", Required = true }],
    };

    public static LicenceOrder Order(LicenceChain? before = null, string act = "issue", DateOnly? until = null) => new(Guid.CreateVersion7(), Permit, act, Bureau, "天河",
        [new("张三", "111", "440106198806159910")], [new("name", "经营者名称", "小满")], new(2026, 9, 21), until ?? new DateOnly(2031, 9, 20), before);

    public static readonly SealedFile File = new(Guid.Parse("00000000-0000-7000-8000-0000000000ff"), "ab", Now);

    /// <summary>A licence in force.</summary>
    public static LicenceChain Valid(DateOnly? until = null)
    {
        var ordered = LicenceDecisions.Order(Order(until: until), "JY4401062026000001", Official, Now);
        return new(LicenceDecisions.Sealed(ordered.After, null, ordered.After, File, Actor.System, Now).Rows);
    }

    /// <summary>The chain after a change.</summary>
    public static LicenceChain With(this LicenceChain chain, LicenceChange change) =>
        new([.. chain.Versions.Where(v => change.Rows.All(r => r.Id != v.Id)).Concat(change.Rows).OrderBy(v => v.Version)]);
}
