using System;
using System.Threading;
using NanoLibp2p.Boards.Virtual;
using NanoLibp2p.Core;
using NanoLibp2p.Firmware;
using NanoLibp2p.Firmware.Mail;
using NanoLibp2p.Firmware.Relay;
using NanoLibp2p.Firmware.Rendezvous;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli;

/// <summary>
/// A virtual board with a thread of its own: it runs the program of every sensor, with the cryptography of a device. Its sensor may fall
/// silent after a number of readings. With a setting <c>relay</c> it is dialed through that relay, with <c>rendezvous</c> it finds another
/// gateway there, with <c>mailbox</c> it takes its mail.
/// </summary>
internal sealed class HostedBoard : Board, IDisposable
{
    // to the peer of its dial list, and to its relay; and one to turn a caller away
    private const int MaxLinks = 3;

    private readonly VirtualBoard _board;
    private readonly CountedSensor _sensor;
    private readonly Device _device;
    private readonly Thread _thread;
    private readonly bool _mdns;
    private readonly bool _hasMailbox;

    /// <summary>Makes a board; <see cref="Start"/> lets it run.</summary>
    /// <param name="name">What people call it.</param>
    /// <param name="identity">Who it is.</param>
    /// <param name="settings">Whom it dials, its topic, its interval; <c>relay</c> is a relay that it reserves at.</param>
    /// <param name="readings">After so many its sensor says nothing more.</param>
    /// <param name="log">Hears, on the board's thread, what happens to it.</param>
    /// <param name="mdns">Whether it finds peers of the local network where its dial list leads to none.</param>
    /// <exception cref="FormatException">An address or a setting is wrong.</exception>
    /// <exception cref="ArgumentException">The topic can't be one.</exception>
    internal HostedBoard(string name, Identity identity, DeviceSettings settings, int readings, Action<string>? log,
        bool mdns = false)
    {
        MemoryStore store = new();
        byte[] key = identity.ToProtobuf();
        store.Write(DeviceIdentity.StoreName, key, 0, key.Length);
        Array.Clear(key);
        _board = new VirtualBoard(name, store, log == null ? null : new LogLines(log), MaxLinks);
        _sensor = new CountedSensor(_board.Sensor, readings);
        _mdns = mdns;
        string? mailbox = settings.Find("mailbox", null!);
        _hasMailbox = mailbox != null;
        DeviceFactory create = new RendezvousDevice(new DeviceFactory(CreateRelayed)).Create;
        if (mailbox != null)
        {
            MailDevice? mail = null;
            mail = new MailDevice(new BoardMail(Multiaddr.Parse(mailbox), () => mail!.Client, log ?? (_ => { })), create);
            create = mail.Create;
        }

        _device = create(this, settings);
        _thread = new Thread(_device.Run) { Name = name, IsBackground = true };
    }

    public override PeerFinder? CreateFinder(DeviceSettings settings) => _mdns ? _board.CreateFinder(settings) : null;

    public override DeviceOptions CreateOptions()
    {
        DeviceOptions options = base.CreateOptions();

        // one for the gateway of its mailbox, beside the peer that it dials
        options.Node.MaxConnections = _hasMailbox ? 2 : options.Node.MaxConnections;
        return options;
    }

    public override string Name => _board.Name;

    public override IStreamTransport Link => _board.Link;

    public override IClock Clock => _board.Clock;

    public override IRandom Random => _board.Random;

    public override IStore Store => _board.Store;

    public override Sensor Sensor => _sensor;

    public override IDeviceLog? Log => _board.Log;

    public override long UnixMs => _board.UnixMs;

    /// <summary>Has what its log does not say told, from now on: each time with a peer and a sentence.</summary>
    internal BoardWatch Watch(string topic, Action<string, string> told) => new(_device, topic, told);

    /// <summary>Its peer id.</summary>
    internal string Peer => _device.Node.Identity.PeerId.ToString();

    /// <summary>Readings that a peer has confirmed.</summary>
    internal long Sent => _device.Sent;

    /// <summary>Readings that were lost because no peer took them in time.</summary>
    internal long Dropped => _device.Dropped;

    /// <summary>What the host does not tell about itself; empty when it tells everything.</summary>
    internal string MissingReadings => _board.MissingReadings;

    internal void Start() => _thread.Start();

    /// <summary>Asks it to end; it closes its connections in order.</summary>
    internal void Stop() => _device.Stop();

    /// <summary>Waits until it has ended.</summary>
    public void Dispose()
    {
        _device.Stop();
        if (_thread.ThreadState.HasFlag(ThreadState.Unstarted))
        {
            _board.Dispose();
            return;
        }
        _thread.Join();
        _board.Dispose();
    }

    private Device CreateRelayed(Board board, DeviceSettings settings)
    {
        Device device = RelayedDevice.Create(board, settings);
        device.Finder = CreateFinder(settings);
        return device;
    }

    private sealed class CountedSensor(Sensor sensor, int readings) : Sensor
    {
        private int _left = readings;

        public override void Read(Reading reading)
        {
            if (_left > 0)
            {
                _left--;
                sensor.Read(reading);
            }
        }
    }

    private sealed class LogLines(Action<string> log) : IDeviceLog
    {
        public void Write(string line) => log(line);
    }
}
