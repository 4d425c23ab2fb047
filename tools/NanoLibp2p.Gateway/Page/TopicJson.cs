namespace NanoLibp2p.Gateway.Page;

/// <summary>A topic.</summary>
/// <param name="Name">As peers wrote it, up to a length.</param>
/// <param name="IsJoined">Whether this gateway subscribed to it.</param>
/// <param name="Subscribers">Connected peers that did.</param>
/// <param name="Mesh">Those of them in the mesh.</param>
internal sealed record TopicJson(string Name, bool IsJoined, int Subscribers, int Mesh);
