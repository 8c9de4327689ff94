using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Kapok.Foundation.Pages;

/// <summary>What the renderer knows of a type of component: how to make one and how to give it what it needs. Found out once.</summary>
sealed class ComponentPlan
{
    static readonly ConcurrentDictionary<Type, ComponentPlan> known = new();

    /// <summary>The framework's way into a component; both are virtual, so each call ends in the component's own.</summary>
    public static readonly Action<ComponentBase, RenderTreeBuilder> Build = Method<Action<ComponentBase, RenderTreeBuilder>>("BuildRenderTree");
    static readonly Action<ComponentBase> initialized = Method<Action<ComponentBase>>("OnInitialized"), parametersSet = Method<Action<ComponentBase>>("OnParametersSet");

    readonly ConstructorInvoker make;
    readonly Dictionary<string, Action<object, object?>> parameters = new(StringComparer.OrdinalIgnoreCase);
    readonly Action<object, object?>? others;
    readonly bool prepares;

    /// <summary>Services the type asks for besides those of every <see cref="PageComponent"/>.</summary>
    public (Type Service, Action<object, object?> Set)[] Services { get; }

    /// <summary>Values it takes from the components around it.</summary>
    public (Type Value, string? Name, Action<object, object?> Set)[] Cascades { get; }

    /// <summary>Type of the value when the component is the framework's <see cref="CascadingValue{TValue}"/>; null for all others.</summary>
    public Type? Cascading { get; }

    public Type Type { get; }

    ComponentPlan(Type type)
    {
        Type = type;
        Cascading = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(CascadingValue<>) ? type.GetGenericArguments()[0] : null;
        if (Cascading is null && !type.IsAssignableTo(typeof(ComponentBase))) throw new InvalidOperationException($"{type} is no ComponentBase; pages are made of those alone.");
        if (Cascading is null && Waiting(type) is { } waiting) throw new InvalidOperationException($"{type} overrides {waiting}. A page is written in one go: load what it shows in the handler.");
        make = ConstructorInvoker.Create(type.GetConstructor(Type.EmptyTypes) ?? throw new InvalidOperationException($"{type} has no constructor without parameters."));
        var services = new List<(Type, Action<object, object?>)>();
        var cascades = new List<(Type, string?, Action<object, object?>)>();
        for (var owner = type; owner is not null && owner != typeof(ComponentBase); owner = owner.BaseType)
            foreach (var property in owner.GetProperties(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            {
                if (property.GetCustomAttribute<ParameterAttribute>() is { } parameter)
                {
                    // The one that takes all others may be given by its name as well.
                    if (parameter.CaptureUnmatchedValues) others = Accessors.Setter(property);
                    parameters.TryAdd(property.Name, Accessors.Setter(property));
                }
                else if (property.GetCustomAttribute<CascadingParameterAttribute>() is { } cascade) cascades.Add((property.PropertyType, cascade.Name, Accessors.Setter(property)));
                else if (owner != typeof(PageComponent) && property.GetCustomAttribute<InjectAttribute>() is not null) services.Add((property.PropertyType, Accessors.Setter(property)));
            }
        (Services, Cascades) = ([.. services], [.. cascades]);
        prepares = Overrides(type, "OnInitialized") || Overrides(type, "OnParametersSet");
    }

    /// <exception cref="InvalidOperationException">The type cannot be written in one go.</exception>
    public static ComponentPlan Of(Type type) => known.TryGetValue(type, out var plan) ? plan : known.GetOrAdd(type, static t => new(t));

    public ComponentBase Make() => (ComponentBase)make.Invoke()!;

    /// <summary>Gives a parameter to a component, or keeps it for the parameter that takes all others.</summary>
    /// <exception cref="InvalidOperationException">The component has no such parameter.</exception>
    public void Set(ComponentBase component, string name, object? value, ref Dictionary<string, object>? unmatched)
    {
        if (parameters.TryGetValue(name, out var set)) set(component, value);
        else if (others is null) throw new InvalidOperationException($"{Type} has no parameter {name}.");
        else if (value is not null) (unmatched ??= new(StringComparer.OrdinalIgnoreCase))[name] = value;
    }

    /// <summary>After all parameters: hands over the unmatched ones and lets the component prepare itself.</summary>
    public void Begin(ComponentBase component, Dictionary<string, object>? unmatched)
    {
        if (unmatched is not null) others!(component, unmatched);
        if (!prepares) return;
        initialized(component);
        parametersSet(component);
    }

    static T Method<T>(string name) where T : Delegate => typeof(ComponentBase).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Instance)!.CreateDelegate<T>();

    static bool Overrides(Type type, string name) =>
        type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance).Any(m => m.Name == name && m.DeclaringType != typeof(ComponentBase));

    static string? Waiting(Type type) => Array.Find(["OnInitializedAsync", "OnParametersSetAsync", "SetParametersAsync"], name => Overrides(type, name));
}
