using System.Diagnostics;

namespace Kapok.Tests.Documents;

/// <summary>Programs of others that check our files: qpdf, poppler, zbar, openssl. A test whose program the machine lacks is skipped.</summary>
static class Outside
{
    /// <summary>Runs a program on files in a folder of its own.</summary>
    public static (int Code, string Output) Run(string program, string arguments, params (string Name, byte[] Content)[] files)
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(p => File.Exists(Path.Combine(p, program))), program + " is not installed");
        var folder = Directory.CreateTempSubdirectory("kapok-outside").FullName;
        try
        {
            foreach (var (name, content) in files) File.WriteAllBytes(Path.Combine(folder, name), content);
            using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"{program} {arguments}"]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            if (!process.WaitForExit(120_000)) { process.Kill(true); throw new TimeoutException($"{program} {arguments}"); }
            return (process.ExitCode, output + error.Result);
        }
        finally { Directory.Delete(folder, true); }
    }
}
