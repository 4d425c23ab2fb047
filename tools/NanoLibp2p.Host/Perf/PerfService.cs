using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Perf;

/// <summary>
/// The perf protocol (libp2p perf spec): how many bytes a second go between two peers. Whoever is served may fill the line, so that it is
/// served only where it is started, and to those who are allowed.
/// </summary>
public sealed class PerfService : IAsyncDisposable
{
    /// <summary>The protocol's id.</summary>
    public const string Id = "/perf/1.0.0";

    /// <summary>Transfers that are served at a time; more are broken off.</summary>
    public const int MaxTransfers = 16;

    private const int ChunkBytes = 256 * 1024;
    private const int HeaderBytes = 8;

    private static readonly byte[] _zeros = new byte[ChunkBytes];

    private readonly Libp2pNode _node;
    private readonly Func<PeerId, bool> _allows;
    private int _transfers;

    private PerfService(Libp2pNode node, Func<PeerId, bool> allows)
    {
        _node = node;
        _allows = allows;
    }

    /// <summary>Serves the protocol to some peers from now on.</summary>
    /// <param name="node">The node.</param>
    /// <param name="allowed">Who is served; others are broken off.</param>
    /// <exception cref="ArgumentException">The node serves it already.</exception>
    public static PerfService Start(Libp2pNode node, IEnumerable<PeerId> allowed)
    {
        ArgumentNullException.ThrowIfNull(allowed);
        HashSet<PeerId> named = [.. allowed];
        return Start(node, named.Contains);
    }

    /// <summary>Serves the protocol from now on.</summary>
    /// <param name="node">The node.</param>
    /// <param name="allows">Who is served, asked for each transfer; others are broken off.</param>
    /// <exception cref="ArgumentException">The node serves it already.</exception>
    public static PerfService Start(Libp2pNode node, Func<PeerId, bool> allows)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(allows);
        PerfService service = new(node, allows);
        node.Handle(Id, service.ServeAsync);
        return service;
    }

    /// <summary>Moves bytes to a connected peer that serves the protocol, then from it.</summary>
    /// <param name="node">The node.</param>
    /// <param name="peer">The peer.</param>
    /// <param name="upload">Bytes to send.</param>
    /// <param name="download">Bytes to receive.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How long it took, from the stream that is opened to the last byte.</returns>
    /// <exception cref="Libp2pException">The peer does not serve it, broke it off, or sent another number of bytes
    /// (MessageMalformed).</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Task<TimeSpan> MeasureAsync(Libp2pNode node, PeerId peer, ulong upload, ulong download,
        CancellationToken cancellationToken = default)
        => MeasureAsync(node, peer, upload, download, new PerfProgress(), cancellationToken);

    /// <summary>As <see cref="MeasureAsync(Libp2pNode, PeerId, ulong, ulong, CancellationToken)"/>, and tells meanwhile how far it
    /// is.</summary>
    public static async Task<TimeSpan> MeasureAsync(Libp2pNode node, PeerId peer, ulong upload, ulong download, PerfProgress progress,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(progress);
        long start = Stopwatch.GetTimestamp();
        await using PeerStream stream = await node.OpenStreamAsync(peer, Id, cancellationToken).ConfigureAwait(false);
        byte[] header = new byte[HeaderBytes];
        BinaryPrimitives.WriteUInt64BigEndian(header, download);
        await stream.WriteAsync(header, cancellationToken).ConfigureAwait(false);
        await SendAsync(stream, upload, progress, cancellationToken).ConfigureAwait(false);
        stream.CompleteWrites();
        ulong received = await ReceiveAsync(stream, progress, cancellationToken).ConfigureAwait(false);
        return received == download
            ? Stopwatch.GetElapsedTime(start)
            : throw Libp2pException.For(Libp2pError.MessageMalformed, peer, $"{received} bytes came of {download} that were asked for");
    }

    /// <summary>Serves it no more; transfers under way go on.</summary>
    public ValueTask DisposeAsync()
    {
        _node.StopHandling(Id);
        return ValueTask.CompletedTask;
    }

    private async Task ServeAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        bool isAllowed = _allows(stream.RemotePeer);
        try
        {
            if (Interlocked.Increment(ref _transfers) > MaxTransfers || !isAllowed)
            {
                stream.Abort(isAllowed ? ErrorCode.ResourceLimit : ErrorCode.Gated);
                return;
            }

            byte[] header = new byte[HeaderBytes];
            PerfProgress progress = new();
            if (await stream.ReadAtLeastAsync(header, HeaderBytes, false, cancellationToken).ConfigureAwait(false) < HeaderBytes)
            {
                // it ended within the header
                stream.Abort(ErrorCode.ProtocolViolation);
                return;
            }

            await ReceiveAsync(stream, progress, cancellationToken).ConfigureAwait(false);
            await SendAsync(stream, BinaryPrimitives.ReadUInt64BigEndian(header), progress, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _transfers);
        }
    }

    private static async Task SendAsync(PeerStream stream, ulong bytes, PerfProgress progress, CancellationToken cancellationToken)
    {
        while (bytes > 0)
        {
            int count = (int)Math.Min(bytes, ChunkBytes);
            await stream.WriteAsync(_zeros.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            progress.AddUploaded(count);
            bytes -= (ulong)count;
        }
    }

    private static async Task<ulong> ReceiveAsync(PeerStream stream, PerfProgress progress, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            ulong received = 0;
            while (true)
            {
                int count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    return received;
                }

                progress.AddDownloaded(count);
                received += (ulong)count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
