using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Kapok.Foundation.Files;

/// <summary>What an inspection says.</summary>
/// <param name="Found">Name of what was found; null when there is nothing.</param>
public sealed record FileInspection(string? Found)
{
    public static readonly FileInspection Clean = new((string?)null);
}

/// <summary>Looks into a file for what may do harm, before it is kept.</summary>
public interface IFileInspector
{
    /// <exception cref="IOException">Nothing can be said now: the file is not taken, the caller may try again.</exception>
    Task<FileInspection> Inspect(Stream content, CancellationToken stop);
}

/// <summary>Chooses the inspector of a node.</summary>
public static class FileInspectors
{
    /// <summary>clamd at <c>KAPOK_CLAMD</c> (<c>host:port</c>, or the path of its socket); null when none is named.</summary>
    /// <exception cref="InvalidOperationException">The address cannot be read.</exception>
    public static IFileInspector? Choose(string? clamd)
    {
        if (string.IsNullOrWhiteSpace(clamd)) return null;
        if (clamd.StartsWith('/')) return new ClamdInspector(new UnixDomainSocketEndPoint(clamd));
        var colon = clamd.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(clamd.AsSpan(colon + 1), out var port) || port is < 1 or > 65535) throw new InvalidOperationException($"KAPOK_CLAMD 应为 主机:端口 或者 / 开头的套接字路径，现在是“{clamd}”");
        var host = clamd[..colon].Trim('[', ']');
        return new ClamdInspector(IPAddress.TryParse(host, out var ip) ? new IPEndPoint(ip, port) : new DnsEndPoint(host, port));
    }
}

/// <summary>
/// ClamAV's daemon over its INSTREAM command (clamd(8)): pieces of a file, each after its length in four bytes, closed by
/// a length of nothing; the answer is one line. <c>StreamMaxLength</c> there must not be less than the largest upload here.
/// </summary>
public sealed class ClamdInspector(EndPoint address) : IFileInspector
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    const int Piece = 64 << 10, LongestAnswer = 4096;

    public async Task<FileInspection> Inspect(Stream content, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Patience);
        var buffer = ArrayPool<byte>.Shared.Rent(4 + Piece);
        try
        {
            using var socket = address is UnixDomainSocketEndPoint ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(address, limit.Token);
            await using var line = new NetworkStream(socket, ownsSocket: false);
            await line.WriteAsync("zINSTREAM\0"u8.ToArray(), limit.Token);
            try
            {
                for (int read; (read = await content.ReadAsync(buffer.AsMemory(4, Piece), limit.Token)) > 0;)
                {
                    BinaryPrimitives.WriteInt32BigEndian(buffer, read);
                    await line.WriteAsync(buffer.AsMemory(0, 4 + read), limit.Token);
                }
                await line.WriteAsync(new byte[4], limit.Token);
            }
            catch (IOException) { } // too long for it: it has answered and hung up
            return Answer(await Read(line, limit.Token));
        }
        catch (SocketException e) { throw new IOException($"clamd at {address} cannot be reached: {e.Message}", e); }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested) { throw new IOException($"clamd at {address} does not answer", e); }
        finally { ArrayPool<byte>.Shared.Return(buffer); }
    }

    static async Task<string> Read(Stream line, CancellationToken stop)
    {
        var answer = new byte[LongestAnswer];
        var length = 0;
        for (int read; length < answer.Length && (read = await line.ReadAsync(answer.AsMemory(length), stop)) > 0;)
        {
            length += read;
            if (answer.AsSpan(0, length).IndexOf((byte)0) is >= 0 and var end) { length = end; break; }
        }
        return Encoding.UTF8.GetString(answer, 0, length).Trim();
    }

    /// <summary>Reads <c>stream: OK</c>, <c>stream: NAME FOUND</c>; anything else is no answer.</summary>
    static FileInspection Answer(string said)
    {
        var text = said.StartsWith("stream: ", StringComparison.Ordinal) ? said[8..] : said;
        if (text == "OK") return FileInspection.Clean;
        if (text.EndsWith(" FOUND", StringComparison.Ordinal)) return new(text[..^6]);
        throw new IOException($"clamd says: {said}");
    }
}
