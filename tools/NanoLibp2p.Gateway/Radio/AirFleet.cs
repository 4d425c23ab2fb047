using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Frames;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.Radio.Air;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Radio;

/// <summary>A fleet of devices and a gateway on one simulated air, in virtual time, with the real sessions: what would it get
/// through?</summary>
internal sealed class AirFleet : IDisposable
{
    private const string Topic = "t";
    private const int LongestOfBatches = 96;
    private const double SendingWatts = 0.145;
    private const double ListeningWatts = 0.036;

    private readonly AirFleetOptions _options;
    private readonly AirMedium _air;
    private readonly AirLink _gatewayLink;
    private readonly FrameGateway _gateway;
    private readonly FrameRadio _radio;
    private readonly DesktopCrypto _crypto = new();
    private readonly FleetClock _clock = new();
    private readonly Device[] _devices;
    private readonly byte[] _buffer = new byte[1500];
    private readonly HashSet<string> _delivered = new(StringComparer.Ordinal);
    private readonly List<(long Taken, long Delivered)> _hours = [];
    private long _repeated;
    private long _readings;

    /// <summary>Makes it, before the first reading.</summary>
    /// <exception cref="ArgumentException">A reading does not fit a frame.</exception>
    internal AirFleet(AirFleetOptions options)
    {
        _options = options;
        AirProfile profile = AirProfile.Find(options.Profile);
        _air = new AirMedium(profile, _clock, options.Seed) { Loss = options.Loss };
        _gatewayLink = _air.Join(new AirLinkOptions { IsGateway = true });
        _gatewayLink.Open();
        SeededRandom random = new(options.Seed);
        Identity identity = Identity.Create(_crypto, random);
        _gateway = new FrameGateway(new FrameGatewayOptions
        {
            Identity = identity, Crypto = _crypto, Random = random, Store = new MemorySessions(Publish), Time = _clock, Admits = _ => true,
        }, (_, _) => { });
        _radio = new FrameRadio
        {
            Name = "air", Mtu = profile.Mtu, IsBoundedByAir = profile.IsBoundedByAir,
            TimeOnAir = bytes => TimeSpan.FromMicroseconds(profile.TimeOnAirUs(bytes)),
            AirtimeOfHour = TimeSpan.FromMilliseconds(profile.DownLimitMs),
        };
        _devices = [.. Enumerable.Range(0, options.Devices).Select(i => new Device(this, i, random))];
    }

    /// <summary>Plays it.</summary>
    /// <param name="progress">Told of each hour that has passed, of how many.</param>
    /// <param name="cancellationToken">Ends it early: what was played until then counts.</param>
    internal AirFleetResult Play(Action<int, int>? progress, CancellationToken cancellationToken)
    {
        long end = _clock.NowMs + (long)_options.Time.TotalMilliseconds;
        long began = _clock.NowMs;
        int hours = 0;
        while (_clock.NowMs < end && !cancellationToken.IsCancellationRequested)
        {
            long next = Math.Min(end, began + ((hours + 1) * 3_600_000L));
            foreach (Device device in _devices)
            {
                next = Math.Min(next, device.Step(_clock.NowMs));
            }

            next = Math.Min(next, _clock.NowMs + Hear());
            _clock.NowMs = Math.Max(_clock.NowMs + 1, next);
            if (_clock.NowMs >= began + ((hours + 1) * 3_600_000L))
            {
                hours++;
                _hours.Add((_readings, _delivered.Count));
                progress?.Invoke(hours, (int)Math.Ceiling(_options.Time.TotalHours));
            }
        }

        double played = Math.Max(1, (_clock.NowMs - began) / 3_600_000.0);
        long airUs = _devices.Sum(one => one.Counters.AirtimeUs);
        double joules = (airUs * SendingWatts / 1e6) + (_devices.Sum(one => one.Counters.ListenedUs) * ListeningWatts / 1e6);
        return new AirFleetResult
        {
            Readings = _readings,
            Delivered = _delivered.Count,
            Waiting = _devices.Sum(one => (long)one.Unsettled),
            Repeated = _repeated,
            Lost = _devices.Sum(one => one.Lost),
            Frames = _devices.Sum(one => one.Counters.Sent),
            Collided = _gatewayLink.Counters.Collided,
            AirtimeMs = airUs / 1000.0 / played / Math.Max(1, _devices.Length),
            GatewayAirtimeMs = _gatewayLink.Counters.AirtimeUs / 1000.0 / played,
            WorstHourMs = _devices.Max(one => one.WorstHourUs()) / 1000.0,
            MillijoulesForReading = _delivered.Count == 0 ? 0 : joules * 1000 / _delivered.Count,
            Hours = _hours,
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _crypto.Dispose();

    private int Hear()
    {
        int next = _gatewayLink.Poll(_clock.NowMs);
        byte[] origin = new byte[FrameLinkResult.MaxOriginBytes];
        for (int count = _gatewayLink.Receive(_buffer, 0, _buffer.Length); count > 0;
            count = _gatewayLink.Receive(_buffer, 0, _buffer.Length))
        {
            int originCount = _gatewayLink.CopyOrigin(origin, 0);
            byte[] bytes = new byte[FrameLinkResult.MaxAddressBytes];
            string address = Convert.ToHexString(bytes, 0, _gatewayLink.CopyAddress(bytes, 0));
            if (_gateway.OnFrame(_radio, address, _buffer.AsSpan(0, count), _clock.GetUtcNow()) is { } answer)
            {
                _gatewayLink.Send(answer.Frame, 0, answer.Frame.Length, origin, originCount, true);
                next = Math.Min(next, _gatewayLink.Poll(_clock.NowMs));
            }
        }

        return next;
    }

    // a message holds one reading, or several as lines
    private void Publish(FramePublication publication)
    {
        foreach (string reading in Encoding.ASCII.GetString(publication.Message, publication.DataOffset, publication.DataCount)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            _repeated += _delivered.Add(reading) ? 0 : 1;
        }
    }

    private sealed class Device : RadioDevice
    {
        private readonly AirFleet _fleet;
        private readonly AirLink _link;
        private readonly int _number;
        private readonly List<(long At, int AirUs)> _sent = [];
        private long _next;
        private int _taken;
        private long _airBefore;

        internal Device(AirFleet fleet, int number, SeededRandom random)
            : this(fleet, number, random, fleet._air.Join(new AirLinkOptions { LossDb = 90 + random.Next(30), Store = new MemoryStore() }))
        {
        }

        private Device(AirFleet fleet, int number, SeededRandom random, AirLink link)
            : this(fleet, number, random, link, Identity.Create(fleet._crypto, random), new FrameSecrets(fleet._crypto))
        {
        }

        private Device(AirFleet fleet, int number, SeededRandom random, AirLink link, Identity identity, FrameSecrets secrets)
            : base(link, Options(fleet, link), secrets, identity, new MemoryStore(), random)
        {
            (_fleet, _number, _link) = (fleet, number, link);
            RadioCard card = RadioCard.Of(identity, fleet._crypto);
            fleet._gateway.Remember(card.Peer, card.Card, card.StaticKey);
            int mtu = fleet._options.Mtu > 0 ? Math.Min(fleet._options.Mtu, link.Mtu) : link.Mtu;
            Node.SetTopic(0, Topic, mtu <= LongestOfBatches ? FrameTopic.Batched : FrameTopic.Signed, null);

            // a session with the short suite, which is not there yet, leaves eight bytes more
            int longest = Node.MaxReading(0) + (link.IsBoundedByAir ? 8 : 0);
            if (longest < fleet._options.ReadingBytes)
            {
                throw new ArgumentException($"a reading of {fleet._options.ReadingBytes} bytes does not fit a frame of {mtu}: "
                    + $"{longest} at most");
            }

            long now = fleet._clock.NowMs;
            Start(now, -1);
            byte[] hedge = new byte[32];
            random.Fill(hedge, 0, hedge.Length);
            Node.Provision((uint)fleet._clock.GetUtcNow().ToUnixTimeSeconds(), hedge, 1UL << 57, false);
            Node.AddGateway(fleet._gateway.Card.ToArray(), fleet._gateway.StaticKey.ToArray());
            Start(now, -1);

            // they do not all start at the same moment
            _next = now + random.Next((int)Math.Min(int.MaxValue - 1, fleet._options.Every.TotalMilliseconds));
        }

        internal AirCounters Counters => _link.Counters;

        internal int Unsettled => Node.Unsettled;

        internal long Lost { get; private set; }

        internal new long Step(long now)
        {
            if (now >= _next)
            {
                _next += (long)_fleet._options.Every.TotalMilliseconds;
                byte[] reading = Encoding.ASCII.GetBytes($"{_number}:{++_taken}".PadRight(_fleet._options.ReadingBytes, '.'));
                _fleet._readings++;
                Lost += Node.Publish(0, reading, 0, reading.Length, false) < 0 ? 1 : 0;
            }

            int wait = base.Step(now);
            if (Counters.AirtimeUs != _airBefore)
            {
                _sent.Add((now, (int)(Counters.AirtimeUs - _airBefore)));
                _airBefore = Counters.AirtimeUs;
            }

            return Math.Min(_next, now + Math.Max(1, wait));
        }

        public override void OnLost(FrameNode node, int reading, int notice) => Lost++;

        internal long WorstHourUs()
        {
            long worst = 0;
            long sum = 0;
            int first = 0;
            foreach ((long at, int airUs) in _sent)
            {
                sum += airUs;
                while (_sent[first].At + (_sent[first].AirUs / 1000) < at + (airUs / 1000) - 3_600_000)
                {
                    sum -= _sent[first++].AirUs;
                }

                worst = Math.Max(worst, sum);
            }

            return worst;
        }

        private static FrameNodeOptions Options(AirFleet fleet, AirLink link)
        {
            FrameNodeOptions options = CreateOptions(link);
            options.Readings = 64;
            options.ReadingBytes = fleet._options.ReadingBytes;
            options.MessageBytes = Math.Max(512, options.BatchReadings * (fleet._options.ReadingBytes + 1));
            options.Session.Mtu = fleet._options.Mtu > 0 ? Math.Min(fleet._options.Mtu, link.Mtu) : link.Mtu;
            return options;
        }
    }

    private sealed class FleetClock : TimeProvider, IClock
    {
        private static readonly DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public long NowMs { get; set; } = 1_000;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => _start.AddMilliseconds(NowMs);

        public override long GetTimestamp() => GetUtcNow().Ticks;
    }

    // no secret hangs on it: the same game for the same seed
    private sealed class SeededRandom(int seed) : IRandom
    {
        private readonly Random _random = new(seed);

        public void Fill(byte[] buffer, int offset, int count) => _random.NextBytes(buffer.AsSpan(offset, count));

        internal int Next(int below) => _random.Next(below);
    }

    private sealed class MemorySessions(Action<FramePublication> publish) : IFrameStore
    {
        private readonly Dictionary<string, byte[]> _notes = new(StringComparer.Ordinal);

        public IEnumerable<FrameDevice> Load() => [];

        public void Save(FrameDevice device, FrameTaken? taken)
        {
            if (taken?.Publication is { } publication)
            {
                publish(publication);
            }
        }

        public void Remove(PeerId peer)
        {
        }

        public IEnumerable<FramePublication> Outbox() => [];

        public void Published(FramePublication publication)
        {
        }

        public byte[]? ReadNote(string name) => _notes.GetValueOrDefault(name);

        public void WriteNote(string name, byte[] value) => _notes[name] = value;
    }
}
