using System;
using System.Collections.Generic;
using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Core.Tests.Yamux;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests;

/// <summary>Connection and stream objects serve one peer after another: nothing of one may hold up or reach the next.</summary>
public class StreamReuseTests
{
    private readonly Simulation _simulation = new(5);
    private readonly EchoProtocol _echo = new();

    [Fact]
    public void Ending_a_stream_that_is_over_already_keeps_none_of_the_streams()
    {
        TestNode listener = _simulation.Add(new NodeOptions());
        TestNode dialer = _simulation.Add(new NodeOptions { MaxStreams = 2 });
        dialer.Node.Add(_echo);
        Connection connection = dialer.Dial(listener.Listen());
        Assert.True(_simulation.Run(() => dialer.Connected == 1, 1000));
        Libp2pStream refused = _echo.Open(connection)!;
        Assert.True(dialer.Node.Ping.Send(connection));
        Assert.True(_simulation.Run(() => _echo.Closed == 1, 1000));

        refused.CloseWrite();
        _simulation.Run(() => false, 100);

        Assert.False(refused.IsOpen);
        Assert.False(refused.IsAgreed);
        Assert.NotNull(_echo.Open(connection));
    }

    [Theory]
    [InlineData(-1, 4)]
    [InlineData(0, -1)]
    [InlineData(6, 4)]
    [InlineData(2, int.MaxValue)]
    public void A_write_from_outside_its_buffer_is_refused_and_the_stream_goes_on(int offset, int count)
    {
        TestNode listener = _simulation.Add(new NodeOptions());
        TestNode dialer = _simulation.Add(new NodeOptions());
        dialer.Node.Add(_echo);
        listener.Node.Add(new EchoProtocol());
        Connection connection = dialer.Dial(listener.Listen());
        Assert.True(_simulation.Run(() => dialer.Connected == 1, 1000));
        Libp2pStream stream = _echo.Open(connection)!;
        Assert.True(_simulation.Run(() => stream.IsAgreed, 1000));

        Assert.Throws<ArgumentException>(() => stream.Write(new byte[8], offset, count));
        Assert.Throws<ArgumentException>(() => stream.Write(null!, 0, 0));

        Assert.Equal(8, stream.Write(new byte[8], 0, 8));
        _simulation.Run(() => false, 1000);
        Assert.True(stream.IsOpen);
        Assert.Equal(1, dialer.Connected);
    }

    [Fact]
    public void What_a_peer_sent_on_a_stream_that_was_reset_at_once_does_not_reach_the_stream_opened_instead()
    {
        RejectingProtocol rejecting = new();
        TestNode listener = _simulation.Add(new NodeOptions());
        listener.Node.Add(rejecting);
        RawPeer peer = new RawPeer(_simulation).Dial(listener.Listen()).Handshake();

        // as go does: header, proposal and first data in one frame
        peer.Send(Frame.WithData(Frame.Syn, 1,
            [.. RawPeer.Message("/multistream/1.0.0"), .. RawPeer.Message(EchoProtocol.Id), .. new byte[100]]));
        peer.Wait(() => rejecting.Opened != null);
        peer.Send(Frame.WithData(Frame.Ack, 2, [.. RawPeer.Message("/multistream/1.0.0"), .. RawPeer.Message(EchoProtocol.Id), 42]));
        peer.Wait(() => !rejecting.Opened!.IsOpen || rejecting.Data.Count > 0);

        Assert.Equal([42], rejecting.Data);
    }

    [Fact]
    public void A_dial_without_an_address_is_refused_and_takes_no_connection()
    {
        TestNode listener = _simulation.Add(new NodeOptions());
        TestNode dialer = _simulation.Add(new NodeOptions());

        Assert.Throws<ArgumentException>(() => dialer.Node.Dial(Array.Empty<Multiaddr>()));
        _simulation.Run(() => false, 100);

        Assert.NotNull(dialer.Dial(listener.Listen()));
        Assert.True(_simulation.Run(() => dialer.Connected == 1, 1000));
    }

    // resets what a peer opens and opens a stream of its own instead
    private sealed class RejectingProtocol : StreamProtocol
    {
        private int _index;

        public Libp2pStream? Opened { get; private set; }

        public List<byte> Data { get; } = [];

        public override void OnOpened(Libp2pStream stream)
        {
            if (!stream.IsOutbound)
            {
                stream.Reset();
                Opened = stream.Connection.OpenStream(this, _index);
                Assert.Same(stream, Opened);
            }
        }

        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
        {
            Data.AddRange(buffer.AsSpan(offset, count));
            return count;
        }

        protected override void Register(Node node) => _index = node.RegisterProtocol(EchoProtocol.Id, this, true);
    }
}
