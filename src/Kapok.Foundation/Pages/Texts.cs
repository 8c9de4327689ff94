using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Kapok.Foundation.Pages;

/// <summary>
/// Sentences of the interface. The Chinese sentence is the key; <c>Texts/en.json</c> of every module gives the English
/// one. Traditional Chinese is made from the finished page (<see cref="LanguagePass"/>), and a sentence without
/// English stays Chinese, which the same pass marks with <c>lang="zh-Hans"</c>.
/// </summary>
public sealed class Texts(TextTable table, PageContext page)
{
    /// <summary>The sentence in the language of the page.</summary>
    public string this[string chinese] => table.Find(page.Language, chinese) ?? chinese;

    /// <summary>
    /// The sentence with arguments in place of <c>{0}</c>, <c>{1}</c> … An English text may hold two forms,
    /// <c>{0} day|{0} days</c>; the first is used when the first number among the arguments is one.
    /// </summary>
    public string this[string chinese, params object?[] arguments]
    {
        get
        {
            var text = this[chinese];
            var bar = text.IndexOf('|');
            if (bar >= 0)
            {
                var number = arguments.FirstOrDefault(argument => argument is int or long);
                text = number is 1 or 1L ? text[..bar] : text[(bar + 1)..];
            }
            return string.Format(CultureInfo.InvariantCulture, text, arguments);
        }
    }

    private bool English => page.Language == "en";

    /// <summary><c>2026年11月20日 周五</c>, or <c>Fri 20 November 2026</c>.</summary>
    public string Date(DateOnly date) => English
        ? date.ToString("ddd d MMMM yyyy", CultureInfo.InvariantCulture)
        : $"{date.Year}年{date.Month}月{date.Day}日 周{"日一二三四五六"[(int)date.DayOfWeek]}";

    /// <summary>The date without the day of the week; the year is left out when it is that of <paramref name="near"/>.</summary>
    public string ShortDate(DateOnly date, DateOnly? near = null)
    {
        var sameYear = near?.Year == date.Year;
        if (English) return date.ToString(sameYear ? "d MMM" : "d MMM yyyy", CultureInfo.InvariantCulture);
        return sameYear ? $"{date.Month}月{date.Day}日" : $"{date.Year}年{date.Month}月{date.Day}日";
    }

    /// <summary>Date and time of day in China, <c>2026年11月20日 14:05</c>.</summary>
    public string Moment(DateTimeOffset moment)
    {
        var local = moment.ToOffset(TimeSpan.FromHours(8));
        return $"{ShortDate(DateOnly.FromDateTime(local.DateTime))} {local:HH:mm}";
    }

    /// <summary>Money given in fen: <c>¥1,280.00</c>.</summary>
    public string Money(long fen) =>
        (fen < 0 ? "−¥" : "¥") + (Math.Abs((decimal)fen) / 100).ToString("#,##0.00", CultureInfo.InvariantCulture);

    /// <summary><c>还剩 3 个工作日（11月25日前）</c>; below zero <c>已超期 2 个工作日</c>, zero <c>今天到期</c>.</summary>
    public string WorkingDaysLeft(int days, DateOnly? until = null) => days switch
    {
        < 0 => this["已超期 {0} 个工作日", -days],
        0 => this["今天到期"],
        _ when until is { } date => this["还剩 {0} 个工作日（{1}前）", days, ShortDate(date, date)],
        _ => this["还剩 {0} 个工作日", days],
    };

    /// <summary>Size of a file: <c>820 KB</c>, <c>3.4 MB</c>.</summary>
    public string Size(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} B",
        < 1024 * 1024 => $"{bytes / 1024} KB",
        _ => (bytes / 1048576.0).ToString("0.#", CultureInfo.InvariantCulture) + " MB",
    };
}

/// <summary>The translations of all modules, read once.</summary>
public sealed class TextTable
{
    private readonly FrozenDictionary<string, string> english;

    /// <summary>Reads <c>Texts/en.json</c> of the module assemblies; where two translate a sentence the lower module holds.</summary>
    public TextTable(IOptions<PageOptions> options)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var assembly in options.Value.ModuleAssemblies())
        {
            foreach (var (chinese, translation) in Read(assembly)) found.TryAdd(chinese, translation);
        }
        english = found.ToFrozenDictionary(StringComparer.Ordinal);
        Composed = new(english, options.Value.ModuleAssemblies().SelectMany(a => Read(a, "Texts/composed.json")));
    }

    /// <summary>The translation, null when there is none or the language is Chinese.</summary>
    public string? Find(string language, string chinese) => language == "en" ? english.GetValueOrDefault(chinese) : null;

    /// <summary>English of what pure code has said in Chinese.</summary>
    public ComposedTexts Composed { get; }

    /// <summary>Sentences with an English translation.</summary>
    public int Count => english.Count;

    /// <summary>Translations one assembly carries.</summary>
    public static IReadOnlyDictionary<string, string> Read(Assembly assembly, string name = "Texts/en.json")
    {
        using var stream = assembly.GetManifestResourceStream(name);
        return stream is null ? [] : JsonSerializer.Deserialize<Dictionary<string, string>>(stream) ?? [];
    }
}
