using System;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client;

/// <summary>What waits at a gateway.</summary>
/// <param name="Gateway">Who said so.</param>
/// <param name="Waiting">How many items.</param>
/// <param name="Bytes">Their bytes, sealed.</param>
/// <param name="GatewayTime">The gateway's clock.</param>
public sealed record MailboxProbe(PeerId Gateway, int Waiting, long Bytes, DateTimeOffset GatewayTime);
