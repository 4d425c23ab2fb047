using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.JsPeers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Interop.Tests;

/// <summary>A js node that is cut, our node, and another js node that is connected to it all the while.</summary>
internal sealed class CutPeer(JsPeer cut, JsPeer next, NanoPeer nano, NanoConnection standing, bool jsDials) : IAsyncDisposable
{
    /// <summary>How many of its dials can be under way: js never has two of one address.</summary>
    public const int AtOnce = 7;

    private static readonly string[] _asDialer = ["multistream", "noise", "noise-1", "noise-3", "muxer", "frame", "data"];
    private static readonly string[] _asListener = ["multistream", "noise", "noise-2", "muxer", "frame", "data"];
    private static readonly string[] _ofText = ["none", "half", "all"];
    private static readonly string[] _ofRecord = ["none", "half", "inside", "all"];

    private readonly List<string> _addresses = [];
    private int _begun;

    /// <summary>All places where a connection can break off.</summary>
    public static IEnumerable<JsCut> Cuts(bool jsDials, bool early, string how)
        => from piece in jsDials ? _asDialer : _asListener
           where piece != "muxer" || !early
           from keep in piece is "muxer" or "frame" or "data" ? _ofRecord : _ofText
           select new JsCut(piece, keep, how);

    /// <summary>Whether our side can take the connection for open when that much has arrived.</summary>
    public static bool Opens(JsCut cut, bool jsDials, bool early) => cut.Piece switch
    {
        "frame" or "data" => true,
        // a listener's answer comes in a second record
        "muxer" => cut.Keep == "all" && jsDials,
        "noise-2" or "noise-3" => early && cut.Keep == "all",
        _ => false,
    };

    /// <summary>Starts a node of each kind.</summary>
    /// <param name="peers">The js nodes that are left whole.</param>
    /// <param name="jsDials">Whether js dials, or our node.</param>
    /// <param name="early">Whether js negotiates the muxer early.</param>
    /// <param name="options">Our node's.</param>
    /// <param name="jsPatience">How long js waits for what can't come any more, in milliseconds.</param>
    public static async Task<CutPeer> StartAsync(JsPeers peers, bool jsDials, bool early, NodeOptions options, int jsPatience)
    {
        JsPeer cut = await JsPeer.StartAsync(new JsPeerOptions { Early = early, Cut = JsCut.Later, Patience = jsPatience, Listen = jsDials
            ? null : "/ip4/127.0.0.1/tcp/0" });
        NanoPeer nano = await NanoPeer.StartAsync(options);
        NanoConnection standing = await ConnectTests.ConnectAsync(peers.With(early), nano, jsDials);
        CutPeer peer = new(cut, peers.With(!early), nano, standing, jsDials);
        for (int i = 0; i < AtOnce; i++)
        {
            string address = await nano.ListenAsync("/ip4/127.0.0.1/tcp/0");
            peer._addresses.Add(Multiaddr.Parse(address).WithoutPeerId().ToString());
        }

        return peer;
    }

    /// <summary>Makes a connection that is cut.</summary>
    public async Task<NanoEnd> CutAsync(JsCut how) => await await BeginCutAsync(how);

    /// <summary>Begins a connection that is cut, and waits until it is.</summary>
    /// <returns>The end of it.</returns>
    public async Task<Task<NanoEnd>> BeginCutAsync(JsCut how)
    {
        await cut.CutAsync(how);
        Task<NanoEnd> end = jsDials ? JsDialsAsync() : NanoDialsAsync();
        await cut.WaitForAsync("cut");
        return end;
    }

    /// <summary>The connection that stood all the while still works, and a new one does too.</summary>
    public async Task AssertUnharmedAsync()
    {
        await nano.PingAsync(standing);
        NanoConnection more = await ConnectTests.ConnectAsync(next, nano, jsDials);
        await nano.PingAsync(more);
        await nano.CloseAsync(more);
        Assert.Equal(CloseReason.Local, (await nano.WaitForEndAsync(more)).Reason);
        // or js would take the old one for the next
        await next.WaitForAsync("connection:close", one => ConnectTests.IsOf(one, nano));
    }

    /// <summary>Nothing is left but the connection that stood all the while.</summary>
    public async Task AssertNothingLeftAsync()
    {
        Assert.True(await nano.IsOpenAsync(standing));
        Assert.Equal(1, await nano.CountConnectionsAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await nano.DisposeAsync();
        await cut.DisposeAsync();
    }

    private async Task<NanoEnd> JsDialsAsync()
    {
        Task<NanoEnd> end =
            nano.WaitForEndAsync(one => one.IsInbound && one.Connection != standing.Object && one.Reason != CloseReason.Local);
        try
        {
            await cut.DialAsync(_addresses[_begun++ % AtOnce]);
        }
        catch (JsPeerException e) when (e.Name.Length > 0)
        {
            // whether js takes its own cut for a failure is up to it
        }

        return await end;
    }

    private async Task<NanoEnd> NanoDialsAsync()
    {
        try
        {
            NanoConnection connection = await nano.DialAsync(cut.Address);
            return await nano.WaitForEndAsync(connection);
        }
        catch (NanoPeerException e) when (e.End != null)
        {
            return e.End;
        }
    }
}
