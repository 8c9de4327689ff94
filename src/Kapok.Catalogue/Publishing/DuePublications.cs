using Kapok.Foundation.Jobs;

namespace Kapok.Catalogue.Publishing;

/// <summary>Publishes drafts at their date.</summary>
sealed class DuePublications(CatalogueDesk desk) : IJob
{
    public const string Name = "catalogue-publish";
    public string Kind => Name;

    public sealed record Due(Guid Item);

    public Task Run(JobRun run, CancellationToken stop) => desk.PublishDue(run.Payload<Due>().Item);
}
