using Kapok.Documents.Fonts;
using Kapok.Documents.Layout;
using Kapok.Foundation.Expressions;

namespace Kapok.Tests.Documents.Layout;

/// <summary>Templates of the tests and the fonts of the machine.</summary>
static class Templates
{
    public static readonly DateTimeOffset Morning = new(2026, 11, 30, 9, 0, 0, TimeSpan.FromHours(8));
    static readonly FontBook Fonts = new(FontBook.UsualFolders("/nonexistent"));

    public static FontBook Book
    {
        get
        {
            Assert.SkipWhen(Fonts.Lack is not null, "no Chinese font on this machine");
            return Fonts;
        }
    }

    static string Folder => Path.Combine(TestDatabase.Root, "tests/Kapok.Tests/Documents/Layout/templates");
    public static readonly string[] Names = ["food-business-permit", "business-licence", "residence-card"];

    public static Template Named(string name) => Template.Parse($"{name}.yaml", File.ReadAllText(Path.Combine(Folder, $"{name}.yaml"))) is { Ok: true, Value: { } template } ? template : throw new InvalidOperationException(name);

    public static PrintedDocument Sample(string name) => new TemplatePrinter(Named(name), Book).PrintSample(Morning).Value!;

    public static Kapok.Foundation.Outcome<Template> Parse(string blocks, string head = "") => Template.Parse("t.yaml", $"id: test\ntitle: 试样\n{head}blocks:\n{blocks}");

    /// <summary>Prints a template written in a test.</summary>
    public static Kapok.Foundation.Outcome<PrintedDocument> Print(string blocks, string head = "", params (string Name, Value Value)[] values)
    {
        var template = Parse(blocks, head);
        template.Ok.ShouldBeTrue(template.Message);
        return new TemplatePrinter(template.Value!, Book).Print(new(new DictionaryScope(values.ToDictionary(v => v.Name, v => v.Value)), Morning));
    }

    public static string TextOf(PrintedPage page) => string.Join('\n', (page.Form?.Objects ?? []).Concat(page.Content.Objects).OfType<PrintedText>().GroupBy(t => Math.Round(t.Y, 1)).OrderBy(g => g.Key).Select(g => string.Concat(g.OrderBy(t => t.X).Select(t => t.Text))));
}
