using System;
using System.Text;
using System.Threading;
using NanoLibp2p.Boards.Virtual;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Firmware;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Frames;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.Radio;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli;

/// <summary>A virtual board on a radio, with a thread of its own: a frame session with its gateway, and the host's own readings.</summary>
internal sealed class RadioBoard : IDisposable
{
    private const int Alias = 0;

    // a signature takes too much of a frame that is not longer
    private const int LongestOfBatches = 96;
    private const int MostWaitMs = 100;

    private readonly VirtualBoard _board;
    private readonly DesktopCrypto _crypto = new();
    private readonly Told _device;
    private readonly IFrameLink _link;
    private readonly Reading _reading;
    private readonly long _everyMs;
    private readonly int _readings;
    private readonly Thread _thread;
    private volatile bool _isEnding;

    /// <summary>Makes a board; <see cref="Start"/> lets it run.</summary>
    /// <param name="identity">Who it is.</param>
    /// <param name="radio">Its radio.</param>
    /// <param name="gateway">Its gateway.</param>
    /// <param name="topic">Where its readings go.</param>
    /// <param name="every">How often.</param>
    /// <param name="readings">After so many it takes no more.</param>
    /// <param name="folder">What outlives it; null for nothing.</param>
    /// <param name="log">Hears, on the board's thread, what happens to it.</param>
    /// <exception cref="FormatException">The topic can't be one, the radio is not a device's, or the card is not taken.</exception>
    /// <exception cref="System.IO.IOException">The folder takes nothing.</exception>
    internal RadioBoard(Identity identity, RadioAddress radio, RadioGateway gateway, string topic, TimeSpan every, int readings,
        RadioFolder? folder, Action<string> log)
        : this(identity, store => radio.Create(false, folder?.Airtime ?? store), gateway, topic, every, readings,
            folder?.Store ?? new MemoryStore(), folder?.IsCopy ?? false, radio.Scheme != "udp", log)
    {
        if (folder?.IsCopy == true)
        {
            log("its folder is a copy, so it opens a new session, and the airtime of the last hour counts as used: a radio with a duty "
                + "cycle sends nothing for an hour");
        }

        if (folder?.Settle() is { } problem)
        {
            log($"what tells a copy of its folder can't be written, so its next start counts as one from a copy: {problem}");
        }
    }

    /// <summary>Makes a board on a link of any kind.</summary>
    /// <param name="identity">Who it is.</param>
    /// <param name="link">Makes its link, with the store for its airtime.</param>
    /// <param name="gateway">Its gateway.</param>
    /// <param name="topic">Where its readings go.</param>
    /// <param name="every">How often.</param>
    /// <param name="readings">After so many it takes no more.</param>
    /// <param name="store">What outlives it.</param>
    /// <param name="log">Hears, on the board's thread, what happens to it.</param>
    /// <exception cref="FormatException">The topic can't be one, or the card is not taken.</exception>
    internal RadioBoard(Identity identity, Func<IStore, IFrameLink> link, RadioGateway gateway, string topic, TimeSpan every, int readings,
        IStore store, Action<string> log)
        : this(identity, link, gateway, topic, every, readings, store, false, true, log)
    {
    }

    private RadioBoard(Identity identity, Func<IStore, IFrameLink> link, RadioGateway gateway, string topic, TimeSpan every, int readings,
        IStore store, bool isCopy, bool mayMeet, Action<string> log)
    {
        _board = new VirtualBoard("virtual", store);
        _link = link(store);
        _everyMs = (long)every.TotalMilliseconds;
        _readings = readings;
        Card = RadioCard.Of(identity, _crypto);
        FrameNodeOptions options = RadioDevice.CreateOptions(_link);
        options.ReadingBytes = 160;
        options.MessageBytes = 1500;
        options.Readings = 64;
        options.MayBeCalled = true;
        options.AnswerBytes = 160;
        options.MayMeet = gateway.Card == null;
        options.Meets = gateway.Peer;
        _device = new Told(_link, options, identity, gateway.Peer, store, _crypto, log);
        if (!_device.Node.SetTopic(Alias, topic, _link.Mtu <= LongestOfBatches ? FrameTopic.Batched : FrameTopic.Signed, null))
        {
            throw new FormatException($"a topic on a radio has 1 to 128 ASCII characters, and fits a frame of {_link.Mtu} bytes");
        }

        Provision(gateway, isCopy, mayMeet && _link.Mtu >= FrameHandshake.XX2Bytes);
        _reading = new Reading(_device.Node.MaxReading(Alias));
        _device.ReadNow = () =>
        {
            Read(0);
            return _reading.Bytes.AsSpan(0, _reading.Count);
        };
        _thread = new Thread(Run) { Name = "radio board", IsBackground = true };
    }

    /// <summary>What its gateway is to be told of it.</summary>
    internal RadioCard Card { get; }

    /// <summary>Readings that the gateway has.</summary>
    internal long Sent => _device.Settled;

    /// <summary>Readings that were lost.</summary>
    internal long Dropped => _device.Lost;

    internal void Start() => _thread.Start();

    /// <summary>Waits until it has ended.</summary>
    public void Dispose()
    {
        _isEnding = true;
        if (!_thread.ThreadState.HasFlag(ThreadState.Unstarted))
        {
            _thread.Join();
        }

        _link.Close();
        _board.Dispose();
        _crypto.Dispose();
    }

    private void Provision(RadioGateway gateway, bool isCopy, bool mayMeet)
    {
        FrameNode node = _device.Node;
        if (isCopy || !_device.Start(_board.Clock.NowMs, -1))
        {
            // above all that it has used before, since both rise with the time
            long unixMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            byte[] hedge = new byte[32];
            _board.Random.Fill(hedge, 0, hedge.Length);
            node.Provision((uint)(unixMs / 1000), hedge, (ulong)unixMs << 16, isCopy);
        }

        int place = gateway.Card is { } card ? node.AddGateway(card.Card, card.StaticKey) : Place(node.Gateways, gateway.Peer);
        if (place < 0 && gateway.Card != null)
        {
            throw new FormatException("the gateway's card is not taken: it is older than one that this device has seen of that gateway, "
                + $"the device has {FrameGateways.Capacity} gateways already, or its store takes nothing. Begin with a new --key file, or "
                + "give the card that the gateway prints now");
        }

        if (place < 0 && (!mayMeet || node.Gateways.Count > 0))
        {
            throw new FormatException($"the card of {gateway.Peer} is not known here, and this device can't ask for it by radio: "
                + (node.Gateways.Count > 0 ? "it has another gateway already"
                    : $"that takes frames of {FrameHandshake.XX2Bytes} bytes, and a gateway that answers strangers")
                + ". Give --gateway the card that gateway run --radio prints, or the gateway's data folder");
        }

        _device.Start(_board.Clock.NowMs, -1);
        node.Prefer(place);
    }

    private static int Place(FrameGateways gateways, PeerId peer)
    {
        int place = gateways.Count - 1;
        while (place >= 0 && !gateways.Id(place).Equals(peer))
        {
            place--;
        }

        return place;
    }

    private void Run()
    {
        long next = _board.Clock.NowMs;
        int taken = 0;
        while (!_isEnding)
        {
            long now = _board.Clock.NowMs;
            if (taken < _readings && now >= next)
            {
                Publish(++taken);
                next = now + _everyMs;
            }

            int wait = _device.Step(now);
            _link.Wait((int)Math.Clamp(Math.Min(wait, next - now), 0, MostWaitMs));
        }
    }

    private void Publish(int number)
    {
        Read(number);

        // the last one asks whether it has arrived, and ends its batch
        if (_device.Node.Publish(Alias, _reading.Bytes, 0, _reading.Count, number == _readings) < 0)
        {
            _device.Lost++;
        }
    }

    private void Read(int number)
    {
        _reading.Begin(number, 0);
        _board.Sensor.Read(_reading);
        _reading.End();
        if (_reading.TooLong)
        {
            // what does not fit a frame of this radio is left out
            _reading.Begin(number, 0);
            _reading.End();
        }
    }

    /// <summary>Reads the sensor.</summary>
    private delegate ReadOnlySpan<byte> Reader();

    private sealed class Told(IFrameLink link, FrameNodeOptions options, Identity identity, PeerId gateway, IStore store,
        DesktopCrypto crypto, Action<string> log)
        : RadioMailDevice(link, options, new FrameSecrets(crypto), identity, gateway, store)
    {
        // what it has for its gateway to call: its sensor's reading
        private const int ReadMethod = 0x80;

        private readonly PeerId _gateway = gateway;
        private long _settled;
        private long _lost;
        private int _before;

        internal Reader? ReadNow { get; set; }

        internal long Settled => Interlocked.Read(ref _settled);

        internal long Lost
        {
            get => Interlocked.Read(ref _lost);
            set => Interlocked.Exchange(ref _lost, value);
        }

        public override void OnState(FrameNode node)
        {
            bool isInVain = _before == FrameState.Opening && node.State is FrameState.Known or FrameState.None;
            _before = node.State;
            log(node.State switch
            {
                _ when isInVain => $"got no session with {_gateway}: that gateway is out of reach, or does not know this device. Put the "
                    + "device's card, as it is printed at its start, into radio-devices of the gateway's data folder; it asks again in a "
                    + "minute, ever more slowly then, and after an hour where it was refused",
                FrameState.None => "looks for its gateway, for ten minutes",
                FrameState.Known => "it has no session with its gateway",
                FrameState.Opening => "opens a session with its gateway",
                FrameState.Open => "has a session with its gateway",
                FrameState.Resuming => "resumes its session",
                _ => "its gateway is silent; it is asked ever more slowly",
            });
        }

        // who answers first contact: it must be the one that it was given
        public override bool OnStranger(FrameNode node, byte[] card) => PeerId.FromEd25519(card, FrameCard.KeyAt + 4).Equals(_gateway);

        public override void OnSettled(FrameNode node, int reading) => Interlocked.Increment(ref _settled);

        public override void OnLost(FrameNode node, int reading, int notice)
        {
            Interlocked.Increment(ref _lost);
            log(notice == 0 ? "a reading made room for newer ones" : $"the gateway does not take a reading: notice {notice}");
        }

        public override int OnCall(FrameNode node, int method, byte[] body, int offset, int count, byte[] answer)
        {
            log($"its gateway calls method {method:X2}h");
            if (method != ReadMethod || ReadNow == null)
            {
                return -3;
            }

            ReadOnlySpan<byte> reading = ReadNow();
            reading = reading[..Math.Min(reading.Length, answer.Length)];
            reading.CopyTo(answer);
            return reading.Length;
        }

        protected override void OnMail(PeerId sender, byte[] body) => log($"mail from {sender}: {Encoding.UTF8.GetString(body)}");

        public override void OnStoreFailed(FrameNode node) => log("its store takes nothing, so it sends nothing");
    }
}
