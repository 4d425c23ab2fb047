using System;
using System.Collections.Generic;
using NanoLibp2p.Core;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

/// <summary>
/// A device with two gateways in its dial list and a bystander, under faults from a seed. After each step of anybody it checks what a user
/// is promised of <see cref="Device.Readings"/>, <see cref="Device.Sent"/>, <see cref="Device.Kept"/> and <see cref="Device.Dropped"/>;
/// after each schedule, once the faults are over, that everything kept arrives.
/// </summary>
internal sealed class DeliveryModel
{
    private const int EveryMs = 50;

    private readonly SeededRandom _random;
    private readonly World _world;
    private readonly Gateway[] _gateways = new Gateway[2];
    private readonly Gateway? _bystander;
    private readonly MemoryStore _store = new();
    private readonly CheapCrypto _crypto = new();
    private readonly HashSet<int> _heard = [];
    private readonly List<(long At, Action End)> _ends = [];
    private readonly int _ringBytes;
    private readonly bool _unsubscribes;
    private NumberedSensor _sensor;
    private TestBoard _board;
    private Device _device;
    private int _tooLateBefore;
    private uint _life;

    public DeliveryModel(uint seed)
    {
        _random = new SeededRandom(seed);
        _world = new World(seed);
        _world.Network.Capacity = 2048;
        _world.Network.MaxDelayMs = Pick(4) == 0 ? 20 : 0;
        _world.Network.MaxPiece = Pick(4) == 0 ? 100 : 0;
        _world.MaxStepMs = 500;
        _ringBytes = Pick(3) == 0 ? 260 : 4096;
        _unsubscribes = Pick(4) == 0;
        _bystander = Pick(4) == 0 ? AddGateway() : null;
        for (int i = 0; i < _gateways.Length; i++)
        {
            _gateways[i] = AddGateway();
            _gateways[i].Listen();
            _gateways[i].Told = OnHeard;
        }

        Start();
    }

    /// <summary>What was done, for whoever looks into a failure.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Runs one schedule: a few faults while readings are taken, then none until everything has arrived.</summary>
    /// <returns>What was broken; null when nothing was.</returns>
    public string? Run()
    {
        Faults.Clear();
        _sensor.IsQuiet = false;
        for (int i = 1 + Pick(3); i > 0; i--)
        {
            if (RunFor(Pick(150)) is { } broken)
            {
                return broken;
            }

            Fault(Pick(14));
        }

        if (RunFor(Pick(200)) is { } later)
        {
            return later;
        }

        Heal();
        _sensor.IsQuiet = true;
        string? fault = null;
        bool arrived = _world.Run(() => (fault = Check()) != null || _device.Kept == 0, 60_000);
        return fault ?? (arrived ? Missing() : $"{_device.Kept} readings of {_device.Readings} never arrived");
    }

    private string? RunFor(int milliseconds)
    {
        string? broken = null;
        long end = _world.NowMs + milliseconds;
        while (broken == null && _world.NowMs < end)
        {
            long next = end;
            foreach ((long at, _) in _ends)
            {
                next = Math.Min(next, at);
            }

            _world.Run(() => (broken = Check()) != null, (int)Math.Max(0, next - _world.NowMs));
            End(_world.NowMs);
        }

        return broken;
    }

    private string? Check()
    {
        if (_device.Readings != _device.Sent + _device.Kept + _device.Dropped)
        {
            return $"{_device.Readings} taken, {_device.Sent} sent, {_device.Kept} kept, {_device.Dropped} dropped";
        }

        // what came for a topic that the gateway had left has reached its stack all the same
        int known = _heard.Count + TooLate - _tooLateBefore;
        return _device.Sent > known ? $"{_device.Sent} sent, and {known} heard" : null;
    }

    // of a device that dropped nothing each reading was heard
    private string? Missing()
    {
        if (_device.Dropped > 0 || _unsubscribes)
        {
            return null;
        }

        for (int i = _sensor.First + 1; i <= _sensor.Last; i++)
        {
            if (!_heard.Contains(i))
            {
                return $"reading {i} was heard by nobody";
            }
        }

        return null;
    }

    private void Fault(int kind)
    {
        Gateway gateway = _gateways[Pick(_gateways.Length)];
        int duration = 10 + Pick(400);
        MemoryLink? link = _board.Network.LastDialed;
        Faults.Add($"{_world.NowMs}: {kind} for {duration}");
        switch (kind)
        {
            case 0 when link != null:
                link.Dead = link.Other.Dead = true;
                Later(duration, () => link.Dead = link.Other.Dead = false);
                break;
            case 1 when link != null:
                link.Other.Dead = true;
                break;
            case 2 when link != null:
                link.Break();
                break;
            case 3:
                gateway.Host.LastConnected?.Close();
                break;
            case 4:
            case 5:
                gateway.Streams.ResetPubSub();
                break;
            case 6:
                gateway.Streams.IsSilent = true;
                Later(duration, () => gateway.Streams.IsSilent = Pick(3) == 0);
                break;
            case 7:
                gateway.Streams.RefusesPing = !gateway.Streams.RefusesPing;
                break;
            case 8:
                gateway.GoAway();
                Later(duration, () => Back(gateway));
                break;
            case 9 when _unsubscribes:
                gateway.PubSub.Open("a").Leave();
                Later(duration, () => gateway.PubSub.Join("a"));
                break;
            case 10 when _bystander != null:
                _bystander.Host.LastConnected?.Close();
                _bystander.Host.Dial(Multiaddr.Parse("/ip4/127.0.0.1/tcp/5000"));
                break;
            case 11:
                // one direction takes nothing: queues fill
                if (link != null)
                {
                    link.Dead = true;
                    Later(duration, () => link.Dead = false);
                }

                break;
            case 12:
                long back = Pick(2) == 0 ? 3_600_000 : 1L << 32;
                Func<long, long> before = _world.Clock;
                _world.Clock = now => before(now) - back;
                break;
            case 13 when Pick(4) == 0:
                Restart();
                break;
        }
    }

    private void Heal()
    {
        End(long.MaxValue);
        foreach (Gateway gateway in _gateways)
        {
            Back(gateway);
            gateway.PubSub.Join("a");
        }
    }

    private void Back(Gateway gateway)
    {
        if (gateway.Host.Node.ListenCount == 0)
        {
            gateway.Listen();
        }
    }

    // the power goes: nobody is told, and what the ring kept is gone
    private void Restart()
    {
        if (_board.Network.LastDialed != null)
        {
            _board.Network.LastDialed.Break();
        }

        _board.Network.Close();
        _bystander?.Host.LastConnected?.Close();
        _world.Remove(_device);
        Start();
    }

    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(_sensor), nameof(_board), nameof(_device))]
    private void Start()
    {
        _sensor = new NumberedSensor(_sensor?.Last ?? 0);
        _heard.Clear();
        _tooLateBefore = TooLate;
        _board = new TestBoard(_world.Network, ++_life, _store) { IsSilent = true };
        DeviceOptions options = new()
        {
            RingBytes = _ringBytes,
            MaxReadingBytes = 64,
            ReconnectMs = 20,
            MaxReconnectMs = 200,
            StableMs = 300,
            DeafMs = 2000,
            Node = new NodeOptions
            {
                MaxConnections = 3,
                RecordBytes = NodeOptions.MinRecordBytes,
                DialTimeoutMs = 300,
                HandshakeTimeoutMs = 600,
                NegotiationTimeoutMs = 400,
                PingTimeoutMs = 300,
                KeepAliveMs = 400,
                KeepAliveTimeoutMs = 300,
            },
        };
        Node node = new(options.Node, Identity.Create(_crypto, new SeededRandom(999_999u + _life)), _crypto, _board.Random);
        _device = new Device(_board, node, _board.Network, options);
        foreach (Gateway gateway in _gateways)
        {
            _device.DialList.Add(gateway.Address);
        }

        _device.Listen("/ip4/127.0.0.1/tcp/5000");
        _device.Publish(_sensor, _device.OpenTopic("a"), EveryMs);
        _world.Add(_device);
    }

    private Gateway AddGateway()
    {
        NodeOptions sizes = Gateway.Sizes;
        sizes.KeepAliveMs = 400;
        sizes.KeepAliveTimeoutMs = 300;
        sizes.HandshakeTimeoutMs = 600;
        Gateway gateway = _world.AddGateway(new TestNode(_world.Network, sizes, _crypto), "a");
        gateway.IsDeaf = true;
        return gateway;
    }

    private int TooLate => _gateways[0].CameTooLate + _gateways[1].CameTooLate;

    private void OnHeard(PubSubMessage message)
    {
        ReadOnlySpan<byte> text = message.Buffer.AsSpan(message.DataOffset, message.DataCount);
        int number = 0;
        foreach (byte digit in text[(text.IndexOf("\"count\":"u8) + 8)..^1])
        {
            number = (number * 10) + digit - '0';
        }

        // of this life, not of the one before a restart
        if (number > _sensor.First)
        {
            _heard.Add(number);
        }
    }

    private void Later(int milliseconds, Action end) => _ends.Add((_world.NowMs + milliseconds, end));

    private void End(long nowMs)
    {
        for (int i = _ends.Count - 1; i >= 0; i--)
        {
            if (_ends[i].At <= nowMs)
            {
                Action end = _ends[i].End;
                _ends.RemoveAt(i);
                end();
            }
        }
    }

    private int Pick(int count) => (int)(_random.Next() % (uint)count);

    private sealed class NumberedSensor(int last) : Sensor
    {
        private readonly byte[] _name = Reading.Name("count");

        public int First { get; } = last;

        public int Last { get; private set; } = last;

        public bool IsQuiet { get; set; }

        public override void Read(Reading reading)
        {
            if (!IsQuiet)
            {
                reading.Add(_name, ++Last, 0);
            }
        }
    }
}
