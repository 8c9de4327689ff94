namespace Kapok.Foundation;

/// <summary>One thing wrong with an input: where (field, line, cell) and what, in words that say how to mend it.</summary>
/// <param name="Where">Field path, <c>sheet!cell</c> or <c>file:line</c>; empty for the whole input.</param>
/// <param name="Message">Plain Chinese sentence.</param>
public sealed record Fault(string Where, string Message)
{
    public override string ToString() => Where.Length == 0 ? Message : $"{Where}：{Message}";
}

/// <summary>Expected refusals of a use case, mapped to a status code in one place.</summary>
public enum Refusal { Invalid, NotFound, Forbidden, Conflict, Gone, TooLarge, Unavailable }

/// <summary>The answer of a use case: a value, or a refusal with its faults. Nothing was written when it is a refusal.</summary>
public sealed record Outcome<T>(T? Value, Refusal? Refused, IReadOnlyList<Fault> Faults)
{
    public bool Ok => Refused is null;
    public static implicit operator Outcome<T>(T value) => new(value, null, []);
    /// <summary>Done, and nothing to hand back yet.</summary>
    public static readonly Outcome<T> Nothing = new(default, null, []);
    public static Outcome<T> No(Refusal refusal, string message, string where = "") => new(default, refusal, [new(where, message)]);
    public static Outcome<T> Invalid(IReadOnlyList<Fault> faults) => new(default, Refusal.Invalid, faults);
    public Outcome<TOther> As<TOther>() => new(default, Refused, Faults);
    public string Message => string.Join("；", Faults);
}
