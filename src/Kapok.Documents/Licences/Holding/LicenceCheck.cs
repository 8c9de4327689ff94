using Dapper;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Kapok.Foundation.Pages;

namespace Kapok.Documents.Licences.Holding;

/// <summary>The answer to somebody who checks a licence.</summary>
/// <param name="Verdict">valid, expired, not-in-force, differs, waiting, unknown.</param>
/// <param name="Licence">Only when what was said about it fits.</param>
public sealed record CheckAnswer(string Verdict, string Title, string Word, Tone Tone, string Sentence, LicenceRow? Licence);

/// <summary>
/// Checks what somebody says about a licence against the register. The table: nothing of that identifier → unknown; a check
/// field that differs → 信息不一致, and nothing is told; fits but not in force → with its state; fits and past its last day →
/// 已失效; else valid.
/// </summary>
public sealed class LicenceCheck(Database database, LicenceRegister register, TimeProvider time)
{
    /// <summary>Look-ups one address may make within <see cref="Window"/>.</summary>
    public const int Most = 20;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>Pure: what the register says about what was claimed.</summary>
    public static CheckAnswer Compare(LicenceRow? row, string? holder, string? number, DateOnly today)
    {
        if (row is null) return new("unknown", "没有查到这本证照", "没有查到", Tone.Red, "登记里没有这个标识。请核对有没有输错；标识没有错的，证照不是真的。", null);
        if (holder is not null && !row.Holders.Any(h => Same(h.Name, holder)) && !Same(row.HolderName, holder) || number is { Length: > 0 } && !Same(row.Number, number))
            return new("differs", "信息不一致", "不一致", Tone.Red, "标识是登记过的，但您填的持证人或者编号和登记的不一样。", null);
        var state = row.StateOn(today);
        return state switch
        {
            LicenceState.Valid => new("valid", "证照有效", "有效", Tone.Green, "和登记的内容一致，现在有效。", row),
            LicenceState.Expired => new("expired", "证照已经失效", "过期", Tone.Red, "和登记的内容一致，但已经过了有效期。", row),
            LicenceState.ToMake or LicenceState.ToSeal => new("waiting", "证照还没有生效", LicenceWords.Of(state), Tone.Yellow, LicenceWords.Sentence(state), row),
            _ => new("not-in-force", "证照不再有效", LicenceWords.Of(state), LicenceWords.ToneOf(state), LicenceWords.Sentence(state), row),
        };
    }

    static bool Same(string registered, string said) => string.Equals(Plain(registered), Plain(said), StringComparison.OrdinalIgnoreCase);

    static string Plain(string text) => string.Concat(text.Normalize(System.Text.NormalizationForm.FormKC).Where(c => !char.IsWhiteSpace(c) && c is not ('(' or ')' or '（' or '）' or '·' or '•')));

    /// <summary>One look-up; an older version of a licence that was replaced is found as no longer valid.</summary>
    public async Task<CheckAnswer> Of(LicenceIdentifier identifier, string? holder, string? number) =>
        Compare(await register.ByIdentifier(identifier.ToString()), holder, number, ChinaTime.DateOf(time.GetUtcNow()));

    /// <summary>Counts a look-up of an address.</summary>
    /// <returns>How long to wait when there were too many; else null.</returns>
    public async Task<TimeSpan?> Wait(string address)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (since, count) = await database.Read(c => c.QuerySingleAsync<(DateTime, int)>("""
            insert into documents.lookup (address, since, count) values (@address, @now, 1)
            on conflict (address) do update set since = case when documents.lookup.since < @begin then excluded.since else documents.lookup.since end,
              count = case when documents.lookup.since < @begin then 1 else documents.lookup.count + 1 end
            returning since, count
            """, new { address, now, begin = now - Window }));
        return count <= Most ? null : since + Window - now;
    }
}
