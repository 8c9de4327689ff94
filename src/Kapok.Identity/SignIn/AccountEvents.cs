using System.Security.Cryptography;
using System.Text;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Npgsql;

namespace Kapok.Identity.SignIn;

/// <summary>Events of accounts, people, organisations and divisions, in the transaction of what they tell.</summary>
static class AccountEvents
{
    public static Task Append(NpgsqlConnection connection, Guid stream, Actor actor, DateTimeOffset at, string type, object data, string ground = "") =>
        EventLog.Append(connection, stream, actor, at, new NewEvent(type, Json.Write(data), ground));

    /// <summary>A stream for something without an id of its own: a division, a name nobody has.</summary>
    public static Guid StreamOf(string kind, string key)
    {
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\n{key}"), digest);
        digest[6] = (byte)(digest[6] & 0x0f | 0x80); // version 8 (RFC 9562): made from own content
        digest[8] = (byte)(digest[8] & 0x3f | 0x80);
        return new Guid(digest[..16], bigEndian: true);
    }
}
