using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Tests.Radio;

/// <summary>Who may call devices on radios, how much at once, and how long a call may be.</summary>
public sealed class RadioCommandsTests : IDisposable
{
    private const int MaxOfPeer = 16;
    private const int MaxRequestBytes = 512;
    private readonly TemporaryFolder _folder = new();
    private readonly DesktopCrypto _crypto = new();
    private readonly Identity _caller;
    private readonly Identity _device;

    public RadioCommandsTests()
    {
        _caller = Identity.Create(_crypto, new SystemRandom());
        _device = Identity.Create(_crypto, new SystemRandom());
    }

    public void Dispose()
    {
        _folder.Dispose();
        _crypto.Dispose();
    }

    [Fact]
    public async Task Who_is_not_named_may_call_nobody_and_who_is_may_call_devices_that_are_known()
    {
        await using GatewayHost gateway = await StartAsync();
        await using Libp2pNode stranger = await Gateways.PeerAsync();
        await using Libp2pNode caller = await Gateways.PeerAsync(_caller);
        PeerId peer = await stranger.DialAsync(gateway);
        await caller.DialAsync(gateway);
        Assert.Equal(RadioCommands.NotAllowed, Assert.Single(await AskAsync(stranger, peer, Call(_device.PeerId))));
        Assert.Equal(RadioCommands.NotHere, Assert.Single(await AskAsync(caller, peer, Call(_caller.PeerId))));
        Assert.Equal(RadioCommands.Malformed, Assert.Single(await AskAsync(caller, peer, [1, 0])));
    }

    [Fact]
    public async Task A_call_of_512_bytes_is_read_and_a_longer_one_ends_its_stream()
    {
        await using GatewayHost gateway = await StartAsync();
        await using Libp2pNode caller = await Gateways.PeerAsync(_caller);
        PeerId peer = await caller.DialAsync(gateway);
        byte[] call = Call(_caller.PeerId);
        byte[] longest = [.. call, .. new byte[MaxRequestBytes - call.Length]];
        Assert.Equal(RadioCommands.NotHere, Assert.Single(await AskAsync(caller, peer, longest)));
        byte[] longer = [.. call, .. new byte[MaxRequestBytes + 1 - call.Length]];
        await Assert.ThrowsAnyAsync<Libp2pException>(() => AskAsync(caller, peer, longer));
    }

    [Fact]
    public async Task Sixteen_calls_of_a_caller_wait_and_the_next_one_is_refused_until_one_has_ended()
    {
        await using GatewayHost gateway = await StartAsync();
        await using Libp2pNode caller = await Gateways.PeerAsync(_caller);
        PeerId peer = await caller.DialAsync(gateway);
        List<PeerStream> waiting = [];
        for (int i = 0; i < MaxOfPeer; i++)
        {
            // the device is not there, so that its answer does not come
            PeerStream stream = await caller.OpenStreamAsync(peer, RadioCommands.ProtocolId);
            waiting.Add(stream);
            await new MessageStream(stream, Gateways.Patience).WriteMessageAsync(Call(_device.PeerId));
        }

        // each has its place once the gateway has begun with it
        Libp2pException? refused = null;
        Stopwatch watch = Stopwatch.StartNew();
        while (refused == null)
        {
            Assert.True(watch.Elapsed < Gateways.Patience, "a seventeenth call has its answer");
            refused = await Record.ExceptionAsync(() => AskAsync(caller, peer, Call(_caller.PeerId))) as Libp2pException;
        }

        Assert.DoesNotContain("time", refused.Message, StringComparison.OrdinalIgnoreCase);
        waiting[0].Abort();
        byte[] answer = [];
        watch.Restart();
        while (answer.Length == 0)
        {
            try
            {
                answer = await AskAsync(caller, peer, Call(_caller.PeerId));
            }
            catch (Libp2pException e)
            {
                Assert.True(watch.Elapsed < Gateways.Patience, $"the place of the call that ended: {e.Message}");
            }
        }

        Assert.Equal(RadioCommands.NotHere, Assert.Single(answer));
        waiting.ForEach(stream => stream.Abort());
    }

    private async Task<GatewayHost> StartAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, RadioHost.DevicesFile), $"{RadioCard.Of(_device, _crypto)}\n");
        GatewayHost gateway = await Gateways.StartAsync(_folder, ("radios", "udp://127.0.0.1:0"), ("radio.callers", $"{_caller.PeerId}"));
        await Gateways.UntilAsync(
            () => gateway.Core.FullNode!.Radios!.Describe().Contains("1 devices", StringComparison.Ordinal), "the card to be read");
        return gateway;
    }

    private static byte[] Call(PeerId device)
    {
        byte[] peer = device.ToBytes();
        byte[] length = new byte[Varint.MaxBytes];
        return [.. length[..Varint.Write((ulong)peer.Length, length, 0)], .. peer, 0x80];
    }

    private static async Task<byte[]> AskAsync(Libp2pNode caller, PeerId gateway, byte[] call)
    {
        using CancellationTokenSource late = new(Gateways.Patience);
        PeerStream stream = await caller.OpenStreamAsync(gateway, RadioCommands.ProtocolId, late.Token);
        try
        {
            MessageStream messages = new(stream, Gateways.Patience);
            await messages.WriteMessageAsync(call, late.Token);
            return await messages.ReadMessageAsync(4096, late.Token) ?? [];
        }
        finally
        {
            stream.Abort();
        }
    }
}
