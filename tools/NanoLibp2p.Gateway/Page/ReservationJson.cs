namespace NanoLibp2p.Gateway.Page;

/// <summary>A place at this gateway's relay.</summary>
/// <param name="Peer">Whose.</param>
/// <param name="Expires">In Unix milliseconds.</param>
/// <param name="IsSensor">Whether it is of the sensor class: a byte rate in place of an end and a total.</param>
internal sealed record ReservationJson(string Peer, long Expires, bool IsSensor);
