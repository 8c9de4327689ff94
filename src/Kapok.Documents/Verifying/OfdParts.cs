using System.Security.Cryptography;
using Kapok.Documents.Ofd;
using Kapok.Documents.Seals;
using Kapok.Trust.Algorithms;

namespace Kapok.Documents.Verifying;

/// <summary>The files of an OFD as people call them, and their digests.</summary>
static class OfdParts
{
    /// <summary>第 2 页 instead of Doc_0/Pages/Page_1/Content.xml.</summary>
    public static string NameOf(string path, IReadOnlyDictionary<string, int> pages)
    {
        if (pages.TryGetValue(path, out var page)) return $"第 {page} 页的内容";
        var lower = path.ToLowerInvariant();
        var file = lower[(lower.LastIndexOf('/') + 1)..];
        return file switch
        {
            "ofd.xml" => "文件的目录和标题",
            "document.xml" => "文档的页面目录",
            "publicres.xml" or "documentres.xml" or "pageres.xml" => "字体和图片目录",
            "signatures.xml" => "签名列表",
            "seal.esl" => "印章数据",
            "signature.xml" or "signedvalue.dat" => "前一个签名",
            _ when lower.Contains("/signs/") => "签名数据",
            _ when lower.Contains("/annot") => "批注",
            _ when lower.Contains("/attach") => "附件",
            _ when lower.Contains("/tpl") => "底版",
            _ when lower.Contains("/tags/") => "字段标注",
            _ when file.EndsWith(".ttf") || file.EndsWith(".otf") || file.EndsWith(".ttc") => "字体",
            _ when file.EndsWith(".png") || file.EndsWith(".jpg") || file.EndsWith(".jpeg") || file.EndsWith(".bmp") || file.EndsWith(".gif") => "图片",
            _ => "文件",
        };
    }

    /// <summary>Which page each page file is, from 1, and which page an object id is.</summary>
    public static (Dictionary<string, int> ByPath, Dictionary<string, int> ById) Pages(OfdPackage package, string documentPath)
    {
        var (byPath, byId) = (new Dictionary<string, int>(), new Dictionary<string, int>());
        if (package.Xml(documentPath) is not { Ok: true } document) return (byPath, byId);
        var number = 0;
        foreach (var page in document.Value.Child("Pages").Children("Page"))
        {
            number++;
            if (OfdPackage.Resolve(documentPath, page.Text("BaseLoc") ?? "") is { } path) byPath.TryAdd(path, number);
            byId.TryAdd(page.Text("ID") ?? "", number);
        }
        return (byPath, byId);
    }

    /// <summary>The digest that a CheckMethod names, by name or object identifier; null when it is unknown.</summary>
    public static Func<byte[], byte[]>? DigestOf(string method) => method.Trim().ToUpperInvariant().Replace("-", "") switch
    {
        "SM3" or Sm3.Oid => b => Sm3.Hash(b),
        "SHA256" or "2.16.840.1.101.3.4.2.1" => SHA256.HashData,
        "SHA1" or "1.3.14.3.2.26" => SHA1.HashData,
        "MD5" or "1.2.840.113549.2.5" => MD5.HashData,
        _ => null,
    };

    /// <summary>Digests for which two files of one digest can be made.</summary>
    public static bool IsBroken(string method) => method.Trim().ToUpperInvariant().Replace("-", "") is "SHA1" or "1.3.14.3.2.26" or "MD5" or "1.2.840.113549.2.5";
}
