using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Text;
using System.Threading;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Firmware;
using NanoLibp2p.Firmware.Mail;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Sender;
using NanoLibp2p.Postbox.Tests;
using FirmwareDevice = NanoLibp2p.Firmware.Device;

namespace NanoLibp2p.Postbox.Service.Tests;

/// <summary>A board with the firmware's own mail, on TCP, that is woken and loses its power; its store stays. Its clock runs fast, so that
/// its pauses are short.</summary>
internal sealed class SleepyBoard : Board, IClock
{
    private const int Haste = 5;
    private const int MaxItems = 64;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Reader _reader;
    private readonly string _settings;
    private BreakingTransport _link = new();
    private FirmwareDevice? _device;

    internal SleepyBoard(Multiaddr gateway, PeerId writer)
    {
        _settings = $"topic = a\nevery = 100000000\nmailbox = {gateway}\nmail-from = {writer}\nmail-every = 5000\n";
        _reader = new Reader(gateway, writer);
    }

    internal TestStore Values { get; } = new();

    /// <summary>Bodies that were handed on for the first time, in order.</summary>
    internal List<string> Heard => _reader.Heard;

    /// <summary>Bodies that may have been handed on before.</summary>
    internal List<string> Again => _reader.Again;

    /// <summary>How each asking of the mailbox ended.</summary>
    internal List<int> Ends => _reader.Ends;

    /// <summary>With what the writer deposits; there once the board has made its mailbox.</summary>
    internal byte[] Token => _reader.Token;

    internal PeerId Peer { get; private set; } = null!;

    /// <summary>Connections that broke.</summary>
    internal int Breaks { get; private set; }

    /// <summary>Bytes read after which a connection breaks; each anew. -1 for none.</summary>
    internal int BreakAfter { get; set; } = -1;

    public override string Name => "sleepy";

    public override IStreamTransport Link => _link;

    public override IClock Clock => this;

    public override IRandom Random { get; } = new SystemRandom();

    public override IStore Store => Values;

    public override Sensor Sensor { get; } = new Silent();

    public override long UnixMs => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    long IClock.NowMs => _clock.ElapsedMilliseconds * Haste;

    protected override CryptoProvider PreferredCrypto { get; } = DesktopCrypto.Choose();

    /// <summary>Starts it and lets it run until something is so, or its power is cut at a write of its store.</summary>
    /// <returns>False when its power was cut.</returns>
    internal bool RunUntil(Func<bool> condition, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        try
        {
            if (_device == null)
            {
                MailDevice mail = new(_reader);
                mail.Options.Latest = ["setpoint"u8.ToArray()];

                // twice what the mailbox takes (SPEC.md 6)
                mail.Options.TableEntries = 2 * MaxItems;
                _link = new BreakingTransport { Board = this };
                _reader.Client = () => mail.Client;
                _device = mail.Create(this, DeviceSettings.Parse(_settings));
                Peer = _device.Node.Identity.PeerId;
            }

            while (!condition())
            {
                Assert.True(watch.Elapsed < Bed.Patience, $"waited for {Bed.Patience.TotalSeconds} s: {what}");
                _device.Step(((IClock)this).NowMs);
                Thread.Sleep(1);
            }

            return true;
        }
        catch (TestStore.PowerCut)
        {
            return false;
        }
    }

    /// <summary>Its power goes, whatever it is doing.</summary>
    internal void PowerOff()
    {
        _link.Break();
        _link.Close();
        _device = null;
        Values.CutAt = 0;
    }

    private sealed class Silent : Sensor
    {
        public override void Read(Reading reading)
        {
        }
    }

    private sealed class Reader(Multiaddr gateway, PeerId writer) : MailHandler
    {
        private readonly StringBuilder _body = new();

        internal List<string> Heard { get; } = [];

        internal List<string> Again { get; } = [];

        internal List<int> Ends { get; } = [];

        internal byte[] Token { get; private set; } = [];

        internal Func<PostboxClient> Client { get; set; } = null!;

        public override void OnMail(Mail mail)
        {
            if (mail.BodyOffset == 0)
            {
                _body.Clear();
            }

            _body.Append(Encoding.Latin1.GetString(mail.Buffer, mail.Offset, mail.Count));
            if (_body.Length == mail.BodyBytes)
            {
                (mail.SeenBefore ? Again : Heard).Add(_body.ToString());
            }
        }

        public override bool OnNoMailbox(Connection connection)
        {
            PostboxSender sender = new(Client(), new PostboxSenderOptions { Gateways = [gateway], MaxItems = MaxItems });
            byte[] token = new byte[256];
            Token = token[..sender.WriteToken(writer, uint.MaxValue, 3, 3, token, 0)];
            return sender.SignRecord() > 0 && sender.Configure(connection);
        }

        public override void OnSynced(FirmwareDevice device, int code) => Ends.Add(code);
    }

    /// <summary>A TCP driver whose connections break after so many bytes.</summary>
    private sealed class BreakingTransport : IStreamTransport
    {
        private readonly Hal.Tcp.TcpTransport _inner = new(2);
        private readonly List<BreakingLink> _links = [];

        internal SleepyBoard? Board { get; init; }

        public IStreamLink Dial(string host, int port)
        {
            BreakingLink link = new(_inner.Dial(host, port), Board!);
            _links.Add(link);
            return link;
        }

        public int Listen(string host, int port, out LinkError error) => _inner.Listen(host, port, out error);

        public IStreamLink Accept() => _inner.Accept();

        public void Wait(int milliseconds) => _inner.Wait(milliseconds);

        public void Close() => _inner.Close();

        internal void Break() => _links.ForEach(link => link.Close());
    }

    private sealed class BreakingLink(IStreamLink inner, SleepyBoard board) : IStreamLink
    {
        private int _read;
        private bool _isBroken;

        public LinkState State => _isBroken ? LinkState.Failed : inner.State;

        public LinkError Error => _isBroken ? LinkError.Reset : inner.Error;

        public int RemotePort => inner.RemotePort;

        public int Read(byte[] buffer, int offset, int count)
        {
            if (_isBroken)
            {
                return LinkResult.Failed;
            }

            // what is lost on the way is lost in the middle of a record
            int most = board.BreakAfter < 0 ? count : Math.Min(count, board.BreakAfter - _read);
            if (most <= 0 && count > 0)
            {
                _isBroken = true;
                board.Breaks++;
                inner.Close();
                return LinkResult.Failed;
            }

            int read = inner.Read(buffer, offset, most);
            _read += Math.Max(read, 0);
            return read;
        }

        public int Write(byte[] buffer, int offset, int count) => _isBroken ? LinkResult.Failed : inner.Write(buffer, offset, count);

        public int CopyRemoteAddress(byte[] buffer, int offset) => inner.CopyRemoteAddress(buffer, offset);

        public void Close() => inner.Close();
    }
}
