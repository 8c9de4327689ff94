using Npgsql;
using NpgsqlTypes;

namespace Kapok.Cases.Storage;

/// <summary>Parameters of <c>unnest</c>: one array a column, so that any number of rows is one statement.</summary>
static class Columns
{
    public static NpgsqlBatchCommand Of<T>(string sql, IReadOnlyList<T> rows, params ReadOnlySpan<Column<T>> columns)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var column in columns) command.Parameters.Add(column.From(rows));
        return command;
    }

    public static Column<T> Uuid<T>(Func<T, Guid?> of) => new Column<T, Guid?>(NpgsqlDbType.Uuid, of);
    public static Column<T> Text<T>(Func<T, string?> of) => new Column<T, string?>(NpgsqlDbType.Text, of);
    public static Column<T> Int<T>(Func<T, int> of) => new Column<T, int>(NpgsqlDbType.Integer, of);
    public static Column<T> Long<T>(Func<T, long> of) => new Column<T, long>(NpgsqlDbType.Bigint, of);
    public static Column<T> Flag<T>(Func<T, bool> of) => new Column<T, bool>(NpgsqlDbType.Boolean, of);
    public static Column<T> Bytes<T>(Func<T, byte[]> of) => new Column<T, byte[]>(NpgsqlDbType.Bytea, of);
    public static Column<T> Date<T>(Func<T, DateOnly?> of) => new Column<T, DateOnly?>(NpgsqlDbType.Date, of);
    public static Column<T> Time<T>(Func<T, DateTimeOffset?> of) => new Column<T, DateTime?>(NpgsqlDbType.TimestampTz, r => of(r)?.UtcDateTime);
}

abstract class Column<T>
{
    public abstract NpgsqlParameter From(IReadOnlyList<T> rows);
}

sealed class Column<T, TValue>(NpgsqlDbType type, Func<T, TValue> of) : Column<T>
{
    public override NpgsqlParameter From(IReadOnlyList<T> rows)
    {
        var values = new TValue[rows.Count];
        for (var i = 0; i < values.Length; i++) values[i] = of(rows[i]);
        return new NpgsqlParameter { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }
}
