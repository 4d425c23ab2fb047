#if NANOFRAMEWORK_1_0
using System.Net.NetworkInformation;

namespace NanoLibp2p.Hal.Tcp
{
    // This board's addresses, as nanoFramework tells them: IPv4 alone.
    public sealed partial class TcpTransport : IHostAddresses
    {
        /// <inheritdoc/>
        public string[] HostAddresses()
        {
            NetworkInterface[] all = NetworkInterface.GetAllNetworkInterfaces();
            string[] found = new string[all.Length];
            for (int i = 0; i < all.Length; i++)
            {
                found[i] = "/ip4/" + all[i].IPv4Address;
            }

            return found;
        }
    }
}
#endif
