using System.Text.Json;
using Kapok.Cases.Deciding;
using Kapok.Cases.Model;
using Kapok.Documents.Licences;
using Kapok.Foundation.Expressions;
using Kapok.Identity;
using Npgsql;

namespace Kapok.Cases.Storage;

/// <summary>Reads what issuing must know, only for cases that are about to yield a licence: all others pay nothing.</summary>
static class LicenceFactsReading
{
    /// <param name="cases">Case and what was filled in.</param>
    public static async Task<IReadOnlyDictionary<Guid, LicenceFacts>> Read(NpgsqlConnection connection, IReadOnlyList<(CaseRow Row, string Answers)> cases, LicenceTypeBook book)
    {
        var parties = (await People.Find(connection, [.. cases.Select(c => c.Row.Party).Distinct()])).ToDictionary(p => p.Id);
        var (types, numbers, holders) = (new HashSet<string>(), new HashSet<string>(), new HashSet<string>());
        foreach (var (row, answers) in cases)
        {
            var scope = new Lazy<IScope>(() => { using var d = JsonDocument.Parse(answers); return new DictionaryScope(new Dictionary<string, Value> { ["answers"] = Value.FromJson(d.RootElement.Clone()) }); });
            foreach (var (type, yield, _) in book.Of(row.ItemCode))
            {
                var source = yield.Number ?? (yield.Act == "issue" && type.Number.StartsWith('=') ? type.Number[1..] : null);
                if (yield.Act == "issue" && source is null && !type.Single) continue;
                types.Add(type.Key);
                if (source is not null && Expression.Parse(source).Evaluate(scope.Value) is { IsNull: false } number) numbers.Add(number.ToString()!.Trim());
                if ((yield.Act != "issue" || type.Single) && type.HolderFrom is { Rows: null, Code: var holder } && Expression.Parse(holder).Evaluate(scope.Value) is { IsNull: false } code)
                    foreach (var kind in (string[])["111", "001", "999"]) holders.Add($"{kind}:{code.ToString()!.Trim()}");
                if ((yield.Act != "issue" || type.Single) && parties.TryGetValue(row.Party, out var party)) holders.Add($"{party.CertificateType}:{party.CertificateNumber}");
            }
        }
        var chains = types.Count == 0 ? [] : await LicenceRegister.ForDecision(connection, [.. types], [.. numbers], [.. holders]);
        return cases.DistinctBy(c => c.Row.Id).ToDictionary(c => c.Row.Id, c => new LicenceFacts(parties.GetValueOrDefault(c.Row.Party), chains));
    }
}
