using System;
using System.Buffers;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Host;

/// <summary>
/// Readiness by .NET's asynchronous sockets, for systems without epoll: a receive of no bytes ends when there is something to read; what
/// the socket did not take is copied and sent asynchronously, and its end tells of room.
/// </summary>
internal sealed class AsyncPoller : Poller
{
    private const int MaxSend = 64 * 1024;

    // what a closed link still has to send gets so long, when its peer does not read
    private static readonly TimeSpan _lastWords = TimeSpan.FromSeconds(2);

    private readonly ConcurrentQueue<Operation> _done = new();

    // locked for _hasNews alone; Monitor waits on it
    private readonly object _news = new();
    private bool _hasNews;

    internal override void Add(SocketLink link)
    {
        link.Reading = new Operation(this, link);
        link.Sending = new Operation(this, link) { IsSend = true };
        Receive(link);
    }

    internal override void Remove(SocketLink link)
    {
        if (link.Reading != null)
        {
            link.Reading.Forget();
            link.Sending!.Forget();
        }
    }

    internal override void WantRead(SocketLink link) => Receive(link);

    internal override int WantWrite(SocketLink link, ReadOnlySpan<byte> rest)
    {
        Operation sending = link.Sending!;
        int count = Math.Min(rest.Length, MaxSend);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(count);
        rest[..count].CopyTo(buffer);
        sending.Rented = buffer;
        sending.Begin();
        sending.SetBuffer(buffer, 0, count);
        Start(sending);
        return count;
    }

    internal override void Close(SocketLink link)
    {
        if (link.Sending is { IsPending: true } sending)
        {
            link.CloseBy(CloseLaterAsync(link, sending.Ended.Task));
        }
        else
        {
            link.CloseSocket();
        }
    }

    internal override void Wait(int milliseconds)
    {
        lock (_news)
        {
            if (!_hasNews && milliseconds > 0)
            {
                Monitor.Wait(_news, milliseconds);
            }

            _hasNews = false;
        }

        while (_done.TryDequeue(out Operation? operation))
        {
            operation.IsPending = false;
            operation.Release();
            if (operation.IsOver)
            {
                operation.Dispose();
                continue;
            }

            SocketLink link = operation.Link;
            if (operation.IsSend)
            {
                link.IsWriteBlocked = false;
            }
            else
            {
                link.IsReadable = true;
            }

            link.OnReady();
        }
    }

    internal override void Wake()
    {
        lock (_news)
        {
            _hasNews = true;
            Monitor.Pulse(_news);
        }
    }

    public override void Dispose()
    {
        // it has nothing of the system's
    }

    private static async Task CloseLaterAsync(SocketLink link, Task sent)
    {
        await Task.WhenAny(sent, Task.Delay(_lastWords)).ConfigureAwait(false);
        link.CloseSocket();
    }

    private void Receive(SocketLink link)
    {
        Operation reading = link.Reading!;
        if (!reading.IsPending && !reading.IsOver)
        {
            reading.Begin();
            reading.SetBuffer(null, 0, 0);
            Start(reading);
        }
    }

    private static void Start(Operation operation)
    {
        bool isPending;
        try
        {
            Socket socket = operation.Link.Socket;
            isPending = operation.IsSend ? socket.SendAsync(operation) : socket.ReceiveAsync(operation);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // a read of the link tells what is wrong
            isPending = false;
        }

        if (!isPending)
        {
            operation.End();
        }
    }

    /// <summary>One direction of one link: at most one operation at a time.</summary>
    internal sealed class Operation(AsyncPoller poller, SocketLink link) : SocketAsyncEventArgs(true)
    {
        internal readonly SocketLink Link = link;
        internal bool IsSend;
        internal bool IsPending;
        internal bool IsOver;
        internal byte[]? Rented;

        /// <summary>For a send: when it is over.</summary>
        internal TaskCompletionSource Ended = null!;

        internal void Forget()
        {
            IsOver = true;
            if (!IsPending)
            {
                Dispose();
            }
        }

        internal void Begin()
        {
            IsPending = true;
            if (IsSend)
            {
                Ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        internal void End()
        {
            if (IsSend)
            {
                Ended.TrySetResult();
            }

            poller._done.Enqueue(this);
            poller.Wake();
        }

        internal void Release()
        {
            if (Rented != null)
            {
                ArrayPool<byte>.Shared.Return(Rented);
                Rented = null;
            }
        }

        protected override void OnCompleted(SocketAsyncEventArgs e) => End();
    }
}
