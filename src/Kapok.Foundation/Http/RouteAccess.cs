using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Foundation.Http;

/// <summary>Who may knock at an endpoint. An endpoint without this is closed to everybody.</summary>
/// <param name="Kind">Rule of the door.</param>
/// <param name="Permission">For <see cref="DoorKind.Permission"/>: must be held in some scope; the use case then decides on the object. For <see cref="DoorKind.Family"/>: how one of them begins.</param>
/// <param name="Otherwise">What those are told who hold none of a family.</param>
public sealed record Door(DoorKind Kind, string? Permission = null, string Otherwise = "")
{
    public Decision Decide(Actor actor) => Kind switch
    {
        DoorKind.Anyone => new(true, "对所有人开放"),
        DoorKind.SignedIn => actor.SignedIn ? new(true, "已登录") : new(false, "请先登录"),
        DoorKind.Official => actor.Kind == ActorKind.Official ? new(true, "公职人员") : new(false, actor.SignedIn ? "仅限公职人员" : "请先登录"),
        DoorKind.Family => actor.Kind == ActorKind.Official && actor.Grants.Any(g => g.Permissions.Any(p => p.StartsWith(Permission!, StringComparison.Ordinal)))
            ? new(true, "岗位具有权限") : new(false, actor.SignedIn ? Otherwise : "请先登录"),
        _ => Access.DecideAnywhere(actor, Permission!),
    };

    public override string ToString() => Kind switch { DoorKind.Permission => Permission!, DoorKind.Family => $"{Permission}*", _ => Kind.ToString().ToLowerInvariant() };
}

public enum DoorKind { Anyone, SignedIn, Official, Permission, Family }

public static class RouteAccess
{
    public static T AllowAnyone<T>(this T routes) where T : IEndpointConventionBuilder => routes.WithMetadata(new Door(DoorKind.Anyone));

    /// <summary>Citizens and officials who are signed in; the use case limits them to their own things.</summary>
    public static T AllowSignedIn<T>(this T routes) where T : IEndpointConventionBuilder => routes.WithMetadata(new Door(DoorKind.SignedIn));

    public static T AllowOfficials<T>(this T routes) where T : IEndpointConventionBuilder => routes.WithMetadata(new Door(DoorKind.Official));

    /// <summary>Only those who hold the permission in some scope; the handler must still decide on the object at hand.</summary>
    public static T Allow<T>(this T routes, string permission) where T : IEndpointConventionBuilder => routes.WithMetadata(new Door(DoorKind.Permission, permission));

    /// <summary>Only officials who hold some permission of the family, <c>cases.</c> for example, in some scope.</summary>
    public static T AllowFamily<T>(this T routes, string family, string otherwise) where T : IEndpointConventionBuilder => routes.WithMetadata(new Door(DoorKind.Family, family, otherwise));

    /// <summary>
    /// Checks the door of every endpoint. Runs after sign-in has set the actor and before the endpoint reads anything:
    /// parameters are bound before endpoint filters run, so a filter is no door – it would tell strangers what is wrong with their request.
    /// </summary>
    public static IApplicationBuilder UseDoors(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        var endpoint = http.GetEndpoint();
        if (endpoint is null) { await next(); return; }
        var door = endpoint.Metadata.GetMetadata<Door>();
        var actor = http.Actor();
        var decision = door?.Decide(actor) ?? new Decision(false, "该地址没有开放");
        if (decision) { await next(); return; }
        if (!actor.SignedIn && !http.WantsJson() && HttpMethods.IsGet(http.Request.Method))
        {
            http.Response.Redirect($"/sign-in?return={Uri.EscapeDataString(http.Request.Path + http.Request.QueryString)}");
            return;
        }
        if (!actor.SignedIn && !http.WantsJson() && http.RequestServices.GetService<IUnsentForms>() is { } forms && await forms.Keep(http) is { } on)
        {
            http.Response.StatusCode = StatusCodes.Status303SeeOther;
            http.Response.Headers.Location = on;
            return;
        }
        await Problems.Write(http, actor.SignedIn ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized, decision.Reason);
    });

    /// <summary>Who acts in this request; <see cref="Actor.Nobody"/> until sign-in has said otherwise.</summary>
    public static Actor Actor(this HttpContext http) => http.Items[typeof(Actor)] as Actor ?? Foundation.Actor.Nobody;

    public static void SetActor(this HttpContext http, Actor actor) => http.Items[typeof(Actor)] = actor;

    /// <summary>True for the API and for callers that ask for JSON; they get problem+json instead of pages.</summary>
    public static bool WantsJson(this HttpContext http) =>
        http.Request.Path.StartsWithSegments("/api") || http.Request.Headers.Accept.ToString().StartsWith("application/json", StringComparison.Ordinal);
}
