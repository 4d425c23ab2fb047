using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Cli;

/// <summary>Two simulated radios of one board, neither of which is bounded by air, in one place at a time within reach of one of them: what
/// it sends to the other, or should hear over it, is lost.</summary>
internal sealed class RoamingLink : IFrameLink
{
    private readonly IFrameLink _first;
    private readonly IFrameLink _second;
    private volatile IFrameLink _near;

    /// <summary>Makes it, not open yet.</summary>
    /// <param name="first">The one that is within reach at first.</param>
    /// <param name="second">The one that is within reach after <see cref="Roam"/>.</param>
    internal RoamingLink(IFrameLink first, IFrameLink second)
    {
        _first = first;
        _second = second;
        _near = first;
    }

    /// <inheritdoc/>
    public int Mtu => _first.Mtu < _second.Mtu ? _first.Mtu : _second.Mtu;

    /// <inheritdoc/>
    public bool HasAddresses => _near.HasAddresses;

    /// <inheritdoc/>
    public bool IsBoundedByAir => false;

    /// <inheritdoc/>
    public int AnswerMs => _near.AnswerMs;

    /// <inheritdoc/>
    public int RssiDbm => _near.RssiDbm;

    /// <inheritdoc/>
    public int SnrQuarterDb => _near.SnrQuarterDb;

    /// <summary>Goes out of reach of the first, and within that of the second.</summary>
    internal void Roam() => _near = _second;

    /// <inheritdoc/>
    public LinkError Open()
    {
        LinkError error = _first.Open();
        return error == LinkError.None ? _second.Open() : error;
    }

    /// <inheritdoc/>
    public int TimeOnAirUs(int count) => _near.TimeOnAirUs(count);

    /// <inheritdoc/>
    public int WaitMs(int count, bool isUrgent) => _near.WaitMs(count, isUrgent);

    /// <inheritdoc/>
    public int Send(byte[] frame, int offset, int count, byte[]? to, int toCount, bool isUrgent)
        => _near.Send(frame, offset, count, to, toCount, isUrgent);

    /// <inheritdoc/>
    public int Receive(byte[] buffer, int offset, int capacity) => _near.Receive(buffer, offset, capacity);

    /// <inheritdoc/>
    public int CopyAddress(byte[] buffer, int offset) => _near.CopyAddress(buffer, offset);

    /// <inheritdoc/>
    public int CopyOrigin(byte[] buffer, int offset) => _near.CopyOrigin(buffer, offset);

    /// <inheritdoc/>
    public int Poll(long nowMs) => _near.Poll(nowMs);

    /// <inheritdoc/>
    public void Wait(int milliseconds) => _near.Wait(milliseconds);

    /// <inheritdoc/>
    public void Close()
    {
        _first.Close();
        _second.Close();
    }
}
