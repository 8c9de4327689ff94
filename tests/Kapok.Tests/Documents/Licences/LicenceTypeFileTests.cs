using Kapok.Documents.Licences;
using Kapok.Foundation;
using Kapok.Foundation.Packages;
using Microsoft.Extensions.DependencyInjection;
using System.Text;

namespace Kapok.Tests.Documents.Licences;

/// <summary>Licence types of packages: everything wrong is found at once, each at its line.</summary>
public sealed class LicenceTypeFileTests(App app) : IClassFixture<App>
{
    [Fact]
    public void Every_fault_of_a_type_is_named_with_its_line()
    {
        var faults = new List<Fault>();
        LicenceTypeFile.Read("p", "licences/x.yaml", """
            key: X Y
            code: 11100000000013338W0
            name: 坏证
            definer: { name: 住房和城乡建设部, code: 11100000000013338X }
            owner: housing@440000
            holder: 狗
            validity: { years: 200 }
            number: 只有字
            fields:
              - { id: a, name: 甲, from: answers. , grade: 9 }
              - { id: a, name: 甲, from: nobody.name }
            yields:
              - { item: "1", act: melt }
            """, faults).ShouldBeNull();
        var said = faults.Select(f => f.ToString()).ToList();
        foreach (var (line, word) in new[] { (1, "小写字母"), (2, "21 位"), (4, "校验位"), (6, "持证主体类别"), (7, "100 年"), (8, "{serial:N}"), (10, "表达式"), (10, "数据分级"), (11, "写了两次"), (11, "不认识 nobody"), (13, "12 位"), (13, "issue、renew") })
            said.ShouldContain(s => s.StartsWith($"licences/x.yaml:{line}：") && s.Contains(word), $"line {line}: {word}\n{string.Join('\n', said)}");
    }

    [Fact]
    public async Task A_licence_that_prints_what_the_form_does_not_ask_is_not_installed()
    {
        var package = Package.FromFolder(Path.Combine(TestDatabase.Root, "packages", "food-business-permit")).Value!;
        var text = package.Text("licences/food-business-permit.yaml")!.Replace("from: answers.legalRepresentative", "from: answers.bossOfAll");
        var changed = package.With([new("licences/food-business-permit.yaml", Encoding.UTF8.GetBytes(text))]);
        var faults = await app.Services.GetRequiredService<PackageInstaller>().Check(changed, Actor.System);
        faults.ShouldContain(f => f.Where == "licences/food-business-permit.yaml:15" && f.Message.Contains("bossOfAll"));
    }

    [Fact]
    public async Task A_changed_type_gets_a_new_version_and_the_old_one_can_still_be_read()
    {
        var package = Package.FromFolder(Path.Combine(TestDatabase.Root, "packages", "health-services")).Value!;
        var text = package.Text("licences/nurse-certificate.yaml")!.Replace("name: 执业地点", "name: 主要执业地点");
        var types = app.Services.GetRequiredService<LicenceTypes>();
        var before = types.Current.Find("nurse-certificate")!;
        (await app.Services.GetRequiredService<PackageInstaller>().Install(package.With([new("licences/nurse-certificate.yaml", Encoding.UTF8.GetBytes(text))]), Actor.System)).Ok.ShouldBeTrue();
        var after = (await types.Refresh()).Find("nurse-certificate")!;
        after.Version.ShouldBe(before.Version + 1);
        after.Field("hospital")!.Name.ShouldBe("主要执业地点");
        (await types.At("nurse-certificate", before.Version)).Field("hospital")!.Name.ShouldBe("执业地点");
    }
}
