using System;
using System.Net.Sockets;
using System.Threading;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Tcp;

namespace NanoLibp2p.Hal.Tests;

public class TcpLinkTests
{
    // Refusals in a row, 10 ms apart, after which both ends' buffers are taken to be full: the system goes on moving
    // bytes from one to the other for a while.
    private const int Settled = 30;

    [Fact]
    public void An_orderly_end_comes_after_the_last_byte()
    {
        using TcpPair pair = TcpPair.Open();
        pair.Accepted.Write([1, 2, 3], 0, 3);
        pair.Accepted.Close();
        Assert.Equal([1, 2, 3], TcpPair.ReadAll(pair.Transport, pair.Dialed, 3));
        Assert.Equal(LinkResult.Ended, TcpPair.ReadToEnd(pair.Transport, pair.Dialed));
        Assert.Equal(LinkState.Closed, pair.Dialed.State);
        Assert.Equal(LinkError.None, pair.Dialed.Error);
        Assert.Equal(LinkResult.Ended, pair.Dialed.Read(new byte[1], 0, 1));
    }

    [Fact]
    public void After_the_peers_end_the_other_direction_still_carries()
    {
        TcpTransport transport = new(1);
        int port = TcpPair.Listen(transport, "127.0.0.1");
        using Socket peer = TcpPair.RawDial(port);
        IStreamLink link = TcpPair.Accept(transport);
        peer.Shutdown(SocketShutdown.Send);
        Assert.Equal(LinkResult.Ended, TcpPair.ReadToEnd(transport, link));
        Assert.Equal(1, link.Write([9], 0, 1));
        byte[] heard = new byte[1];
        Assert.Equal(1, peer.Receive(heard));
        Assert.Equal(9, heard[0]);
        link.Close();
        transport.Close();
    }

    [Fact]
    public void A_reset_fails_the_link_with_its_reason()
    {
        TcpTransport transport = new(1);
        int port = TcpPair.Listen(transport, "127.0.0.1");
        Socket peer = TcpPair.RawDial(port);
        IStreamLink link = TcpPair.Accept(transport);
        peer.LingerState = new LingerOption(true, 0);
        peer.Close();
        Assert.Equal(LinkResult.Failed, TcpPair.ReadToEnd(transport, link));
        Assert.Equal(LinkState.Failed, link.State);
        Assert.Equal(LinkError.Reset, link.Error);
        Assert.Equal(LinkResult.Failed, link.Write(new byte[1], 0, 1));
        link.Close();
        Assert.Equal(LinkState.Failed, link.State);
        Assert.Equal(LinkError.Reset, link.Error);
        transport.Close();
    }

    [Fact]
    public void What_was_written_before_Close_arrives_although_the_peers_bytes_were_left_unread()
    {
        using TcpPair pair = TcpPair.Open();
        Assert.Equal(1000, pair.Dialed.Write(new byte[1000], 0, 1000));
        pair.Transport.Wait(TcpPair.PatienceMs);
        byte[] words = Pattern(200_000);
        int taken = pair.Accepted.Write(words, 0, words.Length);
        Assert.InRange(taken, 1, words.Length);
        pair.Accepted.Close();
        Assert.Equal(words.AsSpan(0, taken).ToArray(), TcpPair.ReadAll(pair.Transport, pair.Dialed, taken));
        Assert.Equal(LinkResult.Ended, TcpPair.ReadToEnd(pair.Transport, pair.Dialed));
    }

    [Fact]
    public void A_peer_that_does_not_read_stops_Write_and_wakes_Wait_when_it_reads_again()
    {
        using TcpPair pair = TcpPair.Open();
        byte[] chunk = Pattern(64 * 1024);
        long written = 0;
        int taken;
        int full = 0;

        while (full < Settled)
        {
            taken = pair.Dialed.Write(chunk, (int)(written % 256), chunk.Length - 256);
            Assert.True(taken >= 0);
            written += taken;
            full = taken == 0 ? full + 1 : 0;
            if (taken == 0)
            {
                Thread.Sleep(10);
            }

            Assert.InRange(written, 0, 1L << 28);
        }

        // nothing but room could wake it now, apart from the bytes that the other side is told of once
        pair.Transport.Wait(50);
        Assert.InRange(TcpPair.MillisecondsOf(() => pair.Transport.Wait(150)), 100, 2000);

        byte[] buffer = new byte[64 * 1024];
        long read = 0;
        bool went = false;
        long end = Environment.TickCount64 + TcpPair.PatienceMs;
        while (read < written)
        {
            Assert.True(Environment.TickCount64 < end, "read " + read + " of " + written);
            int count = pair.Accepted.Read(buffer, 0, buffer.Length);
            Assert.True(count >= 0);
            for (int i = 0; i < count; i++)
            {
                if (buffer[i] != (byte)(read + i))
                {
                    Assert.Fail("byte " + (read + i) + " is " + buffer[i]);
                }
            }

            read += count;
            if (!went)
            {
                taken = pair.Dialed.Write(chunk, (int)(written % 256), 1);
                went = taken > 0;
                written += taken;
            }

            if (count == 0)
            {
                pair.Transport.Wait(100);
            }
        }

        Assert.True(went);
    }

    [Fact]
    public void Room_wakes_Wait_after_a_refused_write()
    {
        TcpTransport transport = new(1);
        int port = TcpPair.Listen(transport, "127.0.0.1");
        using Socket peer = TcpPair.RawDial(port);
        IStreamLink link = TcpPair.Accept(transport);
        byte[] chunk = new byte[64 * 1024];
        for (int full = 0; full < Settled;)
        {
            bool refused = link.Write(chunk, 0, chunk.Length) == 0;
            full = refused ? full + 1 : 0;
            Thread.Sleep(refused ? 10 : 0);
        }

        Assert.InRange(TcpPair.MillisecondsOf(() => transport.Wait(150)), 100, 2000);
        Thread reader = new(() =>
        {
            Thread.Sleep(50);
            byte[] sink = new byte[64 * 1024];
            try
            {
                while (peer.Receive(sink) > 0)
                {
                }
            }
            catch (SocketException)
            {
                // the test is over
            }
        });
        reader.Start();
        Assert.InRange(TcpPair.MillisecondsOf(() => transport.Wait(TcpPair.PatienceMs)), 0, TcpPair.PatienceMs / 2);
        Assert.InRange(link.Write(chunk, 0, chunk.Length), 1, chunk.Length);
        link.Close();
        transport.Close();
        Assert.True(reader.Join(TcpPair.PatienceMs));
    }

    [Fact]
    public void Bytes_wake_Wait_at_once_and_again_after_a_read_that_left_some()
    {
        using TcpPair pair = TcpPair.Open();
        pair.Dialed.Write([1, 2], 0, 2);
        Assert.InRange(TcpPair.MillisecondsOf(() => pair.Transport.Wait(TcpPair.PatienceMs)), 0, 2000);
        Assert.Equal(1, pair.Accepted.Read(new byte[1], 0, 1));
        Assert.InRange(TcpPair.MillisecondsOf(() => pair.Transport.Wait(TcpPair.PatienceMs)), 0, 2000);
        Assert.Equal(1, pair.Accepted.Read(new byte[2], 0, 2));
    }

    [Fact]
    public void Bytes_that_the_caller_has_no_room_for_do_not_keep_Wait_awake()
    {
        using TcpPair pair = TcpPair.Open();
        pair.Dialed.Write([1], 0, 1);
        pair.Transport.Wait(TcpPair.PatienceMs);
        Assert.InRange(TcpPair.MillisecondsOf(() => pair.Transport.Wait(150)), 100, 2000);
        Assert.Equal(1, pair.Accepted.Read(new byte[1], 0, 1));
    }

    [Fact]
    public void Wait_with_nothing_to_wait_for_sleeps_its_time_and_no_longer()
    {
        TcpTransport transport = new(1);
        Assert.InRange(TcpPair.MillisecondsOf(() => transport.Wait(60)), 50, 1000);
        Assert.InRange(TcpPair.MillisecondsOf(() => transport.Wait(0)), 0, 40);
        Assert.InRange(TcpPair.MillisecondsOf(() => transport.Wait(-5)), 0, 40);
    }

    [Fact]
    public void A_closed_link_takes_nothing_more_and_can_be_closed_again()
    {
        using TcpPair pair = TcpPair.Open();
        pair.Dialed.Close();
        pair.Dialed.Close();
        Assert.Equal(LinkState.Closed, pair.Dialed.State);
        Assert.Equal(LinkResult.Ended, pair.Dialed.Read(new byte[1], 0, 1));
        Assert.Equal(LinkResult.Failed, pair.Dialed.Write(new byte[1], 0, 1));
    }

    [Fact]
    public void Read_and_Write_allocate_nothing()
    {
        using TcpPair pair = TcpPair.Open();
        byte[] chunk = Pattern(1024);
        byte[] buffer = new byte[1024];
        Exchange(pair, chunk, buffer, 2000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int moved = Exchange(pair, chunk, buffer, 2000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(moved > 0);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void A_thousand_links_one_after_the_other_leave_no_socket_behind()
    {
        Assert.SkipUnless(OpenFiles.CanCount, "this system does not list a program's sockets");
        TcpTransport transport = new(2);
        int port = TcpPair.Listen(transport, "127.0.0.1");
        int before = OpenFiles.CountSettled();
        Assert.True(before > 0);
        for (int i = 0; i < 1000; i++)
        {
            IStreamLink dialed = transport.Dial("127.0.0.1", port);
            IStreamLink accepted = TcpPair.Accept(transport);
            TcpPair.Until(transport, () => dialed.State == LinkState.Open, "the dialed link opens");
            Assert.Equal(before + 2, OpenFiles.Count());
            (i % 2 == 0 ? dialed : accepted).Close();
            Assert.Equal(LinkResult.Ended, TcpPair.ReadToEnd(transport, i % 2 == 0 ? accepted : dialed));
            dialed.Close();
            accepted.Close();
        }

        Assert.Equal(before, OpenFiles.Count());
        transport.Close();
    }

    private static int Exchange(TcpPair pair, byte[] chunk, byte[] buffer, int rounds)
    {
        int moved = 0;
        for (int i = 0; i < rounds; i++)
        {
            pair.Dialed.Write(chunk, 0, chunk.Length);
            int read = pair.Accepted.Read(buffer, 0, buffer.Length);
            moved += read;

            // the second finds nothing, which must not cost anything either
            moved += pair.Accepted.Read(buffer, 0, buffer.Length);
        }

        return moved;
    }

    private static byte[] Pattern(int count)
    {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++)
        {
            bytes[i] = (byte)i;
        }

        return bytes;
    }
}
