using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Rendezvous;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>Keeps the gateway registered at the rendezvous points of <c>rendezvous.register</c>, where devices look for one.</summary>
/// <param name="node">The gateway's node.</param>
/// <param name="points">Addresses with peer ids.</param>
/// <param name="name">The namespace.</param>
/// <param name="conditions">Where is told at which points it is not registered.</param>
/// <param name="log">Where it is told when that changes.</param>
internal sealed class Registrar(Libp2pNode node, IReadOnlyList<string> points, string name, Conditions conditions, ILogger log)
{
    internal const string Condition = "rendezvous-register";

    private readonly RendezvousClient _client = new(node);
    private readonly Dictionary<string, string> _refused = new(StringComparer.Ordinal);

    internal Task RunAsync(CancellationToken cancellationToken)
        => Task.WhenAll(points.Select(point => _client.KeepRegisteredAsync(
            Multiaddr.Parse(point), name, e => Refused(point, e.Message), _ => Registered(point), cancellationToken)));

    private void Refused(string point, string why)
    {
        lock (_refused)
        {
            _refused[point] = why;
            if (Tell())
            {
                log.LogWarning("not registered at {Point}: {Why}; it is tried again", point, why);
            }
        }
    }

    private void Registered(string point)
    {
        lock (_refused)
        {
            bool isNews = _refused.Remove(point);
            Tell();
            log.Log(isNews ? LogLevel.Information : LogLevel.Debug, "registered as {Name} at {Point}", name, point);
        }
    }

    private bool Tell()
    {
        if (_refused.Count > 0)
        {
            return conditions.Set(Condition, "devices may not find it by rendezvous: " + string.Join("; ", _refused
                .OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key} has not registered it: {one.Value}")));
        }

        return conditions.Clear(Condition);
    }
}
