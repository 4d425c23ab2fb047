using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Service.Streams;

/// <summary>Who is at the other end of a stream, and what it has left here for as long as the stream lasts.</summary>
/// <param name="Peer">Proved by the connection.</param>
/// <param name="Address">Whose rates count beside the peer's: a host, or a relay.</param>
/// <param name="IsRelayed">Whether the address is that of a relay, which many share.</param>
internal sealed record Visitor(PeerId Peer, string Address, bool IsRelayed)
{
    private const int MaxTokens = 64;

    private readonly LinkedList<(PeerId To, byte[] Bytes, TokenStatement Token)> _tokens = new();

    /// <summary>Keeps a token; of too many the one that came first goes.</summary>
    internal void Keep(PeerId to, byte[] bytes, TokenStatement token)
    {
        lock (_tokens)
        {
            if (_tokens.Count >= MaxTokens)
            {
                _tokens.RemoveFirst();
            }

            _tokens.AddLast((to, bytes, token));
        }
    }

    /// <summary>The token of these bytes, if it was verified before.</summary>
    internal TokenStatement? Known(PeerId to, ReadOnlySpan<byte> bytes)
    {
        lock (_tokens)
        {
            foreach ((PeerId one, byte[] known, TokenStatement token) in _tokens)
            {
                if (one.Equals(to) && bytes.SequenceEqual(known))
                {
                    return token;
                }
            }
        }

        return null;
    }

    /// <summary>The tokens for a recipient.</summary>
    internal TokenStatement[] For(PeerId to)
    {
        lock (_tokens)
        {
            return [.. _tokens.Where(one => one.To.Equals(to)).Select(one => one.Token)];
        }
    }
}
