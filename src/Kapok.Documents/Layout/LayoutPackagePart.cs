using Dapper;
using Kapok.Documents.Fonts;
using Kapok.Documents.Licences;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Packages;

namespace Kapok.Documents.Layout;

/// <summary>
/// The templates of a package (<c>layouts/*.yaml</c> and pictures beside them): read, printed with their sample, and held against the licence
/// types that use them. Every finding names file and line.
/// </summary>
sealed class LayoutPackagePart(FontBook fonts) : IPackagePart
{
    const int MaxPicture = 512 << 10;
    static readonly string[] Endings = [".yaml", ".png", ".jpg"];

    public int Floor => 4;

    public Task Check(Package package, InstallContext context, List<Fault> faults)
    {
        var types = package.In("licences", ".yaml", ".yml").Select(f => LicenceTypeFile.Read(package.Head.Id, f.Path, f.Text, [])).OfType<LicenceTypeFile>().ToList();
        byte[]? Picture(string name) => package.Files.GetValueOrDefault($"layouts/{name}");
        var names = new HashSet<string>();
        foreach (var (path, text) in package.In("layouts", ".yaml"))
        {
            var read = Template.Parse(path, text, Picture);
            if (!read.Ok) { faults.AddRange(read.Faults); continue; }
            var template = read.Value!;
            names.Add(template.Id);
            if (path != $"layouts/{template.Id}.yaml") faults.Add(new(path, $"文件名应与 id 相同：layouts/{template.Id}.yaml"));
            foreach (var type in types.Where(t => t.Type.Template == $"{package.Head.Id}/{template.Id}")) faults.AddRange(template.Unsupplied(LicenceSheet.Names(type.Type)));
            // A node without Chinese fonts can still take the package; it says so when a licence is to be printed.
            if (template.Sample is not null && fonts.Lack is null && new TemplatePrinter(template, fonts).PrintSample(context.Now, Picture) is { Ok: false } sample) faults.AddRange(sample.Faults);
        }
        foreach (var type in types)
            if (type.Type.Template is { } key && key.StartsWith(package.Head.Id + "/", StringComparison.Ordinal) && !names.Contains(key[(package.Head.Id.Length + 1)..]))
                faults.Add(new(type.Written.Place("template"), $"没有版式模板 layouts/{key[(package.Head.Id.Length + 1)..]}.yaml"));
        foreach (var (path, content) in package.Files.Where(f => f.Key.StartsWith("layouts/", StringComparison.Ordinal)))
            if (!Endings.Contains(Path.GetExtension(path))) faults.Add(new(path, "layouts 里只能有 .yaml 模板和 .png、.jpg 图片"));
            else if (content.Length > MaxPicture) faults.Add(new(path, $"图片、模板不能超过 {MaxPicture >> 10} KB"));
        return Task.CompletedTask;
    }

    public async Task Install(Package package, InstallContext context)
    {
        var files = package.Files.Where(f => f.Key.StartsWith("layouts/", StringComparison.Ordinal)).ToList();
        var standing = await context.Connection.ExecuteAsync("delete from documents.layout_file where package = @id", new { id = package.Head.Id });
        foreach (var (path, content) in files) await context.Connection.ExecuteAsync("insert into documents.layout_file (package, path, content) values (@id, @path, @content)", new { id = package.Head.Id, path, content });
        if (files.Count + standing > 0) await Signals.Send(context.Connection, Layouts.Topic, package.Head.Id);
    }
}
