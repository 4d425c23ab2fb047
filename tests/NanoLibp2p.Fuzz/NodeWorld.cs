using System;
using System.Collections.Generic;
using NanoLibp2p.Crypto;
using NanoLibp2p.Frames;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Fuzz;

/// <summary>A device's node and its gateway, which says what it should not: whatever that was, the device comes back to an honest
/// one.</summary>
internal sealed class NodeWorld : FrameNodeEvents
{
    private const int Mtu = 128;
    private static readonly FrameLinkInfo _link = new("", true);

    private readonly CheapCrypto _crypto = new();
    private readonly FrameSecrets _secrets;
    private readonly FuzzClock _clock = new();
    private readonly FrameGateway _gateway;
    private readonly FrameNode _node;
    private readonly byte[] _frame = new byte[Mtu];
    private int _settled;
    private long _now;

    internal NodeWorld()
    {
        _secrets = new FrameSecrets(_crypto);
        Identity device = Identity.Create(_crypto, new SeededRandom(1));
        Identity answering = Identity.Create(_crypto, new SeededRandom(2));
        _gateway = Answering(_crypto, answering, device, _secrets, new MemoryFrames(), _clock, _ => { });
        FrameNodeOptions options = new() { HasWindows = true, AnswerMs = 1500, MayBeCalled = true };
        options.Session.Mtu = Mtu;
        options.Session.IsShort = true;
        _node = new FrameNode(options, _secrets, device, new MemoryStore(), new SeededRandom(4), this);
        _node.SetTopic(0, "t", FrameTopic.Signed, null);
        _node.SetTopic(1, "b", FrameTopic.Batched, "{\"c\":%1}");
        _node.Start(0, -1);
        _node.Provision(1_700_000_000, new byte[32], 1UL << 56, false);
        _node.AddGateway(_gateway.Card.ToArray(), _gateway.StaticKey.ToArray());
        _node.Start(0, -1);
        Arrive("at the start");
    }

    /// <summary>A gateway that knows a device.</summary>
    internal static FrameGateway Answering(CheapCrypto crypto, Identity identity, Identity device, FrameSecrets secrets, MemoryFrames store,
        FuzzClock clock, Action<FrameTaken> take)
    {
        FrameGateway gateway = new(new FrameGatewayOptions
        {
            Identity = identity, Crypto = crypto, Random = new SeededRandom(3), Admits = _ => true, Store = store, Time = clock,
        }, (_, taken) => take(taken));
        KeyPair key = new();
        secrets.DeriveStatic(device, 0, key);
        byte[] card = new byte[FrameCard.CardBytes];
        new FrameCard(crypto).Write(device, 0, key, card, 0);
        gateway.Remember(device.PeerId, card, key.PublicKey);
        return gateway;
    }

    /// <summary>What goes to a topic is signed by the device that it names.</summary>
    internal static void MustVerify(CheapCrypto crypto, FramePublication one, Identity device)
    {
        byte[] text = [.. "libp2p-pubsub:"u8, .. one.Message.AsSpan(0, one.Message.Length - 66)];
        byte[] peer = device.PeerId.ToBytes();
        FuzzTarget.Must(one.From.Equals(device.PeerId) && crypto.Ed25519Verify(peer, peer.Length - CryptoProvider.KeyBytes, text, 0,
            text.Length, one.Message, one.Message.Length - CryptoProvider.SignatureBytes), "a message that its author did not sign");
    }

    /// <summary>Has the gateway say these inner parts.</summary>
    internal void Run(List<byte[]> parts)
    {
        // something is on its way, and a call waits
        _node.Publish(0, _frame, 0, 5, false);
        _node.PublishValues(1, [215], 1, true);
        _node.Call(0x10, [1, 2, 3], 0, 3);
        Send();
        FrameRecord record = _node.Session.Record;
        SessionKeys keys = new(_secrets);
        keys.Set(record.Raw, FrameRecord.RootAt, true);
        int sid = record.Sid;
        int number = 100;
        foreach (byte[] inner in parts)
        {
            if (inner.Length > Mtu - 11)
            {
                continue;
            }

            (uint nd, ulong numberBase) = (record.Nd, record.NumberBase);
            byte[] frame = new byte[SessionKeys.RoomBefore + Mtu + 32];
            inner.CopyTo(frame, SessionKeys.RoomBefore + FrameHead.HeadBytes);
            int count = keys.Seal(false, number++, sid, frame, SessionKeys.RoomBefore, inner.Length);
            int state = _node.State;
            FuzzTarget.Note("frames");
            Pass(100);
            _node.Receive(frame, SessionKeys.RoomBefore, count, _now);
            FuzzTarget.Note(_node.State == state ? "device stays as it is" : $"device goes to state {_node.State}");
            Send();
            FuzzTarget.Must(record.Nd >= nd && record.NumberBase >= numberBase, "a number went back");
            FuzzTarget.Must(_node.Unsettled is >= 0 and <= 16, "more readings than there is room for");
        }

        Arrive("in the end");
    }

    public override void OnSettled(FrameNode node, int reading) => _settled++;

    public override int OnCall(FrameNode node, int method, byte[] body, int offset, int count, byte[] answer)
    {
        FuzzTarget.Note("device is called");
        return method == 0x81 ? -1 : Math.Min(count, answer.Length);
    }

    public override bool OnAnswer(FrameNode node, int status, int block, byte[] body, int offset, int count, bool more)
    {
        FuzzTarget.Note($"device is answered with status {Math.Min(status, 6)}");
        return true;
    }

    // a frame of the device, that nobody hears
    private void Send()
    {
        for (int i = 0; i < 3; i++)
        {
            int count = _node.Transmit(_frame, 0, _now);
            FuzzTarget.Must(count <= Mtu, "a frame that no link takes");
            Pass(count > 0 ? 2000 : 1);
        }
    }

    // with a gateway that keeps to the rules a reading arrives
    private void Arrive(string when)
    {
        int before = _settled;
        _node.Publish(0, [1, 2, 3], 0, 3, false);
        for (int i = 0; i < 2000 && _settled == before; i++)
        {
            _node.Ask();
            int count = _node.Transmit(_frame, 0, _now);
            if (count == 0)
            {
                Pass(Math.Clamp(_node.WakeAt - _now, 1, 3_600_000));
                continue;
            }

            Pass(100);
            byte[]? answer = _gateway.Receive(_frame.AsSpan(0, count), _link);
            Pass(1000);
            if (answer != null)
            {
                _node.Receive(answer, 0, answer.Length, _now);
            }
        }

        FuzzTarget.Must(_settled != before, $"no reading arrives {when}; state {_node.State}, {_node.Unsettled} unsettled");
    }

    private void Pass(long ms)
    {
        _now += ms;
        _clock.Now += TimeSpan.FromMilliseconds(ms);
    }
}
