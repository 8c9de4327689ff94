using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Kapok.Identity.Divisions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Kapok.Identity;

/// <summary>
/// Divisions, lines of business, organisations and posts, in memory. The snapshot is immutable and replaced within a
/// second of a change in any process of the node. Inside an installation, where the rows are not yet committed, use
/// <see cref="Load"/> with the connection of the installation instead.
/// </summary>
public sealed class OrganisationDirectory : BackgroundService
{
    /// <summary>Topic of <see cref="Signals"/>: key <c>directory</c>, or <c>person:ID</c> when somebody's posts changed.</summary>
    public const string Topic = "identity";

    readonly Database database;
    readonly ILogger<OrganisationDirectory> log;
    readonly SemaphoreSlim changed = new(0), loading = new(1);
    volatile DirectorySnapshot? current;

    public OrganisationDirectory(Database database, Signals signals, ILogger<OrganisationDirectory> log)
    {
        (this.database, this.log) = (database, log);
        signals.Listen(Topic, key => { if (key is "directory" or Signals.Everything) changed.Release(); });
    }

    /// <summary>What stands now. The first call reads the database; later ones only memory.</summary>
    public DirectorySnapshot Current => current ?? Refresh().GetAwaiter().GetResult();

    public Division? Division(string code) => Current.Division(code);

    /// <summary>Path of a division for scopes, <c>440000.440100.440106</c>; null when there is none.</summary>
    public string? PathOf(string code) => Current.Division(code)?.Path;

    public IReadOnlyList<Division> Children(string code) => Current.Children(code);

    /// <summary>An organisation, closed ones too.</summary>
    public Organisation? Organisation(Guid id) => Current.Organisation(id);

    /// <summary>An open organisation by <c>line@division</c>, for example <c>market@440106</c>.</summary>
    public Organisation? OrganisationByKey(string key) => Current.OrganisationByKey(key);

    public Organisation? OrganisationOf(string line, string divisionCode) => Current.OrganisationByKey($"{line}@{divisionCode}");

    public Post? Post(string key) => Current.Post(key);

    public Line? Line(string key) => Current.Line(key);

    /// <summary>Reads the directory as a connection sees it, with what its own transaction has written.</summary>
    public static Task<DirectorySnapshot> Load(NpgsqlConnection connection) => DirectorySnapshot.Read(connection);

    /// <summary>Reads again at once, for a process that has just changed something itself.</summary>
    public async Task<DirectorySnapshot> Refresh()
    {
        await loading.WaitAsync().ConfigureAwait(false);
        try { return current = await database.Read(DirectorySnapshot.Read).ConfigureAwait(false); }
        finally { loading.Release(); }
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await changed.WaitAsync(stop);
                while (await changed.WaitAsync(0, stop)) { } // several signals, one reading
                try { await Refresh(); }
                catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
                {
                    log.LogWarning("The directory of organisations waits for the database: {Message}", e.Message);
                    await Task.Delay(500, stop);
                    changed.Release();
                }
            }
        }
        catch (OperationCanceledException) { }
    }
}

/// <summary>An administrative division.</summary>
/// <param name="Code">GB/T 2260, 6 digits; towns 9, villages and communities 12 digits.</param>
/// <param name="Parent">Code of the division above; null for the province.</param>
/// <param name="Path">Codes from the province down, joined by points; a scope reaches everything that begins with it.</param>
/// <param name="FullName">Names from the city down, 广州市天河区五山街道.</param>
public sealed record Division(string Code, string Name, DivisionLevel Level, string? Parent, string Path, string FullName);

/// <summary>An organisation: a line of business in a division.</summary>
/// <param name="Key"><c>line@division</c>.</param>
/// <param name="CreditCode">Unified social credit code, GB 32100.</param>
public sealed record Organisation(Guid Id, string Key, string CreditCode, string Name, string ShortName, string DivisionCode, string DivisionPath, string Line)
{
    public Guid? Parent { get; init; }
    public DateOnly OpenedOn { get; init; }

    /// <summary>Last day; null while it is open.</summary>
    public DateOnly? ClosedOn { get; init; }

    /// <summary>The organisation as <see cref="Kapok.Foundation.Access"/> sees it.</summary>
    public Kapok.Foundation.Target AsTarget() => new(DivisionPath, Id, Line);
}

/// <summary>A post: what one may do in it. How far that reaches is said by <see cref="Scope"/>.</summary>
public sealed record Post(string Key, string Name, string Description, IReadOnlyList<string> Permissions)
{
    public PostScope Scope { get; init; }
}

/// <summary>How far the permissions of a post reach from the organisation it is held in.</summary>
public enum PostScope
{
    /// <summary>The organisation itself.</summary>
    Organisation,
    /// <summary>Everything in the division of the organisation and below.</summary>
    Division,
    /// <summary>The same line of business in the division and below; for a coordinating line every line.</summary>
    Line,
    /// <summary>The machine, never a case or a person.</summary>
    Node,
}

/// <summary>A line of business.</summary>
/// <param name="Department">Digits 5–6 of the basic code of its items.</param>
/// <param name="Coordinates">Its administrators reach all lines of their division (government services and data).</param>
public sealed record Line(string Key, string Name, string Department, string CreditHead, bool Coordinates);
