using System.Xml.Linq;

namespace Kapok.Tests.House;

/// <summary>Rules of the house that the compiler does not know.</summary>
public sealed class HouseTests
{
    static IEnumerable<string> Sources(params string[] endings) => new[] { "src", "tests", "bench" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(TestDatabase.Root, folder), "*", SearchOption.AllDirectories))
        .Where(f => endings.Any(f.EndsWith) && !f.Contains("/obj/") && !f.Contains("/bin/"));

    [Fact]
    public void No_source_file_grows_beyond_400_lines() =>
        Sources(".cs", ".razor", ".js").Select(f => (File: Path.GetRelativePath(TestDatabase.Root, f), Lines: File.ReadLines(f).Count())).Where(f => f.Lines > 400).ShouldBeEmpty();

    [Fact]
    public void A_module_references_only_modules_on_lower_floors()
    {
        var floors = KapokApp.Modules.ToDictionary(m => m.GetType().Assembly.GetName().Name!, m => m.Floor);
        foreach (var (module, floor) in floors)
            foreach (var reference in XDocument.Load(Path.Combine(TestDatabase.Root, "src", module, module + ".csproj")).Descendants("ProjectReference"))
                floors[Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)].ShouldBeLessThan(floor, $"{module} reaches up");
    }

    [Fact]
    public void A_module_reads_and_writes_only_its_own_schema_and_that_of_the_foundation()
    {
        var modules = KapokApp.Modules.Where(m => m.Floor > 0).ToDictionary(m => m.GetType().Assembly.GetName().Name!, m => m.Name);
        foreach (var (module, own) in modules)
            foreach (var file in Sources(".cs", ".sql").Where(f => f.Contains($"/src/{module}/")))
                foreach (var (_, other) in modules.Where(m => m.Value != own))
                    foreach (var verb in (string[])["from", "join", "into", "update"])
                        File.ReadAllText(file).Contains($"{verb} {other}.", StringComparison.Ordinal).ShouldBeFalse($"{Path.GetRelativePath(TestDatabase.Root, file)} touches {other}");
    }

    [Fact]
    public void Nothing_unfinished_is_left_in_the_sources() =>
        Sources(".cs", ".razor", ".js").Where(f => !f.EndsWith("HouseTests.cs"))
            .Where(f => File.ReadAllText(f) is var text && (text.Contains("NotImplementedException") || text.Contains("TODO") || text.Contains("FIXME")))
            .Select(f => Path.GetRelativePath(TestDatabase.Root, f)).ShouldBeEmpty();
}
