using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Hal;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Frames.Tests;

/// <summary>What an attacker does beside delivering frames as it likes.</summary>
[Flags]
internal enum Attack
{
    None = 0,
    ForgedOpenings = 1,
    StolenGatewayKey = 2,
    StolenRoots = 4,
    RestoredStore = 8,
    LostRecord = 16,

    /// <summary>The board's store gives the record before the last, and says so.</summary>
    OlderRecord = 32,

    /// <summary>Nobody attacks, and nobody opens anew: resumptions must do.</summary>
    ResumptionsAlone = 64,
}

/// <summary>
/// A device and a gateway between which anybody may deliver any frame that was ever sent, at any time and any number of times, while the
/// power of either goes at any write: the model of SPEC.md 18 with the real code. Curves and signatures alone are cheap ones.
/// </summary>
internal sealed class AirWorld : DeviceSessionEvents
{
    private const int Steps = 120;
    private static readonly FrameLinkInfo _link = new("", true);

    private readonly Random _random;
    private readonly Attack _attack;
    private readonly WatchingCrypto _crypto = new();
    private readonly FrameSecrets _secrets;
    private readonly BoardStore _board;
    private readonly GatewayStore _store;
    private readonly Identity _deviceIdentity;
    private readonly Identity _gatewayIdentity;
    private readonly DeviceSessionOptions _options = new() { Reserve = 4 };
    private readonly DeviceSession _device;
    private readonly SetClock _time = new();
    private readonly List<byte[]> _up = [];
    private readonly List<byte[]> _down = [];
    private readonly Queue<(bool IsUp, byte[] Frame)> _clear = new();
    private readonly HashSet<string> _ephemerals = [];
    private readonly HashSet<string> _acted = [];
    private readonly HashSet<(string Root, int Number)> _takenOnce = [];
    private readonly KeyPair _deviceKey = new();
    private FrameGateway _gateway;
    private bool _isClear;
    private bool _isRestored;
    private int _bodies;
    private string? _fault;
    private string? _attempt;

    internal AirWorld(int seed, Attack attack)
    {
        _random = new Random(seed);
        _attack = attack;
        _board = new BoardStore(_random) { Cuts = 0.15 };
        _store = new GatewayStore(_random) { Cuts = 0.08 };
        _secrets = new FrameSecrets(_crypto);
        _deviceIdentity = Identity.Create(_crypto, new SeededRandom((uint)seed));
        _gatewayIdentity = Identity.Create(_crypto, new SeededRandom((uint)seed + 1000));
        _secrets.DeriveStatic(_deviceIdentity, 0, _deviceKey);
        _gateway = NewGateway();

        // provisioned both ways, before the power begins to go
        (double board, double store) = (_board.Cuts, _store.Cuts);
        _board.Cuts = _store.Cuts = 0;
        byte[] card = new byte[FrameCard.CardBytes];
        new FrameCard(_crypto).Write(_deviceIdentity, 0, _deviceKey, card, 0);
        Assert.True(_gateway.Remember(_deviceIdentity.PeerId, card, _deviceKey.PublicKey));
        _device = new DeviceSession(_options, _secrets, _deviceIdentity, _board,
            new WorstRandom(), this);
        Provision(1);
        _isClear = true;
        Open(true);
        Pump();
        Assert.True(_device.IsOpen);
        System.Text.Encoding.ASCII.GetBytes("\0\u0001topic").CopyTo(_device.Body, DeviceSession.BodyOffset);
        _device.Send(FrameInner.Alias, true, false, 7);
        Pump();
        Send(true);
        Pump();
        _isClear = false;
        (_board.Cuts, _store.Cuts) = (board, store);
    }

    internal int Cuts => _board.CutCount + _store.CutCount;

    /// <summary>How data passed when the air was clear again.</summary>
    internal string Run()
    {
        int stealAt = (_attack & (Attack.StolenGatewayKey | Attack.StolenRoots)) != 0 ? _random.Next(Steps / 3, Steps / 2) : -1;
        int backAt = (_attack & Attack.RestoredStore) != 0 ? _random.Next(Steps / 2, Steps) : -1;
        int loseAt = (_attack & Attack.LostRecord) != 0 ? _random.Next(30, 110) : -1;
        int olderAt = (_attack & Attack.OlderRecord) != 0 ? _random.Next(30, 110) : -1;
        for (int step = 0; step < Steps; step++)
        {
            _time.Now += TimeSpan.FromSeconds(2);
            if (step < backAt)
            {
                _store.Copy();
            }
            else if (step == backAt)
            {
                _store.GoBack();
                GoBack();
            }

            if (step == stealAt)
            {
                Guarded(false, Steal);
            }

            if (step == loseAt)
            {
                _board.Lose();
                Guarded(true, () => Provision(1));
            }

            if (step == olderAt)
            {
                _board.GoBack();
                _device.Start();
            }

            Step();
            Check();
        }

        return End();
    }

    private void Step()
    {
        double chance = _random.NextDouble();
        _options.IsKept = _random.NextDouble() < 0.8;
        switch (chance)
        {
            case < 0.18:
                Guarded(true, () => Send(_random.NextDouble() < 0.4));
                break;
            case < 0.24:
                Guarded(true, () => _device.Resume());
                break;
            case < 0.27 when (_attack & Attack.ResumptionsAlone) == 0:
                Guarded(true, () => Open(_random.Next(2) == 0));
                break;
            case < 0.33:
                Guarded(true, _device.Repeat);
                break;
            case < 0.38:
                Guarded(false, SendDown);
                break;
            case < 0.40:
                _device.Start();
                break;
            case < 0.42:
                _gateway = NewGateway();
                break;
            case < 0.425:
                _time.Now += TimeSpan.FromHours(1);
                break;
            case < 0.44 when (_attack & Attack.ForgedOpenings) != 0:
                Guarded(false, () => Down(_gateway.Receive(ForgedOpening(), _link)));
                break;
            case < 0.72 when _up.Count > 0:
                Guarded(false, () => Down(_gateway.Receive(Pick(_up), _link)));
                break;
            case >= 0.72 when _down.Count > 0:
                byte[] frame = Pick(_down);
                Guarded(true, () => _device.Receive(frame, 0, frame.Length));
                break;
        }
    }

    // the air is clear: data passes at once, or after one R, or one KK, or one XX
    private string End()
    {
        _board.Cuts = _store.Cuts = 0;
        _isClear = true;
        _clear.Clear();
        string[] ways = ["at once", "R", "KK", "XX"];
        foreach (string how in (_attack & Attack.ResumptionsAlone) != 0 ? ways[..2] : ways)
        {
            _time.Now += TimeSpan.FromSeconds(2);
            switch (how)
            {
                case "R":
                    _device.Resume();
                    break;
                case "KK":
                    _time.Now += TimeSpan.FromHours(1);
                    Open(true);
                    break;
                case "XX":
                    _time.Now += TimeSpan.FromHours(1);
                    Open(false);
                    break;
            }

            Pump();
            if (Passes())
            {
                Check();
                byte[] root = _device.Record.Raw[FrameRecord.RootAt..(FrameRecord.RootAt + FrameSecrets.RootBytes)];
                Assert.Equal(_store.Device!.Confirmed!.Root, root);
                return how;
            }
        }

        throw new InvalidOperationException("locked out");
    }

    private bool Passes()
    {
        int number = Send(true);
        Pump();
        return number >= 0 && _device.IsTaken(number);
    }

    private void Pump()
    {
        for (int i = 0; i < 200 && _clear.Count > 0; i++)
        {
            _time.Now += TimeSpan.FromSeconds(2);
            (bool isUp, byte[] frame) = _clear.Dequeue();
            if (isUp)
            {
                Down(_gateway.Receive(frame, _link));
            }
            else
            {
                _device.Receive(frame, 0, frame.Length);
            }
        }
    }

    private int Send(bool asks)
    {
        string body = $"reading {_bodies++}";
        ulong number = _device.Record.NumberBase + (ulong)_device.Next;
        BinaryPrimitives.WriteUInt64BigEndian(_device.Body.AsSpan(DeviceSession.BodyOffset), number);
        System.Text.Encoding.ASCII.GetBytes(body).CopyTo(_device.Body, DeviceSession.BodyOffset + 8);

        // of the second topic the gateway knows nothing: it opens the frame, and does not take it
        int topic = !_isClear && _random.Next(5) == 0 ? 1 : 0;
        return _device.Send(FrameInner.Publish | 4 | topic, asks, _random.Next(4) == 0, 8 + body.Length);
    }

    private void SendDown()
    {
        byte[]? frame = _gateway.Seal(_deviceIdentity.PeerId, _random.Next(3) == 0 ? FrameInner.Ping : FrameInner.Call, false,
            _random.Next(3) == 0 ? [] : System.Text.Encoding.ASCII.GetBytes($"call {_bodies++}"));
        Down(frame);
    }

    private void Open(bool isKnown)
    {
        if (isKnown)
        {
            _device.OpenKnown(0, _gatewayIdentity.PeerId, _gateway.StaticKey.ToArray());
        }
        else
        {
            _device.OpenNew(_gatewayIdentity.PeerId);
        }
    }

    private void Provision(uint nd)
    {
        byte[] hedge = new byte[32];
        _random.NextBytes(hedge);
        _device.Provision(nd, hedge, 1UL << 56);
    }

    // who has the gateway's key makes a KK1 with the highest number; who has its roots resumes with it and proves the new one
    private void Steal()
    {
        byte[] frame = new byte[64];
        if ((_attack & Attack.StolenGatewayKey) != 0)
        {
            KeyPair ephemeral = new();
            ephemeral.Generate(_crypto, new SeededRandom((uint)_random.Next()));
            new FrameHandshake(_secrets).WriteKK1(0, _deviceIdentity.PeerId, _gatewayIdentity.PeerId, _deviceKey,
                _gateway.StaticKey.ToArray(), ephemeral, uint.MaxValue, frame, 0);
            Down(_gateway.Receive(frame.AsSpan(0, FrameHandshake.KK1Bytes), _link));
            return;
        }

        byte[] root = _store.Device!.Confirmed!.Root;
        _secrets.WriteR1(root, 0, 0, uint.MaxValue, frame, 0);
        byte[]? r2 = _gateway.Receive(frame.AsSpan(0, FrameSecrets.R1Bytes), _link);
        if (r2 == null)
        {
            return;
        }

        int sid = _secrets.ReadR2(root, 0, frame, 0, r2, 0, out _);
        byte[] next = new byte[32];
        _secrets.DeriveNext(root, 0, frame, 0, r2, 0, next, 0);
        SessionKeys keys = new(_secrets);
        keys.Set(next, 0, false);
        byte[] data = new byte[64];
        data[11] = FrameInner.Publish;
        int count = keys.Seal(true, 0, sid, data, 8, 1);
        Down(_gateway.Receive(data.AsSpan(8, count), _link));
    }

    private byte[] ForgedOpening()
    {
        byte[] forged = new byte[FrameHandshake.XX1Bytes];
        KeyPair ephemeral = new();
        ephemeral.Generate(_crypto, new SeededRandom((uint)_random.Next()));
        byte[]? seen = _up.FindLast(frame => FrameHead.Type(frame, 0) == FrameHead.XX1);
        new FrameHandshake(_secrets).WriteXX1(0, _gatewayIdentity.PeerId, _deviceKey, ephemeral, forged, 0);
        if (seen != null)
        {
            // the seen hid: both begin with the same two bytes
            seen.AsSpan(1, 2).CopyTo(forged.AsSpan(1));
            seen.AsSpan(1, 2).CopyTo(forged.AsSpan(6));
        }

        return forged;
    }

    private byte[] Pick(List<byte[]> frames)
    {
        if (_random.NextDouble() >= 0.8)
        {
            return frames[_random.Next(frames.Count)];
        }

        int back = (int)(-Math.Log(1 - _random.NextDouble()) / 0.5);
        return frames[frames.Count - 1 - Math.Min(back, frames.Count - 1)];
    }

    private void Down(byte[]? frame)
    {
        if (frame != null)
        {
            _down.Add(frame);
            if (_isClear)
            {
                _clear.Enqueue((false, frame));
            }
        }
    }

    private void Guarded(bool isDevice, Action action)
    {
        try
        {
            action();
        }
        catch (PowerCut) when (isDevice)
        {
            if (!_device.Start())
            {
                // it lost its record in the middle of being provisioned
                Guarded(true, () => Provision(1));
            }
        }
        catch (PowerCut)
        {
            _gateway = NewGateway();
        }
    }

    // the operator says so until the gateway has started once
    private void GoBack()
    {
        _isRestored = true;
        try
        {
            _gateway = NewGateway();
            _isRestored = false;
        }
        catch (PowerCut)
        {
            GoBack();
        }
    }

    private FrameGateway NewGateway() => new(new FrameGatewayOptions
    {
        Identity = _gatewayIdentity,
        Crypto = _crypto,
        Random = new SeededRandom((uint)_random.Next()),
        Store = _store,
        Admits = _ => true,
        Time = _time,
        IsRestored = _isRestored,
        Reserve = 4,
        IsKept = _ => _random.NextDouble() < 0.85,
    }, (device, taken) =>
    {
        if (!_takenOnce.Add((Convert.ToHexString(device.Confirmed?.Root ?? []), taken.Number)) && device.Confirmed != null)
        {
            _fault = $"the gateway acted twice on number {taken.Number}";
        }
    });

    private void Check()
    {
        string? fault = _fault ?? _crypto.Fault ?? _store.Fault;
        Assert.True(fault == null, fault);
    }

    public override void OnSend(DeviceSession session, byte[] frame, int offset, int count)
    {
        byte[] copy = frame[offset..(offset + count)];
        int type = FrameHead.IsData(copy, 0) ? 0 : FrameHead.Type(copy, 0);
        if (type is FrameHead.KK1 or FrameHead.XX1)
        {
            int at = type == FrameHead.KK1 ? 8 : 6;
            string attempt = Convert.ToHexString(copy);
            string ephemeral = Convert.ToHexString(copy, at, 32);
            if (attempt != _attempt && !_ephemerals.Add(ephemeral))
            {
                _fault = "an ephemeral key came twice";
            }

            if (ephemeral == FromStore(session.Record))
            {
                _fault = "an ephemeral key follows from the store";
            }

            _attempt = attempt;
        }

        _up.Add(copy);
        if (_isClear)
        {
            _clear.Enqueue((true, copy));
        }
    }

    // what a thief of the store computes, who knows what the board's random source says (SPEC.md 3.2)
    private string FromStore(FrameRecord record)
    {
        byte[] text = [(byte)'e', 0, 0, 0, 0, .. new byte[32]];
        BinaryPrimitives.WriteUInt32BigEndian(text.AsSpan(1), record.Nd);
        new WorstRandom().Fill(text, 5, 32);
        byte[] key = new byte[64];
        _crypto.HmacSha256(record.Raw, FrameRecord.HedgeAt, 32, text, 0, text.Length, key, 0);
        _crypto.X25519Base(key, 0, key, 32);
        return Convert.ToHexString(key, 32, 32);
    }

    public override void OnOpen(DeviceSession session)
    {
        Send(true);
    }

    public override int OnGateway(DeviceSession session, byte[] card, byte[] staticKey)
        => staticKey.SequenceEqual(_gateway.StaticKey.ToArray()) ? 0 : -1;

    public override void OnAcknowledged(DeviceSession session)
    {
        string root = Convert.ToHexString(session.Record.Raw, FrameRecord.RootAt, FrameSecrets.RootBytes);
        for (int number = Math.Max(0, session.Next - 100); number < session.Next; number++)
        {
            if (session.IsTaken(number) && !_store.Taken.Contains((root, number)))
            {
                _fault = $"number {number} was acknowledged and not taken";
            }
        }
    }

    public override bool OnFrame(DeviceSession session, int kind, bool asks, byte[] body, int offset, int count)
    {
        string text = Convert.ToHexString(body, offset, count);
        if (kind == FrameInner.Notice && body[offset] == 6)
        {
            _fault = "the end of first contact came as a frame";
        }

        if (kind == FrameInner.Call && count > 0 && !_acted.Add(text))
        {
            _fault = $"the device acted twice on {text}";
        }

        return true;
    }

    // a board whose random source says the same at each start: the hedge alone keeps its keys new
    private sealed class WorstRandom : IRandom
    {
        public void Fill(byte[] buffer, int offset, int count) => buffer.AsSpan(offset, count).Fill(0x55);
    }
}
