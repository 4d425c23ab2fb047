using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Frames.Gateway;

/// <summary>
/// The gateway's half of frame sessions (SPEC.md 4 to 7, 12.2): answers devices, keeps up to three roots of each, opens their frames once,
/// and stores before it answers. For one thread at a time; it has no link, and sends nothing by itself.
/// </summary>
/// <remarks>Rules are named as in SPEC.md: G1 to G5 of the store, H1 to H4 of handshakes. What does not belong here is dropped without an
/// answer, since an answer is what an attacker would learn from.</remarks>
public sealed partial class FrameGateway
{
    // the same bytes get the same bytes so often, and not within this time of the last
    private const int MaxAnswers = 16;
    private const int FarNotice = 1024;
    private const int FarSilence = 1920;
    private static readonly TimeSpan _answerPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _oldRoot = TimeSpan.FromHours(24);
    private static readonly TimeSpan _oldKeys = TimeSpan.FromDays(30);

    private readonly FrameGatewayOptions _options;
    private readonly Action<FrameDevice, FrameTaken> _take;
    private readonly FrameSecrets _secrets;
    private readonly KeyPair _static = new();
    private readonly byte[] _card = new byte[FrameCard.CardBytes];
    private readonly Dictionary<PeerId, FrameDevice> _devices = [];
    private readonly ConditionalWeakTable<FrameRoot, LiveRoot> _live = [];
    private readonly byte[] _frame = new byte[SessionKeys.RoomBefore + 1500 + SessionKeys.RoomBehind];
    private readonly FrameHandshake _handshake;
    private readonly DeviceIndex _index = new();

    // frames that a session does not open (SPEC.md 4.3)
    private readonly SecondLimit _failures = new(32, int.MaxValue);
    private readonly long _started;
    private long _changes;

    /// <summary>Starts with what the store has.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="take">Told of each frame for which responsibility was assumed, after the store has it. Must not throw.</param>
    /// <exception cref="IOException">The store takes nothing.</exception>
    public FrameGateway(FrameGatewayOptions options, Action<FrameDevice, FrameTaken> take)
    {
        _options = options;
        _take = take;
        _started = options.Time.GetTimestamp();
        _secrets = new FrameSecrets(options.Crypto);
        _handshake = new FrameHandshake(_secrets);
        _secrets.DeriveStatic(options.Identity, options.CardIndex, _static);
        new FrameCard(options.Crypto).Write(options.Identity, options.CardIndex, _static, _card, 0);
        if (options.IsRestored && options.Store.ReadNote(FrameRadio.CopiedNote) == null)
        {
            options.Store.WriteNote(FrameRadio.CopiedNote, [1]);
        }

        foreach (FrameDevice device in options.Store.Load())
        {
            Put(device);
            _changes = Math.Max(_changes, device.Changes);
            if (options.IsRestored)
            {
                // G5: stored, since the next start knows nothing of the copy
                Save(device with { Confirmed = Dormant(device.Confirmed), Next = Dormant(device.Next), Met = Dormant(device.Met) }, null);
            }

            foreach (FrameRoot root in RootsOf(_devices[device.Peer]))
            {
                // G4
                Live(root).IsDormant = root.IsDormant || !root.IsKept;
            }
        }

        static FrameRoot? Dormant(FrameRoot? root) => root == null ? null : root with { IsDormant = true };
    }

    /// <summary>The gateway's card, <see cref="FrameCard.CardBytes"/> long: what a device is provisioned with.</summary>
    public ReadOnlyMemory<byte> Card => _card;

    /// <summary>The static key that the card signs, 32 bytes.</summary>
    public ReadOnlyMemory<byte> StaticKey => _static.PublicKey;

    /// <summary>Frames that belonged nowhere, or were forged.</summary>
    public long Dropped { get; private set; }

    /// <summary>A device that it knows, or null.</summary>
    public FrameDevice? Find(PeerId peer) => _devices.GetValueOrDefault(peer);

    /// <summary>Remembers a device, so that it may open with KK: its card came by provisioning.</summary>
    /// <param name="peer">Its peer id.</param>
    /// <param name="card">Its card, <see cref="FrameCard.CardBytes"/> long.</param>
    /// <param name="staticKey">The static key that the card signs.</param>
    /// <returns>False when the card is not the peer's or signs another key, has a lower index than one seen before, or the same index and
    /// another key.</returns>
    /// <exception cref="IOException">The store takes nothing.</exception>
    public bool Remember(PeerId peer, byte[] card, byte[] staticKey)
    {
        FrameDevice? device = Known(peer, card, staticKey);
        if (device == null || !new FrameCard(_options.Crypto).Verify(card, 0, staticKey, 0))
        {
            return false;
        }

        Save(device with { IsRemembered = true }, null);
        return true;
    }

    /// <summary>Forgets a device with all its roots: it has to be provisioned, or met, again.</summary>
    /// <param name="peer">Whom; one that is not known is passed over.</param>
    /// <exception cref="IOException">The store takes nothing; the device stays.</exception>
    public void Forget(PeerId peer)
    {
        _options.Store.Remove(peer);
        _devices.Remove(peer);
        _index.Remove(peer);
        if (_liveDevices.Remove(peer, out LiveDevice? live))
        {
            foreach (PendingCall call in live.Calls)
            {
                call.Answer.TrySetResult(new FrameReply(FrameReply.Unanswered, ReadOnlyMemory<byte>.Empty));
            }
        }
    }

    /// <summary>Takes a frame from a link.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="link">Where it came from.</param>
    /// <returns>What is to be sent back the same way, in its receive window; null for nothing.</returns>
    public byte[]? Receive(ReadOnlySpan<byte> frame, FrameLinkInfo link)
    {
        if (frame.IsEmpty || frame.Length > 1500)
        {
            return null;
        }

        byte[] bytes = frame.ToArray();
        byte[]? answer = null;
        try
        {
            bool isTaken = FrameHead.IsData(bytes, 0) ? ReceiveData(bytes, link, out answer) : ReceiveControl(bytes, link, out answer);
            Dropped += isTaken ? 0 : 1;
        }
        catch (IOException e)
        {
            // as if the frame had not come: the device will ask again
            _options.OnStoreFailed(e);
        }

        return answer;
    }

    /// <summary>Seals a frame for a device.</summary>
    /// <param name="peer">Whom.</param>
    /// <param name="kind">Channel and sub.</param>
    /// <param name="asks">Whether an answer is wanted.</param>
    /// <param name="body">The body.</param>
    /// <returns>The frame; null when the device has no confirmed session that may be used.</returns>
    /// <exception cref="IOException">The store takes nothing.</exception>
    public byte[]? Seal(PeerId peer, int kind, bool asks, ReadOnlySpan<byte> body)
        => _devices.GetValueOrDefault(peer) is { Confirmed: { } root } device && !Live(root).IsDormant && _options.Admits(peer)
            ? Seal(device, root, kind, asks, body)
            : null;

    private static IEnumerable<FrameRoot> RootsOf(FrameDevice device)
    {
        if (device.Next != null)
        {
            yield return device.Next;
        }

        if (device.Confirmed != null)
        {
            yield return device.Confirmed;
        }

        if (device.Met != null)
        {
            yield return device.Met;
        }
    }

    private byte[]? Seal(FrameDevice device, FrameRoot root, int kind, bool asks, ReadOnlySpan<byte> body)
    {
        LiveRoot live = Live(root);

        // silent when the device has acknowledged nothing for so long that 12 bits of a number are doubtful (SPEC.md 4.4)
        if (live.NextNumber >= FrameHead.NumbersOfRoot || live.NextNumber - live.Heard >= FarSilence)
        {
            return null;
        }

        // G3
        if (root.IsKept && live.NextNumber >= root.Reserved)
        {
            FrameRoot reserved = root with { Reserved = live.NextNumber + _options.Reserve };
            Save(Replace(device, root, reserved), null);
            root = reserved;
        }

        int at = SessionKeys.RoomBefore + FrameHead.HeadBytes;
        bool hasAck = root.TakenHighest >= 0;
        _frame[at] = (byte)(kind | (asks ? FrameInner.Asks : 0) | (hasAck ? FrameInner.Acknowledges : 0));
        int count = 1;
        if (hasAck)
        {
            int wishes = (IsWaiting(device.Peer) ? FrameInner.MailWaits : 0) | _pace;
            Bytes.WriteUInt16BigEndian(_frame, at + 1, (ushort)((root.TakenHighest << 4) | wishes));
            Bytes.WriteUInt16BigEndian(_frame, at + 3, (ushort)root.TakenMap);
            count += FrameInner.AckBytes;
        }

        body.CopyTo(_frame.AsSpan(at + count));
        count = live.Keys.Seal(false, live.NextNumber++, root.Sid, _frame, SessionKeys.RoomBefore, count + body.Length);
        return _frame.AsSpan(SessionKeys.RoomBefore, count).ToArray();
    }

    private bool ReceiveData(byte[] bytes, FrameLinkInfo link, out byte[]? answer)
    {
        answer = null;
        if (bytes.Length < FrameHead.HeadBytes)
        {
            return false;
        }

        int sid = FrameHead.Sid(bytes, 0);
        List<LiveRoot> tried = [];
        foreach (PeerId peer in _index.WithSid(sid))
        {
            FrameDevice device = _devices[peer];
            foreach (FrameRoot root in RootsOf(device))
            {
                if (root.Sid != sid || Live(root) is not { IsDormant: false } live || (root.IsShort && !link.IsBoundedByAir)
                    || !_options.Admits(device.Peer))
                {
                    continue;
                }

                FrameWindow window = new() { Highest = root.Highest, Seen = root.Seen };
                int number = window.Find(FrameHead.Number(bytes, 0));
                string session = Convert.ToHexString(live.Rid);
                if (number < 0 || _failures.IsOver(session, Now))
                {
                    continue;
                }

                bytes.CopyTo(_frame, SessionKeys.RoomBefore);
                int inner = live.Keys.Open(true, number, _frame, SessionKeys.RoomBefore, bytes.Length);
                if (inner >= 0)
                {
                    window.Mark(number);
                    Act(device, root, window, number, inner, link, out answer);
                    return true;
                }

                tried.Add(live);
            }
        }

        foreach (LiveRoot live in tried)
        {
            _failures.Count(Convert.ToHexString(live.Rid));
            live.IsDormant |= ++live.Failures >= (live.Keys.IsShort ? 1L << 16 : 1L << 36);
        }

        return false;
    }

    // G1: window, taken map, the number and the frame itself are one transaction, in which the root is proved, too
    private void Act(FrameDevice device, FrameRoot root, FrameWindow window, int number, int inner, FrameLinkInfo link,
        out byte[]? answer)
    {
        answer = null;
        int at = SessionKeys.RoomBefore + FrameHead.HeadBytes;
        int first = _frame[at];
        bool hasAck = (first & FrameInner.Acknowledges) != 0;
        int body = 1 + (hasAck ? FrameInner.AckBytes : 0);
        int kind = first & FrameInner.KindMask;
        if (window.Highest == number)
        {
            LiveOf(device.Peer).Link = link;
        }

        if (hasAck && inner >= body && window.Highest == number)
        {
            Acknowledged(root, at);
        }

        FrameRoot opened = root with { Highest = window.Highest, Seen = window.Seen };
        Verdict verdict = inner >= body ? Judge(device, opened, number, kind, _frame.AsSpan(at + body, inner - body).ToArray())
            : Refuse(device, opened, number, NoticeMalformed);
        opened = verdict.Root;
        FrameTaken? taken = verdict.Taken;
        if (taken != null)
        {
            TakenMap map = new() { Highest = root.TakenHighest, Map = root.TakenMap };
            map.Mark(number);
            opened = opened with { TakenHighest = map.Highest, TakenMap = map.Map };
        }

        FrameDevice proved = Prove(Replace(verdict.Device, root, opened), opened);
        if (taken?.Kind == FrameInner.Close)
        {
            proved = proved with { Confirmed = null, Next = null };
        }

        bool isProof = !ReferenceEquals(device.Confirmed, root);
        if (root.IsKept || taken != null || isProof)
        {
            Save(proved, taken);
        }
        else
        {
            Put(proved);
        }

        if (taken != null)
        {
            Call(proved, opened, taken, verdict);
            _take(proved, taken);
        }

        answer = Answer(proved.Peer, link, verdict, (first & FrameInner.Asks) != 0);
    }

    // one frame: what was refused, what was called, what is to be told, or an acknowledgement
    private byte[]? Answer(PeerId peer, FrameLinkInfo link, Verdict verdict, bool asks)
    {
        FrameDevice device = _devices[peer];
        if (device.Confirmed is not { } root)
        {
            return null;
        }

        if (verdict.Notice is { } notice)
        {
            return notice[1] == NoticeMalformed && IsTooMalformed(peer) ? Seal(device, root, FrameInner.Close, false, [3])
                : Seal(device, root, FrameInner.Notice, false, notice.AsSpan(1));
        }

        if (NextFor(device, link) is { } next)
        {
            return next;
        }

        if (!asks)
        {
            return null;
        }

        TimeSpan age = Now - root.Made;
        bool isFar = Live(root).NextNumber - Live(root).Heard >= FarNotice;
        int code = Now - device.MetAt >= _oldKeys && device.MetAt != default ? 8 : age >= _oldRoot || isFar ? 7 : 0;
        return code == 0 ? Seal(device, root, FrameInner.Ping, false, [])
            : Seal(device, root, FrameInner.Notice, false, [(byte)code]);
    }

    private void Acknowledged(FrameRoot root, int at)
    {
        LiveRoot live = Live(root);
        TakenMap map = new();
        if (map.Read(live.NextNumber, Bytes.ReadUInt16BigEndian(_frame, at + 1) >> 4, 0))
        {
            live.Heard = Math.Max(live.Heard, map.Highest + 1);
        }
    }

    // the first valid frame under a root, or a valid R1, proves it (SPEC.md 5.4)
    private FrameDevice Prove(FrameDevice device, FrameRoot root)
    {
        if (ReferenceEquals(device.Next, root))
        {
            return device with { Confirmed = root, Next = null };
        }

        return ReferenceEquals(device.Met, root)
            ? device with { Confirmed = root, Next = null, Met = null, Known = root.Nd, Changes = ++_changes, MetAt = Now }
            : device;
    }

    // the same root with other counters, where it stands
    private FrameDevice Replace(FrameDevice device, FrameRoot root, FrameRoot by)
    {
        _live.AddOrUpdate(by, Live(root));
        return ReferenceEquals(device.Confirmed, root) ? device with { Confirmed = by }
            : ReferenceEquals(device.Next, root) ? device with { Next = by }
            : device with { Met = by };
    }

    private LiveRoot Live(FrameRoot root) => _live.GetValue(root, one => new LiveRoot(one, _secrets));

    private void Put(FrameDevice device)
    {
        _devices[device.Peer] = device;
        byte[] hint = new byte[4];
        _handshake.WriteHint(device.Peer, hint, 0, 4);
        _index.Put(device.Peer, Bytes.ReadUInt32BigEndian(hint, 0), RootsOf(device).Select(root => (root, Live(root).Rid)));
    }

    private void Save(FrameDevice device, FrameTaken? taken)
    {
        _options.Store.Save(device, taken);
        Put(device);
    }
}
