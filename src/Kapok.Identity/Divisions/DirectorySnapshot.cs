using System.Collections.Frozen;
using System.Text;
using Dapper;
using Kapok.Foundation.Codes;
using Npgsql;

namespace Kapok.Identity.Divisions;

/// <summary>The directory at one moment. Immutable; every look-up is a hash or less.</summary>
public sealed class DirectorySnapshot
{
    readonly FrozenDictionary<string, Division> divisions;
    readonly FrozenDictionary<string, Division[]> children;
    readonly FrozenDictionary<Guid, Organisation> organisations;
    readonly FrozenDictionary<string, Organisation> byKey;
    readonly FrozenDictionary<string, Organisation[]> byDivision;
    readonly FrozenDictionary<string, Post> posts;
    readonly FrozenDictionary<string, Line> lines;
    readonly Lazy<string[]> initials;

    DirectorySnapshot(IReadOnlyList<DivisionRow> divisionRows, IReadOnlyList<Line> lineRows, IReadOnlyList<OrganisationRow> organisationRows, IReadOnlyList<PostRow> postRows)
    {
        var rows = divisionRows.ToDictionary(d => d.Code);
        Divisions = [.. divisionRows.Select(d => new Division(d.Code, d.Name, (DivisionLevel)d.Level, d.Parent, d.Path, FullName(d, rows))).OrderBy(d => d.Code, StringComparer.Ordinal)];
        divisions = Divisions.ToFrozenDictionary(d => d.Code);
        initials = new(() => [.. Divisions.Select(d => Foundation.Chinese.Pinyin.Initials(d.Name))]);
        children = Divisions.Where(d => d.Parent is not null).GroupBy(d => d.Parent!).ToFrozenDictionary(g => g.Key, g => g.ToArray());
        Lines = [.. lineRows];
        lines = Lines.ToFrozenDictionary(l => l.Key);
        Organisations = [.. organisationRows
            .Select(o => new Organisation(o.Id, o.Key, o.CreditCode, o.Name, o.ShortName, o.Division, divisions[o.Division].Path, o.Line) { Parent = o.Parent, OpenedOn = o.OpenedOn, ClosedOn = o.ClosedOn })
            .OrderBy(o => o.DivisionCode, StringComparer.Ordinal).ThenBy(o => o.Line, StringComparer.Ordinal)];
        organisations = Organisations.ToFrozenDictionary(o => o.Id);
        byKey = Organisations.Where(o => o.ClosedOn is null).ToFrozenDictionary(o => o.Key);
        byDivision = Organisations.GroupBy(o => o.DivisionCode).ToFrozenDictionary(g => g.Key, g => g.ToArray());
        Posts = [.. postRows.Select(p => new Post(p.Key, p.Name, p.Description, p.Permissions.Split(' ', StringSplitOptions.RemoveEmptyEntries)) { Scope = Enum.Parse<PostScope>(p.Scope, ignoreCase: true) })];
        posts = Posts.ToFrozenDictionary(p => p.Key);
    }

    /// <summary>All divisions in order of code.</summary>
    public IReadOnlyList<Division> Divisions { get; }

    /// <summary>All organisations, closed ones too, in order of division and line.</summary>
    public IReadOnlyList<Organisation> Organisations { get; }

    public IReadOnlyList<Line> Lines { get; }
    public IReadOnlyList<Post> Posts { get; }

    public Division? Division(string code) => divisions.GetValueOrDefault(code);

    /// <summary>Divisions directly below, in order of code.</summary>
    public IReadOnlyList<Division> Children(string code) => children.GetValueOrDefault(code) ?? [];

    /// <summary>
    /// Divisions by words: all of them must stand in the full name (广州 五山), or one word of letters is the beginning of the
    /// pinyin initials of the name (wsjd). Those whose own name begins with the last word come first, higher levels before lower.
    /// </summary>
    /// <param name="within">Code of a division: only it and what lies below.</param>
    public IReadOnlyList<Division> Find(string words, string? within, int most)
    {
        var parts = words.Split((char[])[' ', '，', ',', '　'], 5, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length == 0 || words.Length > 60) return [];
        var path = within is null ? "" : Division(within)?.Path ?? "?";
        var letters = parts is [var only] && only.All(char.IsAsciiLetter) ? only.ToLowerInvariant() : null;
        IEnumerable<Division> found = letters is not null ? Divisions.Where((d, i) => initials.Value[i].StartsWith(letters, StringComparison.Ordinal))
            : Divisions.Where(d => parts.All(p => d.FullName.Contains(p, StringComparison.Ordinal)));
        return [.. found.Where(d => d.Path.StartsWith(path, StringComparison.Ordinal) && d.Code != within)
            .OrderBy(d => letters is not null || d.Name.StartsWith(parts[^1], StringComparison.Ordinal) ? 0 : d.Name.Contains(parts[^1], StringComparison.Ordinal) ? 1 : 2)
            .ThenBy(d => d.Level).ThenBy(d => d.Code, StringComparer.Ordinal).Take(most)];
    }

    /// <summary>The division and those above it, from the province down.</summary>
    public IReadOnlyList<Division> Ancestry(string code) =>
        divisions.TryGetValue(code, out var d) ? [.. d.Path.Split('.').Select(c => divisions[c])] : [];

    public Organisation? Organisation(Guid id) => organisations.GetValueOrDefault(id);
    public Organisation? OrganisationByKey(string key) => byKey.GetValueOrDefault(key);
    public IReadOnlyList<Organisation> OrganisationsIn(string divisionCode) => byDivision.GetValueOrDefault(divisionCode) ?? [];
    public Post? Post(string key) => posts.GetValueOrDefault(key);
    public Line? Line(string key) => lines.GetValueOrDefault(key);

    internal static async Task<DirectorySnapshot> Read(NpgsqlConnection connection)
    {
        await using var all = await connection.QueryMultipleAsync("""
            select code, name, level, parent, path from identity.division;
            select key, name, department, credit_head, coordinates from identity.line order by department, key;
            select id, key, credit_code, name, short_name, division, line, parent, opened_on, closed_on from identity.organisation;
            select key, name, description, array_to_string(permissions, ' ') as permissions, scope from identity.post;
            """);
        return new(
            (await all.ReadAsync<DivisionRow>()).AsList(),
            (await all.ReadAsync<Line>()).AsList(),
            (await all.ReadAsync<OrganisationRow>()).AsList(),
            (await all.ReadAsync<PostRow>()).AsList());
    }

    /// <summary>The province is left out of names below it, as people write addresses.</summary>
    static string FullName(DivisionRow division, Dictionary<string, DivisionRow> rows)
    {
        var name = new StringBuilder();
        for (var d = division; d is not null && (d.Parent is not null || d == division); d = d.Parent is null ? null : rows[d.Parent]) name.Insert(0, d.Name);
        return name.ToString();
    }

    sealed record DivisionRow(string Code, string Name, short Level, string? Parent, string Path);
    sealed record OrganisationRow(Guid Id, string Key, string CreditCode, string Name, string ShortName, string Division, string Line, Guid? Parent, DateOnly OpenedOn, DateOnly? ClosedOn);
    sealed record PostRow(string Key, string Name, string Description, string Permissions, string Scope);
}
