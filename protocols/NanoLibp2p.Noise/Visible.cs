using System.Runtime.CompilerServices;

// Frame sessions make their root of both keys of Split and the handshake hash, and take back a message that opened and was a stranger's. An
// attribute rather than an item of the project, as nanoFramework's projects have none; it takes no flash.
[assembly: InternalsVisibleTo("NanoLibp2p.Frames")]
