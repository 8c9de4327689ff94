using System.Security.Cryptography;
using System.Text;
using Dapper;
using Kapok.Catalogue;
using Kapok.Catalogue.Content;
using Kapok.Catalogue.Inheritance;
using Kapok.Catalogue.Publishing;
using Kapok.Catalogue.Search;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Identity;
using Npgsql;
using NpgsqlTypes;

namespace Kapok.Bench;

/// <summary>
/// A province full of items by COPY, always the same: texts made from those of the packages, spread over all organisations.
/// 165,000 implementations of 5,000 items is about what a province of 21 cities and 122 counties carries.
/// </summary>
static class CatalogueSeed
{
    public const int Texts = 5_000, Bodies = 165_000;

    static readonly string[] Subjects =
    [
        "食品经营", "食品生产", "药品经营", "医疗器械经营", "医疗机构执业", "公共场所卫生", "道路货物运输", "道路旅客运输", "网络预约出租汽车", "人力资源服务", "劳务派遣", "民办学校", "校外培训", "教师资格", "歌舞娱乐场所",
        "互联网上网服务营业场所", "出版物零售", "印刷经营", "旅行社业务", "危险化学品经营", "烟花爆竹经营", "安全生产", "特种设备使用", "计量器具", "检验检测机构", "商品房预售", "房地产开发企业", "建筑业企业资质", "工程监理资质",
        "城镇污水排入排水管网", "户外广告设置", "临时占用城市道路", "燃气经营", "供热经营", "取水", "河道采砂", "水土保持方案", "林木采伐", "野生动物人工繁育", "农药经营", "兽药经营", "种子生产经营", "动物防疫条件", "渔业捕捞", "船舶检验",
        "城乡居民养老保险", "城镇职工基本养老保险", "失业保险", "工伤保险", "生育保险", "医疗救助", "临时救助", "最低生活保障", "特困人员供养", "残疾人两项补贴", "高龄老人津贴", "孤儿基本生活保障", "退役军人优待", "烈士褒扬", "殡葬服务",
        "不动产转移", "不动产抵押", "国有建设用地使用权", "宅基地使用权", "住房公积金", "公共租赁住房", "机动车", "驾驶证", "居住证", "户口迁移", "出生", "普通护照", "个体工商户", "有限责任公司", "农民专业合作社", "股权出质", "外商投资企业",
    ];
    static readonly string[] Acts = ["许可", "登记", "备案", "审批", "核准", "认定", "确认", "资格审核", "待遇申领", "信息变更", "证书补办", "关系转移", "年度报告", "材料核验"];
    static readonly string[] Cases = ["", "（新办）", "（变更）", "（延续）", "（注销）", "（补办）", "（企业）", "（个人）", "（港澳台）", "（跨省）"];
    static readonly string[] Ways = ["开", "办", "申请", "领", "补", "换", "转"];

    sealed record Text(Guid Id, Guid Version, ItemContent Content, StoredContent Stored, Organisation Owner);

    public static async Task Make(Database database, OrganisationDirectory directory)
    {
        await using var connection = await database.Open();
        if (await connection.ExecuteScalarAsync<long>("select count(*) from catalogue.search_body") >= Bodies) return;
        var random = new Random(20_260_921);
        var patterns = (await connection.QueryAsync<string>("select t.body from catalogue.item i join catalogue.version v on v.id = i.version join catalogue.content t on t.digest = v.content where i.parent is null order by i.basic_code"))
            .Select(Json.Read<ItemContent>).ToList();
        var province = directory.Current.Organisations.First(o => o.DivisionPath == "440000");
        var texts = MakeTexts(patterns, random, province);
        await CopyTexts(connection, texts);
        await CopyBodies(connection, texts, [.. directory.Current.Organisations.Where(o => o.ClosedOn is null)], directory, random);
        await SearchRows.Count(connection, [.. texts.Select(t => t.Id)]);
        foreach (var table in (string[])["search", "search_body", "item", "version", "suggestion"]) await connection.ExecuteAsync($"vacuum (analyze) catalogue.{table}", commandTimeout: 600);
    }

    static List<Text> MakeTexts(List<ItemContent> patterns, Random random, Organisation owner)
    {
        var (texts, names) = (new List<Text>(), new HashSet<string>());
        while (texts.Count < Texts)
        {
            var pattern = patterns[random.Next(patterns.Count)];
            var subject = Subjects[random.Next(Subjects.Length)];
            var name = subject + Acts[random.Next(Acts.Length)] + Cases[random.Next(Cases.Length)];
            if (!names.Add(name)) continue;
            var content = pattern with
            {
                Code = $"44{pattern.Type}{random.Next(1, 99):00}{8 + texts.Count / 10_000}{texts.Count % 10_000 / 100:00}{texts.Count % 100:000}", Name = name,
                Aliases = [Ways[random.Next(Ways.Length)] + subject, subject + "怎么" + Ways[random.Next(Ways.Length)], subject[..Math.Min(3, subject.Length)] + "证"],
                Summary = $"从事{subject}的单位和个人，办理{name}时申请。",
            };
            texts.Add(new(Guid.CreateVersion7(), Guid.CreateVersion7(), content, StoredContent.Of(content), owner));
        }
        return texts;
    }

    static async Task CopyTexts(NpgsqlConnection connection, List<Text> texts)
    {
        await Copy(connection, "catalogue.content (digest, body)", texts, (w, t) => { w.Write(t.Stored.Digest, NpgsqlDbType.Bytea); w.Write(t.Stored.Body, NpgsqlDbType.Text); });
        await Items(connection, texts.Select(t => new Row(t.Id, null, t.Id, t.Content.Code, null, t.Owner, t.Content.Line, 2, t.Content, t.Version, t.Stored.Digest, null)));
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var text in texts) await SearchRows.Text(connection, text.Id, text.Content);
        await transaction.CommitAsync();
    }

    static async Task CopyBodies(NpgsqlConnection connection, List<Text> texts, List<Organisation> organisations, OrganisationDirectory directory, Random random)
    {
        var (rows, contents) = (new List<Row>(Bodies), new Dictionary<string, StoredContent>());
        for (var t = 0; rows.Count < Bodies; t = (t + 1) % texts.Count)
        {
            var text = texts[t];
            var seen = new HashSet<Guid>();
            while (seen.Count < Bodies / Texts && rows.Count < Bodies)
            {
                var body = organisations[random.Next(organisations.Count)];
                if (!seen.Add(body.Id)) continue;
                var own = random.Next(3) switch { 0 => new Overrides { PromisedDays = Math.Max(0, text.Content.PromisedDays - 1) }, 1 => new Overrides { Visits = 0 }, _ => Overrides.None };
                var content = Merge.Down(text.Content, own).Content;
                var stored = StoredContent.Of(content);
                contents.TryAdd(Convert.ToHexString(stored.Digest), stored);
                var level = (int)directory.Division(body.DivisionCode)!.Level;
                rows.Add(new(Guid.CreateVersion7(), text.Id, text.Id, text.Content.Code, ImplementationCode.Compose(body.CreditCode, level, text.Content.Code).Code, body, body.Line, level, content, Guid.CreateVersion7(), stored.Digest, StoredContent.Of(own)));
            }
        }
        var known = texts.Select(t => Convert.ToHexString(t.Stored.Digest)).ToHashSet();
        await Copy(connection, "catalogue.content (digest, body)", contents.Where(c => !known.Contains(c.Key)).Select(c => c.Value), (w, c) => { w.Write(c.Digest, NpgsqlDbType.Bytea); w.Write(c.Body, NpgsqlDbType.Text); });
        await Items(connection, rows);
        await Copy(connection, "catalogue.search_body (item, base, code, version, organisation, place, depth, level, online, visits, promised)", rows, (w, r) =>
        {
            w.Write(r.Id, NpgsqlDbType.Uuid); w.Write(r.Root, NpgsqlDbType.Uuid); w.Write(r.Implementation!, NpgsqlDbType.Text); w.Write(r.Version, NpgsqlDbType.Uuid); w.Write(r.Body.Id, NpgsqlDbType.Uuid);
            w.Write(r.Body.DivisionCode, NpgsqlDbType.Text); w.Write((short)r.Body.DivisionPath.Split('.').Length, NpgsqlDbType.Smallint); w.Write((short)r.Level, NpgsqlDbType.Smallint);
            w.Write(r.Content.OnlineDoable(), NpgsqlDbType.Boolean); w.Write((short)r.Content.Visits, NpgsqlDbType.Smallint); w.Write(TimeLimit.InWorkingDays(r.Content.PromisedDays, r.Content.PromisedUnit), NpgsqlDbType.Numeric);
        });
    }

    sealed record Row(Guid Id, Guid? Parent, Guid Root, string Code, string? Implementation, Organisation Body, string Line, int Level, ItemContent Content, Guid Version, byte[] Digest, string? Own);

    static async Task Items(NpgsqlConnection connection, IEnumerable<Row> rows)
    {
        var (all, at) = (rows.ToList(), DateTime.UtcNow);
        await connection.ExecuteAsync("alter table catalogue.item disable trigger user");
        await Copy(connection, "catalogue.item (id, parent, root, basic_code, implementation_code, organisation, division, line, level, state, name, version, number, created_at, changed_at, event_digest)", all, (w, r) =>
        {
            w.Write(r.Id, NpgsqlDbType.Uuid); Null(w, r.Parent, NpgsqlDbType.Uuid); w.Write(r.Root, NpgsqlDbType.Uuid); w.Write(r.Code, NpgsqlDbType.Text); Null(w, r.Implementation, NpgsqlDbType.Text);
            w.Write(r.Body.Id, NpgsqlDbType.Uuid); w.Write(r.Body.DivisionPath, NpgsqlDbType.Text); w.Write(r.Line, NpgsqlDbType.Text); w.Write((short)r.Level, NpgsqlDbType.Smallint); w.Write("published", NpgsqlDbType.Text);
            w.Write(r.Content.Name, NpgsqlDbType.Text); w.Write(r.Version, NpgsqlDbType.Uuid); w.Write(1, NpgsqlDbType.Integer); w.Write(at, NpgsqlDbType.TimestampTz); w.Write(at, NpgsqlDbType.TimestampTz); w.Write(ChainHead.Start(r.Id).Digest, NpgsqlDbType.Bytea);
        });
        await connection.ExecuteAsync("alter table catalogue.item enable trigger user");
        await Copy(connection, "catalogue.version (id, item, number, own, content, cause, published_name, published_at, type, handling, visits, online, materials, legal_days, promised_days)", all, (w, r) =>
        {
            w.Write(r.Version, NpgsqlDbType.Uuid); w.Write(r.Id, NpgsqlDbType.Uuid); w.Write(1, NpgsqlDbType.Integer); Null(w, r.Own, NpgsqlDbType.Jsonb); w.Write(r.Digest, NpgsqlDbType.Bytea); w.Write("published", NpgsqlDbType.Text);
            w.Write("bench", NpgsqlDbType.Text); w.Write(at, NpgsqlDbType.TimestampTz); w.Write(r.Content.Type, NpgsqlDbType.Text); w.Write((short)r.Content.Handling, NpgsqlDbType.Smallint); w.Write((short)r.Content.Visits, NpgsqlDbType.Smallint);
            w.Write(r.Content.OnlineDoable(), NpgsqlDbType.Boolean); w.Write((short)r.Content.MaterialsToSubmit().Count(), NpgsqlDbType.Smallint);
            w.Write(TimeLimit.InWorkingDays(r.Content.LegalDays, r.Content.LegalUnit), NpgsqlDbType.Numeric); w.Write(TimeLimit.InWorkingDays(r.Content.PromisedDays, r.Content.PromisedUnit), NpgsqlDbType.Numeric);
        });
    }

    static void Null<T>(NpgsqlBinaryImporter writer, T? value, NpgsqlDbType type)
    {
        if (value is null) writer.WriteNull();
        else writer.Write(value, type);
    }

    static async Task Copy<T>(NpgsqlConnection connection, string table, IEnumerable<T> rows, Action<NpgsqlBinaryImporter, T> write)
    {
        await using var writer = await connection.BeginBinaryImportAsync($"copy {table} from stdin (format binary)");
        foreach (var row in rows)
        {
            await writer.StartRowAsync();
            write(writer, row);
        }
        await writer.CompleteAsync();
    }
}
