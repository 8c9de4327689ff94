using Microsoft.AspNetCore.Components;

namespace Kapok.Foundation.Pages;

/// <summary>A column of a <see cref="DataTable{TRow}"/>: either <see cref="Value"/> or markup for each row.</summary>
/// <typeparam name="TRow">What a row shows.</typeparam>
public sealed class Column<TRow> : ComponentBase
{
    [CascadingParameter] private DataTable<TRow>? Table { get; set; }

    /// <summary>Heading.</summary>
    [Parameter, EditorRequired] public string Title { get; set; } = "";

    /// <summary>Text of a cell.</summary>
    [Parameter] public Func<TRow, string?>? Value { get; set; }

    /// <summary>Markup of a cell.</summary>
    [Parameter] public RenderFragment<TRow>? ChildContent { get; set; }

    /// <summary>Numbers stand at the right in figures of one width.</summary>
    [Parameter] public bool Number { get; set; }

    /// <summary>Numbers of cases and other codes.</summary>
    [Parameter] public bool Code { get; set; }

    /// <summary>The cell that carries the row's link; else the first.</summary>
    [Parameter] public bool Link { get; set; }

    /// <summary>Left out on narrow windows.</summary>
    [Parameter] public bool Wide { get; set; }

    /// <summary>Never broken into two lines.</summary>
    [Parameter] public bool OneLine { get; set; }

    /// <summary>Address of the list in the order of this column.</summary>
    [Parameter] public string? SortHref { get; set; }

    /// <summary><c>ascending</c> or <c>descending</c> when the list is in the order of this column.</summary>
    [Parameter] public string? Sorted { get; set; }

    internal string? Classes
    {
        get
        {
            var names = (Number ? "cell-number " : "") + (Code ? "cell-code " : "") + (Wide ? "cell-wide " : "") + (OneLine ? "cell-one-line" : "");
            return names.Length == 0 ? null : names.TrimEnd();
        }
    }

    internal RenderFragment Cell(TRow row) => ChildContent is not null
        ? ChildContent(row)
        : builder => builder.AddContent(0, Value?.Invoke(row));

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        if (Table is null) throw new InvalidOperationException("A Column stands inside the Columns of a DataTable.");
        Table.Add(this);
    }
}

/// <summary>Renders its content after the components before it have been set up, so that a table knows its columns.</summary>
public sealed class Later : ComponentBase
{
    /// <summary>The content.</summary>
    [Parameter] public RenderFragment? ChildContent { get; set; }

    /// <inheritdoc/>
    protected override void BuildRenderTree(Microsoft.AspNetCore.Components.Rendering.RenderTreeBuilder builder) => ChildContent?.Invoke(builder);
}
