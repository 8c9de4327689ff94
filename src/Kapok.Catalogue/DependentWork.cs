namespace Kapok.Catalogue;

/// <summary>Work that goes on under versions of an entry that have been published, and what a new version does to it.</summary>
/// <param name="What">Name of the work: open cases, applications being filled in.</param>
/// <param name="Count">How many; one more than <see cref="Most"/> stands for more than that.</param>
/// <param name="Then">What happens to them when a new version is published.</param>
public sealed record DependentWork(string What, int Count, string Then)
{
    /// <summary>Nobody needs the exact number beyond this.</summary>
    public const int Most = 10_000;
}

/// <summary>A floor above the catalogue tells what of it stands on an entry; shown before a new version is published.</summary>
public interface IDependentWork
{
    /// <param name="basicCode">12-character basic code.</param>
    /// <param name="bodies">The bodies that implement it: one for an implementation, all for an entry of the basic list.</param>
    Task<IReadOnlyList<DependentWork>> On(string basicCode, IReadOnlyCollection<Guid> bodies);
}
