using System.Runtime.CompilerServices;

// A relay's circuits are links that Node.Transport knows nothing of: the relay client takes a free connection for each. An attribute rather
// than an item of the project, as nanoFramework's projects have none; it takes no flash.
[assembly: InternalsVisibleTo("NanoLibp2p.Relay")]
[assembly: InternalsVisibleTo("NanoLibp2p.Relay.Dialing")]
