using Kapok.Foundation.Data;

namespace Kapok.Tests.Foundation;

public sealed class RunningNumbersTests(BareApp app) : IClassFixture<BareApp>
{
    readonly RunningNumbers numbers = new(app.Database);
    readonly string series = $"test {Guid.NewGuid()}";

    Task<long[]> Take(int count) => numbers.Use(new Dictionary<string, int> { [series] = count },
        ranges => Task.FromResult(Enumerable.Range(0, count).Select(_ => ranges.Next(series)).ToArray()));

    [Fact]
    public async Task A_series_begins_with_one_and_goes_on_without_a_gap()
    {
        (await Take(3)).ShouldBe([1, 2, 3]);
        (await Take(1)).ShouldBe([4]);
    }

    [Fact]
    public async Task Many_takers_at_once_never_get_the_same_number()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Take(1 + i % 3)));
        all.SelectMany(n => n).Order().ShouldBe(Enumerable.Range(1, all.Sum(n => n.Length)).Select(n => (long)n));
    }

    [Fact]
    public async Task Numbers_of_work_that_failed_are_given_to_the_next()
    {
        await Take(2);
        await Should.ThrowAsync<InvalidDataException>(() => numbers.Use<int>(new Dictionary<string, int> { [series] = 5 }, _ => throw new InvalidDataException()));
        (await Take(1)).ShouldBe([3]);
    }

    [Fact]
    public async Task Numbers_of_work_that_failed_are_kept_back_when_others_have_counted_on()
    {
        long[] others = [];
        await Should.ThrowAsync<InvalidDataException>(() => numbers.Use<int>(new Dictionary<string, int> { [series] = 2 }, async _ =>
        {
            others = await Take(1);
            throw new InvalidDataException();
        }));
        others.ShouldBe([3]);
        (await Take(1)).ShouldBe([4]);
    }

    [Fact]
    public async Task No_more_numbers_are_handed_out_than_were_set_aside() =>
        await Should.ThrowAsync<InvalidOperationException>(() => numbers.Use(new Dictionary<string, int> { [series] = 1 }, r => Task.FromResult(r.Next(series) + r.Next(series))));

    [Fact]
    public async Task Of_a_series_nobody_asked_for_there_is_no_number() =>
        await Should.ThrowAsync<InvalidOperationException>(() => numbers.Use(new Dictionary<string, int>(), r => Task.FromResult(r.Next(series))));
}
