using System.Diagnostics;

namespace Kapok.Tests.Reliability;

/// <summary>A disk of a few megabytes in memory, to be filled. Only root may mount one.</summary>
public sealed class SmallDisk : IDisposable
{
    public SmallDisk(int megabytes, string owner = "root")
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root") Assert.Skip("mounting a small disk needs root on Linux");
        Folder = Directory.CreateTempSubdirectory("kapok-disk-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=0755", "tmpfs", Folder) == 0) { Run("chown", owner, Folder); return; }
        Directory.Delete(Folder);
        Assert.Skip("this machine does not allow mounting");
    }

    public string Folder { get; } = "";

    string Filler => Path.Combine(Folder, "filler");

    /// <summary>Writes until not one more page fits.</summary>
    public void Fill()
    {
        var page = new byte[4096];
        try
        {
            using var file = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, 0);
            while (true) file.Write(page);
        }
        catch (IOException) { }
    }

    public void MakeRoom() => File.Delete(Filler);

    static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    public void Dispose()
    {
        Run("umount", "-l", Folder);
        Directory.Delete(Folder);
    }
}
