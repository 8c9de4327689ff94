using Kapok.Foundation;
using Kapok.Foundation.Packages;
using YamlDotNet.Serialization;

namespace Kapok.Scenarios;

/// <summary>A story a package must be able to tell: who applies with what, who does what, what must be so (docs/packages.md).</summary>
public sealed record Scenario
{
    public string Name { get; init; } = "";
    public string Item { get; init; } = "";
    public string Body { get; init; } = "";
    public string Applicant { get; init; } = "";
    public string? At { get; init; }
    public Dictionary<string, object?> Eligibility { get; init; } = [];
    public Dictionary<string, object?> Answers { get; init; } = [];
    public Dictionary<string, object?> Materials { get; init; } = [];
    public List<ScenarioStep> Steps { get; init; } = [];
    public Expectation? Expect { get; init; }

    public static Outcome<Scenario> Read(string file, string text) => Yaml.Read<Scenario>(file, text);
}

/// <summary>One act of one person, and what must be so afterwards.</summary>
public sealed record ScenarioStep
{
    /// <summary>A post of the handling body, <c>applicant</c>, or <c>{ post, line, body }</c>.</summary>
    public object? By { get; init; }
    public string Do { get; init; } = "";
    public string? At { get; init; }
    public string? Until { get; init; }
    public string? Task { get; init; }
    public string? Outcome { get; init; }
    public string? Note { get; init; }
    public string? Reason { get; init; }
    public string? Text { get; init; }
    public string? Procedure { get; init; }
    public string? Ground { get; init; }
    public int? Days { get; init; }
    public string? To { get; init; }
    public bool? Granted { get; init; }
    public Dictionary<string, object?>? Answers { get; init; }
    public Dictionary<string, string>? Fields { get; init; }
    public Dictionary<string, object?>? Materials { get; init; }
    public Dictionary<string, object?>? Variables { get; init; }
    /// <summary>For <c>refused-with</c>: what is tried.</summary>
    public string? Try { get; init; }
    [YamlMember(Alias = "repeatReason")] public string? RepeatReason { get; init; }
    public Expectation? Expect { get; init; }
}

public sealed record Expectation
{
    public string? State { get; init; }
    public string? Result { get; init; }
    public string? Lamp { get; init; }
    public string? Due { get; init; }
    public string? Document { get; init; }
    public string? Task { get; init; }
    /// <summary>Part of the refusal, for a step that must be refused.</summary>
    public string? Refused { get; init; }
    public List<string>? DocumentContains { get; init; }
    public List<string>? Events { get; init; }
    public List<string>? Tasks { get; init; }
}

/// <summary>Sign-in names of the demonstration people, from packages/guangdong/demo.</summary>
public sealed class DemonstrationPeople
{
    sealed record Person
    {
        public string Key { get; init; } = "";
        public string SignIn { get; init; } = "";
        public string? LegalRepresentative { get; init; }
        public string Name { get; init; } = "";
    }

    readonly Dictionary<string, Person> all = [];

    public DemonstrationPeople(string packages)
    {
        var reader = new DeserializerBuilder().WithNamingConvention(YamlDotNet.Serialization.NamingConventions.CamelCaseNamingConvention.Instance).IgnoreUnmatchedProperties().Build();
        foreach (var file in Directory.Exists(packages) ? Directory.EnumerateFiles(packages, "*.yaml", SearchOption.AllDirectories).Where(f => Path.GetFileName(Path.GetDirectoryName(f)) == "demo") : [])
            foreach (var person in reader.Deserialize<List<Person>>(File.ReadAllText(file)) ?? [])
                all[person.Key] = person;
    }

    /// <summary>Account of a citizen, of the representative of a company, or of an official (<c>market@440106/acceptor</c>).</summary>
    public string? Account(string key) => all.GetValueOrDefault(key) is { } p ? p.SignIn.Length > 0 ? p.SignIn : p.LegalRepresentative is { } r ? Account(r) : null : null;

    public bool IsCompany(string key) => all.GetValueOrDefault(key)?.LegalRepresentative is not null;

    public string Name(string key) => all.GetValueOrDefault(key)?.Name ?? key;
}
