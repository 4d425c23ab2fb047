#if !NANOFRAMEWORK_1_0
using System.Collections.Generic;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace NanoLibp2p.Hal.Tcp
{
    // This host's addresses, as .NET tells them.
    public sealed partial class TcpTransport : IHostAddresses
    {
        /// <inheritdoc/>
        public string[] HostAddresses()
        {
            List<string> found = new List<string>();
            foreach (NetworkInterface one in NetworkInterface.GetAllNetworkInterfaces())
            {
                if (one.OperationalStatus != OperationalStatus.Up && one.OperationalStatus != OperationalStatus.Unknown)
                {
                    continue;
                }

                foreach (UnicastIPAddressInformation address in one.GetIPProperties().UnicastAddresses)
                {
                    bool six = address.Address.AddressFamily == AddressFamily.InterNetworkV6;
                    if ((six && !address.Address.IsIPv6LinkLocal) || address.Address.AddressFamily == AddressFamily.InterNetwork)
                    {
                        found.Add((six ? "/ip6/" : "/ip4/") + address.Address.ToString());
                    }
                }
            }

            return found.ToArray();
        }
    }
}
#endif
