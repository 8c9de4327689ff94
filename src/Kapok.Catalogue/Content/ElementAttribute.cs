using Kapok.Foundation.Codes;

namespace Kapok.Catalogue.Content;

/// <summary>Name of an element of the national list in Chinese, and the code table its values come from. Forms, differences, sheets and findings all call a field by this name.</summary>
/// <param name="title">For example 承诺办结时限.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ElementAttribute(string title) : Attribute
{
    public string Title => title;

    /// <summary>Name of a table in <see cref="Kapok.Foundation.Codes.CodeTables"/>, or null for free values.</summary>
    public string? Table { get; init; }
}
