using FsCheck.Fluent;
using FsCheck;
using Kapok.Documents.Licences;
using Kapok.Foundation;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Events;

namespace Kapok.Tests.Documents.Licences;

/// <summary>What may become of a licence.</summary>
public sealed class LicenceDecisionTests
{
    static readonly string[] Verbs = ["suspend", "resume", "cancel", "annul", "revoke"];

    static DeskAct Act(string verb) => new(verb, "《中华人民共和国行政许可法》第六十九条", "申请材料是伪造的");

    [Fact]
    public void A_new_licence_waits_until_it_is_sealed_and_only_then_is_valid()
    {
        var ordered = LicenceDecisions.Order(Given.Order(), "JY4401062026000001", Given.Official, Given.Now);
        ordered.After.State.ShouldBe(LicenceState.ToMake);
        ordered.After.StandsOn(new(2026, 9, 21)).ShouldBeFalse();
        var made = LicenceDecisions.Sealed(ordered.After, null, ordered.After, Given.File, Actor.System, Given.Now);
        made.After.StandsOn(new(2026, 9, 21)).ShouldBeTrue();
        made.After.Seq.ShouldBe(2);
        EventLog.FirstBreak(made.After.Chain, [.. ordered.Events, .. made.Events]).ShouldBeNull();
        LicenceIdentifier.Parse(made.After.Identifier, out var identifier).IsValid.ShouldBeTrue();
        identifier!.Serial.ShouldBe("JY4401062026000001");
    }

    [Fact]
    public void A_renewal_keeps_the_number_counts_the_version_and_ends_the_old_one_in_the_same_change()
    {
        var old = Given.Valid();
        var ordered = LicenceDecisions.Order(Given.Order(old, "renew", new(2036, 9, 20)), old.Current.Number, Given.Official, Given.Now);
        old.With(ordered).Current.Id.ShouldBe(old.Current.Id, "until the new one is sealed the old one counts");
        var made = LicenceDecisions.Sealed(ordered.After, old.Current, ordered.After, Given.File, Actor.System, Given.Now);
        made.Rows.Length.ShouldBe(2);
        made.Rows[0].State.ShouldBe(LicenceState.Superseded);
        made.Rows[0].Next.ShouldBe(made.After.Id);
        made.After.Version.ShouldBe(2);
        made.After.Number.ShouldBe(old.Current.Number);
        made.After.Identifier.ShouldContain(".002.");
        made.After.Chain.ShouldBe(old.Current.Chain);
    }

    [Fact]
    public void A_version_that_was_never_made_gives_way_to_the_next_and_the_standing_one_stands_until_that_is_sealed()
    {
        var old = Given.Valid();
        var unmade = old.With(LicenceDecisions.Order(Given.Order(old, "change"), old.Current.Number, Given.Official, Given.Now));
        var again = LicenceDecisions.Order(Given.Order(unmade, "renew"), old.Current.Number, Given.Official, Given.Now);
        var chain = unmade.With(again);
        chain.Current.Id.ShouldBe(old.Current.Id);
        chain.Versions.Select(v => v.State).ShouldBe([LicenceState.Valid, LicenceState.Superseded, LicenceState.ToMake]);
        chain = chain.With(LicenceDecisions.Sealed(again.After, chain.Current, chain.Head, Given.File, Actor.System, Given.Now));
        chain.Versions.Select(v => v.State).ShouldBe([LicenceState.Superseded, LicenceState.Superseded, LicenceState.Valid]);
        chain.Current.Version.ShouldBe(3);
    }

    [Theory]
    [InlineData("suspend", LicenceState.Suspended)]
    [InlineData("cancel", LicenceState.Cancelled)]
    [InlineData("annul", LicenceState.Annulled)]
    [InlineData("revoke", LicenceState.Revoked)]
    public void An_office_may_take_a_valid_licence_out_of_use(string verb, LicenceState to)
    {
        var done = LicenceDecisions.Act(Given.Valid(), Act(verb), Given.Official, Given.Now);
        done.Ok.ShouldBeTrue(done.Message);
        done.Value!.After.State.ShouldBe(to);
        done.Value.After.StandsOn(new(2026, 9, 21)).ShouldBeFalse();
        done.Value.Events.Single().Ground.ShouldContain("行政许可法");
    }

    [Fact]
    public void An_act_needs_its_ground_and_its_reason()
    {
        LicenceDecisions.Act(Given.Valid(), new("revoke", "", "造假严重"), Given.Official, Given.Now).Faults.Single().Where.ShouldBe("ground");
        LicenceDecisions.Act(Given.Valid(), new("revoke", "《食品安全法》第一百二十三条", "  "), Given.Official, Given.Now).Faults.Single().Where.ShouldBe("reason");
    }

    [Fact]
    public void After_the_last_day_it_does_not_stand_whether_or_not_anybody_has_come_by()
    {
        var chain = Given.Valid(new(2026, 9, 20));
        chain.Current.State.ShouldBe(LicenceState.Valid);
        chain.Current.StateOn(new(2026, 9, 21)).ShouldBe(LicenceState.Expired);
        LicenceDecisions.Act(chain, Act("suspend"), Given.Official, Given.Now).Refused.ShouldBe(Refusal.Conflict);
        LicenceDecisions.Expire(chain, Given.Now)!.After.State.ShouldBe(LicenceState.Expired);
        LicenceDecisions.Expire(Given.Valid(new(2026, 9, 21)), Given.Now).ShouldBeNull("the last day still counts");
    }

    /// <summary>Whatever officials do, what has ended never stands again, chains stay whole and at most one version stands.</summary>
    [Fact]
    public void No_sequence_of_acts_brings_an_ended_licence_back()
    {
        var steps = Gen.Choose(0, Verbs.Length).ListOf(12).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(steps, list =>
        {
            var chain = Given.Valid();
            var ended = false;
            var events = new List<LoggedEvent>();
            foreach (var step in list)
            {
                if (step == Verbs.Length)
                {
                    if (chain.Pending is not null || chain.Current.State is not (LicenceState.Valid or LicenceState.Expired)) continue;
                    var ordered = LicenceDecisions.Order(Given.Order(chain, "change"), chain.Current.Number, Given.Official, Given.Now);
                    chain = chain.With(ordered).With(LicenceDecisions.Sealed(ordered.After, chain.Current, ordered.After, Given.File, Actor.System, Given.Now));
                    continue;
                }
                var done = LicenceDecisions.Act(chain, Act(Verbs[step]), Given.Official, Given.Now);
                if (!done.Ok) continue;
                ended.ShouldBeFalse();
                events.AddRange(done.Value!.Events);
                chain = chain.With(done.Value);
                ended = chain.Current.State is LicenceState.Cancelled or LicenceState.Annulled or LicenceState.Revoked;
            }
            chain.Versions.Count(v => v.StandsOn(new(2026, 9, 21))).ShouldBeLessThanOrEqualTo(1);
            chain.Versions.Select(v => v.Version).ShouldBe(Enumerable.Range(1, chain.Versions.Length));
        }));
    }

    [Fact]
    public void A_number_that_is_no_plain_code_gets_a_serial_of_its_own_and_always_the_same()
    {
        var order = Given.Order() with { Type = Given.Permit with { Number = "粤（{year}）{divisionShort}不动产权第{serial:7}号" } };
        var number = order.NumberFor(42);
        number.ShouldBe("粤（2026）天河不动产权第0000042号");
        order.SerialFor(number).Length.ShouldBe(20);
        order.SerialFor(number).ShouldBe(order.SerialFor(number));
        order.Series.ShouldNotBeNull();
    }
}
