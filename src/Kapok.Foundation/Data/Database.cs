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

    /// <summary>Connections of the shared commits of one process; their writers and the running numbers need no more.</summary>
    const int Few = 8;

    public Database(string connectionString) : this(connectionString, null) => Shared = new(connectionString, Few);

    Database(string connectionString, int? connections)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        var c = builder.ConnectionStringBuilder;
        c.ApplicationName ??= $"kapok {Environment.ProcessId}";
        if (connections is { } few)
        {
            c.MaxPoolSize = few;
            // Their statements all find rows by key; planning them anew for the length of a list costs more than running them.
            c.Options = string.Join(' ', c.Options, "-c plan_cache_mode=force_generic_plan").Trim();
        }
        else if (!connectionString.Contains("Maximum Pool Size", StringComparison.OrdinalIgnoreCase)) c.MaxPoolSize = 32;
        c.MaxAutoPrepare = 200;
        c.AutoPrepareMinUsages = 2;
        c.Timeout = 5;
        c.CommandTimeout = 30;
        c.IncludeErrorDetail = true;
        // Nothing here changes the session (locks are of the transaction, the listener keeps its own connection): no reset between uses.
        c.NoResetOnClose = true;
        Source = builder.Build();
        Shared = this;
    }

    /// <summary>
    /// The same database over a few connections of its own, for what commits together with others many times a second: a
    /// pool hands its connections out in turn, so that in a large one every backend would prepare and plan everything.
    /// </summary>
    public Database Shared { get; }

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

    public async ValueTask DisposeAsync()
    {
        if (Shared != this) await Shared.DisposeAsync();
        await Source.DisposeAsync();
    }

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
