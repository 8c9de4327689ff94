namespace Kapok.Identity.SignIn;

/// <summary>Names a device by its User-Agent, for people: Windows · Edge. A guess, never used to decide anything.</summary>
public static class Device
{
    // The first that fits: browsers name their ancestors too.
    static readonly (string Mark, string Name)[] Systems = [("HarmonyOS", "鸿蒙"), ("OpenHarmony", "鸿蒙"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "安卓手机"), ("Windows", "Windows"), ("Mac OS X", "Mac"), ("Linux", "Linux")];
    static readonly (string Mark, string Name)[] Browsers = [("MicroMessenger", "微信"), ("DingTalk", "钉钉"), ("Edg/", "Edge"), ("QQBrowser", "QQ 浏览器"), ("Firefox/", "Firefox"), ("HeadlessChrome", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl")];

    public static string Name(string userAgent)
    {
        var system = Systems.FirstOrDefault(s => userAgent.Contains(s.Mark, StringComparison.Ordinal)).Name;
        var browser = Browsers.FirstOrDefault(b => userAgent.Contains(b.Mark, StringComparison.Ordinal)).Name;
        return (system, browser) switch
        {
            (null, null) => "未知设备",
            (null, _) => browser,
            (_, null) => system,
            _ => $"{system} · {browser}",
        };
    }
}
