using System.Collections.Immutable;
using Dapper;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Files;
using Microsoft.AspNetCore.Http;

namespace Kapok.Cases.Handling;

/// <summary>A file that an official put to a case.</summary>
public sealed record AttachmentRow(Guid Id, Guid CaseId, string Purpose, Guid? Subject, string Name, Guid File, long Size, string Type, string Digest, DateTime AddedAt, string AddedByName);

/// <summary>Files of officials: evidence, what goes with a question or an answer.</summary>
public sealed class CaseFiles(Database database, FileStore files)
{
    /// <summary>Largest file and most files of one act.</summary>
    public const long Largest = 20L << 20;
    const int Most = 10;

    /// <summary>Files the actor has uploaded himself; another's is not found.</summary>
    public async Task<Outcome<ImmutableArray<AttachedFile>>> Uploaded(Guid[]? ids, Actor actor)
    {
        var found = ImmutableArray.CreateBuilder<AttachedFile>();
        foreach (var id in (ids ?? []).Distinct())
        {
            if (await files.Find(id) is not { } file || file.Owner != actor.Person) return Outcome<ImmutableArray<AttachedFile>>.No(Refusal.Invalid, "没有这个文件，请先上传", "files");
            found.Add(new(file.Id, file.Name, file.Size, file.Type, file.Digest));
        }
        return found.Count > Most ? TooMany() : found.ToImmutable();
    }

    /// <summary>The files of a form field.</summary>
    public async Task<Outcome<ImmutableArray<AttachedFile>>> Posted(IFormCollection form, string name, Actor actor)
    {
        var found = ImmutableArray.CreateBuilder<AttachedFile>();
        foreach (var part in form.Files.Where(f => f.Name == name && f.Length > 0))
        {
            if (found.Count == Most) return TooMany(name);
            await using var content = part.OpenReadStream();
            var stored = await files.Save(content, part.FileName, actor.Person!.Value, Largest);
            if (!stored.Ok) return Outcome<ImmutableArray<AttachedFile>>.No(stored.Refused!.Value, stored.Faults[0].Message, name);
            var file = stored.Value!;
            found.Add(new(file.Id, file.Name, file.Size, file.Type, file.Digest));
        }
        return found.ToImmutable();
    }

    static Outcome<ImmutableArray<AttachedFile>> TooMany(string where = "files") => Outcome<ImmutableArray<AttachedFile>>.No(Refusal.Invalid, $"最多 {Most} 个文件，请合并后再上传", where);

    public Task<IReadOnlyList<AttachmentRow>> Of(Guid id) => database.Read<IReadOnlyList<AttachmentRow>>(async c => (await c.QueryAsync<AttachmentRow>(
        "select id, case_id, purpose, subject, name, file, size, type, digest, added_at, added_by_name from cases.attachment where case_id = @id order by added_at, id", new { id })).AsList());
}
