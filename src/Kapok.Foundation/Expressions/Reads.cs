namespace Kapok.Foundation.Expressions;

/// <summary>Collects what an expression reads. A quantifier's variable stands for the list it runs over.</summary>
internal sealed class Reads
{
    private readonly SortedSet<string> names = new(StringComparer.Ordinal);
    private readonly SortedSet<string> paths = new(StringComparer.Ordinal);

    public Reads(Node node) => Walk(node, []);

    public IReadOnlySet<string> Names => names;
    public IReadOnlySet<string> Paths => paths;

    private void Walk(Node node, Dictionary<string, string?> variables)
    {
        if (node is Node.Name or Node.Path or Node.Index && PathOf(node, variables) is { } path)
        {
            paths.Add(path);
            var inner = node;
            while (inner is not Node.Name)
            {
                if (inner is Node.Index index) Walk(index.Key, variables);
                inner = inner is Node.Path step ? step.Target : ((Node.Index)inner).Target;
            }
            var root = ((Node.Name)inner).Text;
            if (!variables.ContainsKey(root)) names.Add(root);
            return;
        }
        if (node is Node.Quantified quantified)
        {
            Walk(quantified.Domain, variables);
            Walk(quantified.Condition, new(variables) { [quantified.Variable] = PathOf(quantified.Domain, variables) });
            return;
        }
        foreach (var child in Children(node)) Walk(child, variables);
    }

    private static string? PathOf(Node node, Dictionary<string, string?> variables) => node switch
    {
        Node.Name name => variables.TryGetValue(name.Text, out var path) ? path : name.Text,
        Node.Path path => PathOf(path.Target, variables) is { } target ? $"{target}.{path.Member}" : null,
        Node.Index index => PathOf(index.Target, variables),
        _ => null,
    };

    private static IEnumerable<Node> Children(Node node) => node switch
    {
        Node.Path path => [path.Target],
        Node.Index index => [index.Target, index.Key],
        Node.List list => list.Items,
        Node.Negate negate => [negate.Operand],
        Node.Binary binary => [binary.Left, binary.Right],
        Node.In inside => [inside.Value, .. inside.Tests],
        Node.Between between => [between.Value, between.Low, between.High],
        Node.If choice => [choice.Condition, choice.Then, choice.Else],
        Node.Call call => call.Arguments,
        _ => [],
    };
}
