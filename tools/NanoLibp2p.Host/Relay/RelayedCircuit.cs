using System;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Relay;

/// <summary>A circuit that a relay carries.</summary>
/// <param name="From">Who dialed.</param>
/// <param name="To">Whom.</param>
/// <param name="Opened">When both had agreed to it.</param>
/// <param name="Bytes">Bytes that it has carried, both ways together.</param>
/// <param name="IsLimited">Whether its time or its bytes are limited.</param>
public sealed record RelayedCircuit(PeerId From, PeerId To, DateTimeOffset Opened, long Bytes, bool IsLimited);
