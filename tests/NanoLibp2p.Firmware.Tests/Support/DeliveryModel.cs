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
/// is promised of <see cref="Device.Readings"/>, <see cref="Device.Sent"/>, <see cref="Device.Kept"/> and <see cref="Device.Dropped"/>; after
/// each schedule, once the faults are over, that everything kept arrives.
/// </summary>
internal sealed class DeliveryModel
{
    private const int EveryMs = 50;

    private readonly SeededRandom random;
    private readonly World world;
    private readonly Gateway[] gateways = new Gateway[2];
    private readonly Gateway? bystander;
    private readonly MemoryStore store = new();
    private readonly CheapCrypto crypto = new();
    private readonly HashSet<int> heard = [];
    private readonly List<(long At, Action End)> ends = [];
    private readonly int ringBytes;
    private readonly bool unsubscribes;
    private NumberedSensor sensor;
    private TestBoard board;
    private Device device;
    private int tooLateBefore;
    private uint life;

    public DeliveryModel(uint seed)
    {
        random = new SeededRandom(seed);
        world = new World(seed);
        world.Network.Capacity = 2048;
        world.Network.MaxDelayMs = Pick(4) == 0 ? 20 : 0;
        world.Network.MaxPiece = Pick(4) == 0 ? 100 : 0;
        world.MaxStepMs = 500;
        ringBytes = Pick(3) == 0 ? 260 : 4096;
        unsubscribes = Pick(4) == 0;
        bystander = Pick(4) == 0 ? AddGateway() : null;
        for (int i = 0; i < gateways.Length; i++)
        {
            gateways[i] = AddGateway();
            gateways[i].Listen();
            gateways[i].Told = OnHeard;
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
        sensor.IsQuiet = false;
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
        sensor.IsQuiet = true;
        string? fault = null;
        bool arrived = world.Run(() => (fault = Check()) != null || device.Kept == 0, 60_000);
        return fault ?? (arrived ? Missing() : $"{device.Kept} readings of {device.Readings} never arrived");
    }

    private string? RunFor(int milliseconds)
    {
        string? broken = null;
        long end = world.NowMs + milliseconds;
        while (broken == null && world.NowMs < end)
        {
            long next = end;
            foreach ((long at, _) in ends)
            {
                next = Math.Min(next, at);
            }

            world.Run(() => (broken = Check()) != null, (int)Math.Max(0, next - world.NowMs));
            End(world.NowMs);
        }

        return broken;
    }

    private string? Check()
    {
        if (device.Readings != device.Sent + device.Kept + device.Dropped)
        {
            return $"{device.Readings} taken, {device.Sent} sent, {device.Kept} kept, {device.Dropped} dropped";
        }

        // what came for a topic that the gateway had left has reached its stack all the same
        int known = heard.Count + TooLate - tooLateBefore;
        return device.Sent > known ? $"{device.Sent} sent, and {known} heard" : null;
    }

    // of a device that dropped nothing each reading was heard
    private string? Missing()
    {
        if (device.Dropped > 0 || unsubscribes)
        {
            return null;
        }

        for (int i = sensor.First + 1; i <= sensor.Last; i++)
        {
            if (!heard.Contains(i))
            {
                return $"reading {i} was heard by nobody";
            }
        }

        return null;
    }

    private void Fault(int kind)
    {
        Gateway gateway = gateways[Pick(gateways.Length)];
        int duration = 10 + Pick(400);
        MemoryLink? link = board.Network.LastDialed;
        Faults.Add($"{world.NowMs}: {kind} for {duration}");
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
            case 9 when unsubscribes:
                gateway.PubSub.Open("a").Leave();
                Later(duration, () => gateway.PubSub.Join("a"));
                break;
            case 10 when bystander != null:
                bystander.Host.LastConnected?.Close();
                bystander.Host.Dial(Multiaddr.Parse("/ip4/127.0.0.1/tcp/5000"));
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
                Func<long, long> before = world.Clock;
                world.Clock = now => before(now) - back;
                break;
            case 13 when Pick(4) == 0:
                Restart();
                break;
        }
    }

    private void Heal()
    {
        End(long.MaxValue);
        foreach (Gateway gateway in gateways)
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
        if (board.Network.LastDialed != null)
        {
            board.Network.LastDialed.Break();
        }

        board.Network.Close();
        bystander?.Host.LastConnected?.Close();
        world.Remove(device);
        Start();
    }

    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(sensor), nameof(board), nameof(device))]
    private void Start()
    {
        sensor = new NumberedSensor(sensor?.Last ?? 0);
        heard.Clear();
        tooLateBefore = TooLate;
        board = new TestBoard(world.Network, ++life, store) { IsSilent = true };
        var options = new DeviceOptions
        {
            RingBytes = ringBytes,
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
        var node = new Node(options.Node, Identity.Create(crypto, new SeededRandom(999_999u + life)), crypto, board.Random);
        device = new Device(board, node, board.Network, options);
        foreach (Gateway gateway in gateways)
        {
            device.DialList.Add(gateway.Address);
        }

        device.Listen("/ip4/127.0.0.1/tcp/5000");
        device.Publish(sensor, device.OpenTopic("a"), EveryMs);
        world.Add(device);
    }

    private Gateway AddGateway()
    {
        NodeOptions sizes = Gateway.Sizes;
        sizes.KeepAliveMs = 400;
        sizes.KeepAliveTimeoutMs = 300;
        sizes.HandshakeTimeoutMs = 600;
        Gateway gateway = world.AddGateway(new TestNode(world.Network, sizes, crypto), "a");
        gateway.IsDeaf = true;
        return gateway;
    }

    private int TooLate => gateways[0].CameTooLate + gateways[1].CameTooLate;

    private void OnHeard(PubSubMessage message)
    {
        ReadOnlySpan<byte> text = message.Buffer.AsSpan(message.DataOffset, message.DataCount);
        int number = 0;
        foreach (byte digit in text[(text.IndexOf("\"count\":"u8) + 8)..^1])
        {
            number = (number * 10) + digit - '0';
        }

        // of this life, not of the one before a restart
        if (number > sensor.First)
        {
            heard.Add(number);
        }
    }

    private void Later(int milliseconds, Action end) => ends.Add((world.NowMs + milliseconds, end));

    private void End(long nowMs)
    {
        for (int i = ends.Count - 1; i >= 0; i--)
        {
            if (ends[i].At <= nowMs)
            {
                Action end = ends[i].End;
                ends.RemoveAt(i);
                end();
            }
        }
    }

    private int Pick(int count) => (int)(random.Next() % (uint)count);

    private sealed class NumberedSensor(int last) : Sensor
    {
        private readonly byte[] name = Reading.Name("count");

        public int First { get; } = last;

        public int Last { get; private set; } = last;

        public bool IsQuiet { get; set; }

        public override void Read(Reading reading)
        {
            if (!IsQuiet)
            {
                reading.Add(name, ++Last, 0);
            }
        }
    }
}
