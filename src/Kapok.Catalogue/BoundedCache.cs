using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Kapok.Catalogue;

/// <summary>
/// A cache with a bound: two generations, and when the young one is full the old one is forgotten. What is used stays;
/// never more than <paramref name="bound"/> entries.
/// </summary>
sealed class BoundedCache<TKey, TValue>(int bound) where TKey : notnull
{
    readonly Lock turning = new();
    volatile ConcurrentDictionary<TKey, TValue> young = new(), old = new();

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (young.TryGetValue(key, out value)) return true;
        if (!old.TryGetValue(key, out value)) return false;
        Put(key, value);
        return true;
    }

    public void Put(TKey key, TValue value)
    {
        young[key] = value;
        if (young.Count <= bound / 2) return;
        lock (turning)
        {
            if (young.Count <= bound / 2) return;
            old = young;
            young = new();
        }
    }

    public void Clear()
    {
        lock (turning)
        {
            young = new();
            old = new();
        }
    }
}
