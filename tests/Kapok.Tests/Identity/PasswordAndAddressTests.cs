using Kapok.Identity.Operations;
using Kapok.Identity.SignIn;

namespace Kapok.Tests.Identity;

public sealed class PasswordAndAddressTests
{
    [Theory]
    [InlineData("Aa1-xkcdhorse")]
    [InlineData("correct horse battery")]
    [InlineData("木棉花开红似火-珠江")]
    public void Good_passwords_pass(string password) => PasswordRules.Check("password", password, "zhangsan", "张三", "440106198806159910", "13800000001", "19880615").ShouldBeEmpty();

    [Theory]
    [InlineData("Aa1-19880615x", "生日")]
    [InlineData("zhangSAN-99-x", "账号")]
    [InlineData("Xx-800000001-a", "手机号")]
    [InlineData("Xx-159910-abcd", "证件号码")]
    [InlineData("1234567890123456", "连续")]
    [InlineData("abcdefghijklmnopq", "连续")]
    [InlineData("9876543210987654", "连续")]
    [InlineData("aaaaaaaaaaaaaaaaaa", "重复")]
    [InlineData("Aa1-\u0007xxxxxx", "控制字符")]
    public void Guessable_passwords_are_refused_with_the_reason(string password, string word) =>
        PasswordRules.Check("password", password, "zhangsan", "张三", "440106198806159910", "13800000001", "19880615").ShouldContain(f => f.Message.Contains(word));

    [Fact]
    public async Task A_hash_fits_its_password_and_no_other()
    {
        var hash = await PasswordHash.Make("木棉-horse-9X", 1000);
        hash.ShouldStartWith("pbkdf2-sha256$1000$");
        (await PasswordHash.Fits("木棉-horse-9X", hash, 1000)).ShouldBeTrue();
        (await PasswordHash.Fits("木棉-horse-9x", hash, 1000)).ShouldBeFalse();
        (await PasswordHash.Fits("anything", null, 1000)).ShouldBeFalse();
        PasswordHash.IsOld(hash, 210_000).ShouldBeTrue();
        (await PasswordHash.Make("木棉-horse-9X", 1000)).ShouldNotBe(hash, "every hash has its own salt");
    }

    [Fact]
    public void The_rounds_are_what_is_promised() => new Kapok.Identity.IdentityOptions().PasswordRounds.ShouldBeGreaterThanOrEqualTo(210_000);

    [Fact]
    public void Waiting_grows_from_one_to_fifteen_minutes_and_is_forgotten()
    {
        var (now, kept) = (DateTimeOffset.UnixEpoch, Attempts.None);
        var waits = new List<double>();
        for (var i = 0; i < 12; i++)
        {
            (var allowed, kept) = ThrottleRule.Account.Count(kept, now);
            allowed.ShouldBeTrue();
            waits.Add(((kept.Until ?? now) - now).TotalMinutes);
            ThrottleRule.Account.Count(kept with { Until = now.AddSeconds(1) }, now).Allowed.ShouldBeFalse();
            now = (kept.Until ?? now).AddSeconds(1);
        }
        waits.ShouldBe([0, 0, 0, 0, 1, 2, 4, 8, 15, 15, 15, 15]);
        ThrottleRule.Account.Count(kept, now.AddHours(13)).Kept.Failures.ShouldBe(1);
    }

    [Theory]
    [InlineData("/my/account", true)]
    [InlineData("/items?q=食品#top", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("my/account", false)]
    [InlineData("//evil.example", false)]
    [InlineData("/\\evil.example", false)]
    [InlineData("/a\r\nSet-Cookie: x=1", false)]
    [InlineData("https://evil.example", false)]
    [InlineData("/sign-out", false)]
    public void Only_addresses_of_this_site_lead_back(string? url, bool local) => LocalUrl.IsLocal(url).ShouldBe(local);

    [Theory]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Windows · Edge")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0", "iPhone · 微信")]
    [InlineData("", "未知设备")]
    public void A_device_is_named_for_people(string agent, string name) => Device.Name(agent).ShouldBe(name);

    [Fact]
    public void Errors_of_jobs_are_shown_without_peoples_data() =>
        OperatedJob.Clean("23505: duplicate key \"person_key\" for 440106198806159910\n\nDETAIL: Key (name)=(张三)").ShouldBe("23505: duplicate key “***” for ***");
}
