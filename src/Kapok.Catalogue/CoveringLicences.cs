namespace Kapok.Catalogue;

/// <summary>A floor above the catalogue tells which licences stand for which materials, so that asking for them again is found.</summary>
public interface ICoveringLicences
{
    /// <summary>Words of a material's name, and the short name of the licence type that says it already.</summary>
    IReadOnlyList<(string Word, string Licence)> Words { get; }
}
