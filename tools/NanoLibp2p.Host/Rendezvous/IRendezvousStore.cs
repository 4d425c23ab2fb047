using System.Collections.Generic;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Rendezvous;

/// <summary>
/// Where a rendezvous point keeps its registrations over a restart. It has them all in memory besides, and bounds them: a store is read
/// once and written to. Called by one thread at a time.
/// </summary>
public interface IRendezvousStore
{
    /// <summary>All that was put and not removed; those that have expired may be among them. What throws here ends the start.</summary>
    IEnumerable<RendezvousRegistration> Load();

    /// <summary>A peer has registered, in place of its registration in the same namespace.</summary>
    void Put(RendezvousRegistration registration);

    /// <summary>A registration has ended.</summary>
    void Remove(string name, PeerId peer);
}
