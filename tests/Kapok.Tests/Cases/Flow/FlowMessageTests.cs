using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Kapok.Cases;
using Kapok.Cases.Flow;
using Kapok.Tests.Cases.Desk;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Cases.Flow;

/// <summary>The flow of one case sends a message to that of another, found by its number; it waits until it is wanted.</summary>
public sealed class FlowMessageTests(App app) : IClassFixture<App>
{
    const string Head = """<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:kapok="https://kapok.gov.cn/bpmn" id="d" targetNamespace="https://kapok.gov.cn/flows"><message id="surveyed" name="surveyed" /><process id="p" name="P" isExecutable="true"><startEvent id="start" name="开始" />""";
    const string Tail = "</process></definitions>";

    static string Task(string id) => $"""<userTask id="{id}" name="{id}" kapok:kind="work" kapok:post="acceptor" kapok:outcomes="done" kapok:labels="办完" />""";
    static string Arrow(string from, string to) => $"""<sequenceFlow id="{from}-{to}" sourceRef="{from}" targetRef="{to}" />""";

    static string Sender(string how) => Head + Task("survey") + how + """<endEvent id="end" name="完" />""" + Arrow("start", "survey") + Arrow("survey", "tell") + Arrow("tell", "end") + Tail;
    const string Parameters = """<extensionElements><kapok:parameter name="case" value="other" /><kapok:parameter name="area" value="area" />""";

    static readonly string ByService = Sender($"""<serviceTask id="tell" name="通知" kapok:operation="message">{Parameters}<kapok:parameter name="name" value="&quot;surveyed&quot;" /></extensionElements></serviceTask>""");
    static readonly string BySendTask = Sender($"""<sendTask id="tell" name="通知" messageRef="surveyed">{Parameters}</extensionElements></sendTask>""");

    static readonly string Receiver = Head + Task("prepare") + """<receiveTask id="wait" name="等测绘" messageRef="surveyed" /><exclusiveGateway id="size" name="多大" default="size-small" />""" + Task("use") + Task("small") + """<endEvent id="end" name="完" />"""
        + Arrow("start", "prepare") + Arrow("prepare", "wait") + Arrow("wait", "size") + Arrow("size", "small") + Arrow("use", "end") + Arrow("small", "end")
        + """<sequenceFlow id="size-use" sourceRef="size" targetRef="use"><conditionExpression>area &gt; 50</conditionExpression></sequenceFlow>""" + Tail;

    /// <summary>Puts a case at the beginning of another flow.</summary>
    async Task Begin(Guid id, string xml)
    {
        var read = FlowDefinition.Parse(xml, "p");
        read.Faults.ShouldBeEmpty();
        var step = FlowEngine.Advance(read.Definition!, null, new Trigger.Start(), FlowVariables.Empty);
        var open = step.Effects.OfType<Effect.OpenTask>().Single();
        var digest = Guid.NewGuid().ToString("N");
        await app.Database.Read(c => c.ExecuteAsync("""
            insert into cases.artifact (digest, kind, content) values (@digest, 'flow', @xml);
            insert into cases.definition (digest, content) select @digest, (d.content::jsonb || jsonb_build_object('flow', @digest))::json from cases.definition d join cases."case" c on c.definition = d.id where c.id = @id;
            update cases."case" set definition = (select id from cases.definition where digest = @digest), flow = @flow::json, state = 'accepted', accepted_at = submitted_at where id = @id;
            update cases.task set key = @key, node = @node, kind = 'work', outcomes = '[{"id":"done","label":"办完"}]' where case_id = @id
            """, new { id, digest, xml, flow = step.State.ToJson(), key = open.Key, node = open.NodeId }));
    }

    async Task Do(Guid id, object? variables = null)
    {
        var acceptor = await app.Api(Sample.Acceptor);
        var answer = await acceptor.PostAsJsonAsync($"/api/v1/cases/{id}/tasks/{await acceptor.Task(id)}/completion", new { outcome = "done", variables });
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
    }

    async Task<string[]> Open(Guid id) => [.. (await (await app.Api(Sample.Acceptor)).GetFromJsonAsync<JsonElement>($"/api/v1/cases/{id}")).GetProperty("case").GetProperty("tasks").EnumerateArray().Select(t => t.GetProperty("node").GetString()!)];

    Task<int> Waiting(string to) => app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*)::int from cases.flow_message where correlation = @to", new { to }));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_waits_until_the_other_flow_wants_it_and_is_taken_once(bool service)
    {
        var (from, to) = (await app.Submit(), await app.Submit());
        await Begin(from, service ? ByService : BySendTask);
        await Begin(to, Receiver);
        var number = (await app.Database.Read(c => c.ExecuteScalarAsync<string>("""select number from cases."case" where id = @to""", new { to })))!;
        await Do(from, new { other = number, area = 86.5 });
        var messages = app.Services.GetRequiredService<FlowMessages>();
        await messages.Bring();
        (await Open(to)).ShouldBe(["prepare"], "not yet wanted");
        (await Waiting(number)).ShouldBe(1, "but not lost");

        await Do(to);
        for (var i = 0; i < 100 && await Waiting(number) > 0; i++) { await messages.Bring(); await System.Threading.Tasks.Task.Delay(50); }
        (await Open(to)).ShouldBe(["use"], "what the message says can be read by the step that takes it");
        (await Waiting(number)).ShouldBe(0);
        var said = await app.Database.Read(c => c.QueryAsync<string>("select type from kapok.event where stream = @to and type like 'flow-message%'", new { to }));
        said.ShouldBe(["flow-message-received"]);
    }

    [Fact]
    public async Task A_message_without_an_address_is_said_in_the_log()
    {
        var from = await app.Submit();
        await Begin(from, ByService);
        await Do(from, new { other = (string?)null, area = 1 });
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*)::int from kapok.event where stream = @from and type = 'flow-message-unaddressed'", new { from }))).ShouldBe(1);
    }
}
