namespace NanoLibp2p.Postbox.Service.Messages;

/// <summary>What a request was read as.</summary>
/// <param name="Request">The request; null when it is refused.</param>
/// <param name="Serial">Its serial, where that was found.</param>
/// <param name="Code">Why it is refused; Ok when it is not.</param>
/// <param name="Reason">The same for people.</param>
/// <param name="IsUnreadable">Whether the stream ends with it: it is not protobuf.</param>
internal sealed record RequestResult(Request? Request, uint Serial, PostboxCode Code, string Reason, bool IsUnreadable);
