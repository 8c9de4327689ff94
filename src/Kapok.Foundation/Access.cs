using System.Collections.Immutable;

namespace Kapok.Foundation;

/// <summary>Who acts. Nobody signed in is <see cref="Nobody"/>; the program itself is <see cref="System"/>.</summary>
/// <param name="Kind">What sort of account acts.</param>
/// <param name="Person">The natural person behind the account; every account belongs to one (D17).</param>
/// <param name="Name">Name as shown in logs and to colleagues.</param>
/// <param name="Grants">What the person may do, each bound to a scope.</param>
public sealed record Actor(ActorKind Kind, Guid? Person, string Name, ImmutableArray<Grant> Grants)
{
    /// <summary>The signed-in session, for sign-out and for the log.</summary>
    public Guid? Session { get; init; }

    /// <summary>Legal person on whose behalf a citizen acts ("by … for …").</summary>
    public Guid? OnBehalfOf { get; init; }

    /// <summary>Organisation of an official's current post.</summary>
    public Guid? Organisation { get; init; }

    /// <summary>Where the act came from: portal, counter, api, job, and the network address.</summary>
    public string Origin { get; init; } = "";

    public bool SignedIn => Kind is ActorKind.Citizen or ActorKind.Official;

    public static readonly Actor Nobody = new(ActorKind.Nobody, null, "未登录", []);
    public static readonly Actor System = new(ActorKind.System, null, "系统", []) { Origin = "job" };
}

public enum ActorKind { Nobody, Citizen, Official, System }

/// <summary>A bundle of permissions bound to a scope. An empty scope part means "any".</summary>
/// <param name="Role">Key of the post or role that carries the grant, for explanation.</param>
/// <param name="Permissions">For example <c>cases.accept</c>.</param>
/// <param name="Division">Path of a division (<c>440000.440100.440106</c>); the grant reaches its whole subtree.</param>
/// <param name="Organisation">Only this organisation.</param>
/// <param name="Line">Only this line of business, for example <c>market</c>.</param>
public sealed record Grant(string Role, ImmutableHashSet<string> Permissions, string? Division = null, Guid? Organisation = null, string? Line = null)
{
    /// <summary>Name shown in explanations, for example "天河区市场监督管理局 受理岗".</summary>
    public string Title { get; init; } = Role;

    public bool Reaches(Target target) =>
        (Division is null || (target.Division is { } d && (d == Division || d.StartsWith(Division + ".", StringComparison.Ordinal))))
        && (Organisation is null || target.Organisation == Organisation)
        && (Line is null || target.Line == Line);
}

/// <summary>What is acted upon, as far as scopes can tell.</summary>
public sealed record Target(string? Division = null, Guid? Organisation = null, string? Line = null)
{
    public static readonly Target Anything = new();
}

/// <summary>Yes or no, and why, in a sentence that can be shown.</summary>
public readonly record struct Decision(bool Allowed, string Reason)
{
    public static implicit operator bool(Decision decision) => decision.Allowed;
}

/// <summary>The one function that decides access (architecture, idea 6: deny, explain, record).</summary>
public static class Access
{
    /// <summary>May <paramref name="actor"/> use <paramref name="permission"/> on <paramref name="target"/>? Denied unless a grant says yes.</summary>
    public static Decision Decide(Actor actor, string permission, Target target)
    {
        if (actor.Kind == ActorKind.System) return new(true, "系统任务");
        Grant? near = null;
        foreach (var grant in actor.Grants)
        {
            if (!grant.Permissions.Contains(permission)) continue;
            if (grant.Reaches(target)) return new(true, $"{grant.Title}具有“{permission}”权限，范围包含该对象");
            near = grant;
        }
        if (actor.Kind == ActorKind.Nobody) return new(false, "请先登录");
        return near is null
            ? new(false, $"您的岗位没有“{permission}”权限")
            : new(false, $"“{permission}”权限只在{near.Title}的范围内有效，该对象不在范围内");
    }

    /// <summary>Whether the actor holds the permission anywhere at all – for menus and endpoint doors, never for an object.</summary>
    public static Decision DecideAnywhere(Actor actor, string permission)
    {
        if (actor.Kind == ActorKind.System) return new(true, "系统任务");
        foreach (var grant in actor.Grants)
            if (grant.Permissions.Contains(permission)) return new(true, $"{grant.Title}具有“{permission}”权限");
        return new(false, actor.Kind == ActorKind.Nobody ? "请先登录" : $"您的岗位没有“{permission}”权限");
    }
}
