using System.Collections.Generic;

namespace NanoLibp2p.Postbox.Service;

/// <summary>Streams of each connection, and bytes of requests that are open: of one connection, and of all. From any thread.</summary>
internal sealed class RequestBudget(PostboxServiceOptions options)
{
    /// <summary>Bytes of a request that needs no room of what all share.</summary>
    internal const int SmallBytes = 4096;

    private readonly Dictionary<long, Share> _shares = [];
    private long _bytes;

    /// <summary>Bytes of open requests of all connections, as far as they have come.</summary>
    internal long Bytes
    {
        get
        {
            lock (_shares)
            {
                return _bytes;
            }
        }
    }

    /// <summary>A stream has opened.</summary>
    /// <returns>False when the connection has as many as it may have.</returns>
    internal bool Open(long connection)
    {
        lock (_shares)
        {
            if (!_shares.TryGetValue(connection, out Share? share))
            {
                _shares.Add(connection, share = new Share());
            }

            if (share.Streams >= options.StreamsPerConnection)
            {
                return false;
            }

            share.Streams++;
            return true;
        }
    }

    internal void Close(long connection)
    {
        lock (_shares)
        {
            if (--_shares[connection].Streams == 0)
            {
                _shares.Remove(connection);
            }
        }
    }

    /// <summary>Takes of a connection's share for a request, by the length that it says, before any of it has come.</summary>
    internal bool Take(long connection, int length)
    {
        lock (_shares)
        {
            Share share = _shares[connection];
            if (share.Bytes + length > options.RequestBytesPerConnection)
            {
                return false;
            }

            share.Bytes += length;
            return true;
        }
    }

    /// <summary>Takes of what all share, as a request's bytes come: what is only announced takes nothing from others. A request of up to
    /// 4 KiB finds room always.</summary>
    internal bool Grow(int from, int to)
    {
        lock (_shares)
        {
            if (to > SmallBytes && _bytes + to - from > options.RequestBytes)
            {
                return false;
            }

            _bytes += to - from;
            return true;
        }
    }

    /// <summary>Returns all that a whole request took.</summary>
    internal void Return(long connection, int bytes) => Return(connection, bytes, bytes);

    /// <summary>Returns what a request took of its connection's share and of what all share.</summary>
    internal void Return(long connection, int length, int grown)
    {
        lock (_shares)
        {
            _shares[connection].Bytes -= length;
            _bytes -= grown;
        }
    }

    private sealed class Share
    {
        internal int Streams { get; set; }

        internal long Bytes { get; set; }
    }
}
