using System;
using System.Text.Json;
using System.Threading.Tasks;
using NanoLibp2p.JsPeers;

namespace NanoLibp2p.Bench.Gateway;

/// <summary>js-libp2p: <c>tests/js/peer.mjs</c>.</summary>
internal sealed class JsGatewayPeer(JsPeer js) : IGatewayPeer
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);

    public string PeerId => js.PeerId;

    public string Address => js.Address;

    public Task<JsonElement> CallAsync(string command, object? arguments = null) => js.CallAsync(command, arguments, _patience);

    public ValueTask DisposeAsync() => js.DisposeAsync();
}
