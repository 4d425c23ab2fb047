using System;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Tcp;

namespace NanoLibp2p.Hal.Tests;

/// <summary>Two links of one transport with each other, and bounded waiting for whatever a test expects.</summary>
internal sealed class TcpPair : IDisposable
{
    /// <summary>No test waits longer for anything but a name server.</summary>
    public const int PatienceMs = 10_000;

    private TcpPair(TcpTransport transport, IStreamLink dialed, IStreamLink accepted)
    {
        Transport = transport;
        Dialed = dialed;
        Accepted = accepted;
    }

    public TcpTransport Transport { get; }

    public IStreamLink Dialed { get; }

    public IStreamLink Accepted { get; }

    public static TcpPair Open(string host = "127.0.0.1")
    {
        TcpTransport transport = new(4);
        int port = Listen(transport, host);
        IStreamLink dialed = transport.Dial(host, port);
        IStreamLink accepted = Accept(transport);
        Until(transport, () => dialed.State == LinkState.Open, "the dialed link opens");
        return new TcpPair(transport, dialed, accepted);
    }

    public static int Listen(TcpTransport transport, string host, int port = 0)
    {
        int bound = transport.Listen(host, port, out LinkError error);
        Assert.Equal(LinkError.None, error);
        Assert.InRange(bound, 1, 65535);
        return bound;
    }

    public static IStreamLink Accept(TcpTransport transport)
    {
        IStreamLink? link = null;
        Until(transport, () => (link = transport.Accept()) != null, "a link is accepted");
        return link!;
    }

    /// <summary>Waits by the transport's own means until it is so.</summary>
    public static void Until(TcpTransport transport, Func<bool> isSo, string what, int patienceMs = PatienceMs)
    {
        long end = Environment.TickCount64 + patienceMs;
        while (!isSo())
        {
            Assert.True(Environment.TickCount64 < end, "not within " + patienceMs + " ms: " + what);
            transport.Wait(100);
        }
    }

    /// <summary>Reads exactly that many bytes.</summary>
    public static byte[] ReadAll(TcpTransport transport, IStreamLink link, int count)
    {
        byte[] buffer = new byte[count];
        int filled = 0;
        Until(
            transport,
            () =>
            {
                int read = filled == count ? 0 : link.Read(buffer, filled, count - filled);
                Assert.True(read >= 0, "the link ended after " + filled + " of " + count + " bytes, with " + read + ", " + link.Error);
                filled += read;
                return filled == count;
            },
            "reading " + count + " bytes");
        return buffer;
    }

    /// <summary>The first result of Read that is neither bytes nor patience.</summary>
    public static int ReadToEnd(TcpTransport transport, IStreamLink link)
    {
        byte[] buffer = new byte[4096];
        int result = 0;
        Until(transport, () => (result = link.Read(buffer, 0, buffer.Length)) < 0, "the link ends");
        return result;
    }

    public static long MillisecondsOf(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>A plain socket of the runtime, for what a well-behaved link never does.</summary>
    public static Socket RawDial(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SendTimeout = PatienceMs;
        socket.ReceiveTimeout = PatienceMs;
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }

    /// <summary>A port of this host on which nobody listens: one that was just given back.</summary>
    public static int UnusedPort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public void Dispose()
    {
        Dialed.Close();
        Accepted.Close();
        Transport.Close();
    }
}
