using System.Diagnostics;

namespace Kapok.Tests.Trust;

/// <summary>The openssl program as an independent judge, in a folder of its own.</summary>
public sealed class OpenSsl : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("kapok-openssl-").FullName;

    public string File(string name, byte[] content)
    {
        var path = Path.Combine(Folder, name);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    public byte[] Read(string name) => System.IO.File.ReadAllBytes(Path.Combine(Folder, name));

    /// <summary>PEM of DER bytes, as a file.</summary>
    public string Pem(string name, string label, byte[] der) => File(name, System.Text.Encoding.ASCII.GetBytes(new string(System.Security.Cryptography.PemEncoding.Write(label, der)) + "\n"));

    public (int Code, string Output) Run(params string[] arguments) => Run("openssl", arguments);

    public (int Code, string Output) Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    public void Dispose() => Directory.Delete(Folder, true);
}
