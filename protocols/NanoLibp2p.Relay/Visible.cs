using System.Runtime.CompilerServices;

// Dialing builds on the same circuits. An attribute rather than an item of the project, as nanoFramework's projects have none; it takes no
// flash.
[assembly: InternalsVisibleTo("NanoLibp2p.Relay.Dialing")]
