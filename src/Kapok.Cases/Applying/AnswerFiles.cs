using System.Text.Json;
using Kapok.Cases.Forms;
using Kapok.Cases.Forms.Pages;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Files;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;
using Pairs = System.Collections.Generic.List<System.Collections.Generic.KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>>;

namespace Kapok.Cases.Applying;

/// <summary>Files as answers to questions of the form (widget <c>file</c>): with the page, in parts by script, or by program.</summary>
static class AnswerFiles
{
    public static void Map(RouteGroupBuilder draft)
    {
        draft.MapMethods("pages/{page}/upload", ["HEAD"], Ask);
        draft.MapMethods("pages/{page}/upload", ["PATCH"], Take);
    }

    /// <summary>
    /// What a page posted, with its files put in as answers. Files that are refused are named in <paramref name="errors"/>;
    /// a pressed 移除 empties its question.
    /// </summary>
    /// <param name="keep">Keeps a stored file for a question: (field, path, file).</param>
    public static async Task<(Pairs Posted, bool Removed)> With(IFormCollection form, FormDefinition definition, FileStore files, Actor actor, FieldErrors errors,
        Func<FormField, string, StoredFile, Task<Outcome<CaseMaterial>>> keep, CancellationToken stop)
    {
        var posted = form.Where(f => definition.Find(f.Key)?.Widget != Widget.File).ToList();
        foreach (var file in form.Files.Where(f => f.Length > 0))
        {
            if (definition.Find(file.Name) is not { Widget: Widget.File } field) continue;
            await using var content = file.OpenReadStream();
            var stored = await files.Save(content, file.FileName, actor.Person!.Value, (long)field.MaxMegabytes << 20, stop);
            var kept = stored.Ok ? await keep(field, file.Name, stored.Value!) : stored.As<CaseMaterial>();
            if (kept.Ok) posted.Add(Answer(file.Name, kept.Value!));
            else errors.Add(file.Name, kept.Refused == Refusal.TooLarge ? $"“{FileStore.SafeName(file.FileName)}”太大，每个文件最大 {field.MaxMegabytes} MB" : kept.Faults[0].Message);
        }
        var removed = false;
        foreach (var path in form.Keys.Where(k => k.EndsWith(".remove", StringComparison.Ordinal)).Select(k => k[..^7]).Where(p => definition.Find(p)?.Widget == Widget.File))
        {
            posted.Add(new(path, ""));
            removed = true;
        }
        return (posted, removed);
    }

    public static KeyValuePair<string, StringValues> Answer(string path, CaseMaterial file) => new(path, new FileAnswer(file.Id, file.Name).ToString());

    /// <summary>How a page shows the files of its questions and where it sends them in parts.</summary>
    public static FieldSettings Showing(this FieldSettings settings, IEnumerable<CaseMaterial> files, string href, Func<string, string?> upload) => settings with
    {
        FileUploadUrl = upload,
        FileOf = answer => files.FirstOrDefault(f => f.Id == answer.Id) is { } file ? new FileInput.AddedFile(file.Name, file.Size, $"{href}/{file.Id}", file.Id.ToString()) : null,
    };

    static async Task<IResult> Ask(Guid id, string page, string? field, HttpContext http, Drafts drafts, FileStore files) =>
        await drafts.Find(id, http.Actor()) is null || field is null ? Results.NotFound() : await PartUpload.Ask(http, files, id, FileAnswer.Key(field));

    static async Task<IResult> Take(Guid id, string page, string? field, string? writer, HttpContext http, Drafts drafts, FileStore files)
    {
        var actor = http.Actor();
        if (await drafts.Find(id, actor) is not { } draft || field is null || draft.Definition.Form.Find(field) is not { Widget: Widget.File } of) return Results.NotFound();
        return await PartUpload.Take(http, files, id, FileAnswer.Key(field), (long)of.MaxMegabytes << 20, file => Put(drafts, id, actor, of, field, file, new(page, writer is { Length: <= 40 } ? writer : "")));
    }

    /// <summary>Keeps a file as the answer to a question. What is saved on the page at the same moment is kept beside it.</summary>
    public static async Task<Outcome<Guid>> Put(Drafts drafts, Guid id, Actor actor, FormField field, string path, StoredFile file, DraftWriter writer)
    {
        var kept = await drafts.AddAnswer(id, field, path, actor, file.Id);
        if (!kept.Ok) return kept.As<Guid>();
        for (var round = 0; ; round++)
        {
            if (await drafts.Find(id, actor) is not { } draft) return Outcome<Guid>.No(Refusal.NotFound, "没有这份草稿");
            var page = draft.Definition.Form.Pages.First(p => p.Fields.Any(f => f.Name == path.Split('.', '[')[0]));
            using var standing = JsonDocument.Parse(draft.Row.Answers);
            var post = FormEngine.ApplyPage(draft.Definition.Form, standing.RootElement, page.Id, [Answer(path, kept.Value!)], draft.Form.Context);
            var saved = await drafts.Save(id, actor, post.Answers, draft.Row.Version, writer with { Page = page.Id }, exactly: true);
            if (saved.Ok) return kept.Value!.Id;
            if (saved.Refused != Refusal.Conflict || round == 4) return saved.As<Guid>();
        }
    }
}
