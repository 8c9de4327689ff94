using Microsoft.AspNetCore.Http;

namespace Kapok.Foundation.Http;

/// <summary>Keeps what somebody typed into a page whose session had ended when he sent it, so that nobody types it twice.</summary>
public interface IUnsentForms
{
    /// <summary>Keeps the form of a request that cannot be carried out as it came.</summary>
    /// <returns>Where to go on; null when there is nothing that may be kept.</returns>
    Task<string?> Keep(HttpContext http);
}
