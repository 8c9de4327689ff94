using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Foundation.Pages;

/// <summary>
/// A page as the answer of a handler: the component, written as a whole and then sent with its length. Components are
/// written by <see cref="PageRenderer"/>, which does once what the framework's renderer prepares for pages that live on
/// in the browser; docs/performance.md says what that saves.
/// </summary>
/// <param name="component">Type of the page.</param>
/// <param name="parameters">An object whose properties are the parameters, a dictionary of them, or nothing.</param>
public class PageResult(Type component, object? parameters = null) : IResult, IStatusCodeHttpResult, IContentTypeHttpResult
{
    /// <summary>Status of the answer; null leaves what the response has, which is 200 unless somebody said otherwise.</summary>
    public int? StatusCode { get; init; }

    /// <summary>Always HTML in UTF-8.</summary>
    public string ContentType => "text/html; charset=utf-8";

    /// <summary>Type of the page.</summary>
    public Type Component { get; } = component;

    /// <summary>The parameters by name.</summary>
    public IEnumerable<KeyValuePair<string, object?>> Parameters => PageParameters.Of(parameters);

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext http)
    {
        var renderer = PageRenderer.Rent();
        try
        {
            renderer.Render(http, Component, Parameters);
            var response = http.Response;
            if (StatusCode is { } status) response.StatusCode = status;
            response.ContentType = ContentType;
            response.ContentLength = renderer.Written.Length;
            if (!HttpMethods.IsHead(http.Request.Method)) await response.BodyWriter.WriteAsync(renderer.Written, http.RequestAborted);
        }
        finally { renderer.Return(); }
    }
}

/// <inheritdoc/>
/// <typeparam name="TPage">The page.</typeparam>
public sealed class PageResult<TPage>(object? parameters = null) : PageResult(typeof(TPage), parameters);

/// <summary>Takes an object of parameters apart, as <c>new { Id = id }</c>; how is found out once for each type of object.</summary>
static class PageParameters
{
    static readonly ConcurrentDictionary<Type, (string Name, Func<object, object?> Get)[]> known = new();

    public static IEnumerable<KeyValuePair<string, object?>> Of(object? parameters) => parameters switch
    {
        null => [],
        IEnumerable<KeyValuePair<string, object?>> named => named,
        _ => Read(parameters),
    };

    static KeyValuePair<string, object?>[] Read(object parameters)
    {
        var getters = known.GetOrAdd(parameters.GetType(), static type =>
            [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetMethod is not null).Select(p => (p.Name, Accessors.Getter(p)))]);
        var read = new KeyValuePair<string, object?>[getters.Length];
        for (var i = 0; i < read.Length; i++) read[i] = new(getters[i].Name, getters[i].Get(parameters));
        return read;
    }
}

/// <summary>Properties read and written through delegates, which cost a fraction of reflection.</summary>
static class Accessors
{
    public static Func<object, object?> Getter(PropertyInfo property) =>
        (Func<object, object?>)typeof(Accessors).GetMethod(nameof(MakeGetter), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(property.DeclaringType!, property.PropertyType).Invoke(null, [property.GetMethod!])!;

    public static Action<object, object?> Setter(PropertyInfo property) =>
        (Action<object, object?>)typeof(Accessors).GetMethod(nameof(MakeSetter), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(property.DeclaringType!, property.PropertyType).Invoke(null, [property.SetMethod!])!;

    static Func<object, object?> MakeGetter<TTarget, TValue>(MethodInfo get) where TTarget : class
    {
        var read = get.CreateDelegate<Func<TTarget, TValue>>();
        return target => read((TTarget)target);
    }

    static Action<object, object?> MakeSetter<TTarget, TValue>(MethodInfo set) where TTarget : class
    {
        var write = set.CreateDelegate<Action<TTarget, TValue>>();
        return (target, value) => write((TTarget)target, (TValue)value!);
    }
}
