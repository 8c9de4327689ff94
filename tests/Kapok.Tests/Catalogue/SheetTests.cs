using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using Kapok.Catalogue;
using Items = Kapok.Catalogue.Items;
using Kapok.Catalogue.FillingSheet;
using Kapok.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Catalogue;

/// <summary>The filling sheet out and in, through the interface.</summary>
public sealed class SheetTests(App app) : IClassFixture<App>
{
    const string Province = "guangdong-market-item-admin", Tianhe = "tianhe-market-item-admin";

    Items Items => app.Services.GetRequiredService<Items>();
    Organisation Body(string key) => app.Services.GetRequiredService<OrganisationDirectory>().OrganisationByKey(key)!;

    async Task Given(string code) => await app.Install(GivenPackage.Of("s" + code, "1.0.0", ("items/a.yaml", GivenPackage.Item(code, extra: """
        implementations:
          - body: market@440106
            promisedDays: 8
        """))));

    async Task<byte[]> Export(string who, string code) => await (await app.Api(who)).GetByteArrayAsync($"/api/v1/items/desk/export?q={code}");

    async Task<HttpResponseMessage> Import(string who, byte[] file) =>
        await (await app.Api(who)).PostAsync("/api/v1/items/import", new ByteArrayContent(file) { Headers = { ContentType = new("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet") } });

    async Task<List<string>> Faults(string who, byte[] file)
    {
        var answer = await Import(who, file);
        answer.IsSuccessStatusCode.ShouldBeFalse();
        var problem = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        return [.. problem["faults"]!.AsArray().Select(f => $"{f!["where"]}：{f["message"]}")];
    }

    [Fact]
    public async Task What_is_exported_is_imported_again_without_any_change()
    {
        await Given("440131741000");
        var answer = await Import(Province, await Export(Province, "440131741000"));
        var imported = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        imported["unchanged"].ShouldNotBeNull(imported.ToJsonString());
        (imported["drafts"]!.AsArray().Count, imported["unchanged"]!.GetValue<int>()).ShouldBe((0, 2));
    }

    [Fact]
    public async Task A_filled_cell_becomes_a_draft_and_for_an_implementation_only_what_differs_from_above()
    {
        await Given("440131742000");
        var county = (await Items.Find("440131742000", Body("market@440106").Id))!;
        var file = Change(await Export(Tianhe, "440131742000"), ("基本信息", 2, "承诺办结时限", "5"), ("基本信息", 2, "咨询电话", "020-123"), ("基本信息", 2, "监督投诉电话", "12345"), ("材料", 2, "份数", "1"));
        var answer = await Import(Tianhe, file);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        var own = (await (await app.Api(Tianhe)).GetFromJsonAsync<JsonObject>($"/api/v1/items/{county.ItemId}"))!["own"]!.AsObject();
        (own["promisedDays"]!.GetValue<int>(), own["phone"]!.ToString(), own["materials"]!.AsArray().Single()!["copies"]!.GetValue<int>()).ShouldBe((5, "020-123", 1));
        own.Where(p => p.Value is not JsonArray { Count: 0 }).Select(p => p.Key).ShouldBe(["promisedDays", "materials", "phone", "complaintPhone"]);
        (await Items.Find("440131742000", Body("market@440106").Id))!.Version.ShouldBe(1, "a draft, not a publication");
        (await Faults(Tianhe, file)).ShouldContain(f => f.Contains("已有草稿"));
    }

    [Fact]
    public async Task Every_fault_is_named_with_sheet_and_cell_and_nothing_is_half_imported()
    {
        await Given("440131743000");
        await Given("440131744000");
        var good = await Export(Province, "4401317440");
        var file = Change(await Export(Province, "440131743000"),
            ("基本信息", 2, "办件类型", "特急件"), ("基本信息", 2, "承诺办结时限", "五天"), ("基本信息", 2, "行使层级", "市级\n银河级"), ("材料", 2, "必要性", "随便"), ("材料", 3, "份数", "99"), ("收费", 2, "金额（元）", "10.005"), ("收费", 2, "收费依据", ""));
        var faults = await Faults(Province, file);
        foreach (var (cell, words) in ((string, string)[])[("基本信息!" + Letters("基本信息", "办件类型") + "2", "特急件"), ("基本信息!" + Letters("基本信息", "承诺办结时限") + "2", "整数"),
            ("基本信息!" + Letters("基本信息", "行使层级") + "2", "银河级"), ("材料!" + Letters("材料", "必要性") + "2", "随便"), ("收费!" + Letters("收费", "金额（元）") + "2", "两位小数")])
            faults.ShouldContain(f => f.StartsWith(cell + "：") && f.Contains(words), string.Join('\n', faults));

        var meaning = Change(await Export(Province, "440131743000"), ("基本信息", 2, "承诺办结时限", "30"), ("材料", 3, "份数", "99"), ("收费", 2, "收费依据", ""));
        var second = await Faults(Province, Join(meaning, good));
        foreach (var (cell, words) in ((string, string)[])[("基本信息!" + Letters("基本信息", "承诺办结时限") + "2", "长于法定"), ("材料!" + Letters("材料", "份数") + "3", "份数"), ("收费!" + Letters("收费", "收费依据") + "2", "收费依据")])
            second.ShouldContain(f => f.StartsWith(cell + "：") && f.Contains(words), string.Join('\n', second));
        var desk = await (await app.Api(Province)).GetFromJsonAsync<JsonObject>("/api/v1/items/desk?q=44013174&work=editing");
        desk!["items"]!.AsArray().Where(r => r!["basicCode"]!.ToString() is "440131743000" or "440131744000").ShouldBeEmpty("one bad row and no draft is made");
    }

    [Fact]
    public async Task What_an_implementation_may_not_change_is_refused_at_its_cell()
    {
        await Given("440131745000");
        var faults = await Faults(Tianhe, Change(await Export(Tianhe, "440131745000"), ("基本信息", 2, "承诺办结时限", "12"), ("基本信息", 2, "法定办结时限", "19"), ("材料", 2, "材料名称", "另一张表"), ("基本信息", 2, "事项名称", "别的名字")));
        foreach (var (cell, words) in ((string, string)[])[("基本信息!" + Letters("基本信息", "承诺办结时限") + "2", "长于上级"), ("基本信息!" + Letters("基本信息", "法定办结时限") + "2", "由上级规定"),
            ("材料!" + Letters("材料", "材料名称") + "2", "由上级规定"), ("基本信息!" + Letters("基本信息", "事项名称") + "2", "由上级规定")])
            faults.ShouldContain(f => f.StartsWith(cell + "：") && f.Contains(words), string.Join('\n', faults));
        (await Faults(Tianhe, await Export(Province, "440131745000"))).ShouldContain(f => f.Contains("范围"), "the county may not import the province's item");
    }

    [Theory]
    [InlineData("=1+1")]
    [InlineData("@SUM(A1)")]
    [InlineData("+cmd|' /C calc'!A0")]
    [InlineData("-2+3+cmd")]
    [InlineData(" =HYPERLINK(\"http://x\")")]
    public async Task Text_that_begins_like_a_formula_is_refused_on_the_way_in(string text)
    {
        await Given("440131746000");
        (await Faults(Province, Change(await Export(Province, "440131746000"), ("基本信息", 2, "一句话说明", text)))).ShouldContain(f => f.StartsWith($"基本信息!{Letters("基本信息", "一句话说明")}2：") && f.Contains("公式"));
    }

    [Fact]
    public async Task A_real_formula_is_refused_and_a_phone_number_is_none()
    {
        await Given("440131747000");
        var file = Edit(await Export(Province, "440131747000"), "基本信息", cells => { var cell = cells("一句话说明", 2); cell.DataType = null; cell.InlineString = null; cell.CellFormula = new("1+1"); cell.CellValue = new("2"); });
        (await Faults(Province, file)).ShouldContain(f => f.Contains("公式"));
        var phone = await Import(Province, Change(await Export(Province, "440131747000"), ("基本信息", 2, "咨询电话", "+86 20-12345678")));
        phone.StatusCode.ShouldBe(HttpStatusCode.OK, await phone.Content.ReadAsStringAsync());
    }

    [Fact]
    public void On_the_way_out_nothing_is_a_formula_and_what_looks_like_one_carries_the_quote_prefix()
    {
        var file = new MemoryStream();
        SheetWriter.Write(file, [new("440131000000", null, new() { Code = "440131000000", Name = "=HYPERLINK(\"http://evil\")", Summary = "+1", Conditions = ["-2"], Phone = "@x" })]);
        using var document = SpreadsheetDocument.Open(new MemoryStream(file.ToArray()), false);
        var formats = document.WorkbookPart!.WorkbookStylesPart!.Stylesheet.CellFormats!.Elements<CellFormat>().ToList();
        var cells = document.WorkbookPart.WorksheetParts.SelectMany(p => p.Worksheet.Descendants<Cell>()).ToList();
        cells.ShouldAllBe(c => c.CellFormula == null);
        foreach (var text in (string[])["=HYPERLINK(\"http://evil\")", "+1", "-2", "@x"])
        {
            var cell = cells.Single(c => c.InlineString?.InnerText == text);
            formats[(int)cell.StyleIndex!.Value].QuotePrefix!.Value.ShouldBeTrue(text);
        }
        document.WorkbookPart.WorksheetParts.SelectMany(p => p.Worksheet.Descendants<DataValidation>()).Count().ShouldBeGreaterThan(10, "drop-downs for code tables");
    }

    [Fact]
    public async Task An_archive_that_unpacks_to_far_more_than_it_is_and_what_is_no_workbook_are_refused()
    {
        var bomb = new MemoryStream();
        using (var zip = new ZipArchive(bomb, ZipArchiveMode.Create, true))
        {
            using var entry = zip.CreateEntry("xl/workbook.xml", CompressionLevel.SmallestSize).Open();
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 90; i++) entry.Write(zeros);
        }
        bomb.Length.ShouldBeLessThan(1 << 20);
        (await Import(Province, bomb.ToArray())).StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await Import(Province, Encoding.UTF8.GetBytes("not a workbook"))).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var empty = new MemoryStream();
        using (var zip = new ZipArchive(empty, ZipArchiveMode.Create, true)) zip.CreateEntry("a.txt");
        (await Import(Province, empty.ToArray())).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Json_goes_out_and_in_too_with_paths_for_faults()
    {
        await Given("440131748000");
        var api = await app.Api(Province);
        var exported = await api.GetStringAsync("/api/v1/items/desk/export?format=json&q=440131748000");
        (await (await api.PostAsync("/api/v1/items/import", new StringContent(exported, Encoding.UTF8, "application/json"))).Content.ReadFromJsonAsync<JsonObject>())!["unchanged"]!.GetValue<int>().ShouldBe(2);
        var list = JsonNode.Parse(exported)!.AsArray();
        list[0]!["content"]!["materials"]![0]!["copys"] = 1;
        var answer = await api.PostAsync("/api/v1/items/import", new StringContent(list.ToJsonString(), Encoding.UTF8, "application/json"));
        (await answer.Content.ReadAsStringAsync()).ShouldContain("[0].content.materials[0].copys");
    }

    static string Letters(string sheet, string header) => SheetLayout.Letters(SheetLayout.Parts.Single(p => p.Name == sheet).Columns.ToList().FindIndex(c => c.Header == header));

    static byte[] Change(byte[] file, params (string Sheet, int Row, string Header, string Text)[] cells)
    {
        foreach (var (sheet, row, header, text) in cells)
            file = Edit(file, sheet, at => { var cell = at(header, row); cell.DataType = CellValues.InlineString; cell.CellValue = null; cell.InlineString = new(new Text(text)); });
        return file;
    }

    static byte[] Edit(byte[] file, string sheet, Action<Func<string, int, Cell>> edit)
    {
        var stream = new MemoryStream();
        stream.Write(file);
        using (var document = SpreadsheetDocument.Open(stream, true))
        {
            var workbook = document.WorkbookPart!;
            var worksheet = ((WorksheetPart)workbook.GetPartById(workbook.Workbook.Descendants<Sheet>().Single(s => s.Name == sheet).Id!)).Worksheet;
            edit((header, number) =>
            {
                var row = worksheet.Descendants<Row>().Single(r => r.RowIndex!.Value == number);
                var reference = Letters(sheet, header) + number;
                if (row.Elements<Cell>().FirstOrDefault(c => c.CellReference == reference) is { } cell) return cell;
                cell = new Cell { CellReference = reference };
                var next = row.Elements<Cell>().FirstOrDefault(c => Order(c.CellReference!.Value!) > Order(reference));
                return next is null ? row.AppendChild(cell) : row.InsertBefore(cell, next);
            });
            worksheet.Save();
        }
        return stream.ToArray();
    }

    static int Order(string reference) => reference.TakeWhile(char.IsLetter).Aggregate(0, (n, c) => n * 26 + c - 'A' + 1);

    /// <summary>Rows of the second file under those of the first.</summary>
    static byte[] Join(byte[] first, byte[] second)
    {
        var rows = SheetReader.Read(second).Value!;
        var stream = new MemoryStream();
        stream.Write(first);
        using (var document = SpreadsheetDocument.Open(stream, true))
        {
            var workbook = document.WorkbookPart!;
            foreach (var sheet in workbook.Workbook.Descendants<Sheet>().Where(s => s.Name != SheetLayout.Tables))
            {
                var data = ((WorksheetPart)workbook.GetPartById(sheet.Id!)).Worksheet.GetFirstChild<SheetData>()!;
                var last = data.Elements<Row>().Max(r => r.RowIndex!.Value);
                foreach (var row in rows.Where(r => r.Sheet == sheet.Name && r.Number > 1))
                    data.Append(new Row(row.Cells.OrderBy(c => c.Key).Select(c => new Cell(new InlineString(new Text(c.Value))) { CellReference = SheetLayout.Letters(c.Key) + (last + 1), DataType = CellValues.InlineString })) { RowIndex = ++last });
            }
        }
        return stream.ToArray();
    }
}
