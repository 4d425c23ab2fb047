using System.Runtime.CompilerServices;

// sealing and signing are an assembly of their own, which a device that only takes mail leaves out
[assembly: InternalsVisibleTo("NanoLibp2p.Postbox.Sender")]
