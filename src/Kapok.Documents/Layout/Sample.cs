using System.Globalization;
using Kapok.Catalogue.Content;
using Kapok.Foundation.Expressions;

namespace Kapok.Documents.Layout;

/// <summary>The sample values of a template as a scope.</summary>
static class Sample
{
    public static IScope Scope(Template template) => new DictionaryScope(template.Sample is { } sample ? Of(sample).Members : new Dictionary<string, Value>());

    static Value Of(Written written) => written switch
    {
        WrittenMap map => Value.Of(map.Entries.DistinctBy(e => e.Key).ToDictionary(e => e.Key, e => Of(e.Value))),
        WrittenList list => Value.Of([.. list.Items.Select(Of)]),
        WrittenValue { Text: null } => Value.Null,
        WrittenValue { Quoted: false, Text: "true" or "false" } flag => flag.Text == "true",
        WrittenValue { Quoted: false } number when decimal.TryParse(number.Text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) => value,
        WrittenValue value => value.Text,
        _ => Value.Null,
    };
}
