using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Packages;

namespace Kapok.Cases.Archiving;

/// <summary>The retention schedule of a package: <c>archive.yaml</c>.</summary>
sealed class ArchivePlanPart : IPackagePart
{
    const string File = "archive.yaml";

    public int Floor => 5;

    public Task Check(Package package, InstallContext context, List<Fault> faults)
    {
        if (package.Text(File) is { } text) RetentionPlan.Parse(File, text, faults);
        return Task.CompletedTask;
    }

    public Task Install(Package package, InstallContext context) => package.Text(File) is { } content
        ? context.Connection.ExecuteAsync("insert into cases.archive_plan (package, content) values (@id, @content) on conflict (package) do update set content = excluded.content", new { id = package.Head.Id, content })
        : context.Connection.ExecuteAsync("delete from cases.archive_plan where package = @id", new { id = package.Head.Id });
}
