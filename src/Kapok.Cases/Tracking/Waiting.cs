using Dapper;
using Kapok.Cases.Applying;
using Kapok.Cases.Definitions;
using Kapok.Foundation;
using Kapok.Foundation.Data;

namespace Kapok.Cases.Tracking;

/// <summary>An application somebody has begun and not yet sent.</summary>
public sealed record BegunApplication(Guid Id, string ItemName, string Body, string PartyName, DateTimeOffset UpdatedAt, DateTimeOffset ExpiresAt);

/// <summary>A case that waits for its applicant.</summary>
/// <param name="Until">Last day to correct.</param>
public sealed record CaseToCorrect(Guid Id, string ItemName, string PartyName, DateOnly? Until);

/// <summary>What waits for a person: to go on with, to correct, to read.</summary>
public sealed record Waiting(IReadOnlyList<BegunApplication> Drafts, IReadOnlyList<CaseToCorrect> Corrections, int Unread)
{
    public static readonly Waiting Nothing = new([], [], 0);

    /// <summary>Questions that offices ask the person as an expert.</summary>
    public int Opinions { get; init; }

    public bool Any => Drafts.Count > 0 || Corrections.Count > 0 || Unread > 0 || Opinions > 0;
}

/// <summary>Gathers what waits for a person over all offices.</summary>
public sealed class WaitingThings(Database database, Drafts drafts, DefinitionStore definitions, Inbox inbox, Handling.Experts experts)
{
    /// <summary>Drafts of the person, newest first.</summary>
    public async Task<IReadOnlyList<BegunApplication>> Begun(Actor actor)
    {
        var rows = await drafts.Of(actor);
        if (rows.Count == 0) return [];
        var parties = (await database.Read(c => Identity.People.Find(c, [.. rows.Select(r => r.Party).Distinct()]))).ToDictionary(p => p.Id, p => p.Name);
        var begun = new List<BegunApplication>(rows.Count);
        foreach (var row in rows)
        {
            var definition = await definitions.Get(row.Definition);
            begun.Add(new(row.Id, definition.Item.Content.Name, definition.Body.Name, parties.GetValueOrDefault(row.Party, ""), new(row.UpdatedAt), new(row.ExpiresAt)));
        }
        return begun;
    }

    /// <summary>Everything that waits, at most some of each kind.</summary>
    public async Task<Waiting> Of(Actor actor)
    {
        if (actor.Person is not { } me) return Waiting.Nothing;
        var parties = actor.OnBehalfOf is { } company ? new[] { me, company } : [me];
        var corrections = await database.Read(c => c.QueryAsync<(Guid Id, string Item, string Party, string? Until)>("""
            select id, item_name, party_name, correction ->> 'until' from cases."case" where state = 'correcting' and party = any(@parties)
            union
            select id, item_name, party_name, correction ->> 'until' from cases."case" where state = 'correcting' and submitter = @me
            limit 20
            """, new { me, parties }));
        return new(await Begun(actor), [.. corrections.Select(c => new CaseToCorrect(c.Id, c.Item, c.Party, DateOnly.TryParse(c.Until, out var until) ? until : null)).OrderBy(c => c.Until)], await inbox.Unread(actor)) { Opinions = await experts.Waiting(actor) };
    }
}
