using System.Text.Json;
using Kapok.Cases.Forms.Schemas;

namespace Kapok.Tests.Cases.Forms;

/// <summary>
/// Runs the public JSON-Schema-Test-Suite (draft 2020-12). The suite is no part of this repository: point
/// KAPOK_JSON_SCHEMA_SUITE at a copy of it (the folder that holds <c>tests</c> and <c>remotes</c>).
/// </summary>
public sealed class JsonSchemaSuiteTests
{
    /// <summary>Files that test something Kapok does not claim, each with the reason.</summary>
    static readonly Dictionary<string, string> notClaimed = new()
    {
        ["vocabulary.json"] = "$vocabulary is refused: a form never changes the meaning of keywords",
        ["optional/cross-draft.json"] = "only draft 2020-12 is read",
        ["optional/dependencies-compatibility.json"] = "keyword of older drafts",
        ["optional/format-assertion.json"] = "switched on by $vocabulary, which is refused",
        ["optional/format/duration.json"] = "format is an annotation here",
        ["optional/format/hostname.json"] = "format is an annotation here",
        ["optional/format/idn-email.json"] = "format is an annotation here",
        ["optional/format/idn-hostname.json"] = "format is an annotation here",
        ["optional/format/iri-reference.json"] = "format is an annotation here",
        ["optional/format/iri.json"] = "format is an annotation here",
        ["optional/format/json-pointer.json"] = "format is an annotation here",
        ["optional/format/regex.json"] = "format is an annotation here",
        ["optional/format/ecmascript-regex.json"] = "format is an annotation here",
        ["optional/format/relative-json-pointer.json"] = "format is an annotation here",
        ["optional/format/uri-reference.json"] = "format is an annotation here",
        ["optional/format/uri-template.json"] = "format is an annotation here",
        ["optional/format/uri.json"] = "format is an annotation here",
    };

    static readonly string? suite = Environment.GetEnvironmentVariable("KAPOK_JSON_SCHEMA_SUITE");

    [Fact]
    public void Every_file_of_the_claimed_vocabulary_passes()
    {
        Assert.SkipUnless(suite is not null && Directory.Exists(suite), "KAPOK_JSON_SCHEMA_SUITE is not set");
        var root = Path.Combine(suite!, "tests", "draft2020-12");
        var wrong = new List<string>();
        var run = 0;
        foreach (var file in Directory.EnumerateFiles(root, "*.json", SearchOption.AllDirectories).Order())
        {
            var name = Path.GetRelativePath(root, file).Replace('\\', '/');
            if (notClaimed.ContainsKey(name)) continue;
            var settings = new SchemaSettings(Resolve, AssertFormats: name.StartsWith("optional/format"));
            using var cases = JsonDocument.Parse(File.ReadAllText(file));
            foreach (var @case in cases.RootElement.EnumerateArray())
            {
                var compiled = Schema.Compile(@case.GetProperty("schema"), settings);
                foreach (var test in @case.GetProperty("tests").EnumerateArray())
                {
                    run++;
                    var title = $"{name}: {@case.GetProperty("description")} / {test.GetProperty("description")}";
                    if (compiled.Schema is null) { wrong.Add($"{title}: {compiled.Faults[0]}"); continue; }
                    var expected = test.GetProperty("valid").GetBoolean();
                    var errors = compiled.Schema.Validate(test.GetProperty("data"));
                    if (errors.IsEmpty != expected) wrong.Add($"{title}: expected {expected}");
                    if (compiled.Schema.IsValid(test.GetProperty("data")) != errors.IsEmpty) wrong.Add($"{title}: IsValid and Validate differ");
                }
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{run} tests of the suite");
        run.ShouldBeGreaterThan(1_200);
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Every_file_that_is_not_claimed_exists_in_the_suite()
    {
        Assert.SkipUnless(suite is not null && Directory.Exists(suite), "KAPOK_JSON_SCHEMA_SUITE is not set");
        foreach (var name in notClaimed.Keys) File.Exists(Path.Combine(suite!, "tests", "draft2020-12", name)).ShouldBeTrue(name);
    }

    static JsonElement? Resolve(Uri uri)
    {
        var file = uri.AbsoluteUri.StartsWith("http://localhost:1234/")
            ? Path.Combine(suite!, "remotes", uri.AbsolutePath[1..])
            : uri.AbsoluteUri.StartsWith("https://json-schema.org/draft/2020-12/")
                ? Path.Combine(NodeModules.Folder, "ajv/dist/refs/json-schema-2020-12", uri.AbsolutePath["/draft/2020-12/".Length..] + ".json")
                : null;
        return file is not null && File.Exists(file) ? JsonDocument.Parse(File.ReadAllText(file)).RootElement : null;
    }
}
