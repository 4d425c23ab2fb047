using NanoLibp2p.Firmware;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli;

/// <summary>Why an address can't be listened on, in one sentence: the system knows it more exactly than a <see cref="LinkError"/>, which
/// has the kinds that every board tells.</summary>
internal static class ListenFailure
{
    /// <summary>The failure; to be asked at once.</summary>
    /// <param name="address">What was to be listened on.</param>
    /// <param name="error">What the driver said.</param>
    internal static CliException Of(Multiaddr address, LinkError error) => new($"cannot listen on {address}: "
        + (ListenProbe.Why(address.Host, address.Port, "--listen")
            ?? $"{CloseText.Describe(error)}; give another address or port with --listen"));
}
