using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Hal.Radio.Air;

/// <summary>A radio on a simulated air. Made by <see cref="AirMedium.Join"/>.</summary>
/// <remarks>
/// A frame is heard when it starts and judged when it ends: whether this radio listened, whether another one was as strong, whether chance
/// takes it. On LoRa a device hears only what begins in its receive window; a gateway sends into that window, which
/// <see cref="CopyOrigin"/> names.
/// </remarks>
public sealed class AirLink : IFrameLink
{
    // a stronger frame survives a weaker one at the same time from this difference on (SX1276: 6 dB)
    private const int CaptureDb = 6;
    private const int PowerDbm = 14;
    private const int NoiseFloorDbm = -117;
    private const int EarlyUs = 50_000;
    private const int LateUs = 100_000;
    private const int MaxHeard = 4096;
    private const int MaxReceived = 64;
    private const int MaxAnswers = 8;
    private const int OriginBytes = 16;

    private readonly Lock _lock = new();
    private readonly AirMedium _air;
    private readonly AirProfile _profile;
    private readonly AirLinkOptions _options;
    private readonly Random _random;
    private readonly long _id;
    private readonly AirLedger? _ledger;
    private readonly List<Heard> _heard = [];
    private readonly Queue<AirFrame> _received = new();

    // what this radio sent, as long as it may have kept it from hearing, and answers that wait for their window
    private readonly List<AirFrame> _sent = [];
    private readonly List<AirFrame> _toSend = [];
    private AirFrame? _last;
    private long _windowUs = long.MaxValue;
    private bool _isOpen;

    internal AirLink(AirMedium air, AirLinkOptions options, long id, int seed)
    {
        _air = air;
        _profile = air.Profile;
        _options = options;
        _id = id;
        _random = new Random(seed);
        int limit = options.IsGateway ? _profile.DownLimitMs : _profile.UpLimitMs;
        if (limit > 0)
        {
            IStore store = options.Store ?? new Desktop.MemoryStore();
            _ledger = new AirLedger(new StoredAir(store, "air", options.IsNew), limit, _profile.TimeOnAirUs(_profile.Mtu));
        }
    }

    /// <summary>What happened here.</summary>
    public AirCounters Counters { get; } = new();

    /// <summary>Milliseconds of airtime that count as used in the last hour; 0 where there is no limit.</summary>
    public int UsedMs => _ledger?.UsedMs ?? 0;

    /// <inheritdoc/>
    public int Mtu => _profile.Mtu;

    /// <inheritdoc/>
    public bool HasAddresses => _profile.HasAddresses;

    /// <inheritdoc/>
    public bool IsBoundedByAir => _profile.IsBoundedByAir;

    /// <inheritdoc/>
    public int AnswerMs => _profile.AnswerMs;

    /// <inheritdoc/>
    public int RssiDbm => _last == null ? FrameLinkResult.NoSignal : Rssi(_last);

    /// <inheritdoc/>
    public int SnrQuarterDb => _last == null ? FrameLinkResult.NoSignal : 4 * (Rssi(_last) - NoiseFloorDbm);

    private long NowUs => _air.Clock.NowMs * 1000;

    /// <inheritdoc/>
    public LinkError Open()
    {
        lock (_lock)
        {
            if (!_isOpen)
            {
                _isOpen = true;
                _ledger?.Start(_air.Clock.NowMs, _options.SleptSeconds);
                _air.Add(this);
            }

            return LinkError.None;
        }
    }

    /// <inheritdoc/>
    public int TimeOnAirUs(int count) => _profile.TimeOnAirUs(count);

    /// <inheritdoc/>
    public int WaitMs(int count, bool isUrgent)
    {
        lock (_lock)
        {
            return _ledger?.WaitMs(_air.Clock.NowMs, TimeOnAirUs(count), isUrgent) ?? 0;
        }
    }

    /// <inheritdoc/>
    public int Send(byte[] frame, int offset, int count, byte[]? to, int toCount, bool isUrgent)
    {
        if (count < 1 || count > Mtu)
        {
            return FrameLinkResult.TooLong;
        }

        AirFrame? now = null;
        lock (_lock)
        {
            if (!_isOpen)
            {
                return FrameLinkResult.Failed;
            }

            long start = NowUs;
            if (_options.IsGateway && _profile.WindowMs > 0)
            {
                if (to == null || toCount != OriginBytes)
                {
                    return FrameLinkResult.TooLate;
                }

                start = BinaryPrimitives.ReadInt64LittleEndian(to) + (_profile.WindowMs * 1000L);
                if (start < NowUs || start > NowUs + (2_000L * _profile.WindowMs))
                {
                    return FrameLinkResult.TooLate;
                }
            }

            int air = TimeOnAirUs(count);
            if (IsBusy(start, start + air))
            {
                return FrameLinkResult.Busy;
            }

            int delayMs = (int)((start - NowUs) / 1000);
            if (_ledger != null && !_ledger.Charge(_air.Clock.NowMs, delayMs, air, isUrgent))
            {
                bool isHeldBack = _ledger.WaitMs(_air.Clock.NowMs, air, isUrgent) > 0;
                Counters.HeldBack += isHeldBack ? 1 : 0;
                return isHeldBack ? FrameLinkResult.HeldBack : FrameLinkResult.Failed;
            }

            int channel = _options.IsGateway ? 0 : _random.Next(_profile.UpChannels);
            AirFrame sent = new(_id, !_options.IsGateway, channel, start, air, _options.LossDb, frame.AsSpan(offset, count).ToArray());
            Counters.Sent++;
            Counters.SentBytes += count;
            Counters.AirtimeUs += air;
            if (!_options.IsGateway && _profile.WindowMs > 0)
            {
                Counters.ListenedUs += EarlyUs + LateUs;
                _windowUs = sent.EndUs + (_profile.WindowMs * 1000L);
            }

            if (start > NowUs)
            {
                _toSend.Add(sent);
            }
            else
            {
                _sent.Add(sent);
                now = sent;
            }
        }

        if (now != null)
        {
            _air.Transmit(now);
        }

        return count;
    }

    /// <inheritdoc/>
    public int Receive(byte[] buffer, int offset, int capacity)
    {
        lock (_lock)
        {
            if (!_isOpen)
            {
                return LinkResult.Failed;
            }

            while (_received.TryDequeue(out AirFrame? frame))
            {
                if (frame.Bytes.Length <= capacity)
                {
                    _last = frame;
                    frame.Bytes.CopyTo(buffer, offset);
                    return frame.Bytes.Length;
                }
            }

            return 0;
        }
    }

    /// <inheritdoc/>
    public int CopyAddress(byte[] buffer, int offset)
    {
        if (_last == null || !HasAddresses)
        {
            return 0;
        }

        BinaryPrimitives.WriteInt64LittleEndian(buffer.AsSpan(offset), _last.Sender);
        return 8;
    }

    /// <inheritdoc/>
    public int CopyOrigin(byte[] buffer, int offset)
    {
        if (_last == null)
        {
            return 0;
        }

        BinaryPrimitives.WriteInt64LittleEndian(buffer.AsSpan(offset), _last.EndUs);
        BinaryPrimitives.WriteInt64LittleEndian(buffer.AsSpan(offset + 8), _last.Sender);
        return OriginBytes;
    }

    /// <inheritdoc/>
    public int Poll(long nowMs)
    {
        List<AirFrame>? due = null;
        long next = NowUs + (FrameLinkResult.IdleMs * 1000L);
        lock (_lock)
        {
            long now = NowUs;
            _ledger?.Poll(_air.Clock.NowMs);
            for (int i = _toSend.Count - 1; i >= 0; i--)
            {
                if (_toSend[i].StartUs <= now)
                {
                    (due ??= []).Add(_toSend[i]);
                    _sent.Add(_toSend[i]);
                    _toSend.RemoveAt(i);
                }
                else
                {
                    next = Math.Min(next, _toSend[i].StartUs);
                }
            }
        }

        due?.ForEach(_air.Transmit);
        lock (_lock)
        {
            Judge(ref next);
        }

        return (int)Math.Clamp((next - NowUs + 999) / 1000, 0, FrameLinkResult.IdleMs);
    }

    /// <inheritdoc/>
    public void Wait(int milliseconds)
    {
        // others' frames come by their own threads, or, in virtual time, by those who let it pass
        Thread.Sleep(Math.Clamp(milliseconds, 0, 5));
    }

    /// <inheritdoc/>
    public void Close()
    {
        _air.Remove(this);
        lock (_lock)
        {
            _isOpen = false;
            _heard.Clear();
            _received.Clear();
            _toSend.Clear();
        }
    }

    internal void Hear(AirFrame frame)
    {
        lock (_lock)
        {
            if (frame.Sender == _id || !_isOpen)
            {
                return;
            }

            if (_heard.Count < MaxHeard)
            {
                _heard.Add(new Heard(frame));
            }
            else
            {
                Counters.Overflowed++;
            }
        }
    }

    private static bool Overlaps(AirFrame one, long start, long end) => one.StartUs < end && one.EndUs > start;

    // one frame at a time; a device that is receiving goes on, and a polite one waits for a free channel
    private bool IsBusy(long start, long end)
        => _toSend.Count >= MaxAnswers || _toSend.Exists(one => Overlaps(one, start, end)) || _sent.Exists(one => Overlaps(one, start, end))
            || (!_options.IsGateway && _heard.Exists(one => Overlaps(one.Frame, start, end)
                && (_profile.ListensFirst || (!one.Frame.IsUp && _profile.WindowMs > 0 && IsListening(one.Frame)))));

    // what has ended is judged with what overlapped it, and is kept as long as it may overlap another
    private void Judge(ref long next)
    {
        long now = NowUs;
        long oldest = now;
        foreach (AirFrame frame in _heard.Select(one => one.Frame).Where(one => one.EndUs > now))
        {
            next = Math.Min(next, frame.EndUs);
            oldest = Math.Min(oldest, frame.StartUs);
        }

        foreach (Heard heard in _heard.Where(one => !one.IsJudged && one.Frame.EndUs <= now))
        {
            heard.IsJudged = true;
            Judge(heard.Frame);
        }

        _heard.RemoveAll(one => one.IsJudged && one.Frame.EndUs <= oldest);
        _sent.RemoveAll(one => one.EndUs <= oldest);
    }

    private void Judge(AirFrame frame)
    {
        if (frame.IsUp != _options.IsGateway)
        {
            return;
        }

        if (!IsListening(frame))
        {
            Counters.Missed++;
        }
        else if (Rssi(frame) < _profile.SensitivityDbm)
        {
            Counters.Weak++;
        }
        else if (_profile.HasCollisions && _heard.Exists(one => one.Frame != frame && one.Frame.IsUp == frame.IsUp
            && one.Frame.Channel == frame.Channel && Overlaps(one.Frame, frame.StartUs, frame.EndUs)
            && Rssi(one.Frame) > Rssi(frame) - CaptureDb))
        {
            Counters.Collided++;
        }
        else if (_air.Jammer?.Invoke(frame) == true || _random.NextDouble() < _air.Loss)
        {
            Counters.Lost++;
        }
        else
        {
            int times = _random.NextDouble() < _air.Repeats ? 2 : 1;
            for (int i = 0; i < times; i++)
            {
                if (_received.Count >= MaxReceived)
                {
                    Counters.Overflowed++;
                    continue;
                }

                Counters.Received++;
                _received.Enqueue(frame);
            }
        }
    }

    private bool IsListening(AirFrame frame)
        => !_sent.Exists(one => Overlaps(one, frame.StartUs, frame.EndUs)) && (_options.IsGateway || _profile.WindowMs == 0
            || (frame.StartUs >= _windowUs - EarlyUs && frame.StartUs <= _windowUs + LateUs + _profile.PreambleUs));

    private int Rssi(AirFrame frame) => PowerDbm - (_options.IsGateway ? frame.LossDb : _options.LossDb);

    private sealed class Heard(AirFrame frame)
    {
        internal AirFrame Frame { get; } = frame;

        internal bool IsJudged { get; set; }
    }
}
