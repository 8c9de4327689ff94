using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Kapok.Cases.Desk;
using Kapok.Documents.Seals;
using Kapok.Documents.Verifying;
using Kapok.Foundation.Data;
using Kapok.Foundation.Files;
using Kapok.Trust.Certificates;

namespace Kapok.Cases.Archiving;

/// <summary>
/// Checks an archive package by its content alone, in bounded time and memory: says that it is whole, or what was
/// changed, dropped or inserted, and where.
/// </summary>
public static class ArchiveVerifier
{
    /// <summary>Most files of a package, largest manifest and chain, and most bytes unpacked.</summary>
    public const int MostEntries = 20_000, LargestList = 128 << 20;
    public const long LargestTotal = 8L << 30;

    const int LargestSignature = 1 << 20;

    /// <param name="package">Seekable.</param>
    /// <param name="trusted">Roots to trust; null takes the one inside the package and names its fingerprint.</param>
    public static ArchiveVerdict Verify(Stream package, TrustStore? trusted, DateTimeOffset now)
    {
        try
        {
            if (Count(package) is not { } count) return Unreadable("不是归档包：读不出 ZIP 目录");
            if (count > MostEntries) return Unreadable($"文件超过 {MostEntries} 个，不作检查");
            using var zip = new ZipArchive(package, ZipArchiveMode.Read, leaveOpen: true);
            return new Check(zip, trusted, now).Run();
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ArgumentException or NotSupportedException) { return Unreadable("ZIP 的结构是坏的"); }
    }

    static ArchiveVerdict Unreadable(string words) => new(null, [new(ArchiveFault.Unreadable, "", words)], null, null, 0, new Dictionary<string, FileType?>());

    /// <summary>How many entries the end of the ZIP says there are; ZIP64 is not needed for what is made here.</summary>
    static int? Count(Stream package)
    {
        var tail = new byte[Math.Min(package.Length, 22 + ushort.MaxValue)];
        package.Seek(-tail.Length, SeekOrigin.End);
        package.ReadExactly(tail);
        package.Position = 0;
        var at = tail.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        return at < 0 || at + 22 > tail.Length ? null : BinaryPrimitives.ReadUInt16LittleEndian(tail.AsSpan(at + 10));
    }

    sealed class Check(ZipArchive zip, TrustStore? trusted, DateTimeOffset now)
    {
        readonly List<ArchiveFinding> findings = [];
        readonly Dictionary<string, FileType?> types = [];
        readonly Dictionary<string, List<ZipArchiveEntry>> entries = zip.Entries.Where(e => !e.FullName.EndsWith('/')).GroupBy(e => e.FullName, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
        VerificationReport? signature;
        string? root;
        long left = LargestTotal;

        void Found(ArchiveFault fault, string where, string words) => findings.Add(new(fault, where, words));

        public ArchiveVerdict Run()
        {
            if (Whole(ArchiveManifest.File, LargestList) is not { } bytes)
            {
                Found(ArchiveFault.Dropped, ArchiveManifest.File, "归档清单 manifest.json 不在包里，或者读不出来");
                return Done(null, 0);
            }
            Signed(bytes);
            ArchiveManifest? manifest = null;
            try { manifest = Json.Read<ArchiveManifest>(System.Text.Encoding.UTF8.GetString(bytes)); }
            catch (Exception e) when (e is JsonException or NotSupportedException) { }
            if (manifest is not { Format: ArchiveManifest.Known, Chain.Digests: not null, Entries: not null } || manifest.Entries.Any(e => e is not { Path: not null, Sha256: not null }))
            {
                Found(ArchiveFault.Changed, ArchiveManifest.File, "归档清单 manifest.json 读不懂");
                return Done(null, 0);
            }
            Files(manifest);
            return Done(manifest, Events(manifest.Chain));
        }

        ArchiveVerdict Done(ArchiveManifest? manifest, int events) => new(manifest, findings, signature, root, events, types);

        void Signed(byte[] manifest)
        {
            if (Whole(ArchiveManifest.Signature, LargestSignature) is not { } bytes)
            {
                Found(ArchiveFault.Forged, ArchiveManifest.Signature, "归档清单没有签名，不能证明是谁归档的");
                return;
            }
            var store = trusted ?? Own(bytes);
            signature = Verification.OfDetached(manifest, bytes, new(store, [], now));
            if (signature.Verdict == Verdict.Unreadable) Found(ArchiveFault.Forged, ArchiveManifest.Signature, signature.Conclusion);
            foreach (var check in signature.Signatures.SelectMany(s => s.Checks))
                if (check.State == CheckState.Failed || (check.Key == CheckKeys.Path && check.State != CheckState.Passed)) Found(ArchiveFault.Forged, ArchiveManifest.Signature, check.Words);
        }

        /// <summary>The roots that came along. They prove that nothing changed since; whose they are, people compare by fingerprint.</summary>
        TrustStore Own(byte[] bytes)
        {
            var roots = new List<Certificate>();
            foreach (var der in SignedMessage.Parse(bytes) is { Ok: true, Value: { } message } ? message.Certificates : [])
                try { if (Certificate.Parse(der) is { SelfIssued: true } own) roots.Add(own); }
                catch (FormatException) { } // no certificate: the path check says that there is none
            root = roots.FirstOrDefault()?.Fingerprint;
            return new(roots, [], []);
        }

        void Files(ArchiveManifest manifest)
        {
            var listed = new HashSet<string>(StringComparer.Ordinal) { ArchiveManifest.File, ArchiveManifest.Signature };
            foreach (var file in manifest.Entries)
            {
                listed.Add(file.Path);
                if (!entries.TryGetValue(file.Path, out var found)) Found(ArchiveFault.Dropped, file.Path, $"清单里的文件 {file.Path} 不在包里");
                else if (Digest(found[0], file) is { } wrong) Found(ArchiveFault.Changed, file.Path, wrong);
            }
            foreach (var (path, same) in entries)
            {
                if (!listed.Contains(path)) Found(ArchiveFault.Inserted, path, $"包里多出清单没有的文件 {path}");
                else if (same.Count > 1) Found(ArchiveFault.Inserted, path, $"文件 {path} 在包里有 {same.Count} 份");
            }
        }

        /// <summary>What is wrong with a file; null when it is the one of the list.</summary>
        string? Digest(ZipArchiveEntry entry, PackedFile file)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(65536);
            try
            {
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                using var stream = entry.Open();
                long size = 0;
                for (int read; (read = stream.Read(buffer)) > 0;)
                {
                    if (size == 0) types[file.Path] = FileType.Of(buffer.AsSpan(0, read));
                    if ((size += read) > file.Size) return $"文件 {file.Path} 被改动过：比清单里的 {file.Size} 字节长";
                    if ((left -= read) < 0) return $"文件 {file.Path} 没有检查：解开后总共超过 {LargestTotal >> 30} GB";
                    hash.AppendData(buffer.AsSpan(0, read));
                }
                return size == file.Size && Convert.ToHexStringLower(hash.GetHashAndReset()) == file.Sha256 ? null : $"文件 {file.Path} 被改动过：内容和清单里的摘要不一致";
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException or NotSupportedException) { return $"文件 {file.Path} 坏了，解不开"; }
            finally { ArrayPool<byte>.Shared.Return(buffer); }
        }

        int Events(ArchivedChain chain)
        {
            if (Whole("chain.json", LargestList) is not { } bytes) return 0; // the list has said that it is not there
            ArchivedEvents? read = null;
            try { read = JsonSerializer.Deserialize<ArchivedEvents>(bytes, Json.Options); }
            catch (Exception e) when (e is JsonException or NotSupportedException) { }
            if (read?.Events is not { } events)
            {
                Found(ArchiveFault.Changed, "chain.json", "办理过程 chain.json 读不懂");
                return 0;
            }
            findings.AddRange(ArchivedEvents.Compare(chain, events));
            return events.Count;
        }

        /// <summary>A file as bytes; null when there is none of that name, it is broken or larger than allowed.</summary>
        byte[]? Whole(string path, int largest)
        {
            if (!entries.TryGetValue(path, out var found)) return null;
            try
            {
                using var stream = found[0].Open();
                using var bytes = new MemoryStream();
                var buffer = new byte[65536];
                for (int read; (read = stream.Read(buffer)) > 0;)
                {
                    if (bytes.Length + read > largest) return null;
                    bytes.Write(buffer, 0, read);
                }
                return bytes.ToArray();
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException or NotSupportedException) { return null; }
        }
    }
}
