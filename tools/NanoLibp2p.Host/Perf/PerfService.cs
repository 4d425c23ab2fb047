using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Perf;

/// <summary>
/// The perf protocol (libp2p perf spec): how fast bytes go to a peer and come from it. Only the peers that are named may measure with this
/// node, since it costs what it measures; a node that starts none serves none.
/// </summary>
public sealed class PerfService
{
    /// <summary>The protocol's id.</summary>
    public const string Id = "/perf/1.0.0";

    private const int HeaderBytes = 8;
    private const int Piece = 64 * 1024;

    private static readonly byte[] _zeros = new byte[Piece];

    private readonly Libp2pNode _node;
    private readonly HashSet<PeerId> _allowed;

    private PerfService(Libp2pNode node, IEnumerable<PeerId> allowed)
    {
        _node = node;
        _allowed = [.. allowed];
        node.Handle(Id, ServeAsync);
    }

    /// <summary>Begins to serve.</summary>
    /// <param name="node">The node.</param>
    /// <param name="allowed">Who may measure; others are broken off at once.</param>
    /// <exception cref="ArgumentException">The node has one already.</exception>
    /// <exception cref="Libp2pException">The node has too many protocols, or has ended.</exception>
    public static PerfService Start(Libp2pNode node, IEnumerable<PeerId> allowed)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(allowed);
        return new PerfService(node, allowed);
    }

    /// <summary>Measures with a connected peer; this needs no service here.</summary>
    /// <param name="node">The node.</param>
    /// <param name="peer">The peer, which has to allow it.</param>
    /// <param name="upload">Bytes to send.</param>
    /// <param name="download">Bytes to be sent.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How long all of it took, from the opened stream to the last byte.</returns>
    /// <exception cref="Libp2pException">There is no connection, the peer refuses, or sent another number of bytes.</exception>
    public static async Task<TimeSpan> MeasureAsync(Libp2pNode node, PeerId peer, long upload, long download,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentOutOfRangeException.ThrowIfNegative(upload);
        ArgumentOutOfRangeException.ThrowIfNegative(download);
        PeerStream stream = await node.OpenStreamAsync(peer, Id, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            long begun = TimeProvider.System.GetTimestamp();
            byte[] header = new byte[HeaderBytes];
            BinaryPrimitives.WriteInt64BigEndian(header, download);
            await stream.WriteAsync(header, cancellationToken).ConfigureAwait(false);
            await SendAsync(stream, (ulong)upload, cancellationToken).ConfigureAwait(false);
            stream.CompleteWrites();
            long got = await DrainAsync(stream, cancellationToken).ConfigureAwait(false);
            return got == download ? TimeProvider.System.GetElapsedTime(begun)
                : throw new Libp2pException(Libp2pError.MessageMalformed, peer, $"the peer sent {got} bytes, where {download} were wanted");
        }
    }

    private async Task ServeAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        if (!_allowed.Contains(stream.RemotePeer))
        {
            stream.Abort();
            return;
        }

        try
        {
            byte[] header = new byte[HeaderBytes];
            await stream.ReadExactlyAsync(header, cancellationToken).ConfigureAwait(false);

            // not both at once: what comes goes first
            await DrainAsync(stream, cancellationToken).ConfigureAwait(false);
            await SendAsync(stream, BinaryPrimitives.ReadUInt64BigEndian(header), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is System.IO.IOException or OperationCanceledException)
        {
            stream.Abort();
        }
    }

    private static async Task SendAsync(PeerStream stream, ulong count, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            int next = (int)Math.Min(count, Piece);
            await stream.WriteAsync(_zeros.AsMemory(0, next), cancellationToken).ConfigureAwait(false);
            count -= (ulong)next;
        }
    }

    private static async Task<long> DrainAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[Piece];
        long count = 0;
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            count += read;
        }

        return count;
    }
}
