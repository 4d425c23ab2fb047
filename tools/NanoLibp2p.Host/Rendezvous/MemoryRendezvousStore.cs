using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Rendezvous;

/// <summary>Keeps registrations as long as this object lives: for tests, and for a point that is started anew within a process.</summary>
public sealed class MemoryRendezvousStore : IRendezvousStore
{
    private readonly Dictionary<(string Name, PeerId Peer), RendezvousRegistration> _all = [];

    /// <inheritdoc/>
    public IEnumerable<RendezvousRegistration> Load() => [.. _all.Values.OrderBy(one => one.Expires)];

    /// <inheritdoc/>
    public void Put(RendezvousRegistration registration) => _all[(registration.Namespace, registration.Record.Peer)] = registration;

    /// <inheritdoc/>
    public void Remove(string name, PeerId peer) => _all.Remove((name, peer));
}
