using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Mqtt;

/// <summary>The peers whose messages went to MQTT: which of their fields are announced, and whether they have said something lately. From
/// any thread.</summary>
internal sealed class DeviceBook(TimeProvider time)
{
    /// <summary>Peers that are announced and looked after; messages of others go to MQTT all the same.</summary>
    internal const int MaxDevices = 1000;

    private readonly Dictionary<PeerId, Device> _devices = [];
    private readonly Lock _turn = new();

    /// <summary>Peers of which it had no room to keep book.</summary>
    internal long Refused { get; private set; }

    /// <summary>A peer has said something.</summary>
    /// <param name="peer">Who.</param>
    /// <param name="topic">On which topic.</param>
    /// <param name="fields">The fields of it that can be announced.</param>
    /// <param name="isBack">Whether it was not online before.</param>
    /// <returns>The fields that are new.</returns>
    internal IReadOnlyList<string> Heard(PeerId peer, string topic, IReadOnlyList<string> fields, out bool isBack)
    {
        lock (_turn)
        {
            isBack = false;
            if (!_devices.TryGetValue(peer, out Device? device))
            {
                if (_devices.Count >= MaxDevices)
                {
                    Refused++;
                    return [];
                }

                device = new Device();
                _devices.Add(peer, device);
            }

            isBack = !device.IsOnline;
            device.IsOnline = true;
            device.Heard = time.GetTimestamp();
            List<string> fresh = [];
            foreach (string field in fields)
            {
                if (device.Fields.Count < HomeAssistant.MaxFields && device.Fields.Add((topic, field)))
                {
                    fresh.Add(field);
                }
            }

            return fresh;
        }
    }

    /// <summary>Peers that have said nothing for so long, and were online until now.</summary>
    internal IReadOnlyList<PeerId> TakeSilent(TimeSpan patience)
    {
        lock (_turn)
        {
            KeyValuePair<PeerId, Device>[] silent =
                [.. _devices.Where(one => one.Value.IsOnline && time.GetElapsedTime(one.Value.Heard) >= patience)];
            foreach (KeyValuePair<PeerId, Device> one in silent)
            {
                one.Value.IsOnline = false;
            }

            return [.. silent.Select(one => one.Key)];
        }
    }

    /// <summary>All of it, to be told anew to a broker that may have forgotten.</summary>
    internal IReadOnlyList<(PeerId Peer, bool IsOnline, IReadOnlyList<(string Topic, string Field)> Fields)> All()
    {
        lock (_turn)
        {
            return [.. _devices.Select(one => (one.Key, one.Value.IsOnline,
                (IReadOnlyList<(string, string)>)[.. one.Value.Fields]))];
        }
    }

    private sealed class Device
    {
        internal HashSet<(string Topic, string Field)> Fields { get; } = [];

        internal long Heard { get; set; }

        internal bool IsOnline { get; set; }
    }
}
