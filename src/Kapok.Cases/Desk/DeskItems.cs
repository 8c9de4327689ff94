using Dapper;
using Kapok.Cases.Definitions;
using Kapok.Cases.Handling;
using Kapok.Foundation.Data;
using Kapok.Foundation.Pages;

namespace Kapok.Cases.Desk;

/// <summary>The items and offices a list can be narrowed to, from the few definitions, never from the many cases.</summary>
public sealed class DeskItems(Database database, DefinitionStore definitions, TimeProvider time)
{
    static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    sealed record Known(DateTimeOffset At, IReadOnlyList<(Guid Body, string BodyName, string Code, string Name)> Items);

    volatile Known? known;

    public async Task<(IReadOnlyList<Choice> Items, IReadOnlyList<Choice> Offices)> Of(Scope scope)
    {
        var now = time.GetUtcNow();
        if (known is not { } k || now - k.At > Kept || now < k.At)
        {
            var ids = await database.Read(c => c.QueryAsync<int>("select id from cases.definition order by id desc limit 5000"));
            var items = new List<(Guid, string, string, string)>();
            foreach (var id in ids)
            {
                var definition = await definitions.Get(id);
                items.Add((definition.Body.Id, definition.Body.Name, definition.Item.BasicCode, definition.Item.Content.Name));
            }
            known = k = new(now, items);
        }
        var reached = k.Items.Where(i => scope.Organisations is null || scope.Organisations.Contains(i.Body)).ToList();
        return ([.. reached.DistinctBy(i => i.Code).OrderBy(i => i.Name, StringComparer.Ordinal).Select(i => new Choice(i.Code, i.Name))],
            [.. reached.DistinctBy(i => i.Body).OrderBy(i => i.BodyName, StringComparer.Ordinal).Select(i => new Choice(i.Body.ToString(), i.BodyName))]);
    }
}
