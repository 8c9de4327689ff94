using System.Buffers;
using System.Security.Cryptography;
using Dapper;
using Kapok.Foundation.Data;
using Microsoft.Extensions.Logging;

namespace Kapok.Foundation.Files;

/// <summary>A file as the database knows it.</summary>
public sealed record StoredFile(Guid Id, string Digest, long Size, string Type, string Name, Guid Owner, DateTime CreatedAt);

/// <summary>
/// Content-addressed files on disk under the node's data folder. Bytes are on disk before the row that names them is
/// written; a crash between the two leaves an unnamed file, never a name without bytes.
/// </summary>
/// <param name="inspector">Looks into every file before it is kept; null where the node has none.</param>
public sealed class FileStore(Database database, NodeOptions options, ILogger<FileStore> log, IFileInspector? inspector = null)
{
    public const long LargestUpload = 200L << 20;
    readonly string files = Directory.CreateDirectory(Path.Combine(options.Data, "files")).FullName;
    readonly string uploads = Directory.CreateDirectory(Path.Combine(options.Data, "uploads")).FullName;

    /// <summary>Takes a whole file in one go.</summary>
    public async Task<Outcome<StoredFile>> Save(Stream content, string name, Guid owner, long largest, CancellationToken stop = default)
    {
        var part = Path.Combine(uploads, $"{Guid.NewGuid():N}.part");
        try
        {
            await using (var target = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true))
                if (!await Copy(content, target, largest, stop)) return TooLarge(largest);
            return await Adopt(part, name, owner, stop);
        }
        finally { File.Delete(part); }
    }

    /// <summary>Begins an upload that may be sent in pieces and resumed.</summary>
    /// <param name="known">Id the caller can find again by himself; beginning it a second time changes nothing.</param>
    public async Task<Outcome<Guid>> Begin(string name, long size, Guid owner, Guid? known = null)
    {
        if (size is <= 0 or > LargestUpload) return Outcome<Guid>.No(Refusal.TooLarge, size <= 0 ? "文件是空的" : $"文件最大 {LargestUpload >> 20} MB", "size");
        var id = known ?? Guid.CreateVersion7();
        await database.Read(c => c.ExecuteAsync("insert into kapok.upload (id, owner, name, size) values (@id, @owner, @name, @size) on conflict (id) do nothing", new { id, owner, name = SafeName(name), size }));
        return id;
    }

    /// <summary>How much of an upload has arrived, and how much there is to be; null when it is not the caller's.</summary>
    public async Task<(long Received, long Size)?> Progress(Guid id, Guid owner)
    {
        var size = await database.Read(c => c.ExecuteScalarAsync<long?>("select size from kapok.upload where id = @id and owner = @owner", new { id, owner }));
        return size is null ? null : (Received(id), size.Value);
    }

    /// <summary>Adds a piece at an offset. The last piece turns the upload into a file; until then the answer holds null.</summary>
    public async Task<Outcome<StoredFile?>> Append(Guid id, Guid owner, long offset, Stream piece, CancellationToken stop = default)
    {
        var upload = await database.Read(c => c.QuerySingleOrDefaultAsync<(string Name, long Size)?>("select name, size from kapok.upload where id = @id and owner = @owner", new { id, owner }));
        if (upload is null) return Outcome<StoredFile?>.No(Refusal.NotFound, "没有这个上传任务，可能已经完成或过期");
        var path = PartOf(id);
        // No buffer of its own: on a full disk nothing may be left to be written when the file is closed.
        await using (var target = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true))
        {
            if (offset != target.Length) return Outcome<StoredFile?>.No(Refusal.Conflict, $"请从第 {target.Length} 字节继续上传", "Content-Range");
            target.Seek(0, SeekOrigin.End);
            bool fits;
            try { fits = await Copy(piece, target, upload.Value.Size - offset, stop); }
            catch (IOException e) when (Http.Problems.IsDiskFull(e)) { target.SetLength(offset); throw; }
            if (!fits)
            {
                target.SetLength(offset);
                return Outcome<StoredFile?>.No(Refusal.TooLarge, "收到的内容比开始时说的大");
            }
            if (target.Length < upload.Value.Size) return Outcome<StoredFile?>.Nothing;
        }
        var file = await Adopt(path, upload.Value.Name, owner, stop);
        File.Delete(path);
        await database.Read(c => c.ExecuteAsync("delete from kapok.upload where id = @id", new { id }));
        return file.Ok ? file.Value : file.As<StoredFile?>();
    }

    /// <summary>
    /// Keeps bytes that the program itself has made, with the row in the caller's transaction: the bytes are on disk before the
    /// row, and go with the sweep when the transaction fails.
    /// </summary>
    public async Task<StoredFile> Keep(Npgsql.NpgsqlConnection connection, byte[] content, string media, string name, Guid owner)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(content));
        var file = new StoredFile(Guid.CreateVersion7(), digest, content.Length, media, SafeName(name), owner, DateTime.UtcNow);
        await connection.ExecuteAsync(OneAtATime, new { digest });
        var path = PathOf(digest);
        if (!File.Exists(path))
        {
            var part = Path.Combine(uploads, $"{Guid.NewGuid():N}.part");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await using (var target = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true))
            {
                await target.WriteAsync(content);
                target.Flush(flushToDisk: true);
            }
            File.Move(part, path, overwrite: true);
        }
        await connection.ExecuteAsync("insert into kapok.file (id, digest, size, type, name, owner) values (@Id, @Digest, @Size, @Type, @Name, @Owner)", file);
        return file;
    }

    public Task<StoredFile?> Find(Guid id) => database.Read(c =>
        c.QuerySingleOrDefaultAsync<StoredFile>("select id, digest, size, type, name, owner, created_at from kapok.file where id = @id", new { id }));

    /// <summary>Opens the bytes after checking them against their digest.</summary>
    public async Task<Stream> Open(StoredFile file)
    {
        var stream = new FileStream(PathOf(file.Digest), FileMode.Open, FileAccess.Read, FileShare.Read, 65536, useAsync: true);
        if (Convert.ToHexStringLower(await SHA256.HashDataAsync(stream)) != file.Digest)
        {
            await stream.DisposeAsync();
            throw new IOException($"文件 {file.Id} 的内容与登记的摘要不符");
        }
        stream.Position = 0;
        return stream;
    }

    async Task<Outcome<StoredFile>> Adopt(string part, string name, Guid owner, CancellationToken stop)
    {
        string digest;
        long size;
        FileType? type;
        await using (var stream = new FileStream(part, FileMode.Open, FileAccess.ReadWrite))
        {
            size = stream.Length;
            if (size == 0) return Outcome<StoredFile>.No(Refusal.Invalid, "文件是空的");
            var start = new byte[Math.Min(FileType.Enough, size)];
            await stream.ReadExactlyAsync(start);
            type = FileType.Of(start);
            if (type is null) return Outcome<StoredFile>.No(Refusal.Invalid, $"“{SafeName(name)}”不是可以接收的文件。请上传 PDF、JPG、PNG、OFD 或 Office 文件");
            stream.Position = 0;
            if (await Harm(stream, name, owner, stop) is { } harm) return harm;
            stream.Position = 0;
            digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream));
            stream.Flush(flushToDisk: true);
        }
        var path = PathOf(digest);
        var file = new StoredFile(Guid.CreateVersion7(), digest, size, type.Media, SafeName(name), owner, DateTime.UtcNow);
        await database.Write(async (c, _) =>
        {
            // Nobody clears these bytes away between here and the row that names them.
            await c.ExecuteAsync(OneAtATime, new { digest });
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!File.Exists(path)) File.Move(part, path, overwrite: true);
            await c.ExecuteAsync("insert into kapok.file (id, digest, size, type, name, owner) values (@Id, @Digest, @Size, @Type, @Name, @Owner)", file);
        });
        return file;
    }

    /// <summary>Why a file cannot be taken: something was found in it, or nobody can look into it now. Null when it is clean, or the node looks into none.</summary>
    async Task<Outcome<StoredFile>?> Harm(Stream content, string name, Guid owner, CancellationToken stop)
    {
        if (inspector is null) return null;
        try
        {
            if ((await inspector.Inspect(content, stop)).Found is not { } found) return null;
            log.LogWarning("{Found} was found in a file of {Owner}; it was not kept", found, owner);
            return Outcome<StoredFile>.No(Refusal.Invalid, $"“{SafeName(name)}”里查出病毒（{found}），没有保存。请给您的电脑或者手机杀毒，再换一份干净的文件");
        }
        catch (IOException e)
        {
            log.LogError("Files cannot be looked into: {Message}", e.Message);
            return Outcome<StoredFile>.No(Refusal.Unavailable, "现在不能检查文件有没有病毒，没有保存。请过几分钟再传");
        }
    }

    const string OneAtATime = "select pg_advisory_xact_lock(hashtextextended('kapok.file ' || @digest, 0))";

    /// <summary>Takes files out of the list; their bytes go with the next sweep, unless another file says the same.</summary>
    public static Task<int> Forget(Npgsql.NpgsqlConnection connection, Guid[] ids) => connection.ExecuteAsync("delete from kapok.file where id = any(@ids)", new { ids });

    /// <summary>Whether nothing of an upload has arrived since then.</summary>
    internal bool Quiet(Guid upload, DateTimeOffset since) => new FileInfo(PartOf(upload)) is not { Exists: true } part || part.LastWriteTimeUtc < since;

    /// <summary>Removes received pieces that no upload is waiting for.</summary>
    internal async Task<int> RemoveParts(DateTimeOffset older, CancellationToken stop)
    {
        var removed = 0;
        foreach (var part in Directory.EnumerateFiles(uploads, "*.part"))
        {
            if (File.GetLastWriteTimeUtc(part) >= older) continue;
            var waited = Guid.TryParse(Path.GetFileNameWithoutExtension(part), out var id)
                && await database.Read(c => c.ExecuteScalarAsync<bool>("select exists (select 1 from kapok.upload where id = @id)", new { id }), stop);
            if (waited) continue;
            File.Delete(part);
            removed++;
        }
        return removed;
    }

    /// <summary>Removes bytes that no row names: left by a crash between the two, or by files that were forgotten.</summary>
    internal async Task<int> RemoveNameless(DateTimeOffset older, CancellationToken stop)
    {
        var removed = 0;
        foreach (var folder in Directory.EnumerateDirectories(files))
        {
            var digests = Directory.EnumerateFiles(folder).Where(f => File.GetLastWriteTimeUtc(f) < older).Select(f => Path.GetFileName(folder) + Path.GetFileName(f)).ToArray();
            var named = (await database.Read(c => c.QueryAsync<string>("select distinct digest from kapok.file where digest = any(@digests)", new { digests }), stop)).ToHashSet();
            foreach (var digest in digests.Where(d => !named.Contains(d)))
                await database.Write(async (c, _) =>
                {
                    await c.ExecuteAsync(OneAtATime, new { digest });
                    if (await c.ExecuteScalarAsync<bool>("select exists (select 1 from kapok.file where digest = @digest)", new { digest })) return;
                    File.Delete(PathOf(digest));
                    removed++;
                }, stop);
        }
        return removed;
    }

    static async Task<bool> Copy(Stream from, Stream to, long largest, CancellationToken stop)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(65536);
        try
        {
            for (int read; (read = await from.ReadAsync(buffer, stop)) > 0;)
            {
                if ((largest -= read) < 0) return false;
                await to.WriteAsync(buffer.AsMemory(0, read), stop);
            }
            return true;
        }
        finally { ArrayPool<byte>.Shared.Return(buffer); }
    }

    long Received(Guid id) => new FileInfo(PartOf(id)) is { Exists: true } part ? part.Length : 0;
    string PartOf(Guid id) => Path.Combine(uploads, $"{id:N}.part");
    string PathOf(string digest) => Path.Combine(files, digest[..2], digest[2..]);

    static Outcome<StoredFile> TooLarge(long largest) => Outcome<StoredFile>.No(Refusal.TooLarge, $"文件超过了 {Math.Max(1, largest >> 20)} MB 的限制");

    /// <summary>The last part of a name, without path tricks and control characters, at most 120 characters.</summary>
    public static string SafeName(string name)
    {
        name = name.Replace('\\', '/');
        name = name[(name.LastIndexOf('/') + 1)..];
        name = new string([.. name.Where(c => !char.IsControl(c) && c is not ('<' or '>' or ':' or '"' or '|' or '?' or '*') && c is not (>= '\u202A' and <= '\u202E') and not (>= '\u2066' and <= '\u2069'))]).Trim(' ', '.');
        return name.Length == 0 ? "文件" : name.Length <= 120 ? name : name[..80] + name[^40..];
    }
}
