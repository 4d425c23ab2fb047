using System;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.Udp;

namespace NanoLibp2p.Hal.Radio.Air;

/// <summary>
/// A radio on a simulated air that processes of one host share by its name, in real time: each tells the others by multicast on loopback
/// when one of its frames starts, and judges by itself what it receives. The host's steady clock is one for all.
/// </summary>
public sealed class AirGroup : IFrameLink
{
    private const string GroupAddress = "239.255.76.76";
    private const int GroupPort = 17676;
    private const int HeadBytes = 36;
    private const int MaxDatagrams = 256;

    // what was told later than this is no frame of now
    private const long MaxSkewUs = 15_000_000;

    private readonly AirMedium _air;
    private readonly AirLink _link;
    private readonly UdpMulticast _group = new(GroupAddress, GroupPort, "127.0.0.1");
    private readonly byte[] _name;
    private readonly byte[] _datagram = new byte[HeadBytes + 1500];
    private readonly long _sender = BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(8));
    private readonly Lock _lock = new();

    /// <summary>Makes a radio that is not open yet.</summary>
    /// <param name="name">The air's name: who has the same name and profile is on it.</param>
    /// <param name="profile">What its radios do.</param>
    /// <param name="options">This radio.</param>
    /// <param name="loss">The share of frames that it does not receive, 0 to 1.</param>
    public AirGroup(string name, AirProfile profile, AirLinkOptions options, double loss = 0)
    {
        _name = SHA256.HashData(Encoding.UTF8.GetBytes($"{name}\n{profile.Name}"))[..8];
        _air = new AirMedium(profile, new SystemClock(), RandomNumberGenerator.GetInt32(int.MaxValue)) { Loss = loss, Listener = Tell };
        _link = _air.Join(options);
    }

    /// <summary>What happened here.</summary>
    public AirCounters Counters => _link.Counters;

    /// <inheritdoc/>
    public int Mtu => _link.Mtu;

    /// <inheritdoc/>
    public bool HasAddresses => _link.HasAddresses;

    /// <inheritdoc/>
    public bool IsBoundedByAir => _link.IsBoundedByAir;

    /// <inheritdoc/>
    public int AnswerMs => _link.AnswerMs;

    /// <inheritdoc/>
    public int RssiDbm => _link.RssiDbm;

    /// <inheritdoc/>
    public int SnrQuarterDb => _link.SnrQuarterDb;

    /// <inheritdoc/>
    public LinkError Open()
    {
        LinkError error = _group.Open();
        return error == LinkError.None ? _link.Open() : error;
    }

    /// <inheritdoc/>
    public int TimeOnAirUs(int count) => _link.TimeOnAirUs(count);

    /// <inheritdoc/>
    public int WaitMs(int count, bool isUrgent) => _link.WaitMs(count, isUrgent);

    /// <inheritdoc/>
    public int Send(byte[] frame, int offset, int count, byte[]? to, int toCount, bool isUrgent)
        => _link.Send(frame, offset, count, to, toCount, isUrgent);

    /// <inheritdoc/>
    public int Receive(byte[] buffer, int offset, int capacity) => _link.Receive(buffer, offset, capacity);

    /// <inheritdoc/>
    public int CopyAddress(byte[] buffer, int offset) => _link.CopyAddress(buffer, offset);

    /// <inheritdoc/>
    public int CopyOrigin(byte[] buffer, int offset) => _link.CopyOrigin(buffer, offset);

    /// <inheritdoc/>
    public int Poll(long nowMs)
    {
        lock (_lock)
        {
            for (int i = 0; i < MaxDatagrams; i++)
            {
                int count = _group.Receive(_datagram, 0, _datagram.Length);
                if (count <= 0)
                {
                    break;
                }

                if (Read(_datagram.AsSpan(0, count)) is { } frame)
                {
                    _air.Hear(frame);
                }
            }
        }

        // others' frames come by multicast, which has no event
        return Math.Min(_link.Poll(nowMs), 5);
    }

    /// <inheritdoc/>
    public void Wait(int milliseconds) => Thread.Sleep(Math.Clamp(milliseconds, 0, 5));

    /// <inheritdoc/>
    public void Close()
    {
        _link.Close();
        _group.Close();
    }

    private void Tell(AirFrame frame)
    {
        byte[] datagram = new byte[HeadBytes + frame.Bytes.Length];
        _name.CopyTo(datagram, 0);
        BinaryPrimitives.WriteInt64LittleEndian(datagram.AsSpan(8), _sender);
        BinaryPrimitives.WriteInt64LittleEndian(datagram.AsSpan(16), frame.StartUs);
        BinaryPrimitives.WriteInt32LittleEndian(datagram.AsSpan(24), frame.AirUs);
        BinaryPrimitives.WriteInt32LittleEndian(datagram.AsSpan(28), frame.LossDb);
        datagram[32] = frame.IsUp ? (byte)1 : (byte)0;
        datagram[33] = (byte)frame.Channel;
        frame.Bytes.CopyTo(datagram, HeadBytes);
        lock (_lock)
        {
            _group.Send(datagram, 0, datagram.Length);
        }
    }

    private AirFrame? Read(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length <= HeadBytes || datagram.Length > HeadBytes + Mtu || !datagram[..8].SequenceEqual(_name))
        {
            return null;
        }

        long sender = BinaryPrimitives.ReadInt64LittleEndian(datagram[8..]);
        long start = BinaryPrimitives.ReadInt64LittleEndian(datagram[16..]);
        int air = BinaryPrimitives.ReadInt32LittleEndian(datagram[24..]);
        int loss = BinaryPrimitives.ReadInt32LittleEndian(datagram[28..]);
        long now = _air.Clock.NowMs * 1000;
        return sender == _sender || start < now - MaxSkewUs || start > now + MaxSkewUs || loss is < 0 or > 200
            || air != TimeOnAirUs(datagram.Length - HeadBytes)
            ? null
            : new AirFrame(sender, datagram[32] != 0, datagram[33], start, air, loss, datagram[HeadBytes..].ToArray());
    }
}
