using System.Text.Encodings.Web;
using System.Text.Unicode;
using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kapok.Foundation.Pages;

/// <summary>The lines by which a program gets pages.</summary>
public static class KapokPages
{
    /// <summary>Services of the design system: rendering, texts, assets, page context, antiforgery.</summary>
    public static IServiceCollection AddKapokPages(this IServiceCollection services, Action<PageOptions>? configure = null)
    {
        services.AddOptions<PageOptions>();
        if (configure is not null) services.Configure(configure);
        services.AddRazorComponents();
        services.AddHttpContextAccessor();
        services.AddAntiforgery(options =>
        {
            options.FormFieldName = "_token";
            options.HeaderName = "X-Kapok-Token";
            options.Cookie.Name = "kapok-token";
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            // The security headers middleware forbids framing altogether.
            options.SuppressXFrameOptionsHeader = true;
        });
        services.Replace(ServiceDescriptor.Singleton(HtmlEncoder.Create(UnicodeRanges.All)));
        services.TryAddSingleton<Assets>();
        services.TryAddSingleton<TextTable>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<PageTokens>();
        services.TryAddScoped<PageContext>();
        services.TryAddScoped<Texts>();
        return services;
    }

    /// <summary>
    /// Security headers, page context, language of the answer and pages for bare error answers. Call it first of all,
    /// so that the answers of everything behind it pass through.
    /// </summary>
    public static IApplicationBuilder UseKapokPages(this IApplicationBuilder app) => app.UseMiddleware<PageMiddleware>();

    /// <summary>
    /// The antiforgery check; call it after routing and sign-in. Every unsafe request is checked, whether it carries
    /// a form or not, unless the endpoint says <c>DisableAntiforgery()</c> or the request shows a bearer token.
    /// </summary>
    public static IApplicationBuilder UseKapokForms(this IApplicationBuilder app)
    {
        app.UseMiddleware<AntiforgeryCheck>();
        return app.UseAntiforgery();
    }

    /// <summary>Routes of the design system: assets, preferences and the page of all components.</summary>
    public static IEndpointRouteBuilder MapKapokPages(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/assets/{**path}", ["GET", "HEAD"], (HttpContext http, string path, Assets assets) => assets.Serve(http, path)).AllowAnyone();
        routes.MapPost("/preferences", (Delegate)Preferences.Save).AllowAnyone();
        Gallery.Map(routes);
        return routes;
    }
}

/// <summary>Refuses unsafe requests that do not carry the token of the page they pretend to come from.</summary>
internal sealed class AntiforgeryCheck(RequestDelegate next, IAntiforgery antiforgery)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (IsUnsafe(http) && !await antiforgery.IsRequestValidAsync(http))
        {
            // Signed in anew in another window: what was typed here is not lost, but it takes a press of the button.
            if (http.Actor().SignedIn && !http.WantsJson() && http.RequestServices.GetService<IUnsentForms>() is { } forms && await forms.Keep(http) is { } on)
            {
                http.Response.StatusCode = StatusCodes.Status303SeeOther;
                http.Response.Headers.Location = on;
                return;
            }
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            http.Items[PageMiddleware.Reason] = "expired";
            if (http.WantsJson()) await Problems.Write(http, StatusCodes.Status400BadRequest, "页面已过期，请刷新后再提交");
            return;
        }
        await next(http);
    }

    private static bool IsUnsafe(HttpContext http)
    {
        var method = http.Request.Method;
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method)) return false;
        if (http.GetEndpoint() is not { } endpoint) return false;
        if (endpoint.Metadata.GetMetadata<IAntiforgeryMetadata>() is { RequiresValidation: false }) return false;
        // A bearer token is never sent by a browser on its own, so the request cannot be forged from another site.
        return !http.Request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase);
    }
}
