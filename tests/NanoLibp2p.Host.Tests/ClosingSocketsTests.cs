using System;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;

namespace NanoLibp2p.Host.Tests;

public class ClosingSocketsTests
{
    [Fact]
    public async Task What_waits_to_be_sent_arrives_though_the_peer_writes_to_the_closed_end()
    {
        (Socket ours, Socket theirs) = await ConnectAsync();
        using (theirs)
        {
            ClosingSockets closing = new();
            int sent = Fill(ours);
            Assert.True(closing.Begin(ours));

            // a socket that was closed would answer this with a reset
            await theirs.SendAsync(new byte[1000]);
            await Task.Delay(50);

            byte[] buffer = new byte[64 * 1024];
            int arrived = 0;
            int read;
            while ((read = await theirs.ReceiveAsync(buffer).WaitAsync(Nodes.Patience)) > 0)
            {
                arrived += read;
            }

            Assert.Equal(sent, arrived);
            theirs.Shutdown(SocketShutdown.Send);
            await closing.WaitAsync().WaitAsync(Nodes.Patience);
            Assert.True(ours.SafeHandle.IsClosed);
        }
    }

    [Fact]
    public async Task A_peer_that_never_ends_is_closed_after_2_s()
    {
        (Socket ours, Socket theirs) = await ConnectAsync();
        using (theirs)
        {
            ClosingSockets closing = new();
            Assert.True(closing.Begin(ours));
            Assert.False(ours.SafeHandle.IsClosed);
            await closing.WaitAsync().WaitAsync(Nodes.Patience);
            Assert.True(ours.SafeHandle.IsClosed);
        }
    }

    // as much as the system takes while nobody reads
    private static int Fill(Socket socket)
    {
        byte[] bytes = new byte[64 * 1024];
        int sent = 0;
        try
        {
            while (true)
            {
                sent += socket.Send(bytes);
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
        {
            return sent;
        }
    }

    private static async Task<(Socket Ours, Socket Theirs)> ConnectAsync()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        Socket ours = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await ours.ConnectAsync(listener.LocalEndPoint!);
        ours.Blocking = false;
        return (ours, await listener.AcceptAsync());
    }
}
