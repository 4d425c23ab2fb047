using System.Collections.Generic;

namespace NanoLibp2p.Postbox.Service;

/// <summary>Streams of each connection, and bytes of requests that are open: of one connection, and of all. From any thread.</summary>
internal sealed class RequestBudget(PostboxServiceOptions options)
{
    private readonly Dictionary<long, Share> _shares = [];
    private long _bytes;

    /// <summary>Bytes of open requests of all connections.</summary>
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

    /// <summary>Takes bytes for a request, before any of them is kept.</summary>
    internal bool Take(long connection, int bytes)
    {
        lock (_shares)
        {
            Share share = _shares[connection];
            if (share.Bytes + bytes > options.RequestBytesPerConnection || _bytes + bytes > options.RequestBytes)
            {
                return false;
            }

            share.Bytes += bytes;
            _bytes += bytes;
            return true;
        }
    }

    internal void Return(long connection, int bytes)
    {
        lock (_shares)
        {
            _shares[connection].Bytes -= bytes;
            _bytes -= bytes;
        }
    }

    private sealed class Share
    {
        internal int Streams { get; set; }

        internal long Bytes { get; set; }
    }
}
