using System.Collections.Concurrent;
using System.Text.Json;
using Kapok.Cases;
using Kapok.Cases.Applying;
using Kapok.Cases.Deciding;
using Kapok.Cases.Definitions;
using Kapok.Cases.Forms;
using Kapok.Cases.Model;
using Kapok.Catalogue;
using Kapok.Foundation;
using Kapok.Identity;
using Kapok.Scenarios;

namespace Kapok.Bench;

/// <summary>The hot paths of the case engine, each operation durable on its own answer.</summary>
static class CaseBench
{
    const string Item = "440131001000", Body = "market@440106";

    /// <summary>Operations before measuring, so that the hot paths are compiled as in a program that has run for a while.</summary>
    const int WarmUp = 12_000;

    /// <summary>What a submission starts from: a definition and answers that pass its form.</summary>
    sealed record Material(CaseDefinition Definition, JsonElement Answers, Actor Citizen);

    static async Task<Material> Prepare(BenchNode node)
    {
        var organisation = node.Get<OrganisationDirectory>().OrganisationByKey(Body)!;
        var item = (await node.Get<Items>().Find(Item, organisation.Id))!;
        var definition = (await node.Get<DefinitionStore>().Current(item)).Value!;
        var scenario = Scenario.Read("bench", await File.ReadAllTextAsync(Path.Combine(node.Options.Packages, "food-business-permit/tests/new-corrected.yaml"))).Value!;
        var answers = JsonSerializer.SerializeToElement(ScenarioPlayer.Typed(scenario.Answers));
        return new(definition, answers, new Actor(ActorKind.Citizen, Guid.CreateVersion7(), "张三", []) { Origin = "bench" });
    }

    public static async Task Seed(BenchNode node, int count, int versions = 0) => await CaseSeed.Fill(node, (await Prepare(node)).Definition, count, versions);

    static Application Validated(Material m)
    {
        var form = FormEngine.Evaluate(m.Definition.Form, m.Answers, new FormContext(new DateOnly(2026, 9, 21)));
        if (!form.IsComplete) throw new InvalidOperationException(string.Join('\n', form.Faults));
        return new(Guid.CreateVersion7(), m.Citizen, m.Definition, m.Citizen.Person!.Value, "张三", 2, form.Submission.GetRawText(), "{}", 2);
    }

    /// <summary>Accepted cases of one person.</summary>
    public static async Task<IReadOnlyList<Guid>> Some(BenchNode node, Guid person, int count)
    {
        var (definition, answers, citizen) = await Prepare(node);
        var material = new Material(definition, answers, citizen with { Person = person });
        var desk = node.Get<CaseDesk>();
        var all = (await Task.WhenAll(Enumerable.Range(0, count).Select(_ => desk.Submit(Validated(material))))).Select(r => r.Value!.Id).ToList();
        await Task.WhenAll(all.Select(id => desk.Do(new Accept(id, Actor.System))));
        return all;
    }

    public static async Task<Figure> Submit(BenchNode node, int clients, TimeSpan time)
    {
        var material = await Prepare(node);
        var desk = node.Get<CaseDesk>();
        var floor = await node.Floor(clients, time / 2);
        return await Load.Run("submit", "/s", clients, time, async _ =>
        {
            var result = await desk.Submit(Validated(material));
            if (!result.Ok) throw new InvalidOperationException(result.Message);
        }, floor, warmUp: WarmUp);
    }

    /// <summary>Accept, review, decide: each step claims nothing, completes one task and opens the next, with documents at acceptance and decision.</summary>
    public static async Task<Figure> Steps(BenchNode node, int clients, TimeSpan time)
    {
        var material = await Prepare(node);
        var desk = node.Get<CaseDesk>();
        var ready = new ConcurrentQueue<Guid>();
        var needed = (int)(time.TotalSeconds * 8_000 / 3) + WarmUp;
        await Parallel.ForAsync(0, needed, new ParallelOptions { MaxDegreeOfParallelism = 128 }, async (_, _) => ready.Enqueue((await desk.Submit(Validated(material))).Value!.Id));
        var official = new Actor(ActorKind.System, Guid.CreateVersion7(), "bench", []) { Origin = "bench" };
        var at = new (Guid Id, int Step, string Task)[clients];
        var floor = await node.Floor(clients, time / 2);
        return await Load.Run("steps", "/s", clients, time, async c =>
        {
            var (id, step, task) = at[c];
            if (step == 0) ready.TryDequeue(out id);
            if (id == default) throw new InvalidOperationException("not enough cases for this long a run");
            var result = await desk.Do(step switch
            {
                0 => new Accept(id, official),
                1 => new CompleteTask(id, official, task, "pass", "材料齐全"),
                // Without the licence: rendering and sealing it is measured by "licence".
                _ => new CompleteTask(id, official, task, "approve", "同意") { WithoutLicence = "只量步骤，不制证" },
            });
            if (!result.Ok) throw new InvalidOperationException(result.Message);
            at[c] = step == 2 ? default : (id, step + 1, result.Value!.Tasks[0].Key);
        }, floor, warmUp: WarmUp);
    }
}
