using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Hal.Radio.LoRaUdp;

/// <summary>
/// The radio of a gateway whose concentrators run Semtech's packet forwarder: what they hear comes by UDP, and frames down go back with the
/// concentrator's time, so that they meet the receive window whatever the network's delay.
/// </summary>
/// <remarks>
/// The protocol proves nothing: whoever reaches the port can say what was heard. So it hears the forwarders that are named, or the first
/// 16, and no more frames a second of each than 8 channels at SF7 can carry: a rate that is bounded as by air. Bind it to an address that
/// only forwarders reach.
/// </remarks>
public sealed class LoRaUdpLink : IFrameLink
{
    /// <summary>Forwarders at a time.</summary>
    public const int MaxForwarders = 16;

    /// <summary>Frames a second that are taken of one forwarder: 8 channels at SF7, 12 bytes each, and something for bursts.</summary>
    public const int MaxFramesASecond = 200;

    private const int Mtu255 = 255;
    private const int MaxWaiting = 256;
    private const int MaxDatagrams = 64;
    private const int ForgetMs = 600_000;
    private const int GuardMs = 30;
    private const int OriginBytes = LoRaUdpPacket.IdBytes + 4 + 1 + 4 + 8;

    private readonly LoRaUdpOptions _options;
    private readonly IClock _clock;
    private readonly AirLedger _ledger;
    private readonly HashSet<string> _allowed;
    private readonly List<Forwarder> _forwarders = [];
    private readonly Queue<Heard> _heard = new();
    private readonly byte[] _datagram = new byte[65_536];
    private Socket? _socket;
    private Heard? _last;
    private ushort _token;
    private int _spreading = 9;
    private int _bandwidth = 125_000;

    /// <summary>Makes a link that is not open yet.</summary>
    /// <param name="options">How it listens and sends.</param>
    /// <param name="clock">The host's steady clock; null for the system's.</param>
    /// <exception cref="ArgumentException">The id of a forwarder is not 16 hex digits.</exception>
    public LoRaUdpLink(LoRaUdpOptions options, IClock? clock = null)
    {
        if (options.Forwarders.FirstOrDefault(one => one.Length != 16 || !one.All(char.IsAsciiHexDigit)) is { } wrong)
        {
            throw new ArgumentException($"'{wrong}' is no id of a packet forwarder; give its 16 hex digits, such as 0016c001ff10a235");
        }

        _options = options;
        _clock = clock ?? new SystemClock();
        _allowed = [.. options.Forwarders.Select(one => one.ToLowerInvariant())];
        _ledger = new AirLedger(new StoredAir(options.Store ?? new MemoryStore(), ValueOf(options.Local), true), options.LimitMs,
            LoRaAirtime.Microseconds(12, 125_000, Mtu255));
    }

    // each radio of a gateway has airtime of its own, under a name of at most 24 characters
    private static string ValueOf(IPEndPoint local)
        => "air-lora-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(local.ToString())), 0, 4);

    /// <summary>The port that it has while it is open.</summary>
    public int Port => (_socket?.LocalEndPoint as IPEndPoint)?.Port ?? 0;

    /// <summary>The ids of the forwarders that were heard of in the last ten minutes.</summary>
    public IReadOnlyList<string> Forwarders
    {
        get
        {
            lock (_forwarders)
            {
                return [.. _forwarders.Select(one => one.Name)];
            }
        }
    }

    /// <summary>Frames down that a forwarder refused.</summary>
    public long Refused { get; private set; }

    /// <summary>Why it refused the last one, as TOO_LATE; null for none.</summary>
    public string? LastRefusal { get; private set; }

    /// <summary>Datagrams and frames that were dropped: strangers', malformed ones, more than a concentrator can hear.</summary>
    public long Dropped { get; private set; }

    /// <inheritdoc/>
    public int Mtu => Mtu255;

    /// <inheritdoc/>
    public bool HasAddresses => false;

    /// <inheritdoc/>
    public bool IsBoundedByAir => true;

    /// <inheritdoc/>
    public int AnswerMs => _options.WindowMs + 9_500;

    /// <inheritdoc/>
    public int RssiDbm => _last?.Frame.RssiDbm ?? FrameLinkResult.NoSignal;

    /// <inheritdoc/>
    public int SnrQuarterDb => _last?.Frame.SnrQuarterDb ?? FrameLinkResult.NoSignal;

    /// <inheritdoc/>
    public LinkError Open()
    {
        Close();
        Socket? socket = null;
        try
        {
            socket = new Socket(_options.Local.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
            if (_options.Local.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(_options.Local);
            _socket = socket;
            _ledger.Start(_clock.NowMs, 0);
            return LinkError.None;
        }
        catch (SocketException exception)
        {
            socket?.Dispose();
            return exception.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable or SocketError.AccessDenied
                    => LinkError.AddressUnavailable,
                _ => LinkError.Other,
            };
        }
    }

    /// <inheritdoc/>
    public int TimeOnAirUs(int count) => LoRaAirtime.Microseconds(_spreading, _bandwidth, count);

    /// <inheritdoc/>
    public int WaitMs(int count, bool isUrgent) => _ledger.WaitMs(_clock.NowMs, TimeOnAirUs(count), isUrgent);

    /// <inheritdoc/>
    public int Send(byte[] frame, int offset, int count, byte[]? to, int toCount, bool isUrgent)
    {
        if (_socket == null)
        {
            return LinkResult.Failed;
        }

        if (count < 1 || count > Mtu)
        {
            return FrameLinkResult.TooLong;
        }

        if (to == null || toCount != OriginBytes)
        {
            return FrameLinkResult.TooLate;
        }

        ulong id = BinaryPrimitives.ReadUInt64BigEndian(to);
        uint ended = BinaryPrimitives.ReadUInt32BigEndian(to.AsSpan(8));
        int spreading = to[12];
        int bandwidth = BinaryPrimitives.ReadInt32BigEndian(to.AsSpan(13));
        int late = (int)Math.Clamp(_clock.NowMs - BinaryPrimitives.ReadInt64BigEndian(to.AsSpan(17)), 0, int.MaxValue);
        Forwarder? forwarder = Find(id);
        if (forwarder?.Downlink == null || late > _options.WindowMs - GuardMs)
        {
            return FrameLinkResult.TooLate;
        }

        int air = LoRaAirtime.Microseconds(spreading, bandwidth, count);
        long start = _clock.NowMs + _options.WindowMs - late;
        if (start < forwarder.BusyUntilMs)
        {
            return FrameLinkResult.Busy;
        }

        if (!_ledger.Charge(_clock.NowMs, _options.WindowMs, air, isUrgent))
        {
            return _ledger.WaitMs(_clock.NowMs, air, isUrgent) > 0 ? FrameLinkResult.HeldBack : LinkResult.Failed;
        }

        forwarder.BusyUntilMs = start + (air / 1000) + 1;
        byte[] datagram = LoRaUdpPacket.WriteSend(forwarder.Version, ++_token, unchecked(ended + (uint)(_options.WindowMs * 1000)),
            _options.FrequencyMHz, _options.PowerDbm, spreading, bandwidth, frame.AsSpan(offset, count));
        Reply(datagram, forwarder.Downlink);
        return count;
    }

    /// <inheritdoc/>
    public int Receive(byte[] buffer, int offset, int capacity)
    {
        if (_socket == null)
        {
            return LinkResult.Failed;
        }

        ReadDatagrams(_socket);
        while (_heard.TryDequeue(out Heard? heard))
        {
            if (heard.Frame.Frame.Length <= capacity)
            {
                _last = heard;
                _spreading = heard.Frame.SpreadingFactor;
                _bandwidth = heard.Frame.BandwidthHz;
                heard.Frame.Frame.CopyTo(buffer, offset);
                return heard.Frame.Frame.Length;
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    public int CopyAddress(byte[] buffer, int offset) => 0;

    /// <inheritdoc/>
    public int CopyOrigin(byte[] buffer, int offset)
    {
        if (_last == null)
        {
            return 0;
        }

        Span<byte> to = buffer.AsSpan(offset);
        BinaryPrimitives.WriteUInt64BigEndian(to, _last.Forwarder);
        BinaryPrimitives.WriteUInt32BigEndian(to[8..], _last.Frame.Microseconds);
        to[12] = (byte)_last.Frame.SpreadingFactor;
        BinaryPrimitives.WriteInt32BigEndian(to[13..], _last.Frame.BandwidthHz);
        BinaryPrimitives.WriteInt64BigEndian(to[17..], _last.AtMs);
        return OriginBytes;
    }

    /// <inheritdoc/>
    public int Poll(long nowMs)
    {
        _ledger.Poll(_clock.NowMs);
        return FrameLinkResult.IdleMs;
    }

    /// <inheritdoc/>
    public void Wait(int milliseconds)
    {
        try
        {
            if (_socket is not { } socket)
            {
                Thread.Sleep(Math.Clamp(milliseconds, 0, 10));
            }
            else if (_heard.Count == 0)
            {
                socket.Poll(Math.Clamp(milliseconds, 0, 1000) * 1000, SelectMode.SelectRead);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // closed meanwhile: the next call says so
        }
    }

    /// <inheritdoc/>
    public void Close()
    {
        _socket?.Dispose();
        _socket = null;
        _heard.Clear();
        _last = null;
        lock (_forwarders)
        {
            _forwarders.Clear();
        }
    }

    private void ReadDatagrams(Socket socket)
    {
        for (int i = 0; i < MaxDatagrams && _heard.Count < MaxWaiting; i++)
        {
            try
            {
                if (!socket.Poll(0, SelectMode.SelectRead))
                {
                    return;
                }

                EndPoint from = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
                int count = socket.ReceiveFrom(_datagram, ref from);
                Take(_datagram.AsMemory(0, count), (IPEndPoint)from);
            }
            catch (SocketException)
            {
                // an ICMP of an earlier send
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Take(ReadOnlyMemory<byte> datagram, IPEndPoint from)
    {
        ReadOnlySpan<byte> bytes = datagram.Span;
        int kind = LoRaUdpPacket.Kind(bytes);
        if (kind is not (LoRaUdpPacket.PushData or LoRaUdpPacket.PullData or LoRaUdpPacket.TxAck)
            || Know(BinaryPrimitives.ReadUInt64BigEndian(bytes[LoRaUdpPacket.HeadBytes..]), bytes[0]) is not { } forwarder)
        {
            Dropped++;
            return;
        }

        if (kind == LoRaUdpPacket.PullData)
        {
            // only here: an address that asks for frames down is one that gets them
            forwarder.Downlink = from;
            Reply([bytes[0], bytes[1], bytes[2], LoRaUdpPacket.PullAck], from);
        }
        else if (kind == LoRaUdpPacket.PushData)
        {
            Reply([bytes[0], bytes[1], bytes[2], LoRaUdpPacket.PushAck], from);
            long now = _clock.NowMs;
            foreach (LoRaUdpHeard heard in LoRaUdpPacket.ReadHeard(datagram))
            {
                if (_heard.Count >= MaxWaiting || !forwarder.MayHear(now))
                {
                    Dropped++;
                    continue;
                }

                _heard.Enqueue(new Heard(forwarder.Id, heard, now));
            }
        }
        else if (LoRaUdpPacket.ReadError(datagram) is { } error)
        {
            Refused++;
            LastRefusal = error;
        }
    }

    private void Reply(ReadOnlySpan<byte> datagram, IPEndPoint to)
    {
        try
        {
            _socket?.SendTo(datagram, SocketFlags.None, to);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // lost, as any datagram may be
        }
    }

    private Forwarder? Find(ulong id) => _forwarders.Find(one => one.Id == id);

    private Forwarder? Know(ulong id, byte version)
    {
        string name = id.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
        if (_allowed.Count > 0 && !_allowed.Contains(name))
        {
            return null;
        }

        long now = _clock.NowMs;
        lock (_forwarders)
        {
            Forwarder? known = Find(id);
            if (known == null)
            {
                _forwarders.RemoveAll(one => now - one.SeenMs > ForgetMs);
                if (_forwarders.Count >= MaxForwarders)
                {
                    return null;
                }

                known = new Forwarder(id, name);
                _forwarders.Add(known);
            }

            known.SeenMs = now;
            known.Version = version;
            return known;
        }
    }

    private sealed record Heard(ulong Forwarder, LoRaUdpHeard Frame, long AtMs);

    private sealed class Forwarder(ulong id, string name)
    {
        private long _second;
        private int _frames;

        internal ulong Id { get; } = id;

        internal string Name { get; } = name;

        internal byte Version { get; set; }

        internal long SeenMs { get; set; }

        internal long BusyUntilMs { get; set; }

        internal IPEndPoint? Downlink { get; set; }

        internal bool MayHear(long nowMs)
        {
            if (nowMs / 1000 != _second)
            {
                _second = nowMs / 1000;
                _frames = 0;
            }

            return ++_frames <= MaxFramesASecond;
        }
    }
}
