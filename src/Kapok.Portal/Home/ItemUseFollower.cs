using Kapok.Foundation;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kapok.Portal.Home;

/// <summary>Keeps the counts of <see cref="ItemUse"/> up to date, twice a minute.</summary>
sealed class ItemUseFollower(ItemUse use, NodeOptions options, ILogger<ItemUseFollower> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        if (!options.RunsJobs) return;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                while (await use.Follow() > 0) stop.ThrowIfCancellationRequested();
                await Task.Delay(TimeSpan.FromSeconds(30), stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested) { return; }
            catch (Exception e)
            {
                log.LogWarning("Counting of uses waits: {Message}", e.Message);
                try { await Task.Delay(TimeSpan.FromSeconds(30), stop); } catch (OperationCanceledException) { return; }
            }
        }
    }
}
