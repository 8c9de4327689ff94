using System.Text.Json;
using Dapper;
using Kapok.Cases.Handling;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Files;
using Kapok.Identity;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Kapok.Cases.Finding;

/// <summary>
/// Keeps what desks find cases by: names, certificate numbers, phones, everything that was filled in, names and text of
/// materials. It reads the event log some seconds behind the acts; numbers and query codes of cases are found without it.
/// </summary>
public sealed class CaseSearch(Database database, NodeOptions options, SearchTokens tokens, FileStore files, TimeProvider time, ILogger<CaseSearch> log) : BackgroundService
{
    /// <summary>Small steps with pauses: finding may lag behind, acting may not.</summary>
    const int Span = 1_000, Most = 500;

    static readonly string[] Types = ["submitted", "supplemented"];

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        if (!options.RunsJobs) return;
        while (!stop.IsCancellationRequested)
        {
            try { await CatchUp(stop); }
            catch (OperationCanceledException) when (stop.IsCancellationRequested) { return; }
            catch (Exception e) { log.LogWarning("Search waits: {Message}", e.Message); }
            try { await Task.Delay(TimeSpan.FromSeconds(1), stop); } catch (OperationCanceledException) { return; }
        }
    }

    /// <summary>Reads on; returns how many events were passed.</summary>
    public Task<int> CatchUp(CancellationToken stop = default) =>
        EventFollower.Follow(database, "desk-search", Types, Span, (c, events) => Keep(c, [.. events.Select(e => e.Stream).Distinct()]), stop);

    async Task Keep(NpgsqlConnection c, Guid[] ids)
    {
        var cases = (await c.QueryAsync<(Guid Id, Guid Party, Guid Submitter, string Name, string? Answers)>("""
            select c.id, c.party, c.submitter, c.party_name, t.answers::text from cases."case" c left join cases.content t on t.case_id = c.id where c.id = any(@ids)
            """, new { ids })).AsList();
        var people = (await People.Find(c, [.. cases.SelectMany(r => new[] { r.Party, r.Submitter }).Distinct()])).ToDictionary(p => p.Id);
        var materials = (await c.QueryAsync<(Guid Owner, string Name, Guid File)>("select owner, name, file from cases.material where owner = any(@ids) and removed_at is null", new { ids })).ToLookup(m => m.Owner);
        var kept = new List<long[]>();
        foreach (var row in cases)
        {
            var texts = new List<string> { row.Name };
            foreach (var party in new[] { row.Party, row.Submitter }.Distinct())
                if (people.TryGetValue(party, out var p)) texts.AddRange([p.Name, p.CertificateNumber, p.Phone, p.LegalRepresentative ?? ""]);
            if (row.Answers is { } answers)
            {
                using var json = JsonDocument.Parse(answers);
                Collect(json.RootElement, texts);
            }
            foreach (var material in materials[row.Id])
            {
                texts.Add(Path.GetFileNameWithoutExtension(material.Name));
                if (await Text(material.File) is { } text) texts.Add(text);
            }
            kept.Add(tokens.Of(texts));
        }
        // Rows of arrays of different length do not fit one parameter; a batch carries them in one round trip.
        await using var batch = new NpgsqlBatch(c);
        for (var i = 0; i < kept.Count; i++)
            batch.BatchCommands.Add(new("insert into cases.search (case_id, tokens) values ($1, $2) on conflict (case_id) do update set tokens = excluded.tokens")
            {
                Parameters = { new() { Value = cases[i].Id }, new() { Value = kept[i] } },
            });
        if (kept.Count > 0) await batch.ExecuteNonQueryAsync();
    }

    static void Collect(JsonElement value, List<string> texts)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String: texts.Add(value.GetString()!); break;
            case JsonValueKind.Object: foreach (var p in value.EnumerateObject()) Collect(p.Value, texts); break;
            case JsonValueKind.Array: foreach (var item in value.EnumerateArray()) Collect(item, texts); break;
        }
    }

    async Task<string?> Text(Guid file)
    {
        try
        {
            if (await files.Find(file) is not { } stored) return null;
            await using var content = await files.Open(stored);
            return MaterialText.Of(content, stored.Type, stored.Size);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            log.LogWarning("No text of file {File}: {Message}", file, e.Message);
            return null;
        }
    }

    /// <summary>The query with what the index of fragments finds for its words, inside the scope.</summary>
    public async Task<CaseQuery> Complete(Actor actor, CaseQuery query, Scope scope) =>
        query.Text is not { Length: > 0 } text ? query : query with { Among = await Find(actor, text, CaseLists.Reach(scope, query), record: query.After is null) };

    /// <summary>Ids of cases that hold all fragments of what is looked for; null when it is too short to look for. Recorded, with the words masked.</summary>
    public async Task<Guid[]?> Find(Actor actor, string wanted, Guid[]? organisations, bool record = true)
    {
        var digests = tokens.For(wanted);
        if (digests.Length == 0) return null;
        return await database.Write(async (c, _) =>
        {
            var found = (await c.QueryAsync<Guid>("""
                select s.case_id from cases.search s join cases."case" k on k.id = s.case_id
                where s.tokens @> @digests and (@organisations::uuid[] is null or k.organisation = any(@organisations)) order by s.case_id desc limit @Most
                """, new { digests, organisations, Most })).ToArray();
            if (record) await EventLog.Append(c, Guid.CreateVersion7(), actor, time.GetUtcNow(), new NewEvent("cases-searched", Json.Write(new { text = Masked(wanted), found = found.Length })));
            return found;
        });
    }

    /// <summary>Enough to see what kind of search it was, not whom it was after.</summary>
    static string Masked(string text) => text.Length <= 2 ? new string('*', text.Length) : text[..1] + new string('*', text.Length - 2) + text[^1..];
}
