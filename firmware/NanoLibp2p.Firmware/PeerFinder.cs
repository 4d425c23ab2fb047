using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Firmware
{
    /// <summary>
    /// Finds peers to call where the dial list leads to none: see <see cref="Device.Finder"/>. Kept apart, so that who has none doesn't
    /// flash one; <c>NanoLibp2p.Firmware.Discovery</c> has one that uses mDNS. Called from <see cref="Device.Step"/> only.
    /// </summary>
    public abstract class PeerFinder
    {
        // the device is connected to what Next gave last, or dials it; here, so that who has no finder has no memory for it
        internal bool IsDialed;

        /// <summary>Looks for peers.</summary>
        /// <param name="nowMs">The node's time.</param>
        /// <param name="isWanted">Whether the device has nobody: no open connection that it dialled, and nobody left in the dial list.
        /// Who is not wanted gives its resources back.</param>
        /// <returns>When to call again; <see cref="long.MaxValue"/> for never by itself.</returns>
        public abstract long Poll(long nowMs, bool isWanted);

        /// <summary>The address to dial now, in the array that a node takes it in; null for none. It may take heap.</summary>
        /// <param name="nowMs">The node's time.</param>
        public abstract Multiaddr[] Next(long nowMs);

        /// <summary>The connection to what <see cref="Next"/> gave last is over, or never came about.</summary>
        /// <param name="nowMs">The node's time.</param>
        /// <param name="lasted">Whether it was a good one, whose peer is to be called again first.</param>
        public abstract void Ended(long nowMs, bool lasted);
    }
}
