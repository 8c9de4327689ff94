using System.CommandLine;
using Kapok.Foundation;

namespace Kapok;

/// <summary>The command line. Every option has an environment variable of the same meaning.</summary>
static class Commands
{
    static readonly Option<int> Port = new("--port") { Description = "网页端口（KAPOK_PORT）", DefaultValueFactory = _ => int.Parse(Env("PORT") ?? "8600") };
    static readonly Option<string> Data = new("--data") { Description = "数据文件夹（KAPOK_DATA）", DefaultValueFactory = _ => Env("DATA") ?? Path.Combine(Root, "data") };
    static readonly Option<string> Division = new("--node") { Description = "本节点的区划代码（KAPOK_NODE）", DefaultValueFactory = _ => Env("NODE") ?? "440000" };
    static readonly Option<string?> Database = new("--database") { Description = "已有 PostgreSQL 的连接串（KAPOK_DATABASE）；不填则自带", DefaultValueFactory = _ => Env("DATABASE") };
    static readonly Option<bool> Production = new("--production") { Description = "生产模式：不建演示账号，必须有自己的密钥（KAPOK_SECRET）", DefaultValueFactory = _ => Env("MODE") == "production" };
    static readonly Option<int> Processes = new("--processes") { Description = "进程数", DefaultValueFactory = _ => 1 };

    public static string Root => Environment.GetEnvironmentVariable("KAPOK_ROOT") ?? Directory.GetCurrentDirectory();

    static string? Env(string name) => Environment.GetEnvironmentVariable("KAPOK_" + name) is { Length: > 0 } value ? value : null;

    public static Task<int> Run(string[] args)
    {
        var root = new RootCommand("Kapok 红棉：一个程序运行一省的数字政府");
        Add(root, "up", "启动节点（后台），第一次会建库并安装应用包", (o, r) => Node.Up(o, r.GetValue(Processes)), Processes);
        Add(root, "down", "停止节点", (o, _) => Node.Down(o));
        Add(root, "reset", "停止并清空数据文件夹", (o, _) => Node.Reset(o));
        Add(root, "status", "查看节点状态", (o, _) => Node.Status(o));
        Add(root, "logs", "查看日志", (o, _) => Node.Logs(o));
        Add(root, "serve", "在前台运行一个进程", (o, _) => Node.Serve(o));
        var file = new Argument<string>("情景") { DefaultValueFactory = _ => Path.Combine(Root, "packages/food-business-permit/tests/new-corrected.yaml"), Arity = ArgumentArity.ZeroOrOne };
        root.Subcommands.Add(With(new Command("demo", "用真实账号把一件事从申请办到决定") { file }, (o, r) => Demo.Run(o, r.GetValue(file)!)));
        root.Subcommands.Add(PackageCommand.Build(With));
        root.Subcommands.Add(Verify());
        return root.Parse(args).InvokeAsync();
    }

    /// <summary>Works without a node: the file and public certificates are all it takes.</summary>
    static Command Verify()
    {
        var file = new Argument<string>("文件");
        var trust = new Option<string?>("--trust") { Description = "可信的根证书（PEM 或 DER）" };
        var audit = new Command("audit", "离线核对审计链的导出文件或单条证明") { file, trust };
        audit.SetAction(result => VerifyCommand.Audit(result.GetValue(file)!, result.GetValue(trust)));
        var archive = new Command("archive", "离线核对办件的归档包") { file, trust };
        archive.SetAction(result => VerifyCommand.Archive(result.GetValue(file)!, result.GetValue(trust)));
        return new("verify", "离线核对") { audit, archive };
    }

    static void Add(RootCommand root, string name, string description, Func<NodeOptions, ParseResult, Task<int>> run, params Option[] more)
    {
        var command = new Command(name, description);
        foreach (var option in more) command.Options.Add(option);
        root.Subcommands.Add(With(command, run));
    }

    /// <summary>Gives a command the options every command has.</summary>
    static Command With(Command command, Func<NodeOptions, ParseResult, Task<int>> run)
    {
        foreach (var option in (Option[])[Port, Data, Division, Database, Production]) command.Options.Add(option);
        command.SetAction(result => run(Options(result), result));
        return command;
    }

    static NodeOptions Options(ParseResult result) => new()
    {
        Port = result.GetValue(Port),
        Data = Path.GetFullPath(result.GetValue(Data)!),
        Division = result.GetValue(Division)!,
        Database = result.GetValue(Database),
        Mode = result.GetValue(Production) ? NodeMode.Production : NodeMode.Demonstration,
        Secret = Env("SECRET") ?? NodeOptions.DefaultSecret,
        Packages = Path.Combine(Root, "packages"),
    };
}
