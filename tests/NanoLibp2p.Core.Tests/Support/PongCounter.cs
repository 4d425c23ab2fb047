using NanoLibp2p.Core.Ping;

namespace NanoLibp2p.Core.Tests.Support;

internal sealed class PongCounter : PingEvents
{
    public int Pongs { get; private set; }

    public int Failures { get; private set; }

    public override void OnPong(Connection connection) => Pongs++;

    public override void OnPingFailed(Connection connection) => Failures++;
}
