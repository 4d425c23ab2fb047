using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace NanoLibp2p.Gateway.Page;

/// <summary>
/// Server-sent events (WHATWG HTML, section 9.2) to those who look at the page. What is sent is made once for all. A client for which
/// <see cref="MaxWaiting"/> events wait is cut off: it connects again and has the whole of it anew.
/// </summary>
internal sealed class EventFeed
{
    /// <summary>Clients at a time.</summary>
    internal const int MaxClients = 16;

    /// <summary>Of those, places that are kept for who shows the token.</summary>
    internal const int KeptForToken = 4;

    /// <summary>Events that wait for one client.</summary>
    internal const int MaxWaiting = 8;

    private readonly Lock _turn = new();
    private readonly List<Client> _clients = [];
    private long _cutOff;
    private bool _isOver;

    /// <summary>Clients now.</summary>
    internal int Count
    {
        get
        {
            lock (_turn)
            {
                return _clients.Count;
            }
        }
    }

    /// <summary>Clients that were too slow.</summary>
    internal long CutOff => Interlocked.Read(ref _cutOff);

    /// <summary>Serves a client until it leaves, is cut off, or the feed ends.</summary>
    /// <param name="context">Its request.</param>
    /// <param name="hasToken">Whether it has shown the token.</param>
    /// <param name="first">What it is sent first.</param>
    internal async Task ServeAsync(HttpContext context, bool hasToken, IEnumerable<byte[]> first)
    {
        Client client = new(context);
        foreach (byte[] one in first)
        {
            client.Events.Writer.TryWrite(one);
        }

        if (!Enter(client, hasToken ? MaxClients : MaxClients - KeptForToken))
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "10";
            await context.Response.WriteAsync($"{MaxClients} pages are open already; close one\n").ConfigureAwait(false);
            return;
        }

        try
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.StartAsync(context.RequestAborted).ConfigureAwait(false);
            await foreach (byte[] one in client.Events.Reader.ReadAllAsync(context.RequestAborted).ConfigureAwait(false))
            {
                await context.Response.Body.WriteAsync(one, context.RequestAborted).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // it has left, or was cut off in the middle of an event
        }
        finally
        {
            Leave(client);
        }
    }

    /// <summary>Sends an event to all.</summary>
    internal void Send(byte[] told)
    {
        lock (_turn)
        {
            for (int i = _clients.Count - 1; i >= 0; i--)
            {
                Client client = _clients[i];
                if (!client.Events.Writer.TryWrite(told))
                {
                    Interlocked.Increment(ref _cutOff);
                    client.Abort();
                    _clients.RemoveAt(i);
                }
            }
        }
    }

    /// <summary>Ends it for all, for good.</summary>
    internal void End()
    {
        lock (_turn)
        {
            _isOver = true;
            foreach (Client client in _clients)
            {
                client.Events.Writer.TryComplete();
            }
        }
    }

    private bool Enter(Client client, int most)
    {
        lock (_turn)
        {
            if (_isOver || _clients.Count >= most)
            {
                return false;
            }

            _clients.Add(client);
            return true;
        }
    }

    private void Leave(Client client)
    {
        lock (_turn)
        {
            _clients.Remove(client);
        }
    }

    private sealed class Client(HttpContext context)
    {
        internal Channel<byte[]> Events { get; } =
            Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

        // also what waits to be written
        internal void Abort() => context.Abort();
    }
}
