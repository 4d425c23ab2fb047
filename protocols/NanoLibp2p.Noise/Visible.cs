using System.Runtime.CompilerServices;

// libp2p's own handshake, in Core, is made of the same state. Frame sessions make their root of both keys of Split and the handshake hash,
// and take back a message that opened and was a stranger's. Attributes rather than items of the project, as nanoFramework's projects have
// none; they take no flash.
[assembly: InternalsVisibleTo("NanoLibp2p.Core")]
[assembly: InternalsVisibleTo("NanoLibp2p.Frames")]
