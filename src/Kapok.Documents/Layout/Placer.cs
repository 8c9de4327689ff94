using Kapok.Foundation;
using Kapok.Foundation.Expressions;

namespace Kapok.Documents.Layout;

/// <summary>Puts things that have a place onto a page.</summary>
sealed class Placer(TextSetter setter, IScope scope, Func<string, byte[]?> pictures, List<Fault> faults)
{
    public void Place(Block block, List<PrintedObject> to)
    {
        switch (block)
        {
            case TextBlock text: Text(text, to); break;
            case ShapeBlock shape: to.AddRange(shape.Paths); break;
            case ImageBlock image: Image(image, to); break;
            case QrBlock qr: Qr(qr, to); break;
        }
    }

    void Text(TextBlock block, List<PrintedObject> to)
    {
        var text = block.Words.Compose(scope, block.Tag);
        if (text.Text.Length == 0) return;
        if (setter.Fonts(block.Style).WhyNot(text.Text) is { } lacks) { faults.Add(new(block.Where, lacks)); return; }
        var area = block.Area;
        var set = area.Height > 0 ? setter.Fit(text, block.Style, block.Align, area.Width, area.Height, block.Smallest) : setter.Break(text, block.Style, block.Align, area.Width);
        if (set is null) { faults.Add(new(block.Where, $"“{Short(text.Text)}”太长，缩小以后也放不下")); return; }
        var top = block.Middle && area.Height > 0 ? area.Y + (area.Height - set.Height) / 2 : block.Baseline is { } line ? area.Y + line - set.Baseline : area.Y;
        setter.Place(set, area.X, top, to);
    }

    void Image(ImageBlock block, List<PrintedObject> to)
    {
        if (block.File is { } own) { to.Add(new PrintedImage(own, block.Area)); return; }
        var name = block.Name.Compose(scope).Text;
        if (name.Length == 0) return;
        if (pictures(name) is not { } content) { faults.Add(new(block.Where, $"没有图片 {Short(name)}")); return; }
        var picture = Picture.Check(content);
        if (!picture.Ok) { faults.Add(new(block.Where, picture.Faults[0].Message)); return; }
        // Whole and undistorted, in the middle of its place.
        var (a, ratio) = (block.Area, (double)picture.Value!.Width / picture.Value.Height);
        var (width, height) = a.Width / a.Height > ratio ? (a.Height * ratio, a.Height) : (a.Width, a.Width / ratio);
        to.Add(new PrintedImage(content, new(a.X + (a.Width - width) / 2, a.Y + (a.Height - height) / 2, width, height)));
    }

    void Qr(QrBlock block, List<PrintedObject> to)
    {
        var text = block.Words.Compose(scope).Text;
        if (text.Length == 0) return;
        if (System.Text.Encoding.UTF8.GetByteCount(text) > QrModules.MaxBytes) { faults.Add(new(block.Where, $"二维码内容超过 {QrModules.MaxBytes} 字节")); return; }
        to.Add(new PrintedQr(text, block.Area) { Ink = block.Ink });
    }

    public static string Short(string text) => text.Length <= 24 ? text : text[..24] + "……";
}
