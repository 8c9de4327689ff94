using Kapok.Foundation;
using Kapok.Foundation.Expressions;

namespace Kapok.Documents.Layout;

/// <summary>Lets paragraphs and tables flow over as many pages as they need.</summary>
sealed class Flow(Template template, TextSetter setter, IScope scope, List<Fault> faults)
{
    const int MaxPages = 200, MaxRows = 5_000;

    readonly List<List<PrintedObject>> pages = [[]];
    Area body = template.Page.Body;
    double y = template.Page.Body.Y;

    /// <summary>What flows, page by page; one empty page when nothing does.</summary>
    public List<List<PrintedObject>> Pages()
    {
        foreach (var block in template.Blocks)
        {
            if (block is not (ParagraphBlock or SpaceBlock or TableBlock { Place: null }) || !TemplatePrinter.Holds(block, scope)) continue;
            switch (block)
            {
                case ParagraphBlock paragraph: Paragraph(paragraph); break;
                case SpaceBlock { NewPage: true } space: Next(space); break;
                case SpaceBlock space: y = Math.Min(y + space.Height, body.Bottom); break;
                case TableBlock table: Table(table, scope, pages[^1]); break;
            }
            if (faults.Count > 0) break;
        }
        return pages;
    }

    /// <summary>A table with a place of its own; it must fit there.</summary>
    public void Placed(TableBlock table, Area place, IScope values, List<PrintedObject> to)
    {
        body = place with { Height = place.Height > 0 ? place.Height : template.Height - place.Y };
        y = place.Y;
        Table(table, values, to);
    }

    bool Next(Block block)
    {
        if (pages.Count >= MaxPages) { faults.Add(new(block.Where, $"内容超过 {MaxPages} 页")); return false; }
        pages.Add([]);
        y = body.Y;
        return true;
    }

    void Paragraph(ParagraphBlock paragraph)
    {
        var text = paragraph.Words.Compose(scope, paragraph.Tag);
        if (text.Text.Length == 0) return;
        if (setter.Fonts(paragraph.Style).WhyNot(text.Text) is { } lacks) { faults.Add(new(paragraph.Where, lacks)); return; }
        if (y > body.Y) y += paragraph.Before;
        foreach (var part in Parts(text))
        {
            var set = setter.Break(part, paragraph.Style, paragraph.Align, body.Width, paragraph.Align is Align.Left or Align.Justify ? paragraph.Indent * paragraph.Style.Size : 0);
            for (var from = 0; from < set.Lines.Count;)
            {
                var room = (int)Math.Floor((body.Bottom - y + 0.01) / set.LineHeight);
                // Neither the first line alone at the foot of a page nor the last alone at the head of the next.
                if (room == 1 && from == 0 && set.Lines.Count > 1 && y > body.Y) room = 0;
                if (room == set.Lines.Count - from - 1 && room > 1) room--;
                if (room <= 0)
                {
                    if (y <= body.Y) { faults.Add(new(paragraph.Where, "页面放不下一行文字")); return; }
                    if (!Next(paragraph)) return;
                    continue;
                }
                var count = Math.Min(room, set.Lines.Count - from);
                setter.Place(set, body.X, y, pages[^1], from, count);
                y += count * set.LineHeight;
                from += count;
            }
        }
        y = Math.Min(y + paragraph.After, body.Bottom);
    }

    /// <summary>Paragraphs of a text: each line of it begins with the indent.</summary>
    static IEnumerable<Composed> Parts(Composed text)
    {
        var start = 0;
        foreach (var line in text.Text.Split('\n'))
        {
            var (from, end) = (start, start + line.Length);
            start = end + 1;
            if (line.Trim().Length == 0) continue;
            yield return new(line.TrimEnd('\r'), [(0, text.TagAt(from)), .. text.Marks.Where(m => m.At > from && m.At < end).Select(m => (m.At - from, m.Tag))]);
        }
    }

    void Table(TableBlock table, IScope values, List<PrintedObject> to)
    {
        var rows = table.Each is { } each ? each.Evaluate(values).Items : [Value.Null];
        if (rows.Count > MaxRows) { faults.Add(new(table.Where, $"表格超过 {MaxRows} 行")); return; }
        var head = table.Columns.Any(c => !c.Title.IsEmpty) ? Row(table, values, table.HeadStyle, c => c.Title) : null;
        var grid = new Grid(table, body.X);
        grid.Begin(y);
        if (head is not null) Put(head, to, grid);
        for (var i = 0; i < Math.Max(rows.Count, table.MinRows) && faults.Count == 0; i++)
        {
            var row = i < rows.Count ? Row(table, table.Each is null ? values : new RowScope(values, rows[i], i + 1), table.Style, c => c.Value) : Row(table, values, table.Style, _ => Words.Empty);
            if (row is null) return;
            if (y + row.Height > body.Bottom + 0.01)
            {
                if (table.Place is not null) { faults.Add(new(table.Where, "表格放不下：请增加高度，或者让它随正文分页")); return; }
                var top = body.Y + (head?.Height ?? 0);
                if (row.Height > body.Bottom - top + 0.01) { faults.Add(new(table.Where, $"表格第 {i + 1} 行比一页还高")); return; }
                grid.End(to);
                if (!Next(table)) return;
                to = pages[^1];
                grid.Begin(y);
                if (head is not null) Put(head, to, grid);
            }
            Put(row, to, grid);
        }
        grid.End(to);
    }

    sealed record SetRow(IReadOnlyList<TextSetter.Block?> Cells, double Height);

    SetRow? Row(TableBlock table, IScope values, TextStyle style, Func<TableBlock.Column, Words> words)
    {
        var cells = new TextSetter.Block?[table.Columns.Count];
        var height = style.Size * style.LineHeight;
        for (var i = 0; i < cells.Length; i++)
        {
            var column = table.Columns[i];
            var text = words(column).Compose(values);
            if (text.Text.Length == 0) continue;
            if (setter.Fonts(style).WhyNot(text.Text) is { } lacks) { faults.Add(new(table.Where, lacks)); return null; }
            cells[i] = setter.Break(text, style, ReferenceEquals(style, table.HeadStyle) ? Align.Centre : column.Align, Math.Max(1, column.Width - 2 * table.Padding));
            height = Math.Max(height, cells[i]!.Height);
        }
        return new(cells, height + 2 * table.Padding);
    }

    void Put(SetRow row, List<PrintedObject> to, Grid grid)
    {
        var x = body.X;
        for (var i = 0; i < row.Cells.Count; i++)
        {
            if (row.Cells[i] is { } cell) setter.Place(cell, x + grid.Table.Padding, y + (row.Height - cell.Height) / 2, to);
            x += grid.Table.Columns[i].Width;
        }
        y += row.Height;
        grid.Row(y);
    }

    /// <summary>The lines of a table on one page as a single path.</summary>
    sealed class Grid(TableBlock table, double x)
    {
        Shape shape = new();
        double top, bottom;
        double Width => table.Columns.Sum(c => c.Width);

        public TableBlock Table => table;

        public void Begin(double y)
        {
            (shape, top, bottom) = (new(), y, y);
            shape.Move(x, y).Line(x + Width, y);
        }

        public void Row(double y) { bottom = y; shape.Move(x, y).Line(x + Width, y); }

        public void End(List<PrintedObject> to)
        {
            if (table.LineWidth <= 0 || bottom <= top) return;
            var at = x;
            shape.Move(at, top).Line(at, bottom);
            foreach (var column in table.Columns) { at += column.Width; shape.Move(at, top).Line(at, bottom); }
            to.Add(new PrintedPath(shape, table.Ink, LineWidth: table.LineWidth));
        }
    }

    /// <summary>Fields of the row by name, <c>this</c> and <c>index</c>, then the outer names.</summary>
    sealed class RowScope(IScope outer, Value row, int index) : IScope
    {
        public DateOnly? Today => outer.Today;

        public Value Get(string name)
        {
            if (name == "this") return row;
            if (name == "index") return index;
            var own = row[name];
            return own.IsNull ? outer.Get(name) : own;
        }
    }
}
