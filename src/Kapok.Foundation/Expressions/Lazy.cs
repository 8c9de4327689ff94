using System.Collections;

namespace Kapok.Foundation.Expressions;

// Both load at the first read; two readers at once may load twice and keep equal results, which needs no lock.

internal sealed class LazyMembers
{
    public static readonly IReadOnlyDictionary<string, Value> None = new Dictionary<string, Value>();

    private readonly Func<IReadOnlyDictionary<string, Value>>? load;
    private IReadOnlyDictionary<string, Value>? members;

    public LazyMembers(IReadOnlyDictionary<string, Value> members) => this.members = members;

    public LazyMembers(Func<IReadOnlyDictionary<string, Value>> load) => this.load = load;

    public IReadOnlyDictionary<string, Value> All => members ??= load!();
}

internal sealed class LazyItems(Func<Value[]> load) : IReadOnlyList<Value>
{
    private Value[]? items;

    private Value[] All => items ??= load();

    public int Count => All.Length;
    public Value this[int index] => All[index];
    public IEnumerator<Value> GetEnumerator() => ((IEnumerable<Value>)All).GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => All.GetEnumerator();
}
