using NanoLibp2p.Core;
using NanoLibp2p.Core.Ping;

namespace NanoLibp2p.NFUnitTest
{
    /// <summary>Counts pings that came back and those that did not.</summary>
    internal sealed class Pongs : PingEvents
    {
        public int Back { get; private set; }

        public int Failed { get; private set; }

        public override void OnPong(Connection connection)
        {
            Back++;
        }

        public override void OnPingFailed(Connection connection)
        {
            Failed++;
        }
    }
}
