using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli;

/// <summary>Why an address can't be listened on, in one sentence: the system is asked, which knows it exactly.</summary>
internal static class ListenFailure
{
    /// <summary>The failure; null when the address can be listened on, or for a reason that has no words of its own.</summary>
    internal static CliException? Of(Multiaddr address) => ListenProbe.Why(address.Host, address.Port, "--listen") is { } why
        ? new($"cannot listen on {address}: {why}") : null;
}
