using System.Security.Cryptography;
using System.Text;
using Kapok.Documents.Licences;
using Kapok.Foundation;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kapok.Tests.Documents.Licences;

/// <summary>A press that can be out of order.</summary>
public sealed class TestPress : ILicencePress
{
    /// <summary>Why nothing can be made; null when the press works.</summary>
    public string? Down { get; set; }

    public ValueTask<Outcome<SealedFile>> Press(NpgsqlConnection connection, LicenceRow licence, LicenceType type, CancellationToken stop) => new(Down is { } why
        ? Outcome<SealedFile>.No(Refusal.Unavailable, why)
        : new SealedFile(Guid.CreateVersion7(), Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(licence.Identifier))), DateTimeOffset.UtcNow));

    public ValueTask<Outcome<SealedFile>> Annotate(NpgsqlConnection connection, LicenceRow licence, LicenceType type, CopyNote note, CancellationToken stop) => Press(connection, licence, type, stop);
}

/// <summary>The program with a press that tests can stop; jobs run when a test says so.</summary>
public sealed class PressApp(TestDatabase databases) : App(databases)
{
    public TestPress Press { get; } = new();

    protected override void Configure(WebApplicationBuilder builder) => builder.Services.AddSingleton<ILicencePress>(Press);
}
