using System;
using System.Diagnostics;
using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Radio.Tests;

/// <summary>A device's link and a gateway's that reach each other without loss, for <see cref="FrameLinkTests"/>.</summary>
public abstract class FrameLinkPair : IDisposable
{
    private const int PatienceSeconds = 60;
    private readonly Stopwatch _since = Stopwatch.StartNew();

    /// <summary>The device's, open.</summary>
    public abstract IFrameLink Device { get; }

    /// <summary>The gateway's, open.</summary>
    public abstract IFrameLink Gateway { get; }

    /// <summary>Whether a call of Send or Receive may allocate: what never runs on a device may.</summary>
    public virtual bool MayAllocate => false;

    /// <summary>The clock of both.</summary>
    protected virtual long NowMs => _since.ElapsedMilliseconds;

    /// <summary>Lets a little time pass; both are polled before.</summary>
    public virtual void Pass()
    {
        Device.Poll(NowMs);
        Gateway.Poll(NowMs);
        Device.Wait(1);
        Gateway.Wait(1);
    }

    /// <summary>Lets time pass until it is so.</summary>
    public void Until(Func<bool> isSo)
    {
        long began = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            if (Stopwatch.GetElapsedTime(began).TotalSeconds > PatienceSeconds)
            {
                throw new TimeoutException($"not within {PatienceSeconds} s");
            }

            Pass();
        }
    }

    /// <summary>Sends a frame as soon as the link takes it.</summary>
    public void Send(IFrameLink link, byte[] frame, byte[]? to = null)
    {
        int result = 0;
        Until(() => (result = link.Send(frame, 0, frame.Length, to!, to?.Length ?? 0, false)) is not (FrameLinkResult.Busy
            or FrameLinkResult.HeldBack));
        if (result != frame.Length)
        {
            throw new InvalidOperationException($"Send returned {result}");
        }
    }

    /// <summary>The next frame that arrives.</summary>
    public byte[] Receive(IFrameLink link)
    {
        byte[] buffer = new byte[link.Mtu];
        int count = 0;
        Until(() => (count = link.Receive(buffer, 0, buffer.Length)) != 0);
        return count < 0 ? throw new InvalidOperationException($"Receive returned {count}") : buffer[..count];
    }

    /// <summary>What answers the frame that the link received last.</summary>
    public static byte[] Origin(IFrameLink link)
    {
        byte[] origin = new byte[FrameLinkResult.MaxOriginBytes];
        return origin[..link.CopyOrigin(origin, 0)];
    }

    /// <summary>Ends both.</summary>
    public virtual void Dispose()
    {
        Device.Close();
        Gateway.Close();
        GC.SuppressFinalize(this);
    }
}
