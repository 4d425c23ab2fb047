namespace NanoLibp2p.Firmware.Rendezvous
{
    // How far a RendezvousFinder is with a point.
    internal enum SearchState
    {
        // it asks nobody: it has peers to dial, waits, or is not wanted
        Idle,

        // the connection to the point is being made
        Dialing,

        // the point has been asked
        Asking,

        // its own connection to the point is ending, and has its place until then
        Leaving,
    }
}
