using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Kapok.Cases.Forms.Schemas;

/// <summary>One validation: walks schema and instance together and keeps the path, the budget and the errors.</summary>
internal sealed class SchemaRun(bool collect)
{
    const int MaxDepth = 256, MaxErrors = 1_000;
    const int MaxVisits = 5_000_000;

    readonly ImmutableArray<SchemaError>.Builder errors = ImmutableArray.CreateBuilder<SchemaError>();
    readonly List<object> path = [];
    readonly List<SchemaResource> dynamicScope = [];
    int depth, visits, quiet;

    public ImmutableArray<SchemaError> Errors => errors.ToImmutable();

    public bool Check(SchemaNode node, JsonElement instance)
    {
        try
        {
            return Apply(node, instance, null);
        }
        catch (InvalidOperationException) // half a surrogate pair, written as \ud800
        {
            return GiveUp(node, "文字里有不完整的字符，请重新输入");
        }
        catch (SchemaBudgetException e)
        {
            return GiveUp(node, e.Message);
        }
    }

    bool Apply(SchemaNode node, JsonElement instance, Evaluated? seen)
    {
        if (node.Always is { } always) return always || Fail(node, "", "这里不应有内容");
        if (++visits > MaxVisits) throw new SchemaBudgetException("内容过多，无法核对");
        if (++depth > MaxDepth) throw new SchemaBudgetException("内容的层次过深，无法核对");
        var newResource = dynamicScope.Count == 0 || dynamicScope[^1] != node.Resource;
        if (newResource) dynamicScope.Add(node.Resource);

        var own = node.Tracks ? new Evaluated() : seen;
        var ok = InPlace(node, instance, own) & Assertions(node, instance);
        if (ok || Collecting)
        {
            if (instance.ValueKind == JsonValueKind.Array) ok &= Array(node, instance, own);
            else if (instance.ValueKind == JsonValueKind.Object && (node.ChecksObjects || node.UnevaluatedProperties is not null)) ok &= Object(node, instance, own);
        }
        if (node.Tracks && seen is not null && ok) seen.Add(own!);

        if (newResource) dynamicScope.RemoveAt(dynamicScope.Count - 1);
        depth--;
        return ok;
    }

    bool Collecting => collect && quiet == 0;

    /// <summary>The applicators that look at the same instance.</summary>
    bool InPlace(SchemaNode node, JsonElement instance, Evaluated? seen)
    {
        var ok = true;
        if (node.Ref is { } target) ok &= Apply(target, instance, seen);
        if (node.DynamicRef is { } initial) ok &= Apply(Dynamic(node.DynamicAnchor, initial), instance, seen);
        foreach (var part in node.AllOf) ok &= Apply(part, instance, seen);
        if (node.AnyOf.Length > 0)
        {
            var any = false;
            foreach (var part in node.AnyOf)
            {
                any |= Try(part, instance, seen);
                if (any && seen is null) break;
            }
            if (!any) ok = Fail(node, "anyOf", "填写的内容不符合任何一种允许的情况");
        }
        if (node.OneOf.Length > 0)
        {
            var matches = 0;
            foreach (var part in node.OneOf) if (Try(part, instance, seen)) matches++;
            if (matches != 1) ok = Fail(node, "oneOf", matches == 0 ? "填写的内容不符合任何一种允许的情况" : "填写的内容同时符合几种只能取一种的情况");
        }
        if (node.Not is { } not && Try(not, instance, null)) ok = Fail(node, "not", "填写的内容属于不允许的情况");
        if (node.If is { } condition && (node.Then is not null || node.Else is not null || seen is not null))
        {
            var branch = Try(condition, instance, seen) ? node.Then : node.Else;
            if (branch is not null) ok &= Apply(branch, instance, seen);
        }
        return ok;
    }

    /// <summary>Applies a schema whose failure is no error; what it evaluated counts only when it succeeds.</summary>
    bool Try(SchemaNode node, JsonElement instance, Evaluated? seen)
    {
        quiet++;
        var own = seen is null ? null : new Evaluated();
        var ok = Apply(node, instance, own);
        quiet--;
        if (ok && own is not null) seen!.Add(own);
        return ok;
    }

    SchemaNode Dynamic(string? anchor, SchemaNode initial)
    {
        if (anchor is null) return initial;
        foreach (var resource in dynamicScope)
            if (resource.DynamicAnchors.TryGetValue(anchor, out var target)) return target;
        return initial;
    }

    bool Assertions(SchemaNode node, JsonElement instance)
    {
        var ok = true;
        if (node.Types != JsonTypes.Any && !HasType(node.Types, instance)) ok = Fail(node, "type", SchemaMessages.Type(node.Types));
        if (node.Enum is { } values && !System.Array.Exists(values, value => JsonElement.DeepEquals(value, instance))) ok = Fail(node, "enum", "请从给出的选项中选择");
        if (node.Const is { } constant && !JsonElement.DeepEquals(constant, instance)) ok = Fail(node, "const", $"应为 {constant}");
        if (instance.ValueKind == JsonValueKind.Number) ok &= Number(node, instance);
        else if (instance.ValueKind == JsonValueKind.String) ok &= String(node, instance);
        return ok;
    }

    static bool HasType(JsonTypes types, JsonElement instance) => instance.ValueKind switch
    {
        JsonValueKind.Null => types.HasFlag(JsonTypes.Null),
        JsonValueKind.True or JsonValueKind.False => types.HasFlag(JsonTypes.Boolean),
        JsonValueKind.Object => types.HasFlag(JsonTypes.Object),
        JsonValueKind.Array => types.HasFlag(JsonTypes.Array),
        JsonValueKind.String => types.HasFlag(JsonTypes.String),
        JsonValueKind.Number => types.HasFlag(JsonTypes.Number) || types.HasFlag(JsonTypes.Integer) && JsonNumber.Of(instance).IsInteger,
        _ => false,
    };

    bool Number(SchemaNode node, JsonElement instance)
    {
        if (node.Minimum is null && node.Maximum is null && node.ExclusiveMinimum is null && node.ExclusiveMaximum is null && node.MultipleOf is null && node.Format is null) return true;
        var number = JsonNumber.Of(instance);
        var ok = true;
        if (node.Minimum is { } minimum && number.CompareTo(minimum) < 0) ok = Fail(node, "minimum", $"不能小于 {minimum}");
        if (node.Maximum is { } maximum && number.CompareTo(maximum) > 0) ok = Fail(node, "maximum", $"不能大于 {maximum}");
        if (node.ExclusiveMinimum is { } above && number.CompareTo(above) <= 0) ok = Fail(node, "exclusiveMinimum", $"应大于 {above}");
        if (node.ExclusiveMaximum is { } below && number.CompareTo(below) >= 0) ok = Fail(node, "exclusiveMaximum", $"应小于 {below}");
        if (node.MultipleOf is { } step && !number.IsMultipleOf(step)) ok = Fail(node, "multipleOf", $"应是 {step} 的倍数");
        if (node.Format is { Name: "money-fen" } && !number.IsInteger) ok = Fail(node, "format", node.Format.Fault("")!);
        return ok;
    }

    bool String(SchemaNode node, JsonElement instance)
    {
        if (node.MinLength == 0 && node.MaxLength == long.MaxValue && node.Pattern is null && node.Format is null) return true;
        var text = instance.GetString()!;
        var ok = true;
        if (node.MinLength > 0 || node.MaxLength != long.MaxValue)
        {
            var length = Length(text);
            if (length < node.MinLength) ok = Fail(node, "minLength", length == 0 ? "不能为空" : $"至少 {node.MinLength} 个字，现在有 {length} 个");
            if (length > node.MaxLength) ok = Fail(node, "maxLength", $"最多 {node.MaxLength} 个字，现在有 {length} 个");
        }
        if (node.Pattern is { } pattern && !EcmaPattern.Matches(pattern, text)) ok = Fail(node, "pattern", "格式不对，请核对后重新填写");
        if (node.Format is { Name: not "money-fen" } format && format.Fault(text) is { } fault) ok = Fail(node, "format", fault);
        return ok;
    }

    /// <summary>Characters as people count them: a rare character is one.</summary>
    internal static int Length(string text)
    {
        var length = text.Length;
        foreach (var c in text) if (char.IsLowSurrogate(c)) length--;
        return length;
    }

    bool Array(SchemaNode node, JsonElement instance, Evaluated? seen)
    {
        var ok = true;
        var length = instance.GetArrayLength();
        if (length < node.MinItems) ok = Fail(node, "minItems", $"至少 {node.MinItems} 项，现在有 {length} 项");
        if (length > node.MaxItems) ok = Fail(node, "maxItems", $"最多 {node.MaxItems} 项，现在有 {length} 项");
        var unevaluated = node.UnevaluatedItems;
        if (node.PrefixItems.Length > 0 || node.Items is not null || node.Contains is not null)
        {
            var index = 0;
            long contained = 0;
            foreach (var item in instance.EnumerateArray())
            {
                path.Add(index);
                var schema = index < node.PrefixItems.Length ? node.PrefixItems[index] : node.Items;
                if (schema is not null) { ok &= Apply(schema, item, null); seen?.Item(index); }
                if (node.Contains is { } contains && Try(contains, item, null)) { contained++; seen?.Item(index); }
                path.RemoveAt(path.Count - 1);
                if (!ok && !Collecting) return false;
                index++;
            }
            if (node.Contains is not null && contained < node.MinContains) ok = Fail(node, node.MinContains == 1 ? "contains" : "minContains", $"至少要有 {node.MinContains} 项符合要求");
            if (node.Contains is not null && contained > node.MaxContains) ok = Fail(node, "maxContains", $"符合要求的最多 {node.MaxContains} 项");
        }
        if (node.UniqueItems && length > 1 && JsonEquality.HasDuplicates(instance)) ok = Fail(node, "uniqueItems", "有重复的项");
        if (unevaluated is not null)
        {
            var index = 0;
            foreach (var item in instance.EnumerateArray())
            {
                path.Add(index);
                if (!seen!.HasItem(index)) { ok &= Apply(unevaluated, item, null); seen.Item(index); }
                path.RemoveAt(path.Count - 1);
                index++;
            }
        }
        return ok;
    }

    bool Object(SchemaNode node, JsonElement instance, Evaluated? seen)
    {
        var ok = true;
        long count = 0;
        foreach (var member in instance.EnumerateObject())
        {
            count++;
            var name = member.Name;
            path.Add(name);
            var known = node.Properties.TryGetValue(name, out var schema);
            if (known) ok &= Apply(schema!, member.Value, null);
            foreach (var (pattern, patternSchema) in node.PatternProperties)
                if (EcmaPattern.Matches(pattern, name)) { known = true; ok &= Apply(patternSchema, member.Value, null); }
            if (!known && node.AdditionalProperties is { } additional)
            {
                known = true;
                ok &= additional.Always is { } allowed ? allowed || Fail(node, "additionalProperties", "没有这一项", name) : Apply(additional, member.Value, null);
            }
            if (known) seen?.Property(name);
            path.RemoveAt(path.Count - 1);
            if (node.PropertyNames is { } names && !Try(names, JsonEquality.Text(name), null)) ok = Fail(node, "propertyNames", $"名称“{name}”不符合要求", name);
            if (!ok && !Collecting) return false;
        }
        foreach (var required in node.Required)
            if (!instance.TryGetProperty(required, out _)) ok = Fail(node, "required", $"缺少“{required}”", required);
        if (count < node.MinProperties) ok = Fail(node, "minProperties", $"至少填写 {node.MinProperties} 项");
        if (count > node.MaxProperties) ok = Fail(node, "maxProperties", $"最多填写 {node.MaxProperties} 项");
        foreach (var (property, needs) in node.DependentRequired)
            if (instance.TryGetProperty(property, out _))
                foreach (var need in needs)
                    if (!instance.TryGetProperty(need, out _)) ok = Fail(node, "dependentRequired", $"填写了“{property}”就要填写“{need}”", need);
        foreach (var (property, schema) in node.DependentSchemas)
            if (instance.TryGetProperty(property, out _)) ok &= Apply(schema, instance, seen);
        if (node.UnevaluatedProperties is { } unevaluated)
            foreach (var member in instance.EnumerateObject())
            {
                if (seen!.HasProperty(member.Name)) continue;
                path.Add(member.Name);
                ok &= unevaluated.Always == false ? Fail(node, "unevaluatedProperties", "没有这一项", member.Name) : Apply(unevaluated, member.Value, null);
                path.RemoveAt(path.Count - 1);
                seen.Property(member.Name);
            }
        return ok;
    }

    /// <summary>Checks another value with this run and answers with the first error; null when there is none.</summary>
    public SchemaError? FirstError(SchemaNode node, JsonElement instance)
    {
        if (Check(node, instance)) return null;
        var first = errors[0];
        errors.Clear();
        path.Clear();
        dynamicScope.Clear();
        (depth, quiet, visits) = (0, 0, 0);
        return first;
    }

    bool GiveUp(SchemaNode root, string message)
    {
        if (collect) errors.Add(new("", root.Location, "", message));
        return false;
    }

    bool Fail(SchemaNode node, string keyword, string message, string? property = null)
    {
        if (!Collecting) return false;
        if (errors.Count >= MaxErrors) throw new SchemaBudgetException("错误太多，其余的不再列出");
        var pointer = new StringBuilder();
        foreach (var part in path) pointer.Append('/').Append(part is int index ? index.ToString(CultureInfo.InvariantCulture) : SchemaDocuments.Escape((string)part));
        errors.Add(new(pointer.ToString(), keyword == "" ? node.Location : $"{node.Location}/{keyword}", keyword, message) { Property = property });
        return false;
    }
}

internal sealed class SchemaBudgetException(string message) : Exception(message);
