using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Frames.Gateway;

// Links: what a driver gives and takes, airtime (SPEC.md 13.3), and the outbox.
public sealed partial class FrameGateway
{
    private int _pace = 2;

    /// <summary>Takes a frame that a link has received.</summary>
    /// <param name="radio">The link.</param>
    /// <param name="address">Who sent it, where the link has addresses; else empty.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="endedAt">When it ended, from which the device counts its receive window.</param>
    /// <returns>The one frame that answers it; null for none: there is nothing to say, or no airtime to say it.</returns>
    public FrameOutgoing? OnFrame(FrameRadio radio, string address, ReadOnlySpan<byte> frame, DateTimeOffset endedAt)
    {
        try
        {
            radio.Attach(_options.Store, _options.Time, _options.IsRestored);
            _pace = radio.Pace();
            FrameLinkInfo link = new(address, radio.IsBoundedByAir) { Mtu = radio.Mtu, Radio = radio };
            bool isOpening = frame.Length > 0 && (frame[0] & 0x80) == 0;
            byte[]? answer = frame.Length > radio.Mtu ? null : Receive(frame, link);
            return answer == null || !radio.MayGo(answer.Length, isOpening, radio.Window) ? null
                : new FrameOutgoing(radio, address, answer, endedAt + radio.Window);
        }
        catch (IOException e)
        {
            // the airtime that was used can't be read
            _options.OnStoreFailed(e);
            return null;
        }
    }

    /// <summary>What is ready for devices that listen always: calls, and answers that took longer than a window. To be asked for every
    /// second or so; what waits for devices that sleep goes with the answer to their next frame.</summary>
    public IReadOnlyList<FrameOutgoing> Due()
    {
        List<FrameOutgoing> due = [];
        foreach ((PeerId peer, LiveDevice live) in _liveDevices)
        {
            bool isReady = (live is { Block: >= 0, Reply.IsCompleted: true })
                || (live.Calls.TryPeek(out PendingCall? call) && Running - call.SentAt >= _pushPause);
            if (!isReady || live.Link is not { Radio: { } radio } link || !_devices.TryGetValue(peer, out FrameDevice? device)
                || device.Confirmed is not { IsListening: true } root || Live(root).IsDormant || !_options.Admits(peer))
            {
                continue;
            }

            try
            {
                if (NextFor(device, link) is { } frame && radio.MayGo(frame.Length, false, TimeSpan.Zero))
                {
                    due.Add(new FrameOutgoing(radio, link.Address, frame, Now));
                }
            }
            catch (IOException e)
            {
                // it is tried again
                _options.OnStoreFailed(e);
            }
        }

        return due;
    }

    /// <summary>Messages that were taken and not published yet, oldest first: to be published at the start, and again after a
    /// failure.</summary>
    public IReadOnlyList<FramePublication> Outbox() => [.. _options.Store.Outbox()];

    /// <summary>The oldest of those of one topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="count">How many at most.</param>
    /// <exception cref="IOException">The store can't be read.</exception>
    public IReadOnlyList<FramePublication> Outbox(string topic, int count) => _options.Store.Outbox(topic, count);

    /// <summary>How many messages of each topic were taken and not published yet.</summary>
    /// <exception cref="IOException">The store can't be read.</exception>
    public IReadOnlyDictionary<string, long> OutboxTopics() => _options.Store.OutboxTopics();

    /// <summary>A message is on its topic, and leaves the outbox: without this it is published again after a restart.</summary>
    /// <exception cref="IOException">The store takes nothing: it will be published once more.</exception>
    public void Published(FramePublication publication) => _options.Store.Published(publication);
}
