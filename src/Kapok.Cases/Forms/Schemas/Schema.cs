using System.Collections.Immutable;
using System.Text.Json;

namespace Kapok.Cases.Forms.Schemas;

/// <summary>
/// A compiled JSON Schema (2020-12). Compile once, validate many times, from any thread.
/// Vocabulary: core (with <c>$dynamicRef</c>; without <c>$vocabulary</c>), applicator, unevaluated, validation,
/// and format as an assertion for the formats of <see cref="SchemaFormats"/>. Unknown keywords are annotations.
/// </summary>
/// <remarks>
/// A schema is turned into a graph of <see cref="SchemaNode"/>s, one for each place in the document; references are
/// pointers in that graph, so validation never looks up a name. Hostile input is bounded: nesting, the number of
/// visited nodes, the number of reported errors and the time of a pattern all have a ceiling.
/// </remarks>
public sealed class Schema
{
    internal Schema(SchemaNode root) => Root = root;

    internal SchemaNode Root { get; }

    /// <summary>Compiles a schema, or says everything that is wrong with it.</summary>
    /// <param name="schema">The schema: an object or a boolean.</param>
    /// <param name="settings">Where other documents come from and whether formats assert.</param>
    public static SchemaCompile Compile(JsonElement schema, SchemaSettings? settings = null) =>
        new SchemaCompiler(settings ?? SchemaSettings.Default).Compile(schema);

    /// <summary>Everything in the instance that breaks the schema; empty when it is valid.</summary>
    public ImmutableArray<SchemaError> Validate(JsonElement instance) => Validate(Root, instance);

    /// <summary>True when the instance obeys the schema. Stops at the first breach.</summary>
    public bool IsValid(JsonElement instance)
    {
        var run = new SchemaRun(collect: false);
        return run.Check(Root, instance);
    }

    internal static ImmutableArray<SchemaError> Validate(SchemaNode node, JsonElement instance)
    {
        var run = new SchemaRun(collect: true);
        run.Check(node, instance);
        return run.Errors;
    }
}

/// <summary>How a schema is compiled.</summary>
/// <param name="Resolve">Gives the document of an absolute address that the schema refers to; null when unknown. Nothing is ever fetched.</param>
/// <param name="AssertFormats">False makes <c>format</c> a mere annotation, as the standard has it by default.</param>
/// <param name="BaseUri">The address of the schema itself when it has no <c>$id</c>.</param>
public sealed record SchemaSettings(Func<Uri, JsonElement?>? Resolve = null, bool AssertFormats = true, Uri? BaseUri = null)
{
    /// <summary>No other documents, formats assert.</summary>
    public static SchemaSettings Default { get; } = new();
}

/// <summary>The outcome of compiling: a schema, or the faults that prevent it (then <see cref="Schema"/> is null).</summary>
public sealed record SchemaCompile(Schema? Schema, ImmutableArray<SchemaFault> Faults);

/// <summary>Something wrong with a schema itself.</summary>
/// <param name="Pointer">JSON pointer into the schema document.</param>
/// <param name="Message">What to do, in plain Chinese.</param>
public sealed record SchemaFault(string Pointer, string Message);

/// <summary>A breach of a schema by an instance.</summary>
/// <param name="InstancePointer">JSON pointer to the offending value; empty for the whole instance.</param>
/// <param name="KeywordPointer">JSON pointer to the keyword in the schema document.</param>
/// <param name="Keyword">The keyword that was broken.</param>
/// <param name="Message">What is wrong, in plain Chinese, without the name of the field.</param>
public sealed record SchemaError(string InstancePointer, string KeywordPointer, string Keyword, string Message)
{
    /// <summary>For <c>required</c>, <c>dependentRequired</c> and unexpected properties: the property concerned.</summary>
    public string? Property { get; init; }
}
