using Dapper;
using Kapok.Foundation.Data;
using Kapok.Foundation.Jobs;

namespace Kapok.Identity.SignIn;

/// <summary>Codes nobody used any more, sign-ups nobody finished, forms nobody came back for.</summary>
sealed class IdentitySweep(Database database, TimeProvider time) : ISwept
{
    public async Task<IReadOnlyDictionary<string, int>> Sweep(CancellationToken stop)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return await database.Read(async c => new Dictionary<string, int>
        {
            ["sign-ups"] = await c.ExecuteAsync("delete from identity.sign_up where created_at < @old", new { old = now.AddDays(-1) }),
            ["password-codes"] = await c.ExecuteAsync("delete from identity.password_reset where created_at < @old", new { old = now.AddDays(-7) }),
            ["kept-forms"] = await c.ExecuteAsync("delete from identity.kept_form where expires_at < @now", new { now }),
        }, stop);
    }
}
