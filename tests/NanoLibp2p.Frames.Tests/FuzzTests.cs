using System;
using System.Collections.Generic;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Frames.Tests;

/// <summary>Frames of anybody: nothing throws, nothing moves, and the session goes on. More: NANOLIBP2P_FRAME_FUZZ=1000000.</summary>
public class FuzzTests : DeviceSessionEvents
{
    private static readonly int _frames = int.TryParse(Environment.GetEnvironmentVariable("NANOLIBP2P_FRAME_FUZZ"), out int given)
        ? given
        : 20_000;

    private static readonly FrameLinkInfo _link = new("", true);
    private readonly List<byte[]> _up = [];
    private int _acted;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forged_frames_change_nothing_but_a_counter(bool isShort)
    {
        Random random = new(3);
        CheapCrypto crypto = new();
        FrameSecrets secrets = new(crypto);
        Identity device = Identity.Create(crypto, new SeededRandom(1));
        Identity gateway = Identity.Create(crypto, new SeededRandom(2));
        KeyPair key = new();
        secrets.DeriveStatic(device, 0, key);
        byte[] card = new byte[FrameCard.CardBytes];
        new FrameCard(crypto).Write(device, 0, key, card, 0);
        GatewayStore store = new(random);
        SetClock clock = new();
        FrameGateway answering = new(new FrameGatewayOptions
        {
            Identity = gateway, Crypto = crypto, Random = new SeededRandom(3), Admits = _ => true, Store = store,
            Time = clock,
        }, (_, _) => { });
        Assert.True(answering.Remember(device.PeerId, card, key.PublicKey));
        DeviceSession session = new(new DeviceSessionOptions { IsShort = isShort }, secrets, device, new BoardStore(random),
            new SeededRandom(4), this);
        session.Provision(1, new byte[32], 1UL << 56);
        session.OpenKnown(0, gateway.PeerId, answering.StaticKey.ToArray());
        byte[] kk2 = answering.Receive(_up[^1], _link)!;
        session.Receive(kk2, 0, kk2.Length);
        Assert.True(session.IsOpen);
        session.Send(FrameInner.Ping, true, false, 0);
        byte[] answer = answering.Receive(_up[^1], _link)!;
        session.Receive(answer, 0, answer.Length);
        Assert.True(session.IsTaken(0));
        session.Resume();

        // frames that are good if nobody touches them
        session.Send(FrameInner.Publish, false, false, 0);
        byte[] call = answering.Seal(device.PeerId, FrameInner.Call, false, new byte[20])!;
        byte[][] seeds = [.. _up, kk2, answer, call];
        FrameDevice before = answering.Find(device.PeerId)!;
        byte[] record = [.. session.Record.Raw];
        for (int i = 0; i < _frames; i++)
        {
            byte[] frame = [.. seeds[random.Next(seeds.Length)]];
            switch (random.Next(4))
            {
                case 0:
                    random.NextBytes(frame);
                    break;
                case 1:
                    frame = frame[..random.Next(frame.Length)];
                    break;
                case 2:
                    frame = [.. frame, (byte)random.Next(256)];
                    break;
                default:
                    frame[random.Next(frame.Length)] ^= (byte)(1 << random.Next(8));
                    break;
            }

            // so that what has a limit a second is tried, too
            clock.Now += TimeSpan.FromMilliseconds(40);
            Assert.True(answering.Receive(frame, _link) == null, $"frame {i}: {Convert.ToHexString(frame)}");
            session.Receive(frame, 0, frame.Length);
        }

        Assert.Same(before, answering.Find(device.PeerId));
        Assert.Equal(record, session.Record.Raw);
        Assert.Equal(0, _acted);
        session.Receive(call, 0, call.Length);
        Assert.Equal(1, _acted);
        Assert.NotNull(answering.Receive(seeds[2], _link));
    }

    public override void OnSend(DeviceSession session, byte[] frame, int offset, int count) => _up.Add(frame[offset..(offset + count)]);

    public override bool OnFrame(DeviceSession session, int kind, bool asks, byte[] body, int offset, int count)
    {
        _acted++;
        return true;
    }
}
