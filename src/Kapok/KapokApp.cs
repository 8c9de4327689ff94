using System.Net.Sockets;
using Kapok.Cases;
using Kapok.Catalogue;
using Kapok.Documents;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity;
using Kapok.Identity.SignIn;
using Kapok.Portal;
using Kapok.Trust;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Kapok;

/// <summary>Composes the modules into one web application.</summary>
public static class KapokApp
{
    /// <summary>The house, from the ground up.</summary>
    public static readonly IReadOnlyList<IModule> Modules = [new FoundationModule(), new TrustModule(), new IdentityModule(), new CatalogueModule(), new DocumentsModule(), new CasesModule(), new PortalModule()];

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
        builder.Logging.ClearProviders().AddJsonConsole().SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.Routing", LogLevel.Error).AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        builder.Services.AddDataProtection().SetApplicationName("kapok").PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(options.Data, "keys")));
        // What cannot be bound is thrown, so that one place answers it (Problems) and names the field.
        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(o =>
        {
            o.SerializerOptions.Encoder = Json.Options.Encoder;
            o.SerializerOptions.DefaultIgnoreCondition = Json.Options.DefaultIgnoreCondition;
            foreach (var converter in Json.Options.Converters) o.SerializerOptions.Converters.Add(converter);
        });
        builder.Services.AddKapokPages(pages =>
        {
            pages.UnitName = "广东政务服务";
            pages.SearchPath = "/items";
            pages.CallBackPath = "/help/call-back";
            pages.Fill = Navigation.Fill;
        });
        builder.Services.AddOpenApi("v1", o => o.ShouldInclude = d => d.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true);
        foreach (var module in Modules) module.AddServices(builder.Services, options);
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseKapokPages();
        app.UseProblems();
        app.UseRouting();
        app.UseSignIn();
        app.UseDoors();
        app.UseKapokForms();
        app.UseCleanInput();
        app.UseIdempotency();
        app.MapKapokPages();
        foreach (var module in Modules) module.MapRoutes(app);
        app.MapOpenApi("/api/{documentName}/openapi.json").AllowAnyone();
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
