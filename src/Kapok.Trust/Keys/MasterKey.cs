using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Kapok.Foundation;
using Kapok.Trust.Algorithms;

namespace Kapok.Trust.Keys;

/// <summary>
/// The secret from which the node's keys for wrapping and field encryption come. It never lies in the database: in
/// production it is derived from KAPOK_SECRET, otherwise from a random file in the data folder.
/// </summary>
public sealed class MasterKey(NodeOptions options)
{
    readonly Lazy<byte[]> secret = new(() => options.Secret != NodeOptions.DefaultSecret
        ? Sm3.Hkdf(Encoding.UTF8.GetBytes(options.Secret), "kapok master key"u8, default, CipherSuite.KeySize)
        : FromFile(Path.Combine(options.Data, "keys", "master.key")));
    readonly ConcurrentDictionary<string, byte[]> derived = new();

    /// <summary>A key of 32 bytes for one purpose; different purposes get independent keys.</summary>
    public byte[] For(string purpose) => derived.GetOrAdd(purpose, p => Sm3.Hkdf(secret.Value, default, Encoding.UTF8.GetBytes(p), CipherSuite.KeySize));

    /// <summary>Reads the file, or makes it: several processes may start at once, and one of them wins.</summary>
    static byte[] FromFile(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path))
        {
            var draft = $"{path}.{Environment.ProcessId}.{Guid.NewGuid():N}";
            var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var file = new FileStream(draft, create))
            {
                file.Write(RandomNumberGenerator.GetBytes(CipherSuite.KeySize));
                file.Flush(flushToDisk: true);
            }
            try { File.Move(draft, path, overwrite: false); }
            catch (IOException) { File.Delete(draft); } // another process was faster
        }
        var key = File.ReadAllBytes(path);
        return key.Length == CipherSuite.KeySize ? key : throw new InvalidOperationException($"{path} 应有 {CipherSuite.KeySize} 字节，现在是 {key.Length} 字节");
    }
}
