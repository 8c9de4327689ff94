using Dapper;
using Kapok.Catalogue.Content;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Npgsql;

namespace Kapok.Catalogue.Publishing;

/// <summary>How far a draft is.</summary>
public enum DraftState { Editing, Review, Approved, Scheduled }

/// <summary>The draft of an entry as it stands.</summary>
/// <remarks>Body is JSON: the full content in the basic list, overrides for an implementation. Base is the version in force when it was opened. None of the authors may approve or publish it.</remarks>
sealed record Draft
{
    public Guid Item { get; init; }
    public int Revision { get; init; }
    public string Body { get; init; } = "{}";
    public Guid? Base { get; init; }
    public string Cause { get; init; } = "published";
    public string State { get; init; } = "editing";
    public Guid[] Authors { get; init; } = [];
    public string ChangedBy { get; init; } = "";
    public DateTime ChangedAt { get; init; }
    public Guid? Reviewer { get; init; }

    /// <summary>Why; and the word on warnings.</summary>
    public string Note { get; init; } = "";
    public DateTime? PublishAt { get; init; }
    public Guid? ScheduledBy { get; init; }
    public string? ScheduledName { get; init; }

    public DraftState Stage => Enum.Parse<DraftState>(State, ignoreCase: true);
    public ItemContent Content() => Json.Read<ItemContent>(Body);
    public Overrides Overrides() => Json.Read<Overrides>(Body);

    const string Columns = "item, revision, body::text as body, base, cause, state, authors, changed_by, changed_at, reviewer, note, publish_at, scheduled_by, scheduled_name";

    public static Task<Draft?> Load(NpgsqlConnection connection, Guid item) =>
        connection.QuerySingleOrDefaultAsync<Draft>($"select {Columns} from catalogue.draft where item = @item", new { item });

    public static Task<Draft?> LoadForChange(NpgsqlConnection connection, Guid item) =>
        connection.QuerySingleOrDefaultAsync<Draft>($"select {Columns} from catalogue.draft where item = @item for update", new { item });
}

/// <summary>A change somebody else made to a draft meanwhile.</summary>
public sealed record DraftChange(int Revision, string By, DateTimeOffset At, IReadOnlyList<Change> Changes);
