using System;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Frames.Gateway;

/// <summary>
/// What devices call at a gateway: mail (method 10h, postbox specification 14.1), a postbox's requests (11h, 14.2), and the application's
/// own from 80h on. A repeat is answered by the gateway and does not come here.
/// </summary>
public interface IFrameCalls
{
    /// <summary>A device calls. What takes longer than its receive window is given when the device repeats the call.</summary>
    /// <param name="device">Who calls: its session has proved it.</param>
    /// <param name="method">The method.</param>
    /// <param name="body">Its body.</param>
    /// <returns>The answer; status 3 for a method that is not known. Up to 128 blocks of a frame go to the device.</returns>
    ValueTask<FrameReply> CallAsync(PeerId device, int method, ReadOnlyMemory<byte> body);

    /// <summary>Whether mail waits that the device has not put off: told in each acknowledgement, at no cost.</summary>
    bool HasMail(PeerId device);
}
