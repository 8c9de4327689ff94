using Kapok.Documents.Layout.Pages;
using Kapok.Documents.Ofd;
using Kapok.Documents.Pdf;
using Kapok.Foundation;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Documents.Layout;

/// <summary>The installed templates with their samples, for officials.</summary>
static class LayoutRoutes
{
    const string Mark = "样张 无效";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/desk/layouts", async (Layouts layouts) => new PageResult<LayoutListPage>(new { Rows = await Rows(layouts) })).AllowOfficials();
        routes.MapGet("/desk/layouts/{package}/{name}", async (Layouts layouts, TimeProvider time, string package, string name) =>
            await layouts.Of($"{package}/{name}") is { Ok: true, Value: { } printer } ? Sample(printer, package, name, time) : Problems.NotFound("没有这个版式模板")).AllowOfficials();
        routes.MapGet("/desk/layouts/{package}/{name}/sample.{format}", async (Layouts layouts, TimeProvider time, string package, string name, string format) => await File(layouts, time, package, name, format)).AllowOfficials();
    }

    static async Task<IReadOnlyList<LayoutRow>> Rows(Layouts layouts)
    {
        var rows = new List<LayoutRow>();
        foreach (var key in await layouts.Names())
            if (await layouts.Of(key) is { Ok: true, Value.Template: { } template }) rows.Add(new(key, template.SampleTitle, template.Width, template.Height));
        return rows;
    }

    static PageResult<LayoutPage> Sample(TemplatePrinter printer, string package, string name, TimeProvider time)
    {
        var printed = printer.PrintSample(time.GetUtcNow(), watermark: Mark);
        return new(new { Key = $"{package}/{name}", Title = printer.Template.SampleTitle, Pages = printed.Value is { } document ? [.. Enumerable.Range(0, document.Pages.Count).Select(i => SvgWriter.Page(document, i))] : (string[])[], printed.Faults });
    }

    static async Task<IResult> File(Layouts layouts, TimeProvider time, string package, string name, string format)
    {
        if (format is not ("ofd" or "pdf") || await layouts.Of($"{package}/{name}") is not { Ok: true, Value: { } printer }) return Problems.NotFound("没有这个版式模板");
        var printed = printer.PrintSample(time.GetUtcNow(), watermark: Mark);
        if (!printed.Ok) return printed.Answer();
        return format == "ofd" ? Results.File(OfdWriter.Write(printed.Value!).ToZip(), "application/ofd", $"{name}.ofd") : Results.File(PdfWriter.Write(printed.Value!), "application/pdf", $"{name}.pdf");
    }
}
