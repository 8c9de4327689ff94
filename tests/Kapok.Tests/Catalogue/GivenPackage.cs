using Microsoft.Extensions.DependencyInjection;
using Kapok.Foundation;
using Kapok.Foundation.Packages;

namespace Kapok.Tests.Catalogue;

/// <summary>Small packages for tests, written as text.</summary>
static class GivenPackage
{
    public static Package Of(string id, string version, params (string Path, string Text)[] files)
    {
        var folder = Directory.CreateTempSubdirectory("kapok-package-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "package.yaml"), $"id: {id}\nversion: {version}\ntitle: 测试包\nneeds: [guangdong]\n");
            if (files.Any(f => f.Path.StartsWith("items/")) && !files.Any(f => f.Path.StartsWith("forms/"))) files = [.. files, ("forms/apply.json", Form)];
            foreach (var (path, text) in files)
            {
                var target = Path.Combine(folder, path);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.WriteAllText(target, text);
            }
            var package = Package.FromFolder(folder);
            package.Ok.ShouldBeTrue(package.Message);
            return package.Value!;
        }
        finally { Directory.Delete(folder, true); }
    }

    /// <summary>The smallest form that can be applied with.</summary>
    public const string Form = """
        { "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "认养", "type": "object", "properties": { "lamp": { "title": "路灯编号", "type": "string" } },
          "ui": { "pages": [{ "id": "one", "title": "路灯", "fields": ["lamp"] }] } }
        """;

    /// <summary>A whole item in YAML; the replacements change lines of it.</summary>
    public static string Item(string code = "440131777000", string name = "路灯认养登记", string extra = "", params (string Old, string New)[] changes)
    {
        var yaml = $"""
            code: "{code}"
            name: {name}
            aliases: [认养路灯, 路灯牌]
            summary: 想认养一盏路灯，先来登记。
            type: "01"
            levels: [3, 4]
            audience: [1, 2]
            lifeEvents: [start-business]
            line: market
            basis:
              - { "{" } law: 广东省路灯条例, article: 第三条, text: 认养路灯应当登记。, version: 2020年公布, validFrom: 2020-01-01 { "}" }
            handling: 2
            legalDays: 20
            promisedDays: 10
            visits: 1
            visitReason: 核对本人
            channels: [1, 2]
            depth: [1, 2]
            conditions:
              - 年满十八周岁。
              - 住在路灯附近。
            materials:
              - { "{" } id: form, name: 认养申请表, copies: 2, basis: 条例第四条 { "}" }
              - { "{" } id: photo, name: 路灯照片, basis: 条例第四条 { "}" }
            results:
              - { "{" } id: card, name: 认养证, kind: 10 { "}" }
            fees:
              - { "{" } name: 工本费, amountFen: 1000, basis: 粤价〔2020〕1号 { "}" }
            faq:
              - { "{" } question: 认养多久？, answer: 一年。 { "}" }
            form: apply
            flow: promised
            open: [promisedDays, visits, windows, phone, complaintPhone, conditions, materials, depth, channels, fees, faq, schedule]
            {extra}
            """;
        foreach (var (old, to) in changes)
        {
            yaml.ShouldContain(old);
            yaml = yaml.Replace(old, to);
        }
        return yaml;
    }

    public static async Task Install(this App app, Package package)
    {
        var result = await app.Services.GetRequiredService<PackageInstaller>().Install(package, Actor.System);
        result.Ok.ShouldBeTrue(result.Message);
    }
}
