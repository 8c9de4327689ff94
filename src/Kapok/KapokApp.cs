using System.Net.Sockets;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Kapok.Catalogue;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Identity;
using Kapok.Identity.SignIn;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.WebEncoders;

namespace Kapok;

/// <summary>Composes the modules into one web application.</summary>
public static class KapokApp
{
    /// <summary>The house, from the ground up.</summary>
    public static readonly IReadOnlyList<IModule> Modules = [new FoundationModule(), new IdentityModule(), new CatalogueModule()];

    public static WebApplication Build(NodeOptions options, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k =>
        {
            k.AddServerHeader = false;
            k.Limits.MaxRequestBodySize = 8 << 20;
            k.Limits.MaxRequestHeadersTotalSize = 32 << 10;
            k.ListenLocalhost(options.Port);
        });
        builder.Services.Configure<SocketTransportOptions>(o => o.CreateBoundListenSocket = SharedListenSocket);
        builder.Logging.ClearProviders().AddJsonConsole().SetMinimumLevel(LogLevel.Warning);
        builder.Services.Configure<WebEncoderOptions>(o => o.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        builder.Services.AddDataProtection().SetApplicationName("kapok").PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(options.Data, "keys")));
        builder.Services.ConfigureHttpJsonOptions(o =>
        {
            o.SerializerOptions.Encoder = Json.Options.Encoder;
            o.SerializerOptions.DefaultIgnoreCondition = Json.Options.DefaultIgnoreCondition;
            foreach (var converter in Json.Options.Converters) o.SerializerOptions.Converters.Add(converter);
        });
        builder.Services.AddRazorComponents();
        builder.Services.AddAntiforgery();
        foreach (var module in Modules) module.AddServices(builder.Services, options);
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseProblems();
        app.UseRouting();
        app.UseSignIn();
        app.UseDoors();
        app.UseAntiforgery();
        foreach (var module in Modules) module.MapRoutes(app);
        return app;
    }

    /// <summary>Several processes of a node listen on one port; the kernel shares out the connections.</summary>
    static Socket SharedListenSocket(System.Net.EndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (OperatingSystem.IsLinux()) socket.SetRawSocketOption(1, 15, BitConverter.GetBytes(1)); // SOL_SOCKET, SO_REUSEPORT
        socket.Bind(endpoint);
        return socket;
    }
}
