using System;
using NanoLibp2p.Crypto;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Frames.Tests;

/// <summary>A device takes no memory after it was made.</summary>
public class AllocationTests : DeviceSessionEvents
{
    private readonly byte[] _frame = new byte[256];
    private int _count;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Opening_sending_and_receiving_take_no_heap(bool isShort)
    {
        ManagedCrypto crypto = new();
        FrameSecrets secrets = new(crypto);
        Identity device = Identity.Create(crypto, new SeededRandom(1));
        Identity gateway = Identity.Create(crypto, new SeededRandom(2));
        KeyPair key = new();
        secrets.DeriveStatic(device, 0, key);
        byte[] card = new byte[FrameCard.CardBytes];
        new FrameCard(crypto).Write(device, 0, key, card, 0);
        FrameLinkInfo link = new("", true);
        FrameGateway answering = new(new FrameGatewayOptions
        {
            Identity = gateway, Crypto = crypto, Random = new SeededRandom(3), Admits = _ => true, Store = new GatewayStore(new Random(1)),
        }, (_, _) => { });
        answering.Remember(device.PeerId, card, key.PublicKey);
        byte[] staticKey = answering.StaticKey.ToArray();
        DeviceSession session = new(new DeviceSessionOptions { IsShort = isShort, Reserve = 64 }, secrets, device, new FixedStore(),
            new SeededRandom(4), this);
        session.Provision(1, new byte[32], 1UL << 56);

        long used = 0;
        for (int i = 0; i < 60; i++)
        {
            used += Heap(() => { if (i % 20 == 0) { session.OpenKnown(0, gateway.PeerId, staticKey); } else { session.Resume(); } });
            byte[] answer = answering.Receive(_frame.AsSpan(0, _count), link)!;
            used += Heap(() => session.Receive(answer, 0, answer.Length));
            for (int n = 0; n < 20; n++)
            {
                used += Heap(() => session.Send(FrameInner.Call, true, true, 20));
                answer = answering.Receive(_frame.AsSpan(0, _count), link)!;
                used += Heap(() => session.Receive(answer, 0, answer.Length));
                Assert.True(session.IsTaken(n));
            }

            // the first rounds compile
            used = i < 10 ? 0 : used;
        }

        Assert.Equal(0, used);
    }

    public override void OnSend(DeviceSession session, byte[] frame, int offset, int count)
    {
        Array.Copy(frame, offset, _frame, 0, count);
        _count = count;
    }

    private static long Heap(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private sealed class FixedStore : NanoLibp2p.Hal.IStore
    {
        private readonly byte[] _value = new byte[FrameRecord.RecordBytes];

        public int Read(string name, byte[] buffer, int offset, int capacity)
        {
            _value.CopyTo(buffer, offset);
            return _value.Length;
        }

        public bool Write(string name, byte[] buffer, int offset, int count)
        {
            Array.Copy(buffer, offset, _value, 0, count);
            return true;
        }
    }
}
