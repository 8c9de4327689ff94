using Kapok.Foundation;
using Kapok.Foundation.Pages;

namespace Kapok.Identity;

static class FormErrors
{
    /// <summary>Faults of a use case as errors of the form that asked for it; the place of a fault is the field's name.</summary>
    public static FieldErrors ToErrors(this IReadOnlyList<Fault> faults)
    {
        var errors = new FieldErrors();
        foreach (var fault in faults) errors.Add(fault.Where, fault.Message);
        return errors;
    }

    /// <summary>The same where places are paths: only the last name counts, and only when the form has such a field.</summary>
    public static FieldErrors ToErrors(this IReadOnlyList<Fault> faults, params string[] fields)
    {
        var errors = new FieldErrors();
        foreach (var fault in faults)
        {
            var last = fault.Where.Split('.')[^1];
            errors.Add(fields.Contains(last) ? last : "", fault.Message);
        }
        return errors;
    }
}
