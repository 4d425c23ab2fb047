using System.Runtime.CompilerServices;

// sealing and signing are an assembly of their own, which a device that only takes mail leaves out
[assembly: InternalsVisibleTo("NanoLibp2p.Postbox.Sender")]

// mail over frame sessions is another, which a device without a radio leaves out
[assembly: InternalsVisibleTo("NanoLibp2p.Postbox.Calls")]
