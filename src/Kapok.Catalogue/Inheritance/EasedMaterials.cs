using Kapok.Catalogue.Content;
using Kapok.Foundation.Data;

namespace Kapok.Catalogue.Inheritance;

/// <summary>How a lower level may ask for materials more kindly: drop them, make them optional, fewer copies, electronic, a licence instead.</summary>
static class EasedMaterials
{
    public static (ItemContent, IReadOnlyList<Conflict>) Apply(ItemContent content, Overrides own)
    {
        var materials = content.Materials.ToList();
        var conflicts = new List<Conflict>();
        foreach (var eased in own.Materials)
        {
            var at = materials.FindIndex(m => m.Id == eased.Id);
            if (at < 0) { conflicts.Add(Gone(eased.Id, Json.Element(eased))); continue; }
            var (upper, reasons) = (materials[at], Reasons(materials[at], eased).ToList());
            if (reasons.Count > 0) conflicts.Add(new("materials", eased.Id, Json.Element(eased), Json.Element(Shown(upper)), $"“{upper.Name}”{string.Join("，", reasons)}"));
            else materials[at] = Eased(upper, eased);
        }
        foreach (var id in own.DropMaterials)
            if (materials.RemoveAll(m => m.Id == id) == 0) conflicts.Add(Gone(id, Json.Element("不再要求")));
        return (content with { Materials = materials }, conflicts);
    }

    static Conflict Gone(string id, System.Text.Json.JsonElement own) => new("materials", id, own, null, $"上级的材料里已经没有“{id}”，请确认是否换成了别的材料");

    static Material Eased(Material upper, EasedMaterial eased) => upper with
    {
        Necessity = eased.Necessity ?? upper.Necessity,
        Form = eased.Form ?? upper.Form,
        Original = eased.Original ?? upper.Original,
        Copies = eased.Copies ?? upper.Copies,
        ReplacedBy = eased.ReplacedBy ?? upper.ReplacedBy,
    };

    static IEnumerable<string> Reasons(Material upper, EasedMaterial eased)
    {
        if (eased.Necessity is { } necessity && Burden(necessity) > Burden(upper.Necessity)) yield return "不得改为更严的必要性";
        if (eased.Form is { } form && form != upper.Form && form != 3) yield return "材料形式只能改为纸质和电子都可以";
        if (eased.Original is { } original && original != upper.Original && (upper.Original, original) is not ((1 or 3), 2) and not (3, 1)) yield return "材料类型只能改为只收复印件，或不再同时收原件和复印件";
        if (eased.Copies is { } copies && (copies < 0 || copies > upper.Copies)) yield return $"份数不得多于 {upper.Copies} 份";
        if (eased.ReplacedBy is { } replaced && upper.ReplacedBy is { } above && replaced != above) yield return "上级已经规定了替代方式";
        if (eased.ReplacedBy is { } by && by.Kind is not ("licence" or "data" or "earlier-file")) yield return "替代方式应为 licence、data 或 earlier-file";
    }

    /// <summary>必要 2, 容缺后补 1, 非必要 0.</summary>
    static int Burden(int necessity) => necessity switch { 1 => 2, 3 => 1, 2 => 0, _ => int.MaxValue };

    static EasedMaterial Shown(Material m) => new() { Id = m.Id, Necessity = m.Necessity, Form = m.Form, Original = m.Original, Copies = m.Copies, ReplacedBy = m.ReplacedBy };
}
