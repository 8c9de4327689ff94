using System.Globalization;
using System.IO.Compression;
using System.Text;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using Kapok.Foundation;

namespace Kapok.Catalogue.FillingSheet;

/// <summary>A row of a sheet: cell texts by column counted from 0.</summary>
public sealed record SheetRow(string Sheet, int Number, IReadOnlyDictionary<int, string> Cells)
{
    public string Where(int column) => $"{Sheet}!{SheetLayout.Letters(column)}{Number}";
}

/// <summary>
/// Reads a workbook row by row without building it in memory. Refuses what is not a plain table of values: formulas,
/// text that begins like one, archives that unpack to far more than they are.
/// </summary>
public static class SheetReader
{
    public const int MaxFile = 8 << 20, MaxUnpacked = 80 << 20, MaxEntries = 200, MaxRows = 20_000, MaxCells = 600_000, MaxCell = 8_000;

    public static Outcome<IReadOnlyList<SheetRow>> Read(byte[] file)
    {
        if (file.Length > MaxFile) return No(Refusal.TooLarge, $"文件超过 {MaxFile >> 20} MB");
        if (Bomb(file) is { } bomb) return bomb;
        var (rows, faults) = (new List<SheetRow>(), new List<Fault>());
        try
        {
            using var document = SpreadsheetDocument.Open(new MemoryStream(file, writable: false), false);
            var workbook = document.WorkbookPart ?? throw new FileFormatException();
            var shared = SharedStrings(workbook);
            var cells = 0;
            foreach (var sheet in workbook.Workbook.Descendants<Sheet>())
            {
                if (sheet.Name?.Value is not { } name || name == SheetLayout.Tables || sheet.Id?.Value is not { } id || workbook.GetPartById(id) is not WorksheetPart part) continue;
                foreach (var row in Rows(name, part, shared, faults))
                {
                    cells += row.Cells.Count;
                    if (row.Number > MaxRows || cells > MaxCells) return No(Refusal.TooLarge, $"每张表最多 {MaxRows} 行，全部最多 {MaxCells} 个单元格", name);
                    rows.Add(row);
                }
            }
        }
        catch (Exception e) when (e is OpenXmlPackageException or FileFormatException or InvalidDataException or System.Xml.XmlException or ArgumentException or FormatException or InvalidOperationException or KeyNotFoundException or NullReferenceException)
        {
            return No(Refusal.Invalid, "不是可以读取的 XLSX 文件，请用导出的填报表填写");
        }
        return faults.Count > 0 ? Outcome<IReadOnlyList<SheetRow>>.Invalid(faults) : rows;
    }

    /// <summary>Unpacks every entry once, counting: what the archive says about its own sizes is not believed.</summary>
    static Outcome<IReadOnlyList<SheetRow>>? Bomb(byte[] file)
    {
        try
        {
            using var archive = new ZipArchive(new MemoryStream(file, writable: false), ZipArchiveMode.Read);
            if (archive.Entries.Count > MaxEntries) return No(Refusal.TooLarge, "文件里的部件太多");
            var (left, buffer) = ((long)MaxUnpacked, new byte[81920]);
            foreach (var entry in archive.Entries)
            {
                using var stream = entry.Open();
                int read;
                while ((read = stream.Read(buffer)) > 0)
                    if ((left -= read) < 0) return No(Refusal.TooLarge, $"文件解开后超过 {MaxUnpacked >> 20} MB");
            }
            return null;
        }
        catch (InvalidDataException) { return No(Refusal.Invalid, "不是 XLSX 文件"); }
    }

    static List<string> SharedStrings(WorkbookPart workbook)
    {
        var strings = new List<string>();
        if (workbook.SharedStringTablePart is not { } part) return strings;
        using var reader = OpenXmlReader.Create(part);
        while (reader.Read())
            if (reader.ElementType == typeof(SharedStringItem) && reader.IsStartElement) strings.Add(TextOf((SharedStringItem)reader.LoadCurrentElement()!));
        return strings;
    }

    static IEnumerable<SheetRow> Rows(string sheet, WorksheetPart part, List<string> shared, List<Fault> faults)
    {
        using var reader = OpenXmlReader.Create(part);
        var number = 0;
        while (reader.Read())
        {
            if (reader.ElementType != typeof(Row) || !reader.IsStartElement) continue;
            var row = (Row)reader.LoadCurrentElement()!;
            number = row.RowIndex?.Value is { } given ? (int)Math.Min(given, int.MaxValue) : number + 1;
            var cells = new Dictionary<int, string>();
            var at = -1;
            foreach (var cell in row.Elements<Cell>())
            {
                at = cell.CellReference?.Value is { } reference ? ColumnOf(reference) : at + 1;
                var where = $"{sheet}!{SheetLayout.Letters(at)}{number}";
                if (cell.CellFormula is not null) { faults.Add(new(where, "单元格里有公式，请改成文字或数字")); continue; }
                var text = CellText(cell, shared).Trim();
                if (text.Length == 0) continue;
                if (text.Length > MaxCell) faults.Add(new(where, $"文字超过 {MaxCell} 个字"));
                else if (SheetWriter.Injects(text) && !IsNumberOrPhone(text)) faults.Add(new(where, "文字不能以 = + - @ 开头，会被当成公式"));
                else cells[at] = text;
            }
            if (cells.Count > 0) yield return new(sheet, number, cells);
        }
    }

    static string CellText(Cell cell, List<string> shared)
    {
        var raw = cell.CellValue?.InnerText ?? "";
        if (cell.DataType?.Value is not { } type) return raw;
        if (type == CellValues.SharedString) return int.TryParse(raw, CultureInfo.InvariantCulture, out var i) && i >= 0 && i < shared.Count ? shared[i] : "";
        if (type == CellValues.InlineString) return cell.InlineString is { } inline ? TextOf(inline) : "";
        return type == CellValues.Boolean ? raw == "1" ? "是" : "否" : raw;
    }

    /// <summary>Text of a rich string without its phonetic guides.</summary>
    static string TextOf(OpenXmlElement element)
    {
        var text = new StringBuilder();
        foreach (var part in element.Descendants<Text>())
            if (part.Parent is not PhoneticRun) text.Append(part.Text);
        return text.ToString();
    }

    static bool IsNumberOrPhone(string text) => text[0] is '+' or '-' && text.Skip(1).All(c => char.IsAsciiDigit(c) || c is ' ' or '-' or '.' or '(' or ')') && text.Any(char.IsAsciiDigit);

    static int ColumnOf(string reference)
    {
        var column = 0;
        foreach (var c in reference.TakeWhile(char.IsAsciiLetterUpper)) column = column * 26 + (c - 'A' + 1);
        return column is >= 1 and <= 16_384 ? column - 1 : throw new FormatException(reference);
    }

    static Outcome<IReadOnlyList<SheetRow>> No(Refusal refusal, string message, string where = "") => Outcome<IReadOnlyList<SheetRow>>.No(refusal, message, where);
}
