namespace Kapok.Tests.Cases.Forms;

/// <summary>The npm packages of the repository.</summary>
static class NodeModules
{
    public static string Folder { get; } = Find();

    static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Kapok.slnx"))) return Path.Combine(folder.FullName, "node_modules");
        throw new InvalidOperationException("not inside the repository");
    }
}
