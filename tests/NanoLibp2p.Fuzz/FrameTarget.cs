using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Frames;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Fuzz;

/// <summary>
/// Frame sessions. First byte, bits 0 and 1: 0 frames of anybody, to a gateway and to a device that is open, resumes, opens with KK or with
/// XX (bits 2 and 3); 1 what a device with a session sends, sealed, to the gateway; 2 what a gateway sends, sealed, to a device. Then
/// parts: a byte of length and as many bytes, each a frame, or what is sealed in one.
/// </summary>
internal sealed class FrameTarget : DeviceSessionEvents
{
    private const int Modes = 3;
    private const int Resuming = 1;
    private const int OpeningKnown = 2;
    private const int OpeningNew = 3;

    private static readonly FrameLinkInfo _link = new("", true);

    // what a device in any of these states says, and is told: whoever repeats it forges nothing
    private static readonly Lazy<HashSet<string>> _said = new(() => [.. Enumerable.Range(0, 4).SelectMany(state =>
    {
        FrameTarget world = new();
        world.Begin(state);
        return world._genuine;
    })]);

    private readonly CheapCrypto _crypto = new();
    private readonly FrameSecrets _secrets;
    private readonly MemoryFrames _store = new();
    private readonly FuzzClock _clock = new();
    private readonly Identity _device;
    private readonly Identity _answering;
    private readonly FrameGateway _gateway;
    private readonly DeviceSession _session;
    private readonly List<byte[]> _sent = [];

    private readonly HashSet<string> _genuine = [];
    private int _acted;
    private int _taken;

    private FrameTarget()
    {
        _secrets = new FrameSecrets(_crypto);
        _device = Identity.Create(_crypto, new SeededRandom(1));
        _answering = Identity.Create(_crypto, new SeededRandom(2));
        _gateway = NodeWorld.Answering(_crypto, _answering, _device, _secrets, _store, _clock, taken =>
        {
            _taken++;
            FuzzTarget.Note($"gateway takes channel {(taken.Kind & FrameInner.ChannelMask) >> 3}");
        });
        _session = new DeviceSession(new DeviceSessionOptions { IsShort = true, Mtu = 255 }, _secrets, _device, new MemoryStore(),
            new SeededRandom(4), this);
        _session.Provision(100, new byte[32], 1UL << 56);
        OpenKnown();
        Send(FrameInner.Alias, [0, FrameTopic.Batched, (byte)'t']);
        Send(FrameInner.Publish | 4, [1, 0, 0, 0, 0, 0, 0, 9, (byte)'r']);
    }

    public static void Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        List<byte[]> parts = [];
        for (int at = 1; at < input.Length && parts.Count < 64; at += 1 + input[at])
        {
            parts.Add(input[(at + 1)..Math.Min(input.Length, at + 1 + input[at])]);
        }

        switch ((input[0] & 3) % Modes)
        {
            case 0:
                new FrameTarget().RunForged((input[0] >> 2) & 3, parts);
                break;
            case 1:
                new FrameTarget().RunUp(parts);
                break;
            default:
                new NodeWorld().Run(parts);
                break;
        }
    }

    /// <summary>Good frames and bodies of each kind, to be changed: what <c>seeds</c> has.</summary>
    internal static IEnumerable<(string Name, byte[] Seed)> Seeds()
    {
        static byte[] Of(int mode, params byte[][] parts)
            => [(byte)mode, .. parts.SelectMany(part => (byte[])[(byte)part.Length, .. part])];

        for (int state = 0; state < 4; state++)
        {
            FrameTarget world = new();
            (byte[] call, byte[] answer) = world.Begin(state);
            yield return ($"forged-{state}", Of(state << 2, world._sent[^1], answer, call, world._sent[1]));
        }

        byte[] number = [1, 0, 0, 0, 0, 0, 1, 9];
        byte[] signature = new byte[CryptoProvider.SignatureBytes];
        yield return ("up-control", Of(1, [0x40], [2, 7], [3, 1, 0, .. "signed"u8], [3, 2, 0x11, 1, (byte)'c', .. "{\"c\":%1}"u8]));
        yield return ("up-close", Of(1, [1, 2], [0xC0, 0, 0x10, 0xFF, 0xFF]));
        yield return ("up-readings", Of(1, [8, .. "21.5"u8], [12, .. number, .. "22"u8], [16, 1, .. "23"u8], [11, 9, 0xAA]));
        yield return ("up-signed", Of(1, [3, 1, 0, .. "signed"u8], [9, .. "21.5"u8, .. signature]));
        yield return ("up-calls", Of(1, [24, 1, 0x10, 0x20, 0], [28, 1, 1], [24, 2, 3, 0, 3, 0, 1, 1, .. signature], [32, 1, 0, 0x4F]));
        yield return ("down-control", Of(2, [0x40], [0x80, 0, 0x10, 0, 0], [2, 1, 0], [2, 2, 0, 3], [2, 5, 0, 3], [2, 6, 0, 0, 1, 0]));
        yield return ("down-resume", Of(2, [2, 7], [2, 8], [0xC2, 0, 0x30, 0, 7, 7]));
        yield return ("down-close", Of(2, [1, 1], [1, 2], [1, 3]));
        yield return ("down-calls", Of(2, [24, 5, 0x80, 1, 2], [32, 1, 0, 0x4F], [33, 1, 0, 0x4F], [36, 1, 1, 0x4B], [32, 1, 5, 0xC0]));
    }

    public override void OnSend(DeviceSession session, byte[] frame, int offset, int count)
    {
        byte[] copy = frame[offset..(offset + count)];
        _sent.Add(copy);
        _genuine.Add(Convert.ToHexString(copy));
    }

    public override bool OnFrame(DeviceSession session, int kind, bool asks, byte[] body, int offset, int count)
    {
        _acted++;
        return true;
    }

    public override int OnGateway(DeviceSession session, byte[] card, byte[] staticKey) => 0;

    // who has no key: nothing changes, on either side, whatever is waited for
    private void RunForged(int state, List<byte[]> parts)
    {
        Begin(state);
        FrameDevice before = _gateway.Find(_device.PeerId)!;
        byte[] record = [.. _session.Record.Raw];
        (int acted, int taken) = (_acted, _taken);
        foreach (byte[] frame in parts)
        {
            if (_said.Value.Contains(Convert.ToHexString(frame)))
            {
                continue;
            }

            FuzzTarget.Note("frames");
            _clock.Now += TimeSpan.FromMilliseconds(60);
            long dropped = _gateway.Dropped;
            byte[]? answer = _gateway.Receive(frame, _link);
            int type = frame.Length == 0 || FrameHead.IsData(frame, 0) ? 0 : FrameHead.Type(frame, 0);
            FuzzTarget.Must(answer == null || (type == FrameHead.XX1 && answer.Length == FrameHandshake.XX2Bytes),
                "an answer to who proved nothing");
            FuzzTarget.Note(answer != null ? "gateway answers XX1"
                : _gateway.Dropped != dropped ? "gateway drops" : "gateway repeats itself");
            _session.Receive(frame, 0, frame.Length);
            FuzzTarget.Must(_session.Record.Raw.AsSpan().SequenceEqual(record), "a forged frame changed the device's record");
        }

        FuzzTarget.Must(ReferenceEquals(before, _gateway.Find(_device.PeerId)), "a forged frame changed what the gateway knows");
        FuzzTarget.Must((acted, taken) == (_acted, _taken), "a forged frame was acted on");
        Proceed(state);
    }

    // what was begun goes on as if nobody had meddled
    private void Proceed(int state)
    {
        _clock.Now += TimeSpan.FromSeconds(2);
        _session.Repeat();
        if (state != 0)
        {
            Pass();
        }

        int number = _session.Send(FrameInner.Ping, true, false, 0);
        Pass();
        FuzzTarget.Must(_session.IsTaken(number), "the session does not go on");
    }

    // who has a session, and means ill
    private void RunUp(List<byte[]> parts)
    {
        SessionKeys keys = new(_secrets);
        int number = _session.Next;
        keys.Set(_session.Record.Raw, FrameRecord.RootAt, true);
        foreach (byte[] inner in parts)
        {
            byte[] frame = new byte[SessionKeys.RoomBefore + inner.Length + 32];
            inner.CopyTo(frame, SessionKeys.RoomBefore + FrameHead.HeadBytes);
            int count = keys.Seal(true, number++, _session.Record.Sid, frame, SessionKeys.RoomBefore, inner.Length);
            FuzzTarget.Note("frames");
            _clock.Now += TimeSpan.FromMinutes(1);
            byte[]? answer = _gateway.Receive(frame.AsSpan(SessionKeys.RoomBefore, count), _link);
            FuzzTarget.Note(answer == null ? "gateway is silent" : Tell(keys, answer));
        }

        // whatever it said, it may open a session again, and is heard
        OpenKnown();
        int asked = _session.Send(FrameInner.Ping, true, false, 0);
        Pass();
        FuzzTarget.Must(_session.IsTaken(asked), "the device was locked out");
        foreach (FramePublication one in _store.Outbox())
        {
            NodeWorld.MustVerify(_crypto, one, _device);
        }
    }

    private static string Tell(SessionKeys keys, byte[] answer)
    {
        byte[] copy = new byte[SessionKeys.RoomBefore + answer.Length + 32];
        answer.CopyTo(copy, SessionKeys.RoomBefore);
        int at = SessionKeys.RoomBefore + FrameHead.HeadBytes;
        for (int high = 0; high < 4; high++)
        {
            int count = keys.Open(false, FrameHead.Number(answer, 0) + (high << 12), copy, SessionKeys.RoomBefore, answer.Length);
            if (count > 0)
            {
                int body = at + 1 + ((copy[at] & FrameInner.Acknowledges) != 0 ? FrameInner.AckBytes : 0);
                int kind = copy[at] & FrameInner.KindMask;
                return kind == FrameInner.Notice ? $"gateway says NOTICE {copy[body]}"
                    : kind == FrameInner.Close ? $"gateway says CLOSE {copy[body]}"
                    : (kind & FrameInner.ChannelMask) == FrameInner.Answer ? $"gateway answers a call with status {copy[body + 1]}"
                    : "gateway acknowledges";
            }

            answer.CopyTo(copy, SessionKeys.RoomBefore);
        }

        return "gateway answers under another session";
    }

    // what was said and never came: a call, and the answer to what is waited for
    private (byte[] Call, byte[] Answer) Begin(int state)
    {
        switch (state)
        {
            case Resuming:
                _session.Resume();
                break;
            case OpeningKnown:
                _session.OpenKnown(0, _answering.PeerId, _gateway.StaticKey.ToArray());
                break;
            case OpeningNew:
                _session.OpenNew(_answering.PeerId);
                break;
            default:
                _session.Send(FrameInner.Ping, true, false, 0);
                break;
        }

        byte[] call = _gateway.Seal(_device.PeerId, FrameInner.Call, false, new byte[20])!;
        byte[] answer = _gateway.Receive(_sent[^1], _link)!;
        _genuine.Add(Convert.ToHexString(call));
        _genuine.Add(Convert.ToHexString(answer));
        return (call, answer);
    }

    private void OpenKnown()
    {
        _clock.Now += TimeSpan.FromHours(1);
        _session.OpenKnown(0, _answering.PeerId, _gateway.StaticKey.ToArray());
        Pass();
        FuzzTarget.Must(_session.IsOpen, "the session does not open");
        Send(FrameInner.Ping, []);
    }

    private void Send(int kind, byte[] body)
    {
        body.CopyTo(_session.Body, DeviceSession.BodyOffset);
        FuzzTarget.Must(_session.Send(kind, true, false, body.Length) >= 0, "nothing can be sent");
        Pass();
    }

    // the last frame goes to the gateway, its answer back, and so on while the device answers
    private void Pass()
    {
        for (int i = 0; i < 4; i++)
        {
            int before = _sent.Count;
            byte[]? answer = _gateway.Receive(_sent[^1], _link);
            if (answer == null)
            {
                return;
            }

            _genuine.Add(Convert.ToHexString(answer));
            _session.Receive(answer, 0, answer.Length);
            if (_sent.Count == before)
            {
                return;
            }
        }
    }
}
