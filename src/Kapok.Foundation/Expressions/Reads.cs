namespace Kapok.Foundation.Expressions;

/// <summary>Collects what an expression reads. A quantifier's variable stands for the list it runs over.</summary>
internal sealed class Reads
{
    private readonly SortedSet<string> names = new(StringComparer.Ordinal);
    private readonly SortedSet<string> paths = new(StringComparer.Ordinal);

    public Reads(Syntax node) => Walk(node, []);

    public IReadOnlySet<string> Names => names;
    public IReadOnlySet<string> Paths => paths;

    private void Walk(Syntax node, Dictionary<string, string?> variables)
    {
        if (node is Syntax.Name or Syntax.Path or Syntax.Index && PathOf(node, variables) is { } path)
        {
            paths.Add(path);
            var inner = node;
            while (inner is not Syntax.Name)
            {
                if (inner is Syntax.Index index) Walk(index.Key, variables);
                inner = inner is Syntax.Path step ? step.Target : ((Syntax.Index)inner).Target;
            }
            var root = ((Syntax.Name)inner).Text;
            if (!variables.ContainsKey(root)) names.Add(root);
            return;
        }
        if (node is Syntax.Quantified quantified)
        {
            Walk(quantified.Domain, variables);
            Walk(quantified.Condition, new(variables) { [quantified.Variable] = PathOf(quantified.Domain, variables) });
            return;
        }
        foreach (var child in Children(node)) Walk(child, variables);
    }

    private static string? PathOf(Syntax node, Dictionary<string, string?> variables) => node switch
    {
        Syntax.Name name => variables.TryGetValue(name.Text, out var path) ? path : name.Text,
        Syntax.Path path => PathOf(path.Target, variables) is { } target ? $"{target}.{path.Member}" : null,
        Syntax.Index index => PathOf(index.Target, variables),
        _ => null,
    };

    private static IEnumerable<Syntax> Children(Syntax node) => node switch
    {
        Syntax.Path path => [path.Target],
        Syntax.Index index => [index.Target, index.Key],
        Syntax.List list => list.Items,
        Syntax.Negate negate => [negate.Operand],
        Syntax.Binary binary => [binary.Left, binary.Right],
        Syntax.In inside => [inside.Value, .. inside.Tests],
        Syntax.Between between => [between.Value, between.Low, between.High],
        Syntax.If choice => [choice.Condition, choice.Then, choice.Else],
        Syntax.Call call => call.Arguments,
        _ => [],
    };
}
