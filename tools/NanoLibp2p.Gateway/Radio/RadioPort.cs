using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.IO.Ports;
using System.Linq;
using System.Net;
using System.Threading;
using NanoLibp2p.Frames;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Gateway.Radio;

/// <summary>One radio of a gateway, with a thread of its own: it is opened, and opened again when it broke; what it hears goes to the
/// sessions, and their answer back into the receive window.</summary>
internal sealed class RadioPort
{
    private const int ReopenMs = 5000;

    // the devices of a link with addresses that frames may be pushed to
    private const int MaxOrigins = 4096;

    private readonly string _address;
    private readonly string _scheme;
    private readonly byte[] _buffer = new byte[1500];
    private readonly IFrameLink _link;
    private readonly RadioSessions _sessions;
    private readonly Conditions _conditions;
    private readonly CancellationToken _ending;
    private readonly OrderedDictionary<string, byte[]> _origins = new(StringComparer.Ordinal);
    private readonly Func<string?> _trouble;
    private readonly SystemClock _clock = new();
    private readonly Thread _thread;
    private FrameRadio? _radio;
    private string? _told;
    private long _heard;
    private long _sent;
    private long _notSent;

    internal RadioPort(string address, string scheme, IFrameLink link, RadioSessions sessions, Conditions conditions, int number,
        CancellationToken ending, Func<string?>? trouble = null)
    {
        _trouble = trouble ?? (static () => null);
        (_address, _scheme, _link) = (address, scheme, link);
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

    // nothing that a radio does ends the gateway
    private void Run()
    {
        bool isOpen = false;
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                isOpen = isOpen ? Turn() : Open();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                isOpen = false;
                _conditions.Set(Name, $"the radio {_address} failed and is opened again every {ReopenMs / 1000} s: {e.Message}");
                Close();
                _ending.WaitHandle.WaitOne(ReopenMs);
            }
        }

        Close();
    }

    private bool Open()
    {
        LinkError error = _link.Open();
        if (error == LinkError.None)
        {
            _told = null;
            _conditions.Clear(Name);
            return true;
        }

        _conditions.Set(Name, $"the radio {_address} can't be opened ({error}){Advice()}; it is tried again every "
            + $"{ReopenMs / 1000} s");
        _ending.WaitHandle.WaitOne(ReopenMs);
        return false;
    }

    private string Advice()
    {
        if (_scheme is not ("serial" or "xbee"))
        {
            return "";
        }

        string port = _address[(_scheme.Length + 3)..].Split('?')[0];
        bool isThere = port.StartsWith('/') ? File.Exists(port) : OperatingSystem.IsWindows() && SerialPort.GetPortNames().Contains(port);
        return isThere ? $": {port} is in use, or is no serial port, or this user may not open it (group dialout)"
            : Directory.Exists(port) ? $": {port} is a folder; give a serial port, such as /dev/ttyUSB0"
            : !port.StartsWith('/') && !OperatingSystem.IsWindows() ? $": there is no port {port} here; give its path, such as /dev/ttyUSB0"
            : $": there is no {port}; plug it in, or give another one";
    }

    // false when it broke
    private bool Turn()
    {
        int next = _link.Poll(_clock.NowMs);
        int count = 0;
        while (!_ending.IsCancellationRequested && (count = _link.Receive(_buffer, 0, _buffer.Length)) > 0)
        {
            Answer(_buffer.AsSpan(0, count));
        }

        if (count < 0)
        {
            _link.Close();
            return false;
        }

        while (Pushes.TryDequeue(out FrameOutgoing? push))
        {
            // where the link has no addresses there is one device, or all hear it
            byte[]? origin = push.Address.Length == 0 ? [] : _origins.GetValueOrDefault(push.Address);
            if (origin != null)
            {
                Send(push.Frame, origin);
            }
        }

        Tell();

        // not longer, since what is pushed has no event here
        _link.Wait(Math.Clamp(next, 0, 50));
        return true;
    }

    // an open link may have nothing behind it
    private void Tell()
    {
        string? trouble = _trouble();
        if (trouble == _told)
        {
            return;
        }

        _told = trouble;
        if (trouble == null)
        {
            _conditions.Clear(Name);
        }
        else
        {
            _conditions.Set(Name, $"the radio {_address} hears nobody: {trouble}");
        }
    }

    private void Close()
    {
        try
        {
            _link.Close();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // what failed may fail at its end, too
        }
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
        Remember(address, origin);
        if (_sessions.OnFrame(Describing(), address, frame) is { } answer)
        {
            Send(answer.Frame, origin);
        }
    }

    // those heard last: whoever floods with made-up addresses has others wait for their own next frame, and no longer
    private void Remember(string address, byte[] origin)
    {
        if (address.Length > 0)
        {
            _origins.Remove(address);
            if (_origins.Count == MaxOrigins)
            {
                _origins.RemoveAt(0);
            }

            _origins.Add(address, origin);
        }
    }

    // by what it is, since its place in the settings may change
    private static string NoteOf(string address)
        => string.Join('-', address.Split('?')[0].Split(address.Where(one => !char.IsAsciiLetterOrDigit(one)).Distinct().ToArray(),
            StringSplitOptions.RemoveEmptyEntries));

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
                Name = NoteOf(_address),
                Mtu = _link.Mtu,
                IsBoundedByAir = _link.IsBoundedByAir,

                // there anybody may knock, from anybody's address (SPEC.md 14)
                TakesStrangers = _scheme != "udp",
                TimeOnAir = bytes => TimeSpan.FromMicroseconds(_link.TimeOnAirUs(bytes)),
                AirtimeOfHour = _link.IsBoundedByAir ? TimeSpan.FromMinutes(6) : TimeSpan.Zero,
            };
            Volatile.Write(ref _radio, radio);
        }

        return radio;
    }
}
