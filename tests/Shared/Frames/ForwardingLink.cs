using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Tests;

/// <summary>A radio that does what another does, but for what a test overrides.</summary>
/// <param name="link">The other; opened and closed with this one.</param>
public abstract class ForwardingLink(IFrameLink link) : IFrameLink
{
    public int Mtu => link.Mtu;

    public bool HasAddresses => link.HasAddresses;

    public bool IsBoundedByAir => link.IsBoundedByAir;

    public int AnswerMs => link.AnswerMs;

    public int RssiDbm => link.RssiDbm;

    public int SnrQuarterDb => link.SnrQuarterDb;

    public LinkError Open() => link.Open();

    public int TimeOnAirUs(int count) => link.TimeOnAirUs(count);

    public int WaitMs(int count, bool isUrgent) => link.WaitMs(count, isUrgent);

    public virtual int Send(byte[] frame, int offset, int count, byte[] to, int toCount, bool isUrgent)
        => link.Send(frame, offset, count, to, toCount, isUrgent);

    public virtual int Receive(byte[] buffer, int offset, int capacity) => link.Receive(buffer, offset, capacity);

    public int CopyAddress(byte[] buffer, int offset) => link.CopyAddress(buffer, offset);

    public int CopyOrigin(byte[] buffer, int offset) => link.CopyOrigin(buffer, offset);

    public int Poll(long nowMs) => link.Poll(nowMs);

    public void Wait(int milliseconds) => link.Wait(milliseconds);

    public void Close() => link.Close();
}
