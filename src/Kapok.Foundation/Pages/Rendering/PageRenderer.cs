using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.RenderTree;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.DependencyInjection;

// Frames are what the compiled markup of a component writes. They are public but not promised; the test that compares
// every component of the gallery with the framework's own renderer would notice a change.
#pragma warning disable BL0006

namespace Kapok.Foundation.Pages;

/// <summary>
/// Writes Razor components as HTML: makes a component, gives it its parameters, takes the frames its markup writes and
/// turns them into UTF-8 at once, from top to bottom, each component once. The framework's renderer gives the same
/// characters, but keeps the tree, compares it and passes every piece through a dispatcher, because components may wait and
/// change; ours never do. One renderer serves one page at a time and is used again.
/// </summary>
sealed class PageRenderer
{
    const int Deepest = 200, Spare = 64;
    static readonly ConcurrentBag<PageRenderer> spare = [];
    static readonly FrozenSet<string> selfClosing = new[] { "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    readonly HtmlBuffer html = new();
    readonly List<RenderTreeBuilder> builders = [];
    readonly List<(Type Type, string? Name, object? Value)> around = [];
    HttpContext http = null!;
    TextEncoder encoder = null!;
    Texts? texts;
    PageContext? page;
    Assets? assets;
    string? chosen; // value of the select around an option
    int depth;

    /// <summary>The page as written; valid until <see cref="Return"/>.</summary>
    public ReadOnlyMemory<byte> Written => html.Written;

    public static PageRenderer Rent() => spare.TryTake(out var renderer) ? renderer : new();

    /// <summary>Gives the renderer back; nothing of the page is kept.</summary>
    public void Return()
    {
        foreach (var builder in builders) builder.Clear();
        around.Clear();
        html.Clear();
        (http, encoder, texts, page, assets, chosen, depth) = (null!, null!, null, null, null, null, 0);
        if (spare.Count < Spare) spare.Add(this);
    }

    /// <summary>Writes a component and everything in it.</summary>
    /// <exception cref="InvalidOperationException">A component cannot be written in one go, or is given a parameter it does not have.</exception>
    public void Render(HttpContext request, Type component, IEnumerable<KeyValuePair<string, object?>> parameters)
    {
        http = request;
        var services = request.RequestServices;
        encoder = services.GetRequiredService<HtmlEncoder>();
        (texts, page, assets) = (services.GetRequiredService<Texts>(), services.GetRequiredService<PageContext>(), services.GetRequiredService<Assets>());
        var plan = ComponentPlan.Of(component);
        var made = plan.Make();
        Dictionary<string, object>? unmatched = null;
        foreach (var (name, value) in parameters) plan.Set(made, name, value, ref unmatched);
        Show(plan, made, unmatched);
    }

    /// <summary>A component of the markup, with its parameters in the frames behind it.</summary>
    void Component(ref readonly RenderTreeFrame frame, ReadOnlySpan<RenderTreeFrame> given)
    {
        var plan = ComponentPlan.Of(frame.ComponentType);
        if (plan.Cascading is { } type) { Cascade(type, given); return; }
        var component = plan.Make();
        Dictionary<string, object>? unmatched = null;
        foreach (ref readonly var parameter in given)
            if (parameter.FrameType == RenderTreeFrameType.Attribute) plan.Set(component, parameter.AttributeName, parameter.AttributeValue, ref unmatched);
        Show(plan, component, unmatched);
    }

    void Show(ComponentPlan plan, ComponentBase component, Dictionary<string, object>? unmatched)
    {
        if (component is PageComponent own) own.Supply(texts!, page!, assets!);
        foreach (var (service, set) in plan.Services) set(component, http.RequestServices.GetRequiredService(service));
        foreach (var (type, name, set) in plan.Cascades)
            for (var i = around.Count - 1; i >= 0; i--)
                if (around[i].Name == name && around[i].Type.IsAssignableTo(type)) { set(component, around[i].Value); break; }
        plan.Begin(component, unmatched);
        var builder = Enter();
        ComponentPlan.Build(component, builder);
        Leave(builder);
    }

    void Cascade(Type type, ReadOnlySpan<RenderTreeFrame> given)
    {
        object? value = null;
        string? name = null;
        RenderFragment? content = null;
        foreach (ref readonly var parameter in given)
            switch (parameter.AttributeName)
            {
                case "Value": value = parameter.AttributeValue; break;
                case "Name": name = parameter.AttributeValue as string; break;
                case "ChildContent": content = parameter.AttributeValue as RenderFragment; break;
            }
        if (content is null) return;
        around.Add((type, name, value));
        var builder = Enter();
        content(builder);
        Leave(builder);
        around.RemoveAt(around.Count - 1);
    }

    RenderTreeBuilder Enter()
    {
        if (depth == Deepest) throw new InvalidOperationException($"Components stand more than {Deepest} deep in each other.");
        if (builders.Count == depth) builders.Add(new());
        return builders[depth++];
    }

    void Leave(RenderTreeBuilder builder)
    {
        var frames = builder.GetFrames();
        Frames(frames.Array.AsSpan(0, frames.Count));
        builder.Clear();
        depth--;
    }

    void Frames(ReadOnlySpan<RenderTreeFrame> frames, bool script = false)
    {
        for (var at = 0; at < frames.Length;)
        {
            ref readonly var frame = ref frames[at];
            switch (frame.FrameType)
            {
                case RenderTreeFrameType.Element:
                    Element(frames.Slice(at, frame.ElementSubtreeLength));
                    at += frame.ElementSubtreeLength;
                    break;
                case RenderTreeFrameType.Text:
                    html.Text(frame.TextContent, script ? JavaScriptEncoder.Default : encoder);
                    at++;
                    break;
                case RenderTreeFrameType.Markup:
                    html.Raw(frame.MarkupContent);
                    at++;
                    break;
                case RenderTreeFrameType.Component:
                    Component(in frame, frames.Slice(at + 1, frame.ComponentSubtreeLength - 1));
                    at += frame.ComponentSubtreeLength;
                    break;
                case RenderTreeFrameType.Region:
                    Frames(frames.Slice(at + 1, frame.RegionSubtreeLength - 1), script);
                    at += frame.RegionSubtreeLength;
                    break;
                default: // references and names of events: of use in a browser only
                    at++;
                    break;
            }
        }
    }

    /// <summary>An element with everything in it; the first frame is the element itself.</summary>
    void Element(ReadOnlySpan<RenderTreeFrame> frames)
    {
        var name = frames[0].ElementName;
        var textArea = Is(name, "textarea");
        html.Raw((byte)'<');
        html.Raw(name);
        var at = Attributes(frames, name, textArea, out var value);
        // The value of a select is told by the option that has it.
        if (chosen is not null && Is(name, "option") && value == chosen) html.Raw(" selected"u8);
        if (at == frames.Length && !textArea)
        {
            if (selfClosing.Contains(name)) html.Raw(" />"u8);
            else End("></"u8, name);
            return;
        }
        html.Raw((byte)'>');
        var select = Is(name, "select");
        if (select) chosen = value;
        if (textArea && !string.IsNullOrEmpty(value)) html.Text(value, encoder);
        else Frames(frames[at..], script: Is(name, "script"));
        if (select) chosen = null;
        End("</"u8, name);
    }

    /// <returns>Where the content begins.</returns>
    int Attributes(ReadOnlySpan<RenderTreeFrame> frames, string element, bool textArea, out string? value)
    {
        value = null;
        var action = false;
        var at = 1;
        for (; at < frames.Length; at++)
        {
            ref readonly var frame = ref frames[at];
            if (frame.FrameType != RenderTreeFrameType.Attribute)
            {
                if (frame.FrameType == RenderTreeFrameType.NamedEvent) continue;
                break;
            }
            var name = frame.AttributeName;
            if (Is(name, "value"))
            {
                value = frame.AttributeValue as string;
                if (textArea) continue;
            }
            else if (Is(name, "action")) action = true;
            if (frame.AttributeValue is string text)
            {
                html.Raw((byte)' ');
                html.Raw(name);
                html.Raw("=\""u8);
                html.Text(text, encoder);
                html.Raw((byte)'"');
            }
            else if (frame.AttributeValue is true)
            {
                html.Raw((byte)' ');
                html.Raw(name);
            }
        }
        // A form without an address sends to the page's own.
        if (!action && Is(element, "form"))
        {
            html.Raw(" action=\""u8);
            html.Text(new Uri(http.Request.GetEncodedUrl()).PathAndQuery, encoder);
            html.Raw((byte)'"');
        }
        return at;
    }

    void End(ReadOnlySpan<byte> begin, string name)
    {
        html.Raw(begin);
        html.Raw(name);
        html.Raw((byte)'>');
    }

    static bool Is(string name, string other) => name.Length == other.Length && name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
