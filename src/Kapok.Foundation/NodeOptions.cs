namespace Kapok.Foundation;

/// <summary>How a node is run: for trying (demonstration accounts, generated secrets) or in earnest.</summary>
public enum NodeMode { Demonstration, Production }

/// <summary>The settings of one node. Everything the node keeps lies under <see cref="Data"/>.</summary>
public sealed record NodeOptions
{
    /// <summary>TCP port of the web server on loopback.</summary>
    public int Port { get; init; } = 8600;

    /// <summary>Folder of the node: private database, uploaded files, keys, logs.</summary>
    public string Data { get; init; } = "data";

    /// <summary>Division code of the node (GB/T 2260, six digits); 440000 is the province.</summary>
    public string Division { get; init; } = "440000";

    /// <summary>Connection string of an existing PostgreSQL (15 or newer); null starts a private instance under <see cref="Data"/>.</summary>
    public string? Database { get; init; }

    public NodeMode Mode { get; init; } = NodeMode.Demonstration;

    /// <summary>Folder with the packages that come with the program.</summary>
    public string Packages { get; init; } = "packages";

    /// <summary>Secret from which the node derives its keys; production refuses to start without an own one.</summary>
    public string Secret { get; init; } = DefaultSecret;

    /// <summary>Whether this process also works off jobs and timers; false leaves them to its siblings.</summary>
    public bool RunsJobs { get; init; } = true;

    public const string DefaultSecret = "kapok-demonstration-secret";

    /// <summary>Reasons why these options must not be used; empty when they may.</summary>
    public IEnumerable<string> Faults()
    {
        if (Port is < 1 or > 65535) yield return $"端口 {Port} 不在 1–65535 之间（--port）";
        if (Division.Length != 6 || !Division.All(char.IsAsciiDigit)) yield return $"区划代码 {Division} 应为 6 位数字（--node）";
        if (Mode == NodeMode.Production && Secret is DefaultSecret or "") yield return "生产模式必须设置自己的密钥（KAPOK_SECRET，至少 32 个字符）";
        else if (Mode == NodeMode.Production && Secret.Length < 32) yield return "密钥太短：KAPOK_SECRET 至少 32 个字符";
    }
}
