using System;
using System.Text.Json;
using System.Threading.Tasks;

namespace NanoLibp2p.Bench.Gateway;

/// <summary>A peer of the gateway's figures in a process of its own, ours or js-libp2p, which takes the same commands.</summary>
internal interface IGatewayPeer : IAsyncDisposable
{
    /// <summary>Its peer id, as text.</summary>
    string PeerId { get; }

    /// <summary>Where it listens, with its peer id.</summary>
    string Address { get; }

    /// <summary>Runs one of its commands: those of <c>tests/js/peer.mjs</c>, as far as <see cref="NanoPeer"/> has them too.</summary>
    /// <param name="command">Its name.</param>
    /// <param name="arguments">An object whose properties are the command's arguments; null for none.</param>
    /// <exception cref="InvalidOperationException">Our peer answered with an error, or ended.</exception>
    /// <exception cref="JsPeers.JsPeerException">js did.</exception>
    /// <exception cref="TimeoutException">It did not answer within five minutes.</exception>
    Task<JsonElement> CallAsync(string command, object? arguments = null);
}
