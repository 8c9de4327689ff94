using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kapok.Cases.Forms.Schemas;

namespace Kapok.Tests.Cases.Forms;

/// <summary>Random schemas and instances must be judged as Ajv, the most used validator, judges them. (Without unevaluated*, and contains beside prefixItems, where Ajv itself errs.)</summary>
public sealed class SchemaAgainstAjvTests
{
    const string Script = """
        const Ajv = require("ajv/dist/2020").default;
        const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
        const out = cases.map(([schema, ...instances]) => {
          const ajv = new Ajv({ strict: false, validateFormats: false });
          ajv.opts.unevaluated = false;
          const check = ajv.compile(schema);
          return instances.map(i => check(i));
        });
        console.log(JSON.stringify(out));
        """;

    [Fact]
    public async Task Random_schemas_are_judged_as_ajv_judges_them()
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(NodeModules.Folder, "ajv")), "npm packages for development are not installed");
        var random = new Random(20260921);
        var cases = new JsonArray();
        for (var i = 0; i < 800; i++)
            cases.Add(new JsonArray([Schema(random, 3), .. Enumerable.Range(0, 8).Select(_ => Instance(random, 3))]));
        var judged = await Ajv(cases.ToJsonString());
        var valid = 0;
        for (var i = 0; i < cases.Count; i++)
        {
            var @case = cases[i]!.AsArray();
            var compile = Kapok.Cases.Forms.Schemas.Schema.Compile(Element(@case[0]!));
            compile.Faults.ShouldBeEmpty(@case[0]!.ToJsonString());
            for (var j = 1; j < @case.Count; j++)
            {
                var expected = judged[i][j - 1].GetBoolean();
                if (expected) valid++;
                compile.Schema!.Validate(Element(@case[j])).IsEmpty.ShouldBe(expected, $"{@case[0]!.ToJsonString()} on {@case[j]?.ToJsonString() ?? "null"}");
            }
        }
        valid.ShouldBeInRange(1_000, 5_400, "the sample must contain both answers");
    }

    static JsonElement Element(JsonNode? node) => JsonSerializer.SerializeToElement(node);

    static async Task<JsonElement> Ajv(string cases)
    {
        using var node = Process.Start(new ProcessStartInfo("node", ["-e", Script])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(NodeModules.Folder)!,
        })!;
        var output = node.StandardOutput.ReadToEndAsync();
        var error = node.StandardError.ReadToEndAsync();
        await node.StandardInput.WriteAsync(cases);
        node.StandardInput.Close();
        var text = await output;
        (await error).ShouldBeEmpty();
        return JsonDocument.Parse(text).RootElement;
    }

    static readonly string[] names = ["a", "b", "ab", "x"];
    static readonly string[] patterns = ["^a", "b$", "^.$", "[ab]{2}", "^(a|b)*$"];

    static JsonNode Schema(Random random, int depth)
    {
        if (random.Next(12) == 0) return JsonValue.Create(random.Next(3) > 0);
        var schema = new JsonObject();
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            switch (random.Next(depth > 0 ? 28 : 14))
            {
                case 0: schema["type"] = Pick(random, "string", "number", "integer", "object", "array", "boolean", "null"); break;
                case 1: schema["type"] = new JsonArray("array", Pick(random, "string", "object", "integer")); break;
                case 2: schema["enum"] = new JsonArray(Instance(random, 1), "a", 2); break;
                case 3: schema["const"] = Instance(random, 1); break;
                case 4: schema["minimum"] = random.Next(-2, 4); break;
                case 5: schema["exclusiveMaximum"] = random.Next(0, 6); break;
                case 6: schema["multipleOf"] = random.Next(1, 4); break;
                case 7: schema["minLength"] = random.Next(3); schema["maxLength"] = random.Next(1, 4); break;
                case 8: schema["pattern"] = Pick(random, patterns); break;
                case 9: schema["minItems"] = random.Next(3); schema["maxItems"] = random.Next(1, 4); break;
                case 10: schema["uniqueItems"] = random.Next(2) == 0; break;
                case 11: schema["required"] = new JsonArray(Pick(random, names)); break;
                case 12: schema["dependentRequired"] = new JsonObject { [Pick(random, names)] = new JsonArray(Pick(random, names)) }; break;
                case 13: schema["minProperties"] = random.Next(3); schema["maxProperties"] = random.Next(1, 4); break;
                case 14 or 15: schema["properties"] = new JsonObject { ["a"] = Schema(random, depth - 1), ["b"] = Schema(random, depth - 1) }; break;
                case 16: schema["patternProperties"] = new JsonObject { [Pick(random, patterns)] = Schema(random, depth - 1) }; break;
                case 17: schema["additionalProperties"] = Schema(random, depth - 1); break;
                case 18: schema["propertyNames"] = Schema(random, depth - 1); break;
                case 19: schema["dependentSchemas"] = new JsonObject { [Pick(random, names)] = Schema(random, depth - 1) }; break;
                case 20: schema["items"] = Schema(random, depth - 1); break;
                case 21 when !schema.ContainsKey("contains"): schema["prefixItems"] = new JsonArray(Schema(random, depth - 1)); break;
                case 22 when !schema.ContainsKey("prefixItems"): schema["contains"] = Schema(random, depth - 1); var least = random.Next(3); schema["minContains"] = least; schema["maxContains"] = least + random.Next(1, 3); break;
                case 23: schema["allOf"] = new JsonArray(Schema(random, depth - 1), Schema(random, depth - 1)); break;
                case 24: schema["anyOf"] = new JsonArray(Schema(random, depth - 1), Schema(random, depth - 1)); break;
                case 25: schema["oneOf"] = new JsonArray(Schema(random, depth - 1), Schema(random, depth - 1)); break;
                case 26: schema["not"] = Schema(random, depth - 1); break;
                case 27: schema["if"] = Schema(random, depth - 1); schema["then"] = Schema(random, depth - 1); schema["else"] = Schema(random, depth - 1); break;
            }
        }
        return schema;
    }

    static JsonNode? Instance(Random random, int depth) => random.Next(depth > 0 ? 14 : 8) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(2) == 0),
        2 or 3 => JsonValue.Create(random.Next(-3, 7)),
        4 => JsonValue.Create(random.Next(-3, 7) / 2m),
        5 or 6 or 7 => JsonValue.Create(Pick(random, "", "a", "b", "ab", "bab", "x", "𠮷")),
        8 or 9 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Instance(random, depth - 1))]),
        _ => new JsonObject(names.Where(_ => random.Next(2) == 0).Select(n => KeyValuePair.Create(n, Instance(random, depth - 1)))),
    };

    static string Pick(Random random, params string[] from) => from[random.Next(from.Length)];
}
