using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Threading;
using NanoLibp2p.Frames;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.Radio;

namespace NanoLibp2p.Gateway.Radio;

/// <summary>One radio of a gateway, with a thread of its own: it is opened, and opened again when it broke; what it hears goes to the
/// sessions, and their answer back into the receive window.</summary>
internal sealed class RadioPort
{
    private const int ReopenMs = 5000;

    // the devices of a link with addresses that frames may be pushed to
    private const int MaxOrigins = 4096;

    private readonly RadioAddress _address;
    private readonly IFrameLink _link;
    private readonly RadioSessions _sessions;
    private readonly Conditions _conditions;
    private readonly CancellationToken _ending;
    private readonly Dictionary<string, byte[]> _origins = new(StringComparer.Ordinal);
    private readonly SystemClock _clock = new();
    private readonly Thread _thread;
    private FrameRadio? _radio;
    private long _heard;
    private long _sent;
    private long _notSent;

    internal RadioPort(string address, IStore store, RadioSessions sessions, Conditions conditions, int number, CancellationToken ending)
    {
        _address = RadioAddress.Parse(address);
        _link = _address.Create(true, store);
        _sessions = sessions;
        _conditions = conditions;
        _ending = ending;
        Name = $"radio-{number}";
        _thread = new Thread(Run) { Name = Name, IsBackground = true };
    }

    /// <summary>Of its condition.</summary>
    internal string Name { get; }

    /// <summary>The link, for tests.</summary>
    internal IFrameLink Link => _link;

    /// <summary>Pushes that wait for this radio's thread.</summary>
    internal ConcurrentQueue<FrameOutgoing> Pushes { get; } = new();

    internal FrameRadio? Radio => Volatile.Read(ref _radio);

    internal void Start() => _thread.Start();

    internal void Join()
    {
        if (_thread.ThreadState.HasFlag(ThreadState.Unstarted))
        {
            return;
        }

        _thread.Join();
    }

    internal string Describe() => $"{_address}: {Interlocked.Read(ref _heard)} frames heard, {Interlocked.Read(ref _sent)} sent, "
        + $"{Interlocked.Read(ref _notSent)} answers not sent";

    private void Run()
    {
        byte[] buffer = new byte[1500];
        bool isOpen = false;
        while (!_ending.IsCancellationRequested)
        {
            if (!isOpen)
            {
                LinkError error = _link.Open();
                isOpen = error == LinkError.None;
                if (!isOpen)
                {
                    _conditions.Set(Name, $"the radio {_address} can't be opened ({error}); it is tried again every {ReopenMs / 1000} s");
                    _ending.WaitHandle.WaitOne(ReopenMs);
                    continue;
                }

                _conditions.Clear(Name);
            }

            int next = _link.Poll(_clock.NowMs);
            int count = 0;
            while (!_ending.IsCancellationRequested && (count = _link.Receive(buffer, 0, buffer.Length)) > 0)
            {
                Answer(buffer.AsSpan(0, count));
            }

            if (count < 0)
            {
                isOpen = false;
                _link.Close();
                continue;
            }

            while (Pushes.TryDequeue(out FrameOutgoing? push))
            {
                if (_origins.TryGetValue(push.Address, out byte[]? origin))
                {
                    Send(push.Frame, origin);
                }
            }

            // not longer, since what is pushed has no event here
            _link.Wait(Math.Clamp(next, 0, 50));
        }

        _link.Close();
    }

    private void Answer(ReadOnlySpan<byte> frame)
    {
        Interlocked.Increment(ref _heard);
        byte[] origin = new byte[FrameLinkResult.MaxOriginBytes];
        origin = origin[.._link.CopyOrigin(origin, 0)];
        byte[] bytes = new byte[FrameLinkResult.MaxAddressBytes];
        bytes = bytes[.._link.CopyAddress(bytes, 0)];
        string address = bytes.Length switch
        {
            0 => "",
            4 or 16 => new IPAddress(bytes).ToString(),
            _ => Convert.ToHexString(bytes),
        };
        if (address.Length > 0 && (_origins.Count < MaxOrigins || _origins.ContainsKey(address)))
        {
            _origins[address] = origin;
        }

        // over UDP anybody may knock: first contact is for links where that takes a radio (SPEC.md 14)
        if (_address.Scheme == "udp" && IsFirstContact(frame[0]))
        {
            return;
        }

        try
        {
            if (_sessions.OnFrame(Describing(), address, frame) is { } answer)
            {
                Send(answer.Frame, origin);
            }
        }
        catch (IOException e)
        {
            // as if the frame had not come: the device asks again
            _conditions.Set("radio-store", $"the store of frame sessions can't be read: {e.Message}");
        }
    }

    private static bool IsFirstContact(byte first)
    {
        byte[] head = [first];
        return !FrameHead.IsData(head, 0) && FrameHead.Type(head, 0) is (FrameHead.XX1 or FrameHead.XX3);
    }

    private void Send(byte[] frame, byte[] origin)
    {
        if (_link.Send(frame, 0, frame.Length, origin.Length == 0 ? null! : origin, origin.Length, true) == frame.Length)
        {
            Interlocked.Increment(ref _sent);
        }
        else
        {
            Interlocked.Increment(ref _notSent);
        }
    }

    // a modem tells what it is only when it is asked
    private FrameRadio Describing()
    {
        if (_radio is not { } radio || radio.Mtu != _link.Mtu || radio.IsBoundedByAir != _link.IsBoundedByAir)
        {
            radio = new FrameRadio
            {
                Name = Name,
                Mtu = _link.Mtu,
                IsBoundedByAir = _link.IsBoundedByAir,
                TimeOnAir = bytes => TimeSpan.FromMicroseconds(_link.TimeOnAirUs(bytes)),
                AirtimeOfHour = _link.IsBoundedByAir ? TimeSpan.FromMinutes(6) : TimeSpan.Zero,
            };
            Volatile.Write(ref _radio, radio);
        }

        return radio;
    }
}
