using System;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>A libp2p node among the services of a .NET host.</summary>
public static class Libp2pServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="Libp2pNode"/> as a singleton that starts and stops with the host: take it as a constructor's parameter. It is
    /// made of <see cref="Libp2pNodeOptions"/>, which may be configured by several (<c>services.Configure</c>), uses the container's
    /// TimeProvider, and logs where it listens and which handlers have thrown.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">What the node is made of; null for the defaults and what others configure.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddLibp2pNode(this IServiceCollection services, Action<Libp2pNodeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        OptionsBuilder<Libp2pNodeOptions> options = services.AddOptions<Libp2pNodeOptions>();
        if (configure != null)
        {
            options.Configure(configure);
        }

        services.TryAddSingleton(NodeService.Start);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, NodeService>());
        return services;
    }
}
