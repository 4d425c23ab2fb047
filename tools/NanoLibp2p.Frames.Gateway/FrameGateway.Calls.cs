using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Frames.Gateway;

// Calls in both directions (SPEC.md 10), and where devices are.
public sealed partial class FrameGateway
{
    private const int BlockFlag = 4;
    private const int MoreFlag = 1;
    private const int MaxBlocks = 128;
    private const int MaxCallSends = 10;
    private const int MaxCallsForDevice = 16;
    private const int MaxMalformed = 16;
    private static readonly TimeSpan _pushPause = TimeSpan.FromSeconds(2);
    private readonly Dictionary<PeerId, LiveDevice> _liveDevices = [];

    /// <summary>Calls a method of a device, 80h to FFh: with its next frame, or at once where it listens always. The device is told that
    /// the call is the gateway's, and does it once in a generation of its session; what must not happen twice goes as mail.</summary>
    /// <param name="peer">Whom.</param>
    /// <param name="method">The method.</param>
    /// <param name="body">Its body, as fits a frame.</param>
    /// <returns>Its answer; <see cref="FrameReply.Unanswered"/> after ten times without one.</returns>
    /// <exception cref="InvalidOperationException">The device is not known, or 16 calls wait for it.</exception>
    public Task<FrameReply> CallAsync(PeerId peer, int method, ReadOnlyMemory<byte> body)
    {
        if (!_devices.ContainsKey(peer))
        {
            throw new InvalidOperationException($"{peer} is not known here; remember it by its card, or have it open a session first");
        }

        LiveDevice live = LiveOf(peer);
        if (live.Calls.Count >= MaxCallsForDevice)
        {
            throw new InvalidOperationException($"{live.Calls.Count} calls wait for {peer} already; at most {MaxCallsForDevice} may");
        }

        PendingCall call = new(live.NextCallId, method, body.ToArray());
        live.NextCallId = (live.NextCallId + 1) & 0xFF;
        live.Calls.Enqueue(call);
        return call.Answer.Task;
    }

    private LiveDevice LiveOf(PeerId peer)
    {
        if (!_liveDevices.TryGetValue(peer, out LiveDevice? live))
        {
            live = new LiveDevice();
            _liveDevices.Add(peer, live);
        }

        return live;
    }

    private bool IsWaiting(PeerId peer) => (_liveDevices.TryGetValue(peer, out LiveDevice? live) && live.Calls.Count > 0)
        || _options.Calls?.HasMail(peer) == true;

    // a repeat is the same id, method and body in the same generation: it is answered, not done again
    private Verdict JudgeCall(FrameDevice device, FrameRoot root, int number, int kind, ReadOnlySpan<byte> body)
    {
        LiveDevice live = LiveOf(device.Peer);
        Verdict taken = Take(device, root, number, kind, body);
        bool isSameRoot = live.CallRoot != null && live.CallRoot.AsSpan().SequenceEqual(root.Root);
        if ((kind & BlockFlag) != 0)
        {
            return isSameRoot && live.CallId == body[0] && body[1] is >= 1 and < MaxBlocks ? taken with { Block = body[1] } : taken;
        }

        uint hash = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(body[2..]));
        if (isSameRoot && live.CallId == body[0] && live.CallMethod == body[1] && live.CallHash == hash)
        {
            return Repeat(device, root, number, kind, body) with { Block = 0 };
        }

        taken = body[1] == SignMethod ? JudgeSign(device, root, number, kind, body) : taken;
        return taken with { Block = 0, Hash = hash };
    }

    // after the store has the frame
    private void Call(FrameDevice device, FrameRoot root, FrameTaken taken, Verdict verdict)
    {
        LiveDevice live = LiveOf(device.Peer);
        live.Block = verdict.Block >= 0 ? verdict.Block : live.Block;
        if ((taken.Kind & FrameInner.ChannelMask) == FrameInner.Answer)
        {
            if (live.Calls.TryPeek(out PendingCall? call) && call.Id == taken.Body.Span[0] && call.Sends > 0)
            {
                live.Calls.Dequeue();
                call.Answer.TrySetResult(new FrameReply(taken.Body.Span[1], taken.Body[2..]));
            }
        }
        else if (taken is { Kind: FrameInner.Call, IsRepeat: false })
        {
            live.CallRoot = root.Root;
            live.CallId = taken.Body.Span[0];
            live.CallMethod = taken.Body.Span[1];
            live.CallHash = verdict.Hash;
            live.Reply = verdict.Reply != null ? Task.FromResult(verdict.Reply)
                : _options.Calls == null ? Task.FromResult(new FrameReply(3, ReadOnlyMemory<byte>.Empty))
                : Guarded(_options.Calls, device.Peer, taken.Body);
        }
    }

    private async Task<FrameReply> Guarded(IFrameCalls calls, PeerId peer, ReadOnlyMemory<byte> body)
    {
        try
        {
            return await calls.CallAsync(peer, body.Span[1], body[2..]).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // the program's own error: the device may ask again
            _options.OnCallFailed(peer, body.Span[1], e);
            return new FrameReply(1, ReadOnlyMemory<byte>.Empty);
        }
    }

    // one frame for a device: the answer to its call, or a call for it; null for none that is ready
    private byte[]? NextFor(FrameDevice device, FrameLinkInfo link)
    {
        if (device.Confirmed is not { } root || !_liveDevices.TryGetValue(device.Peer, out LiveDevice? live))
        {
            return null;
        }

        int room = link.Mtu - Live(root).Keys.Overhead - 1 - FrameInner.AckBytes - 2;
        if (live is { Block: >= 0, Reply.IsCompleted: true } && live.CallRoot.AsSpan().SequenceEqual(root.Root))
        {
            FrameReply reply = live.Reply.Result;
            int blocks = Math.Clamp((reply.Bytes.Length + room - 1) / room, 1, MaxBlocks);
            int block = live.Block;
            live.Block = -1;
            if (block < blocks)
            {
                ReadOnlyMemory<byte> part = reply.Bytes[Math.Min(block * room, reply.Bytes.Length)..];
                int kind = FrameInner.Answer | (block > 0 ? BlockFlag : 0) | (block < blocks - 1 ? MoreFlag : 0);
                byte second = (byte)(block > 0 ? block : reply.Status);
                return Seal(device, root, kind, false, [(byte)live.CallId, second, .. part.Span[..Math.Min(room, part.Length)]]);
            }
        }

        while (live.Calls.TryPeek(out PendingCall? call))
        {
            if (call.Sends < MaxCallSends && call.Body.Length <= room)
            {
                call.Sends++;
                call.SentAt = Running;
                return Seal(device, root, FrameInner.Call, false, [(byte)call.Id, (byte)call.Method, .. call.Body]);
            }

            live.Calls.Dequeue();
            call.Answer.TrySetResult(new FrameReply(FrameReply.Unanswered, ReadOnlyMemory<byte>.Empty));
        }

        return null;
    }

    private bool IsTooMalformed(PeerId peer)
    {
        LiveDevice live = LiveOf(peer);
        if (Running - live.MalformedSince >= TimeSpan.FromHours(1))
        {
            live.MalformedSince = Running;
            live.Malformed = 0;
        }

        return ++live.Malformed >= MaxMalformed;
    }
}
