using System.Threading;
using nanoFramework.Networking;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Boards.Nano
{
    /// <summary>A board on a cable: waits until the Ethernet interface has an address, by DHCP or as the board's network configuration
    /// says.</summary>
    public abstract class EthernetBoard : NanoBoard
    {
        /// <summary>Makes the board.</summary>
        protected EthernetBoard(string name, IStore store)
            : base(name, store)
        {
        }

        /// <inheritdoc/>
        protected override string NetworkTrouble
        {
            get
            {
                return "the Ethernet has no address (status " + ((int)NetworkHelper.Status).ToString()
                    + "); is the cable plugged in, and is there a DHCP server?";
            }
        }

        /// <inheritdoc/>
        protected override bool TryJoin(CancellationToken token)
        {
            return NetworkHelper.SetupAndConnectNetwork(token);
        }
    }
}
