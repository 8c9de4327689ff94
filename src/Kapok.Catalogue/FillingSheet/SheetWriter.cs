using System.Globalization;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using Kapok.Catalogue.Content;
using Kapok.Foundation.Codes;

namespace Kapok.Catalogue.FillingSheet;

/// <summary>An item on its way into a sheet.</summary>
/// <param name="Body">Credit code of the implementing body; null for the basic list.</param>
public sealed record SheetItem(string Code, string? Body, ItemContent Content);

/// <summary>
/// Writes the filling sheet as a stream: every cell is text or a number, never a formula; what begins like one carries
/// the quote prefix, so that it stays text also after somebody has edited and saved it.
/// </summary>
public static class SheetWriter
{
    const uint Plain = 0, Head = 1, Quoted = 2, Wrapped = 3;

    public static void Write(Stream target, IEnumerable<SheetItem> items)
    {
        var all = items as IReadOnlyList<SheetItem> ?? [.. items];
        using var document = SpreadsheetDocument.Create(target, SpreadsheetDocumentType.Workbook);
        var workbook = document.AddWorkbookPart();
        workbook.Workbook = new Workbook(new Sheets());
        AddStyles(workbook);
        foreach (var part in SheetLayout.Parts) AddPart(workbook, part, all);
        AddTables(workbook);
        workbook.Workbook.Save();
    }

    static void AddPart(WorkbookPart workbook, SheetPart part, IReadOnlyList<SheetItem> items) => AddSheet(workbook, part.Name, writer =>
    {
        writer.WriteStartElement(new SheetData());
        WriteRow(writer, 1, part.Columns.Select(c => (object?)c.Header), Head);
        var row = 2;
        foreach (var item in items)
            foreach (var cells in Rows(part, item)) WriteRow(writer, row++, cells, null);
        writer.WriteEndElement();
        DropDowns(writer, part);
    }, columns: part.Columns.Count);

    static IEnumerable<IEnumerable<object?>> Rows(SheetPart part, SheetItem item)
    {
        object?[] keys = [item.Code, item.Body];
        if (part.Field is null) return [keys.Concat(part.Columns.Skip(2).Select(c => Cell(c, Value(item.Content, c.Field!))))];
        var entries = (System.Collections.IEnumerable)Value(item.Content, part.Field)!;
        return entries.Cast<object>().Select(entry => keys.Concat(part.Columns.Skip(2).Select(c => Cell(c, Value(entry, c.Field!)))));
    }

    static object? Value(object record, string field)
    {
        object? at = record;
        foreach (var step in field.Split('.')) at = at is null ? null : Elements.Of(at.GetType()).Single(e => e.Name == step).Property.GetValue(at);
        return at;
    }

    static object? Cell(SheetColumn column, object? value) => value switch
    {
        null or "" => null,
        long fen when column.Money => fen / 100m,
        string text when column.Table is { } table => table.Find(text) ?? text,
        string text => text,
        int code when column.Table is { } table => table.Find($"{code}") ?? $"{code}",
        int or long => value,
        bool yes => yes ? "是" : "否",
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        System.Collections.IEnumerable list => string.Join('\n', list.Cast<object>().Select(v => Cell(column, v)?.ToString())) is { Length: > 0 } joined ? joined : null,
        _ => value.ToString(),
    };

    static void AddTables(WorkbookPart workbook) => AddSheet(workbook, SheetLayout.Tables, writer =>
    {
        writer.WriteStartElement(new SheetData());
        WriteRow(writer, 1, SheetLayout.UsedTables.Select(t => (object?)t.Name), Head);
        for (var i = 0; i < SheetLayout.UsedTables.Max(t => t.Count); i++)
            WriteRow(writer, i + 2, SheetLayout.UsedTables.Select(t => i < t.Count ? (object?)t.ElementAt(i).Label : null), null);
        writer.WriteEndElement();
    }, hidden: true);

    /// <summary>A list of labels to choose from for every column with one code; several codes in a cell cannot be offered that way.</summary>
    static void DropDowns(OpenXmlWriter writer, SheetPart part)
    {
        var single = part.Columns.Select((c, i) => (Column: c, At: i)).Where(c => c.Column is { Table: not null, Many: false } || c.Column.Type == typeof(bool)).ToList();
        if (single.Count == 0) return;
        writer.WriteStartElement(new DataValidations { Count = (uint)single.Count });
        foreach (var (column, at) in single)
        {
            var letters = SheetLayout.Letters(at);
            writer.WriteElement(new DataValidation(new Formula1(column.Table is { } table ? RangeOf(table) : "\"是,否\""))
            {
                Type = DataValidationValues.List, AllowBlank = true, ShowErrorMessage = true, ErrorTitle = column.Header, Error = "请从下拉列表中选择",
                SequenceOfReferences = new ListValue<StringValue> { InnerText = $"{letters}2:{letters}20000" },
            });
        }
        writer.WriteEndElement();
    }

    static string RangeOf(CodeTable table)
    {
        var letters = SheetLayout.Letters(SheetLayout.UsedTables.ToList().IndexOf(table));
        return $"{SheetLayout.Tables}!${letters}$2:${letters}${table.Count + 1}";
    }

    static void AddSheet(WorkbookPart workbook, string name, Action<OpenXmlWriter> write, int columns = 0, bool hidden = false)
    {
        var part = workbook.AddNewPart<WorksheetPart>();
        using (var writer = OpenXmlWriter.Create(part))
        {
            writer.WriteStartElement(new Worksheet());
            if (columns > 0)
            {
                writer.WriteElement(new SheetViews(new SheetView(new Pane { VerticalSplit = 1, TopLeftCell = "A2", ActivePane = PaneValues.BottomLeft, State = PaneStateValues.Frozen }) { WorkbookViewId = 0 }));
                writer.WriteElement(new Columns(new Column { Min = 1, Max = 2, Width = 22, CustomWidth = true }, new Column { Min = 3, Max = (uint)Math.Max(3, columns), Width = 18, CustomWidth = true }));
            }
            write(writer);
            writer.WriteEndElement();
        }
        var sheets = workbook.Workbook.Sheets!;
        sheets.Append(new Sheet { Name = name, SheetId = (uint)(sheets.Count() + 1), Id = workbook.GetIdOfPart(part), State = hidden ? SheetStateValues.Hidden : SheetStateValues.Visible });
    }

    static void WriteRow(OpenXmlWriter writer, int row, IEnumerable<object?> cells, uint? style)
    {
        writer.WriteStartElement(new Row { RowIndex = (uint)row });
        var at = 0;
        foreach (var value in cells)
        {
            var reference = $"{SheetLayout.Letters(at++)}{row}";
            switch (value)
            {
                case null: break;
                case string text:
                    var clean = new string([.. text.Where(c => !char.IsControl(c) || c is '\n' or '\t')]);
                    writer.WriteElement(new Cell(new InlineString(new Text(clean) { Space = SpaceProcessingModeValues.Preserve })) { CellReference = reference, DataType = CellValues.InlineString, StyleIndex = style ?? (Injects(clean) ? Quoted : clean.Contains('\n') ? Wrapped : Plain) });
                    break;
                default:
                    writer.WriteElement(new Cell(new CellValue(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture))) { CellReference = reference, DataType = CellValues.Number, StyleIndex = style ?? Plain });
                    break;
            }
        }
        writer.WriteEndElement();
    }

    /// <summary>What a spreadsheet might take for a formula: = + - @, also behind white space.</summary>
    public static bool Injects(string text) => text.TrimStart() is { Length: > 0 } start && start[0] is '=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠';

    static void AddStyles(WorkbookPart workbook)
    {
        var styles = workbook.AddNewPart<WorkbookStylesPart>();
        styles.Stylesheet = new Stylesheet(
            new Fonts(new Font(), new Font(new Bold())),
            new Fills(new Fill(new PatternFill { PatternType = PatternValues.None }), new Fill(new PatternFill { PatternType = PatternValues.Gray125 })),
            new Borders(new Border()),
            new CellFormats(new CellFormat(), new CellFormat { FontId = 1, ApplyFont = true }, new CellFormat { QuotePrefix = true },
                new CellFormat(new Alignment { WrapText = true }) { ApplyAlignment = true }));
        styles.Stylesheet.Save();
    }
}
