using Kapok.Catalogue.Inheritance;
using Kapok.Catalogue.Linting;
using Kapok.Foundation;
using Npgsql;

namespace Kapok.Catalogue.Publishing;

/// <summary>A draft as it would be published now: its effective content, clashes with the level above and the linter's findings.</summary>
/// <param name="Upper">Effective content of the level above; null in the basic list.</param>
sealed record DraftView(ItemContent Content, ItemContent? Upper, IReadOnlyList<Conflict> Conflicts, IReadOnlyList<Finding> Findings)
{
    public static async Task<DraftView> Of(NpgsqlConnection c, Entry entry, Draft draft, LintContext context)
    {
        if (entry.IsBase)
        {
            var content = draft.Content();
            return new(content, null, [], Lint.Check(content, context));
        }
        var parent = (await Entry.Load(c, entry.Parent!.Value))!;
        var upper = await Entry.ReadContent(c, parent.Content!);
        var effective = Merge.Down(upper, draft.Overrides(), upperIsBody: !parent.IsBase);
        return new(effective.Content, upper, effective.Conflicts, Lint.Check(effective.Content, context with { IsImplementation = true }));
    }

    /// <summary>Why it cannot go on: conflicts, errors, and warnings without a word.</summary>
    public IReadOnlyList<Fault> Blocking(string note)
    {
        List<Fault> faults = [.. Conflicts.Select(c => new Fault(c.Field, c.Message)), .. Findings.Where(f => f.IsError).Select(f => new Fault(f.Field, $"{f.Message}。{f.Mend}"))];
        if (faults.Count == 0 && Findings.Count > 0 && string.IsNullOrWhiteSpace(note))
            faults.Add(new("note", $"有 {Findings.Count} 条提醒，请写一句说明再送审：{string.Join("；", Findings.Take(3).Select(f => f.Message))}"));
        return faults;
    }
}
