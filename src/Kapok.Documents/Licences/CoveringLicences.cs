using Kapok.Catalogue;

namespace Kapok.Documents.Licences;

/// <summary>Tells the linter of the catalogue which materials the published licence types stand for.</summary>
sealed class CoveringLicences(LicenceTypes types) : ICoveringLicences
{
    public IReadOnlyList<(string Word, string Licence)> Words => [.. types.Current.Types.Where(t => t.Published).SelectMany(t => t.Type.Covers.Prepend(t.Type.Name).Select(w => (w, t.Type.Key)))];
}
