using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Dapper;

namespace Kapok.Foundation.Data;

/// <summary>
/// Applies the numbered SQL files of every module in order, once, under an advisory lock. A file that was
/// applied and has since changed stops the start: history is not edited.
/// </summary>
public sealed class Migrator(Database database)
{
    const long Lock = 0x6B61706F6B; // "kapok"

    /// <returns>Names of the files that were applied now.</returns>
    public async Task<IReadOnlyList<string>> Apply(IEnumerable<IModule> modules, CancellationToken stop = default)
    {
        var files = modules.OrderBy(m => m.Floor).SelectMany(Files).ToList();
        await using var connection = await database.Open(stop);
        await connection.ExecuteAsync("select pg_advisory_lock(@Lock)", new { Lock });
        try
        {
            await connection.ExecuteAsync("""
                create schema if not exists kapok;
                create table if not exists kapok.migration (
                  file text primary key, checksum text not null, applied_at timestamptz not null default now())
                """);
            var done = (await connection.QueryAsync<(string File, string Checksum)>("select file, checksum from kapok.migration"))
                .ToDictionary(r => r.File, r => r.Checksum);
            var applied = new List<string>();
            foreach (var (file, sql, checksum) in files)
            {
                if (done.TryGetValue(file, out var known))
                {
                    if (known != checksum)
                        throw new InvalidOperationException($"数据库脚本 {file} 在执行之后被改动过。已执行的脚本不能修改，请新增一个编号更大的脚本。");
                    continue;
                }
                await using var transaction = await connection.BeginTransactionAsync(stop);
                await connection.ExecuteAsync(sql, transaction: transaction);
                await connection.ExecuteAsync("insert into kapok.migration (file, checksum) values (@file, @checksum)", new { file, checksum }, transaction);
                await transaction.CommitAsync(stop);
                applied.Add(file);
            }
            return applied;
        }
        finally
        {
            await connection.ExecuteAsync("select pg_advisory_unlock(@Lock)", new { Lock });
        }
    }

    static IEnumerable<(string File, string Sql, string Checksum)> Files(IModule module)
    {
        var assembly = module.GetType().Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith("Schema/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            var sql = Text(assembly, name);
            yield return ($"{module.Name}/{Path.GetFileName(name)}", sql, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));
        }
    }

    static string Text(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
