using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Radio;

/// <summary>
/// Has peers call devices on the gateway's radios: one call and its answer on a stream of <see cref="ProtocolId"/>. The device is told that
/// the gateway calls (Frames' SPEC.md 10), so only peers that the operator named may.
/// </summary>
/// <remarks>
/// <code>
///   request   uvarint length ‖ uvarint n ‖ device's peer id n ‖ method 1 (80h..FFh) ‖ body
///   answer    uvarint length ‖ status 1 ‖ bytes
/// </code>
/// Statuses below 40h are the device's own: 0 done, 1 not now, 2 not allowed, 3 unknown. The answer of a device that sleeps comes once it
/// has sent something.
/// </remarks>
internal sealed class RadioCommands : IDisposable
{
    /// <summary>The protocol's id.</summary>
    internal const string ProtocolId = "/nanolibp2p/frames/call/1.0.0";

    /// <summary>Who asks may not call devices here: see the setting radio.callers.</summary>
    internal const byte NotAllowed = 0x40;

    /// <summary>No such device has a session here.</summary>
    internal const byte NotHere = 0x41;

    /// <summary>Too many calls wait for the device.</summary>
    internal const byte Busy = 0x42;

    /// <summary>The request is none.</summary>
    internal const byte Malformed = 0x43;

    /// <summary>The device was sent it ten times and gave no answer.</summary>
    internal const byte Unanswered = 0xFF;

    // a frame has 255 bytes and less where devices sleep
    private const int MaxRequestBytes = 512;
    private const int MaxOfPeer = 16;
    private const int FirstMethod = 0x80;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly Libp2pNode _node;
    private readonly RadioSessions _sessions;
    private readonly Func<PeerId, bool> _mayCall;
    private readonly Dictionary<PeerId, int> _open = [];

    internal RadioCommands(Libp2pNode node, RadioSessions sessions, Func<PeerId, bool> mayCall)
    {
        _node = node;
        _sessions = sessions;
        _mayCall = mayCall;
        node.Handle(ProtocolId, ServeAsync);
    }

    /// <inheritdoc/>
    public void Dispose() => _node.StopHandling(ProtocolId);

    private async Task ServeAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        if (!Begin(stream.RemotePeer))
        {
            stream.Abort(ErrorCode.ResourceLimit);
            return;
        }

        try
        {
            MessageStream messages = new(stream, _patience);
            using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            late.CancelAfter(_patience);
            if (await messages.ReadMessageAsync(MaxRequestBytes, late.Token).ConfigureAwait(false) is not { } request)
            {
                return;
            }

            FrameReply reply = await CallAsync(stream.RemotePeer, request, cancellationToken).ConfigureAwait(false);
            byte[] answer = [(byte)reply.Status, .. reply.Bytes.Span];
            await messages.WriteMessageAsync(answer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is Libp2pException or OperationCanceledException)
        {
            stream.Abort(e is OperationCanceledException && !cancellationToken.IsCancellationRequested
                ? ErrorCode.ResourceLimit : ErrorCode.None);
        }
        finally
        {
            End(stream.RemotePeer);
        }
    }

    private async Task<FrameReply> CallAsync(PeerId caller, byte[] request, CancellationToken cancellationToken)
    {
        if (!_mayCall(caller))
        {
            return Refuse(NotAllowed);
        }

        int at = Varint.Read(request, 0, request.Length, out ulong length);
        if (at <= 0 || length == 0 || length > (ulong)Math.Max(0, request.Length - at - 1)
            || PeerId.CheckBytes(request, at, (int)length) != 0 || request[at + (int)length] < FirstMethod)
        {
            return Refuse(Malformed);
        }

        int method = at + (int)length;
        try
        {
            return _sessions.Call(PeerId.FromBytes(request, at, (int)length), request[method], request.AsMemory(method + 1)) is { } answer
                ? await answer.WaitAsync(cancellationToken).ConfigureAwait(false) : Refuse(NotHere);
        }
        catch (InvalidOperationException)
        {
            return Refuse(Busy);
        }
    }

    private bool Begin(PeerId peer)
    {
        lock (_open)
        {
            int count = _open.GetValueOrDefault(peer);
            if (count < MaxOfPeer)
            {
                _open[peer] = count + 1;
            }

            return count < MaxOfPeer;
        }
    }

    private void End(PeerId peer)
    {
        lock (_open)
        {
            if (--_open[peer] == 0)
            {
                _open.Remove(peer);
            }
        }
    }

    private static FrameReply Refuse(byte status) => new(status, ReadOnlyMemory<byte>.Empty);
}
