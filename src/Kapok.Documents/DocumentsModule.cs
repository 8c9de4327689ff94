using Kapok.Documents.Fonts;
using Kapok.Foundation;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Documents;

/// <summary>Floor 4: layout, OFD and PDF, seals, licences, archives.</summary>
public sealed class DocumentsModule : IModule
{
    public string Name => "documents";
    public int Floor => 4;

    public void AddServices(IServiceCollection services, NodeOptions options)
    {
        services.AddSingleton(new FontBook(FontBook.UsualFolders(options.Data)));
        services.AddSingleton<Layout.Layouts>();
        services.AddSingleton<Kapok.Foundation.Packages.IPackagePart, Layout.LayoutPackagePart>();
        Seals.SealsEntrance.AddServices(services);
        Licences.LicenceEntrance.AddServices(services);
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        Seals.SealsEntrance.Map(routes);
        Licences.LicenceEntrance.Map(routes);
        Layout.LayoutRoutes.Map(routes);
    }
}
