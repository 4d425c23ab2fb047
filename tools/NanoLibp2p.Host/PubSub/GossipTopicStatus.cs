using System.Collections.Generic;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.PubSub;

/// <summary>A topic, at one moment.</summary>
/// <param name="Name">Its name, with U+FFFD for bytes that are no UTF-8.</param>
/// <param name="IsJoined">Whether this node subscribed to it, for itself or for peers (GossipSubOptions.CarriedTopics).</param>
/// <param name="Subscribers">Connected peers that subscribed.</param>
/// <param name="Mesh">Those of them that are in the mesh.</param>
public sealed record GossipTopicStatus(string Name, bool IsJoined, int Subscribers, IReadOnlyList<PeerId> Mesh);
