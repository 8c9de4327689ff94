using Dapper;
using Kapok.Cases.News;
using Kapok.Documents.Licences;
using Kapok.Foundation.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Documents.Licences;

/// <summary>Licences that come to their last day. On a database of its own: what has expired stays so for every other test.</summary>
public sealed class RunningOutTests(PressApp app) : IClassFixture<PressApp>
{
    LicenceRegister Register => app.Services.GetRequiredService<LicenceRegister>();

    [Fact]
    public async Task A_licence_that_runs_out_is_told_of_60_30_and_7_days_before_once_each_and_then_is_expired()
    {
        var number = "JY24401060000001"; // of 小满餐饮 until 2026-12-15
        var licence = (await Register.Search(number, new(2026, 9, 21))).Single();
        var (sweep, news, start) = (app.Services.GetServices<ISwept>().Single(s => s.GetType().Name == "LicenceSweep"), app.Services.GetRequiredService<LicenceNews>(), app.Time.GetUtcNow());
        Task<int> Messages() => app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*)::int from cases.message where kind = 'licence' and case_id = @Id and title like '%天到期'", new { licence.Id }));
        // The program reads its events too: whoever comes first tells, and the other waits for nothing.
        async Task<int> Told(DateTimeOffset at, int wanted)
        {
            app.Time.Set(at);
            await sweep.Sweep(default);
            await sweep.Sweep(default);
            for (var i = 0; i < 200 && await Messages() < wanted; i++) { await news.CatchUp(); await Task.Delay(25); }
            return await Messages();
        }
        try
        {
            (await Told(new(2026, 10, 15, 2, 0, 0, TimeSpan.Zero), 0)).ShouldBe(0, "61 days before");
            (await Told(new(2026, 10, 16, 2, 0, 0, TimeSpan.Zero), 1)).ShouldBe(1);
            (await Told(new(2026, 11, 1, 2, 0, 0, TimeSpan.Zero), 1)).ShouldBe(1);
            (await Told(new(2026, 11, 15, 2, 0, 0, TimeSpan.Zero), 2)).ShouldBe(2);
            (await Told(new(2026, 12, 8, 2, 0, 0, TimeSpan.Zero), 3)).ShouldBe(3);
            (await Told(new(2026, 12, 16, 2, 0, 0, TimeSpan.Zero), 3)).ShouldBe(3);
            (await Register.Find(licence.Id))!.State.ShouldBe(LicenceState.Expired);
        }
        finally { app.Time.Set(start); }
    }
}
