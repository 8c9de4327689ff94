using System.Diagnostics;
using Kapok.Catalogue;
using Kapok.Catalogue.Publishing;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Identity;

namespace Kapok.Bench;

/// <summary>Search over 165,000 published implementations, and one item of the basic list changed above very many bodies.</summary>
static class SearchBench
{
    static readonly string[] Frequent = ["许可", "登记", "备案", "证", "经营", "申请", "办理"];
    static readonly string[] Usual = ["食品经营许可", "居住证", "开食品经营", "老人钱", "公司变更", "护照补办", "医疗机构执业登记", "不动产抵押登记（个人）", "养老保险 转移", "教师资格认定"];
    static readonly string[] Initials = ["spjyxk", "jzz", "ylbx", "bdcdj", "shipin", "jiashizheng"];
    static readonly string[] Sentences = ["我想在天河开一家餐馆需要什么材料", "天河区居住证怎么办", "老人高龄补贴在哪里领", "广州市换驾驶证"];
    static readonly string[] Places = ["440106", "440105", "440100", "440233", "441900", "440106001001", "445300", "440300"];

    /// <summary>What people ask, in the proportions of a public portal: most with a place, many with a frequent word.</summary>
    static ItemQuery Next(Random random)
    {
        var place = random.Next(10) < 7 ? Places[random.Next(Places.Length)] : null;
        return random.Next(20) switch
        {
            < 5 => new(Frequent[random.Next(Frequent.Length)], place),
            < 12 => new(Usual[random.Next(Usual.Length)], place),
            < 15 => new(Initials[random.Next(Initials.Length)], place),
            < 16 => new(Sentences[random.Next(Sentences.Length)]),
            < 18 => new(null, place ?? "440100", LifeEvent: random.Next(2) == 0 ? "start-business" : null),
            _ => new(Frequent[random.Next(Frequent.Length)], place, Audience: 1, Type: "01", Online: true),
        };
    }

    public static async Task<IReadOnlyList<Figure>> Run(BenchNode node, int clients, TimeSpan time)
    {
        await CatalogueSeed.Make(node.Database, node.Get<OrganisationDirectory>());
        var search = node.Get<ItemSearch>();
        var randoms = Enumerable.Range(0, clients).Select(c => new Random(c)).ToArray();
        var figures = new List<Figure>
        {
            await Load.Run("search", "/s", clients, time, c => search.Find(Next(randoms[c])), warmUp: clients * 20),
            await Load.Run("search-frequent", "/s", clients, time / 2, c => search.Find(new(Frequent[randoms[c].Next(Frequent.Length)])), warmUp: clients * 5),
            await Load.Run("search-suggest", "/s", clients, time / 4, c => search.Suggest(Initials[randoms[c].Next(Initials.Length)][..2]), warmUp: clients * 5),
        };
        figures.Add(await FlowDown(node));
        return figures;
    }

    /// <summary>Seconds until a change of one item stands in all its 1,900 implementations, durable and searchable.</summary>
    public static async Task<Figure> FlowDown(BenchNode node)
    {
        const int bodies = 1_900;
        var directory = node.Get<OrganisationDirectory>();
        await using var connection = await node.Database.Open();
        var pattern = (await node.Get<Items>().Find("440131001000"))!.Content with { Code = "440131999000", Name = "流下测量", Levels = [2, 3, 4, 5, 6] };
        var at = DateTimeOffset.UtcNow;
        var act = new PublicationAct(Actor.System, at, "published");
        var times = new List<double>();
        if (await Entry.LoadBase(connection, pattern.Code) is null) // else the database is that of an earlier run
        {
            await using var transaction = await connection.BeginTransactionAsync();
            var root = await NewEntry.Base(connection, Actor.System, at, pattern.Code, pattern.Name, pattern.Line, "440000", null, 2, null);
            await Publication.Publish(connection, act, (await Entry.Load(connection, root))!, pattern);
            var entry = (await Entry.Load(connection, root))!;
            var i = 0;
            foreach (var body in directory.Current.Organisations.Where(o => o.ClosedOn is null).Take(bodies))
            {
                var id = await NewEntry.Implementation(connection, Actor.System, at, entry, body, (int)directory.Division(body.DivisionCode)!.Level, null);
                await Publication.Publish(connection, act, (await Entry.Load(connection, id))!, new Overrides { PromisedDays = pattern.PromisedDays - i++ % 4, Phone = $"020-{i:00000000}", Windows = [new() { Name = $"窗口{i}", Address = $"示范路{i}号" }] });
            }
            await transaction.CommitAsync();
        }
        for (var run = 1; run <= 3; run++)
        {
            var watch = Stopwatch.StartNew();
            await node.Database.Write(async (c, _) => await Publication.Publish(c, act with { At = at.AddMinutes(run) }, (await Entry.LoadBase(c, pattern.Code))!, pattern with { Summary = $"{at:HHmmss} 第{run}次改动。", PromisedDays = pattern.PromisedDays - run }));
            times.Add(watch.Elapsed.TotalSeconds);
        }
        times.Sort();
        return new("flow-down", times[1], "s/1900", null, times[1] * 1000, times[^1] * 1000, times[^1] * 1000, 0);
    }
}
