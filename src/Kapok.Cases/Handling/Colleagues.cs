using System.Collections.Immutable;
using Kapok.Cases.Model;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Identity;

namespace Kapok.Cases.Handling;

/// <summary>Who works on a case: officials of its body and of the units with open work in it. Only they can be named in a note.</summary>
public sealed class Colleagues(Database database, CaseViews views, TimeProvider time)
{
    public Task<IReadOnlyList<OfficialAtPost>> Of(CaseSnapshot snapshot) => database.Read(c => People.OfficialsIn(c,
        [.. snapshot.Tasks.Select(t => t.Organisation).Append(snapshot.Row.Organisation).Distinct()], "cases.%", ChinaTime.DateOf(time.GetUtcNow())));

    /// <summary>Of these people, the ones that may be named; others are left out.</summary>
    public async Task<ImmutableArray<Mention>> Named(Guid id, Guid[]? people) =>
        people is not { Length: > 0 } || await views.Load(id) is not { } view ? [] : [.. (await Of(view.Case)).Where(o => people.Contains(o.Person)).Select(o => new Mention(o.Person, o.Name))];
}
