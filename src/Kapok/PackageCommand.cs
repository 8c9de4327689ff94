using System.CommandLine;
using Kapok.Foundation;
using Kapok.Foundation.Packages;
using Spectre.Console;

namespace Kapok;

/// <summary><c>kapok package check|install|export|list</c>: applications as data, on a node's database.</summary>
static class PackageCommand
{
    public static async Task<int> Check(NodeOptions options, string[] folders)
    {
        await using var app = await Node.Prepared.Of(options);
        var installer = app.Services.GetRequiredService<PackageInstaller>();
        var bad = 0;
        foreach (var folder in folders)
        {
            var package = Package.FromFolder(folder);
            var faults = package.Ok ? await installer.Check(package.Value!, Actor.System) : package.Faults;
            if (faults.Count == 0) AnsiConsole.MarkupLineInterpolated($"[green]✓[/] {Path.GetFileName(folder.TrimEnd('/'))} 没有问题");
            else
            {
                bad++;
                Console.WriteLine($"✗ {Path.GetFileName(folder.TrimEnd('/'))} 有 {faults.Count} 处问题：");
                foreach (var fault in faults) Console.WriteLine($"  {fault}");
            }
        }
        return bad == 0 ? 0 : 1;
    }

    public static async Task<int> Install(NodeOptions options, string[] sources)
    {
        await using var app = await Node.Prepared.Of(options);
        var installer = app.Services.GetRequiredService<PackageInstaller>();
        foreach (var source in sources)
        {
            var package = File.Exists(source) ? Package.FromZip(await File.ReadAllBytesAsync(source)) : Package.FromFolder(source);
            var result = package.Ok ? await installer.Install(package.Value!, Actor.System) : package.As<bool>();
            if (!result.Ok) { foreach (var fault in result.Faults) Console.WriteLine($"✗ {fault}"); return 1; }
            AnsiConsole.MarkupLineInterpolated($"[green]✓[/] {package.Value!.Head.Title} {package.Value.Head.Version} {(result.Value ? "已安装" : "已经是这个版本")}");
        }
        return 0;
    }

    public static async Task<int> Export(NodeOptions options, string id, string? to)
    {
        await using var app = await Node.Prepared.Of(options);
        if (await app.Services.GetRequiredService<PackageInstaller>().Export(id) is not { } zip) { Console.WriteLine($"✗ 没有安装应用包 {id}"); return 1; }
        to ??= $"{id}.zip";
        await File.WriteAllBytesAsync(to, zip);
        AnsiConsole.MarkupLineInterpolated($"[green]✓[/] {to}");
        return 0;
    }

    public static async Task<int> List(NodeOptions options)
    {
        await using var app = await Node.Prepared.Of(options);
        foreach (var package in await app.Services.GetRequiredService<PackageInstaller>().List()) Console.WriteLine($"{package.Id,-32} {package.Version,-10} {package.Title}");
        return 0;
    }

    public static Command Build(Func<Command, Func<NodeOptions, ParseResult, Task<int>>, Command> with)
    {
        var package = new Command("package", "检查、安装、导出应用包");
        var folders = new Argument<string[]>("文件夹") { Arity = ArgumentArity.OneOrMore };
        var check = new Command("check", "检查应用包，列出全部问题") { folders };
        package.Subcommands.Add(with(check, (o, r) => Check(o, r.GetValue(folders)!)));
        var sources = new Argument<string[]>("文件夹或ZIP") { Arity = ArgumentArity.OneOrMore };
        package.Subcommands.Add(with(new Command("install", "安装应用包") { sources }, (o, r) => Install(o, r.GetValue(sources)!)));
        var id = new Argument<string>("应用包");
        var to = new Argument<string?>("文件") { Arity = ArgumentArity.ZeroOrOne };
        package.Subcommands.Add(with(new Command("export", "导出已安装的应用包为 ZIP") { id, to }, (o, r) => Export(o, r.GetValue(id)!, r.GetValue(to))));
        package.Subcommands.Add(with(new Command("list", "列出已安装的应用包"), (o, _) => List(o)));
        return package;
    }
}
