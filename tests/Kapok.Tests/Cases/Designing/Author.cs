using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Kapok.Tests.Cases.Designing;

/// <summary>Authors of forms and flows through the interface.</summary>
public static class Author
{
    /// <summary>Who answers for the food permit in the province, and a colleague who may review it.</summary>
    public const string Writer = "guangdong-market-item-admin", Reviewer = "guangdong-services-data-item-admin", County = "tianhe-market-item-admin";

    public const string Permit = "food-business-permit/new";

    public static string Api(string kind, string name, string rest = "") => $"/api/v1/designer/{kind}s/{name}{rest}";

    /// <summary>Opens a working copy and gives its revision.</summary>
    public static async Task<int> Open(this HttpClient http, string kind, string name) => await Revision(await http.PostAsync(Api(kind, name, "/draft"), null));

    public static async Task<int> Revision(HttpResponseMessage answer)
    {
        answer.IsSuccessStatusCode.ShouldBeTrue($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return int.Parse(answer.Headers.ETag!.Tag.Trim('"'));
    }

    public static Task<HttpResponseMessage> Send(this HttpClient http, HttpMethod method, string address, int revision, HttpContent? content = null)
    {
        var request = new HttpRequestMessage(method, address) { Content = content };
        request.Headers.TryAddWithoutValidation("If-Match", $"\"{revision}\"");
        return http.SendAsync(request);
    }

    /// <summary>One act on a form.</summary>
    public static Task<HttpResponseMessage> Do(this HttpClient http, string name, int revision, string act, params (string Key, string Value)[] with) =>
        http.Send(HttpMethod.Post, Api("form", name, "/draft/acts"), revision, JsonContent.Create(new { @do = act, with = with.ToDictionary(w => w.Key, w => w.Value) }));

    public static async Task<int> Did(this HttpClient http, string name, int revision, string act, params (string Key, string Value)[] with) => await Revision(await http.Do(name, revision, act, with));

    public static Task<HttpResponseMessage> Put(this HttpClient http, string kind, string name, int revision, string text) => http.Send(HttpMethod.Put, Api(kind, name, "/draft"), revision, new StringContent(text, Encoding.UTF8, "text/plain"));

    public static Task<HttpResponseMessage> Step(this HttpClient http, string kind, string name, string step, int revision, object? body = null) =>
        http.Send(HttpMethod.Post, Api(kind, name, $"/draft/{step}"), revision, body is null ? null : JsonContent.Create(body));

    public static async Task<JsonObject> Shown(this HttpClient http, string kind, string name) => (await http.GetFromJsonAsync<JsonObject>(Api(kind, name)))!;

    public static Task<string> Text(this HttpClient http, string kind, string name) => http.GetStringAsync(Api(kind, name, "/file"));

    /// <summary>Submitted by the author, published by his colleague.</summary>
    public static async Task Publish(this App app, string kind, string name, int revision)
    {
        (await Revision(await (await app.Api(Writer)).Step(kind, name, "submit", revision, new { note = "试验" }))).ShouldBe(revision);
        var published = await (await app.Api(Reviewer)).Step(kind, name, "publish", revision);
        published.StatusCode.ShouldBe(HttpStatusCode.OK, await published.Content.ReadAsStringAsync());
    }

    /// <summary>A form of its own for a test: made, not yet published.</summary>
    public static async Task<(string Name, int Revision)> MakeForm(this App app, string name, string from = "")
    {
        var made = await (await app.Api(Writer)).PostAsJsonAsync("/api/v1/designer", new { kind = "form", organisation = "market@440000", name, title = "试验表单", from });
        made.StatusCode.ShouldBe(HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
        return ($"market-440000/{name}", await Revision(made));
    }

    public static async Task<(string Name, int Revision)> MakeFlow(this App app, string name, string from)
    {
        var made = await (await app.Api(Writer)).PostAsJsonAsync("/api/v1/designer", new { kind = "flow", organisation = "market@440000", name, title = "试验流程", from });
        made.StatusCode.ShouldBe(HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
        return ($"market-440000/{name}", await Revision(made));
    }
}
