using System.Data;
using System.Text.Json;
using Dapper;
using Npgsql;

namespace Kapok.Foundation.Data;

/// <summary>The door to PostgreSQL. SQL stands in the use case that needs it; this only opens connections and transactions.</summary>
public sealed class Database : IAsyncDisposable
{
    static Database()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.AddTypeHandler(new DateOnlyHandler());
        SqlMapper.AddTypeHandler(new JsonHandler());
    }

    public Database(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        var c = builder.ConnectionStringBuilder;
        c.ApplicationName ??= $"kapok {Environment.ProcessId}";
        if (!connectionString.Contains("Maximum Pool Size", StringComparison.OrdinalIgnoreCase)) c.MaxPoolSize = 32;
        c.MaxAutoPrepare = 200;
        c.AutoPrepareMinUsages = 2;
        c.Timeout = 5;
        c.CommandTimeout = 30;
        c.IncludeErrorDetail = true;
        // Nothing here changes the session (locks are of the transaction, the listener keeps its own connection): no reset between uses.
        c.NoResetOnClose = true;
        Source = builder.Build();
    }

    public NpgsqlDataSource Source { get; }

    public ValueTask<NpgsqlConnection> Open(CancellationToken stop = default) => Source.OpenConnectionAsync(stop);

    /// <summary>Runs <paramref name="work"/> in one transaction; an exception rolls everything back.</summary>
    public async Task<T> Write<T>(Func<NpgsqlConnection, NpgsqlTransaction, Task<T>> work, CancellationToken stop = default)
    {
        await using var connection = await Source.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var result = await work(connection, transaction);
        await transaction.CommitAsync(stop);
        return result;
    }

    public Task Write(Func<NpgsqlConnection, NpgsqlTransaction, Task> work, CancellationToken stop = default) =>
        Write(async (c, t) => { await work(c, t); return 0; }, stop);

    public async Task<T> Read<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken stop = default)
    {
        await using var connection = await Source.OpenConnectionAsync(stop);
        return await work(connection);
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();

    sealed class DateOnlyHandler : SqlMapper.TypeHandler<DateOnly>
    {
        public override DateOnly Parse(object value) => value is DateOnly d ? d : DateOnly.FromDateTime((DateTime)value);
        public override void SetValue(IDbDataParameter parameter, DateOnly value)
        {
            parameter.DbType = DbType.Date;
            parameter.Value = value;
        }
    }

    sealed class JsonHandler : SqlMapper.TypeHandler<JsonElement>
    {
        public override JsonElement Parse(object value)
        {
            using var document = JsonDocument.Parse((string)value);
            return document.RootElement.Clone();
        }

        public override void SetValue(IDbDataParameter parameter, JsonElement value)
        {
            ((NpgsqlParameter)parameter).NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Jsonb;
            parameter.Value = value.GetRawText();
        }
    }
}
