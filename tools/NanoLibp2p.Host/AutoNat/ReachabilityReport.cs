using System.Collections.Generic;

namespace NanoLibp2p.Host.AutoNat;

/// <summary>What is known of whether strangers can dial this node.</summary>
/// <param name="Overall">Public when an address is; private when all that were tried are not. By AutoNAT v2, or v1 where no peer has
/// v2.</param>
/// <param name="Addresses">Each public address that may be this node's, by AutoNAT v2.</param>
public sealed record ReachabilityReport(Reachability Overall, IReadOnlyList<AddressReachability> Addresses);
