using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Jobs;
using Kapok.Trust.Keys;
using Kapok.Trust.Timestamps;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kapok.Cases.Archiving;

/// <summary>Follows closings: each closed case gets its record at once, and a job that packs it when its days are over.</summary>
public sealed class ArchiveFollower(Database database, Archives archives, ArchiveSettings settings, NodeOptions options, ILogger<ArchiveFollower> log) : FollowingService(options, log, span: 2_000, pause: TimeSpan.FromSeconds(2))
{
    /// <summary>Name of the follower's cursor.</summary>
    public const string Name = "archives";

    public override Task<int> CatchUp(CancellationToken stop = default) => EventFollower.Follow(database, Name, ["closed"], Span, async (c, events) =>
    {
        foreach (var (id, _, closed) in await archives.Register(c, [.. events.Select(e => e.Stream).Distinct()]))
            await Jobs.Add(c, ArchiveJob.KindName, new ArchiveJob.Order(id), closed + settings.After, key: id.ToString());
    }, stop);
}

/// <summary>Packs one closed case. Without a key or a timestamp it waits; nothing is archived unsigned.</summary>
public sealed class ArchiveJob(Archives archives) : IJob
{
    public const string KindName = "archive-case";
    static readonly TimeSpan Wait = TimeSpan.FromMinutes(5);

    public sealed record Order(Guid Archive);

    public string Kind => KindName;

    public async Task Run(JobRun run, CancellationToken stop)
    {
        try
        {
            var packed = await archives.Pack(run.Payload<Order>().Archive, Actor.System, stop);
            // Packed by hand meanwhile, or destroyed: nothing is left to do.
            if (!packed.Ok && packed.Refused is not (Refusal.Conflict or Refusal.Gone)) throw new InvalidOperationException(packed.Message);
        }
        catch (Exception e) when (e is KeyUnavailable or TimestampUnavailable) { throw new JobWaits("等待签名或者时间戳：" + e.Message, Wait); }
    }
}
