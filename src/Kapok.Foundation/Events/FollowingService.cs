using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kapok.Foundation.Events;

/// <summary>A follower of the event log that reads on for as long as the program runs. What goes wrong is logged and tried again after the pause.</summary>
/// <param name="span">Most events passed at once; when so many were passed, it reads on without a pause.</param>
/// <param name="pause">Between two looks at the log.</param>
public abstract class FollowingService(NodeOptions options, ILogger log, int span, TimeSpan pause) : BackgroundService
{
    /// <summary>Most events passed at once.</summary>
    protected int Span => span;

    /// <summary>Reads on; returns how many events were passed.</summary>
    public abstract Task<int> CatchUp(CancellationToken stop = default);

    protected sealed override async Task ExecuteAsync(CancellationToken stop)
    {
        if (!options.RunsJobs) return;
        while (!stop.IsCancellationRequested)
        {
            var passed = 0;
            try { passed = await CatchUp(stop); }
            catch (OperationCanceledException) when (stop.IsCancellationRequested) { return; }
            catch (Exception e) { log.LogWarning("{Follower} waits: {Message}", GetType().Name, e.Message); }
            if (passed >= span) continue;
            try { await Task.Delay(pause, stop); } catch (OperationCanceledException) { return; }
        }
    }
}
