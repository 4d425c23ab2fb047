using System.Collections.Generic;

namespace NanoLibp2p.Bench.Gateway;

/// <summary>How much the gateway's figures measure.</summary>
/// <param name="Rounds">How often each kind has its turn.</param>
/// <param name="Connects">Connections of a round.</param>
/// <param name="Bytes">What perf moves each way.</param>
/// <param name="Hops">Messages of a round, one after the other.</param>
/// <param name="Idle">Numbers of idle connections at which the gateway's memory is looked at.</param>
internal sealed record GatewaySizes(int Rounds, int Connects, int Bytes, int Hops, IReadOnlyList<int> Idle);
