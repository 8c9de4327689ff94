using System.Text;

namespace Kapok.Documents.Seals.PdfFiles;

/// <summary>
/// What was appended to a PDF after a signature. Later signatures are appended too, so an addition is no harm by itself: it
/// must only add signatures and leave every object that stood there as it was.
/// </summary>
static class PdfRevisions
{
    /// <summary>Whether everything after <paramref name="end"/> only adds signatures. False for any other change, and when either state cannot be read.</summary>
    public static bool OnlySignaturesAfter(ReadOnlyMemory<byte> file, int end)
    {
        if (PdfFile.Open(file[..end]) is not { Ok: true } before || PdfFile.Open(file) is not { Ok: true } after) return false;
        try { return OnlySignatures(before.Value!, after.Value!); }
        catch (Exception e) when (e is MalformedPdf or InvalidDataException) { return false; }
    }

    static bool OnlySignatures(PdfFile before, PdfFile after)
    {
        var (root, catalog) = before.Root();
        var (newRoot, newCatalog) = after.Root();
        if (root != newRoot) return false;
        var allowed = new HashSet<int> { root.Number };
        if (catalog.Get("AcroForm") is PdfReference form) allowed.Add(form.Number);
        var (pages, newPages) = (before.Pages(), after.Pages());
        if (pages.Count != newPages.Count) return false;
        foreach (var (old, now) in pages.Zip(newPages))
        {
            if (old.Reference != now.Reference || !SameBut(old.Page, now.Page, "Annots")) return false;
            allowed.Add(old.Reference.Number);
            if (old.Page.Get("Annots") is PdfReference list) allowed.Add(list.Number);
            if (!OnlyAdds(before.Resolve(old.Page.Get("Annots")), after.Resolve(now.Page.Get("Annots")), after)) return false;
        }
        if (!SameBut(catalog, newCatalog, "AcroForm", "DSS", "Extensions")) return false;
        var (forms, newForms) = (before.Resolve(catalog.Get("AcroForm")) as PdfDictionary ?? [], after.Resolve(newCatalog.Get("AcroForm")) as PdfDictionary ?? []);
        if (!SameBut(forms, newForms, "Fields", "SigFlags", "DR", "DA")) return false;
        if (!OnlyAdds(before.Resolve(forms.Get("Fields")), after.Resolve(newForms.Get("Fields")), after)) return false;
        // Everything else that stood there must stand there still, byte for byte.
        return before.Numbers.All(number => allowed.Contains(number) || before.Text(number) == after.Text(number));
    }

    static bool SameBut(PdfDictionary old, PdfDictionary now, params string[] keys) =>
        old.Keys.Union(now.Keys).Except(keys).All(key => Written(old.Get(key)) == Written(now.Get(key)));

    static string Written(object? value)
    {
        var text = new StringBuilder();
        PdfText32000.Write(text, value);
        return text.ToString();
    }

    /// <summary>The old list, followed by signature fields and nothing else.</summary>
    static bool OnlyAdds(object? old, object? now, PdfFile file)
    {
        var (before, after) = (old as List<object?> ?? [], now as List<object?> ?? []);
        return after.Count >= before.Count && before.Zip(after).All(p => Written(p.First) == Written(p.Second))
            && after.Skip(before.Count).All(v => file.Resolve(v) is PdfDictionary field && field.Name("FT") == "Sig" && field.Name("Subtype") == "Widget");
    }
}
