using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Kapok.Foundation.Data;

namespace Kapok.Foundation.Messages;

/// <summary>
/// Hands messages to a gateway of the government network: <c>POST</c> of <c>{id, phone, text}</c> as JSON, with
/// <c>X-Kapok-Signature: sha256=HEX</c>, the HMAC-SHA256 of the body under the key both sides know. The id is the same
/// whenever the message is tried again.
/// </summary>
sealed class GatewayShortMessages(Uri address, string key) : IShortMessageChannel
{
    readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(10) };

    public bool KeepsText => false;

    public async Task Send(Guid id, string phone, string text, CancellationToken stop)
    {
        var body = Encoding.UTF8.GetBytes(Json.Write(new { id, phone, text }));
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json") { CharSet = "utf-8" };
        request.Headers.Add("X-Kapok-Signature", "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), body)));
        using var answer = await http.SendAsync(request, stop);
        answer.EnsureSuccessStatusCode();
    }
}
