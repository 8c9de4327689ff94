using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Identity;
using Kapok.Identity.Granting;

namespace Kapok.Cases.Handling;

/// <summary>Whether somebody could do a piece of work: by the post held, a role given, or standing in for a holder.</summary>
public sealed class TaskHolders(Database database, OrganisationDirectory directory, TimeProvider time)
{
    /// <returns>Null when the work is no longer open.</returns>
    public async Task<bool?> MayWork(Guid caseId, string task, Guid person)
    {
        await using var c = await database.Open();
        if (await c.QuerySingleOrDefaultAsync<(Guid Organisation, string Post)?>("select organisation, post from cases.task where case_id = @caseId and key = @task", new { caseId, task }) is not { } work) return null;
        var (grants, _) = await Grants.Of(c, directory.Current, person, ChinaTime.DateOf(time.GetUtcNow()));
        var unit = directory.Organisation(work.Organisation);
        return grants.Any(g => g.Role == work.Post && g.Reaches(new Target(unit?.DivisionPath, work.Organisation, unit?.Line)));
    }
}
