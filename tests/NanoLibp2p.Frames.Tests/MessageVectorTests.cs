using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NanoLibp2p.Crypto;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Hal;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Frames.Tests;

/// <summary>Messages and batches of SPEC.md 18, byte for byte, as a device makes them and a gateway publishes them.</summary>
public class MessageVectorTests : FrameNodeEvents
{
    private const int Sid = 0x123;
    private static readonly byte[] _root = Vectors.Get("T");
    private readonly ManagedCrypto _crypto = new();
    private readonly BoardValues _board = new();
    private readonly MemoryFrameStore _store = new();
    private readonly List<FramePublication> _published = [];
    private readonly SessionKeys _keys;
    private readonly Identity _device;
    private readonly FrameGateway _gateway;
    private readonly FrameNode _node;
    private readonly byte[] _frame = new byte[255];
    private readonly FrameRadio _radio = new() { Name = "vectors", IsBoundedByAir = true };
    private long _now = 1000;
    private int _count;

    public MessageVectorTests()
    {
        FrameSecrets secrets = new(_crypto);
        _keys = new SessionKeys(secrets);
        _keys.Set(_root, 0, true);
        _device = new Identity(_crypto, Vectors.Get("device.seed"), 0);
        _store.Save(new FrameDevice(_device.PeerId, Vectors.Get("device.static public"), 0)
        {
            Confirmed = new FrameRoot(_root, Sid, true) { Reserved = 16, Made = DateTimeOffset.UtcNow },
        }, null);
        _gateway = new FrameGateway(new FrameGatewayOptions
        {
            Identity = new Identity(_crypto, Vectors.Get("gateway.seed"), 0), Crypto = _crypto, Random = new NoRandom(), Store = _store,
            Admits = _ => true,
        }, (_, taken) =>
        {
            if (taken.Publication != null)
            {
                _published.Add(taken.Publication);
            }
        });
        FrameNodeOptions options = new() { MessageBytes = 512 };
        options.Session.IsShort = true;
        _node = new FrameNode(options, secrets, _device, _board, new NoRandom(), this);
    }

    [Fact]
    public void A_signed_reading()
    {
        Begin(40, FrameTopic.Signed);
        Publish("{}", 40);
        Publish("{\"n\":17,\"celsius\":21.5}", 41);
        Assert.Equal(Vectors.Get("signed.PUBLISH frame short up sid 123h n 41 alias 0, T"), _frame[.._count]);
        Assert.Equal(Vectors.Get("signed.Message n 41"), _published[^1].Message);
    }

    [Theory]
    [InlineData(0, FrameTopic.Batched)]
    [InlineData(1, FrameTopic.Batched | FrameTopic.Protobuf)]
    public void A_batch_of_eight(int form, int flags)
    {
        int[] numbers = [50, 51, 52, 54, 55, 56, 57, 60];
        Begin(50, flags);
        int next = 0;
        for (int number = 50; number <= 60; number++)
        {
            if (numbers.Contains(number))
            {
                Publish($"{{\"n\":{next},\"celsius\":21.{next++}}}", number);
            }
            else
            {
                _node.Ask();
                Pass(number);
            }
        }

        Assert.Empty(_published);
        Pass(61);
        int inner = _keys.Open(true, 61, Copy(), 8, _count);
        Assert.Equal(Vectors.Get($"batched.sign call inner, form {form}"), _opened[11..(11 + inner)]);
        Assert.Equal(Vectors.Get($"batched.Message form {form} readings n 50 51 52 54 55 56 57 60, batch n 61"),
            Assert.Single(_published).Message);
        Assert.Equal(0, _node.Unsettled);
    }

    private byte[] _opened = [];

    private byte[] Copy()
    {
        _opened = new byte[300];
        _frame.AsSpan(0, _count).CopyTo(_opened.AsSpan(8));
        return _opened;
    }

    // both have the root of the vectors, and the device's next number is given
    private void Begin(int next, int flags)
    {
        FrameRecord record = new(_board)
        {
            Sid = Sid, Nd = Vectors.Nd, Reserved = next, Choices = FrameHead.Short, IsKept = true, Pace = 2,
            NumberBase = BitConverter.ToUInt64([.. Vectors.Get("number base").Reverse()]),
        };
        _root.CopyTo(record.Raw, FrameRecord.RootAt);
        Assert.True(record.Save());
        Assert.True(_node.SetTopic(0, "greenhouse/climate", flags, null));
        Assert.True(_node.Start(_now, 0));

        // the gateway has the topic from an earlier session
        FrameDevice device = _gateway.Find(_device.PeerId)!;
        byte[] alias = new byte[64];
        alias[11] = FrameInner.Alias;
        alias[13] = (byte)flags;
        Encoding.ASCII.GetBytes("greenhouse/climate").CopyTo(alias, 14);
        int count = _keys.Seal(true, next - 1, Sid, alias, 8, 21);
        Assert.Null(_gateway.OnFrame(_radio, "", alias.AsSpan(8, count), DateTimeOffset.UnixEpoch));
        Assert.Empty(device.Aliases);
    }

    private void Publish(string text, int number)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        Assert.True(_node.Publish(0, bytes, 0, bytes.Length, false) >= 0);
        Pass(number);
    }

    // one frame up, and what answers it; an acknowledgement even if nobody asked
    private void Pass(int number)
    {
        _now += 5000;
        _count = _node.Transmit(_frame, 0, _now);
        Assert.True(_count > 0, $"nothing was sent where {number} was due");
        Assert.Equal(number & 0xFFF, FrameHead.Number(_frame, 0));
        FrameOutgoing? answer = _gateway.OnFrame(_radio, "", _frame.AsSpan(0, _count), DateTimeOffset.UnixEpoch);
        byte[] down = answer?.Frame ?? _gateway.Seal(_device.PeerId, FrameInner.Ping, false, [])!;
        _node.Receive(down, 0, down.Length, _now);
    }

    private sealed class NoRandom : IRandom
    {
        public void Fill(byte[] buffer, int offset, int count) => Array.Clear(buffer, offset, count);
    }
}
