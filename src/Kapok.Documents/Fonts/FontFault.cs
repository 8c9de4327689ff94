namespace Kapok.Documents.Fonts;

/// <summary>A font file that cannot be used, with the table that is wrong (for example <c>cmap</c>, or <c>file</c> for the file as a whole).</summary>
public sealed class FontFault : Exception
{
    /// <param name="table">Tag of the table as in the OpenType specification, without padding.</param>
    /// <param name="words">What is wrong, in Chinese, for the person who installed the font.</param>
    public FontFault(string table, string words) : base(table == File ? $"字体文件有误：{words}" : $"字体的 {table.TrimEnd()} 表有误：{words}") => Table = table.TrimEnd();

    internal const string File = "file";

    public string Table { get; }
}
