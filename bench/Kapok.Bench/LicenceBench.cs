using System.Collections.Immutable;
using Kapok.Documents.Licences;
using Kapok.Documents.Licences.Holding;
using Kapok.Foundation;
using Kapok.Foundation.Codes;
using Kapok.Identity;

namespace Kapok.Bench;

/// <summary>The register with very many licences: opening a wallet, checking an identifier.</summary>
static class LicenceBench
{
    const int Licences = 100_000, AtOnce = 1_000;

    public static async Task<IReadOnlyList<Figure>> Run(BenchNode node, int clients, TimeSpan time)
    {
        var (type, issuer) = (node.Get<LicenceTypes>().Current.Find("food-business-permit")!, node.Get<OrganisationDirectory>().OrganisationByKey("market@440106")!);
        var identifiers = await Seed(node, type, issuer);
        var (check, register) = (node.Get<LicenceCheck>(), node.Get<LicenceRegister>());
        var randoms = Enumerable.Range(0, clients).Select(c => new Random(c)).ToArray();
        var floor = await Load.Run("floor", "/s", clients, time / 4, async c => await node.Database.Read(async d =>
        {
            await using var command = new Npgsql.NpgsqlCommand("select 1 from documents.licence where identifier = $1", d) { Parameters = { new() { Value = identifiers[randoms[c].Next(identifiers.Length)].ToString() } } };
            return await command.ExecuteScalarAsync();
        }), warmUp: clients * 20);
        return
        [
            await Load.Run("licence-verify", "/s", clients, time / 2, c => check.Of(identifiers[randoms[c].Next(identifiers.Length)], null, null), warmUp: clients * 20) with { Floor = floor.Value },
            await Load.Run("licence-issue", "/s", 8, time / 2, _ => Issue(node, type, issuer), warmUp: 16),
            await Load.Run("licence-wallet", "/s", clients, time / 2, c => register.OfHolder(Holder(randoms[c].Next(Licences)).LookUp), warmUp: clients * 20) with { Floor = floor.Value },
        ];
    }

    /// <summary>Order, render, subset, seal, store, record: one licence in one transaction.</summary>
    static Task Issue(BenchNode node, LicenceType type, Organisation issuer) => node.Database.Write(async (c, _) =>
    {
        var now = DateTimeOffset.UtcNow;
        var fields = type.Fields.Select(f => new FieldValue(f.Id, f.Name, "广州市小满餐饮有限公司")).ToImmutableArray();
        var order = new LicenceOrder(Guid.CreateVersion7(), type, "issue", issuer, "天河", [Holder(1)], fields, new(2026, 1, 1), new(2031, 12, 31), GivenNumber: $"I{Guid.NewGuid():N}"[..24].ToUpperInvariant());
        var made = await node.Get<LicenceIssuing>().Make(c, [LicenceDecisions.Order(order, order.GivenNumber!, Actor.System, now)]);
        if (made[^1].Waits) throw new InvalidOperationException(made[^1].After.Waits);
        await LicenceWriting.Write(c, made, now);
    });

    static LicenceHolder Holder(int i) => new($"持证人{i}", "111", DemoCodes.CitizenId("440106", new DateOnly(1950, 1, 1).AddDays(i / 400), true, i % 400));

    static async Task<LicenceIdentifier[]> Seed(BenchNode node, LicenceType type, Organisation issuer)
    {
        var now = DateTimeOffset.UtcNow;
        var identifiers = new LicenceIdentifier[Licences];
        foreach (var part in Enumerable.Range(0, Licences).Chunk(AtOnce))
        {
            var changes = part.Select(i =>
            {
                var fields = type.Fields.Select(f => new FieldValue(f.Id, f.Name, $"{f.Name} {i}")).ToImmutableArray();
                var order = new LicenceOrder(Guid.CreateVersion7(), type, "issue", issuer, "天河", [Holder(i)], fields, new(2026, 1, 1), new(2090, 12, 31), GivenNumber: $"BENCH{i:D8}") { Source = "import", Grade = 'B' };
                var change = LicenceDecisions.Import(order, order.GivenNumber!, LicenceState.Valid, null, Actor.System, now);
                LicenceIdentifier.Parse(change.After.Identifier, out var identifier);
                identifiers[i] = identifier!;
                return change;
            }).ToList();
            await node.Database.Write((c, _) => LicenceWriting.Write(c, changes, now));
        }
        await node.Database.Read(async c => { await using var command = new Npgsql.NpgsqlCommand("vacuum analyze documents.licence", c); return await command.ExecuteNonQueryAsync(); });
        return identifiers;
    }
}
