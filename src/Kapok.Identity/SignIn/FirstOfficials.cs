using System.Security.Cryptography;
using System.Text;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Identity.Administration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kapok.Identity.SignIn;

/// <summary>Who is still missing on a new node.</summary>
/// <param name="Organisation">Where the post is held: government services and data of the node's own division.</param>
public sealed record MissingOfficial(string Post, string Name, string Organisation);

/// <summary>
/// A production node begins without any account. Whoever can read the data folder finds a code there, and with it
/// opens the first business administrator and the first technical operator, each once; afterwards the code is gone
/// and so is the page.
/// </summary>
public sealed class FirstOfficials(Database database, OrganisationDirectory directory, Openings openings, NodeOptions node, ILogger<FirstOfficials> log) : IHostedService
{
    static readonly string[] Needed = ["org-admin", "tech"];

    public string File => Path.Combine(node.Data, "first-officials.txt");

    /// <summary>Posts that nobody on this node has ever held; empty on a demonstration node and on one that is set up.</summary>
    public async Task<IReadOnlyList<MissingOfficial>> Missing()
    {
        var now = directory.Current;
        if (now.Lines.FirstOrDefault(l => l.Coordinates) is not { } line || now.OrganisationByKey($"{line.Key}@{node.Division}") is not { } organisation) return [];
        var held = (await database.Read(c => c.QueryAsync<string>("select distinct post from identity.appointment where post = any(@Needed)", new { Needed }))).ToHashSet();
        return [.. Needed.Where(p => !held.Contains(p)).Select(now.Post).OfType<Post>().Select(p => new MissingOfficial(p.Key, p.Name, organisation.Key))];
    }

    /// <summary>Opens one of the missing officials.</summary>
    public async Task<Outcome<Opened>> Open(string code, string post, OpenOfficial official, string origin)
    {
        var kept = System.IO.File.Exists(File) ? (await System.IO.File.ReadAllTextAsync(File)).Trim() : "";
        if (kept.Length == 0 || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(kept), Encoding.UTF8.GetBytes(code.Trim())))
        {
            await Task.Delay(500); // the code has 160 bits; this only spares the log
            log.LogWarning("A wrong code was tried at /setup from {Origin}", origin);
            return Outcome<Opened>.No(Refusal.Invalid, "设置码不正确，请查看数据文件夹中的 first-officials.txt", "code");
        }
        if ((await Missing()).FirstOrDefault(m => m.Post == post) is not { } missing) return Outcome<Opened>.No(Refusal.Conflict, "这个岗位已经有人了", "post");
        var outcome = await openings.Open(Actor.System with { Name = "首次设置", Origin = origin }, new() { Officials = [official with { Posts = [new(missing.Organisation, missing.Post)] }] });
        if (outcome.Ok && (await Missing()).Count == 0) System.IO.File.Delete(File);
        return outcome;
    }

    /// <summary>Leaves the code in the data folder when it is needed.</summary>
    public async Task StartAsync(CancellationToken stop)
    {
        try
        {
            if (node.Mode != NodeMode.Production || (await Missing()).Count == 0 || System.IO.File.Exists(File)) return;
            Directory.CreateDirectory(node.Data);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using var file = new StreamWriter(File, new UTF8Encoding(false), options);
            await file.WriteLineAsync(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20)));
            log.LogWarning("This node has no administrator yet. Open /setup with the code in {File}", File);
        }
        catch (IOException) { } // a sibling process was first
        catch (Exception e) when (e is Npgsql.NpgsqlException or TimeoutException) { log.LogWarning("Cannot see whether the node has an administrator: {Message}", e.Message); }
    }

    public Task StopAsync(CancellationToken stop) => Task.CompletedTask;
}
