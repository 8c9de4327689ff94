using System.Collections.Immutable;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Forms;

/// <summary>
/// What reads what: checks that expressions name only known fields and finds an order in which every field comes after
/// all that its condition or formula reads, so that one pass over a form is enough.
/// </summary>
internal sealed class FormGraph(Dictionary<string, FormField> fields, ImmutableArray<QuestionPage> pages, Action<string, string> fault)
{
    readonly Dictionary<string, QuestionPage> pageOf = pages.SelectMany(p => p.Fields.Select(f => (f.Name, Page: p))).ToDictionary(x => x.Name, x => x.Page);

    /// <summary>Checks the names in every condition and formula of pages and fields.</summary>
    public void CheckNames()
    {
        for (var i = 0; i < pages.Length; i++)
            if (pages[i].When is { } when) Check(when, [], $"/ui/pages/{i}/when");
        foreach (var field in fields.Values) CheckField(field, [], $"/properties/{field.Name}");
    }

    void CheckField(FormField field, FormField[] groups, string at)
    {
        if (field.When is { } when) Check(when, groups, at + "/ui/when");
        if (field.Computed is { } formula)
        {
            Check(formula, groups, $"/ui/computed/{field.Path}");
            if (field.HasMembers) fault($"/ui/computed/{field.Path}", "组不能是算出来的，请写组里的字段");
        }
        foreach (var member in field.Members)
            CheckField(member, [field, .. groups], $"{at}{(field.Widget == Widget.Rows ? "/items" : "")}/properties/{member.Name}");
        if (Sorted(field.Members, m => Reads(m, own: true), at) is { } order) field.MemberOrder = order;
    }

    /// <summary>Checks an expression. The names of the groups it stands in, the innermost first, come before those of the root.</summary>
    public void Check(Expression expression, FormField[] groups, string at)
    {
        foreach (var path in expression.Paths)
        {
            var parts = path.Split('.');
            var field = groups.SelectMany(g => g.Members).FirstOrDefault(m => m.Name == parts[0]) ?? fields.GetValueOrDefault(parts[0]);
            if (field is null) { fault(at, $"表达式里的“{parts[0]}”不是字段"); continue; }
            foreach (var part in parts.Skip(1))
            {
                if (field.Widget == Widget.Date && part is "year" or "month" or "day") break;
                var member = field.Members.FirstOrDefault(m => m.Name == part);
                if (member is null) { fault(at, $"表达式里的“{path}”不是字段：“{field.Name}”没有“{part}”"); break; }
                field = member;
            }
        }
    }

    /// <summary>Root fields in an order of evaluation; the order of the pages as far as possible.</summary>
    public ImmutableArray<FormField> Order() =>
        Sorted([.. pages.SelectMany(p => p.Fields)], f => RootReads(f), "/properties") ?? [];

    /// <summary>For each root field, the root fields that read it, directly or through others.</summary>
    public IReadOnlyDictionary<string, ImmutableArray<string>> Dependents()
    {
        var direct = fields.Values.SelectMany(f => RootReads(f).Select(read => (Read: read, Reader: f.Name))).ToLookup(x => x.Read, x => x.Reader);
        var all = new Dictionary<string, ImmutableArray<string>>();
        foreach (var name in fields.Keys)
        {
            var found = new HashSet<string>();
            var pending = new Stack<string>(direct[name]);
            while (pending.TryPop(out var next)) if (found.Add(next)) foreach (var further in direct[next]) pending.Push(further);
            if (found.Count > 0) all[name] = [.. found.Order()];
        }
        return all;
    }

    IEnumerable<string> RootReads(FormField field)
    {
        var names = new HashSet<string>();
        if (pageOf.TryGetValue(field.Name, out var page) && page.When is { } when) names.UnionWith(when.Names);
        Add(field, []);
        return names.Where(fields.ContainsKey);

        void Add(FormField of, FormField[] groups)
        {
            names.UnionWith(Reads(of).Where(n => !groups.Any(g => g.Members.Any(m => m.Name == n))));
            foreach (var member in of.Members) Add(member, [of, .. groups]);
        }
    }

    static IEnumerable<string> Reads(FormField field, bool own = false)
    {
        var names = (IEnumerable<string>)[.. field.When?.Names ?? (IEnumerable<string>)[], .. field.Computed?.Names ?? (IEnumerable<string>)[]];
        // A group in a row counts as reading whatever its members read.
        return own ? names.Concat(field.Members.SelectMany(m => Reads(m, own))) : names;
    }

    /// <summary>Depth-first order; null (and a fault) when fields depend on each other in a circle.</summary>
    ImmutableArray<FormField>? Sorted(ImmutableArray<FormField> of, Func<FormField, IEnumerable<string>> reads, string at)
    {
        var byName = new Dictionary<string, FormField>();
        foreach (var field in of) byName[field.Name] = field;
        var order = ImmutableArray.CreateBuilder<FormField>();
        var state = new Dictionary<string, bool>(); // false: being visited, true: placed
        var path = new List<string>();
        return of.All(Visit) ? order.ToImmutable() : null;

        bool Visit(FormField field)
        {
            if (state.TryGetValue(field.Name, out var placed))
            {
                if (placed) return true;
                var circle = path.SkipWhile(n => n != field.Name).Append(field.Name);
                fault(at, "条件或算式互相依赖，没有起点：" + string.Join(" → ", circle));
                return false;
            }
            state[field.Name] = false;
            path.Add(field.Name);
            foreach (var name in reads(field))
                if (byName.TryGetValue(name, out var read) && !Visit(read)) return false;
            path.RemoveAt(path.Count - 1);
            state[field.Name] = true;
            order.Add(field);
            return true;
        }
    }
}
