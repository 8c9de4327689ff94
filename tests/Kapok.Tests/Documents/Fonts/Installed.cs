using Kapok.Documents.Fonts;

namespace Kapok.Tests.Documents.Fonts;

/// <summary>Fonts of the machine that tests use; a test without its font is skipped.</summary>
static class Installed
{
    public static FontFace Sans => Face("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2);
    public static FontFace Serif => Face("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc", 2);
    public static FontFace Bold => Face("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", 2);
    public static FontFace TrueType => Face("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 0);

    public static FontFace Named(string name) => name switch { "sans" => Sans, "serif" => Serif, "bold" => Bold, _ => TrueType };

    static FontFace Face(string path, int index)
    {
        Assert.SkipUnless(File.Exists(path), path + " is not installed");
        return FontFace.Load(path, index);
    }
}
