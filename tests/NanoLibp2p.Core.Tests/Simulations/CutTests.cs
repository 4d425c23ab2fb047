using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Hal;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests.Simulations;

/// <summary>
/// The link is cut after every single byte of a connection's life, in either direction and in three ways. Both nodes must let go of it
/// for a reason that fits, and have their next connection as if nothing had been.
/// </summary>
public class CutTests
{
    public enum Cut
    {
        /// <summary>The peer's network stack says so.</summary>
        Reset,

        /// <summary>The side that has sent the byte ends the link in order.</summary>
        Ended,

        /// <summary>Nobody says anything.</summary>
        Dead,
    }

    [Theory]
    [InlineData(Cut.Reset, true, true)]
    [InlineData(Cut.Reset, true, false)]
    [InlineData(Cut.Reset, false, true)]
    [InlineData(Cut.Reset, false, false)]
    [InlineData(Cut.Ended, true, true)]
    [InlineData(Cut.Ended, true, false)]
    [InlineData(Cut.Ended, false, true)]
    [InlineData(Cut.Ended, false, false)]
    [InlineData(Cut.Dead, true, true)]
    [InlineData(Cut.Dead, true, false)]
    [InlineData(Cut.Dead, false, true)]
    [InlineData(Cut.Dead, false, false)]
    public void A_link_may_be_cut_after_any_byte(Cut how, bool fromDialer, bool earlyMuxer)
    {
        long total = Bytes(fromDialer, earlyMuxer);
        Assert.InRange(total, 500, 5000);
        Life life = new(2, earlyMuxer, echoBytes: 100);
        Life.Half other = fromDialer ? life.Listener : life.Dialer;
        MemoryNetwork network = life.Simulation.Network;
        network.MaxPiece = 1;
        HashSet<CloseReason> reasons = new();
        for (long cut = 0; cut < total; cut++)
        {
            int closed = other.Node.Closed;
            bool done = life.Run(during: () =>
            {
                MemoryLink dialed = life.Dialer.Node.Transport.LastDialed;
                MemoryLink from = fromDialer ? dialed : dialed.Other;
                if (from.InUse && from.Written >= cut)
                {
                    Apply(how, from);
                }
                return false;
            });

            // the last frames only say that streams are over, which nobody waits for
            Assert.False(done && cut < total - 150, $"cut after byte {cut} of {total} was not noticed");
            if (!done && other.Node.Closed > closed)
            {
                reasons.Add(other.Node.LastReason);
            }
            if (cut % 50 == 0)
            {
                network.MaxPiece = 0;
                Assert.True(life.Run(), $"after the cut at byte {cut} nothing works any more");
                network.MaxPiece = 1;
            }
        }

        Assert.Equal(Expected(how), [.. reasons.Order()]);
    }

    // the reason before and the one after the handshake
    private static CloseReason[] Expected(Cut how) => how switch
    {
        Cut.Reset => [CloseReason.LinkFailed],
        Cut.Ended => [CloseReason.Remote, CloseReason.EndedInHandshake],
        _ => [CloseReason.HandshakeTimeout, CloseReason.KeepAliveTimeout],
    };

    private static void Apply(Cut how, MemoryLink from)
    {
        switch (how)
        {
            case Cut.Reset:
                from.Break();
                break;
            case Cut.Ended:
                from.EndSending();
                break;
            default:
                from.Dead = true;
                from.Other.Dead = true;
                break;
        }
    }

    // what the side sends in a whole life
    private static long Bytes(bool fromDialer, bool earlyMuxer)
    {
        Life life = new(2, earlyMuxer, echoBytes: 100);
        life.Simulation.Network.MaxPiece = 1;
        long most = 0;
        Assert.True(life.Run(during: () =>
        {
            MemoryLink dialed = life.Dialer.Node.Transport.LastDialed;
            most = Math.Max(most, (fromDialer ? dialed : dialed.Other).Written);
            return false;
        }));
        return most;
    }
}
