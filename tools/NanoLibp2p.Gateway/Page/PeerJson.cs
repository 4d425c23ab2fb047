namespace NanoLibp2p.Gateway.Page;

/// <summary>A peer, as the page shows it. Texts are as the peer wrote them, up to a length.</summary>
/// <param name="Id">Its peer id.</param>
/// <param name="Kind">device, as it has a sensor's token or publishes readings that are plotted, or sleeps and has a mailbox;
/// gateway, as it relays; or peer.</param>
/// <param name="State">connected, away, or heard: a reading of it came through another peer.</param>
/// <param name="Agent">Its program, as it says.</param>
/// <param name="Admitted">sensor or peer, as its token says; null without one.</param>
/// <param name="Address">The other end of its connection.</param>
/// <param name="Way">in or out; null when it is not connected.</param>
/// <param name="Transport">tcp, ws, or circuit.</param>
/// <param name="IsLimited">Whether it is connected through a relay that limits time or bytes.</param>
/// <param name="Connections">Connections to it.</param>
/// <param name="Since">When the connection opened, or when it was last there, in Unix milliseconds.</param>
/// <param name="RoundTripMs">Of the last ping; null when none was answered.</param>
/// <param name="Pings">Of the last pings, how many are counted.</param>
/// <param name="LostPings">How many of those were not answered in time.</param>
/// <param name="Via">Through whom it was heard, or which relay its connection goes through; null for neither.</param>
internal sealed record PeerJson(
    string Id, string Kind, string State, string Agent, string? Admitted, string? Address, string? Way, string? Transport, bool IsLimited,
    int Connections, long? Since, double? RoundTripMs, int Pings, int LostPings, string? Via);
