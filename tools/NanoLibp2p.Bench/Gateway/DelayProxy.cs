using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;

namespace NanoLibp2p.Bench.Gateway;

/// <summary>
/// A TCP proxy on loopback that hands on each piece half a round trip later, either way, so that waiting for a peer outweighs computing.
/// The connection itself is made at once: TCP's own round trip is not in what is measured through it.
/// </summary>
internal sealed class DelayProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly int _targetPort;
    private readonly TimeSpan _half;

    /// <summary>Starts it.</summary>
    /// <param name="targetPort">Where connections go, on loopback.</param>
    /// <param name="roundTrip">How much longer an answer takes through it.</param>
    public DelayProxy(int targetPort, TimeSpan roundTrip)
    {
        _targetPort = targetPort;
        _half = roundTrip / 2;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptSocketAsync(_end.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // it ends
        }
    }

    private async Task ServeAsync(Socket caller)
    {
        using Socket target = new(SocketType.Stream, ProtocolType.Tcp);
        using (caller)
        {
            try
            {
                await target.ConnectAsync(IPAddress.Loopback, _targetPort);
                caller.NoDelay = target.NoDelay = true;
                await Task.WhenAll(CarryAsync(caller, target), CarryAsync(target, caller));
            }
            catch (SocketException)
            {
                // one of the two left: so does the other
            }
        }
    }

    private async Task CarryAsync(Socket from, Socket to)
    {
        Channel<(DateTime Due, byte[] Piece)> pieces = Channel.CreateUnbounded<(DateTime, byte[])>();
        Task writing = WriteAsync(pieces.Reader.ReadAllAsync(), to);
        byte[] buffer = new byte[65536];
        int count;
        do
        {
            count = await from.ReceiveAsync(buffer);
            pieces.Writer.TryWrite((DateTime.UtcNow + _half, buffer[..count]));
        }
        while (count > 0);
        pieces.Writer.Complete();
        await writing;
    }

    private static async Task WriteAsync(IAsyncEnumerable<(DateTime Due, byte[] Piece)> pieces, Socket to)
    {
        await foreach ((DateTime due, byte[] piece) in pieces)
        {
            TimeSpan early = due - DateTime.UtcNow;
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early);
            }

            if (piece.Length == 0)
            {
                to.Shutdown(SocketShutdown.Send);
                return;
            }

            await to.SendAsync(piece);
        }
    }
}
