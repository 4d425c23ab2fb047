using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests;

/// <summary>What of a name's addresses a driver is asked for.</summary>
public class NameDialTests
{
    [Theory]
    [InlineData("/dns4/gateway.local/tcp/4001", 4)]
    [InlineData("/dns6/gateway.local/tcp/4001", 16)]
    [InlineData("/dns/gateway.local/tcp/4001", 0)]
    [InlineData("/ip6/::1/tcp/4001", 0)]
    public void A_name_is_looked_up_in_the_family_that_its_address_names(string address, int family)
    {
        Simulation simulation = new(1);
        TestNode node = simulation.Add(new NodeOptions());
        Driver driver = new(node.Transport);
        node.Node.Transport = driver;

        node.Dial(Multiaddr.Parse(address));

        Assert.Equal((address.Split('/')[2], 4001, family), driver.Asked);
    }

    [Fact]
    public void A_driver_that_looks_nothing_up_is_dialled_all_the_same()
    {
        Simulation simulation = new(1);
        TestNode node = simulation.Add(new NodeOptions());
        TestNode peer = simulation.Add(new NodeOptions());

        node.Dial(Multiaddr.Parse("/dns4/peer/tcp/" + peer.Listen().Port));

        Assert.True(simulation.Run(() => peer.Connected == 1, 1000));
    }

    private sealed class Driver(MemoryTransport inner) : IStreamTransport, INameDialer
    {
        public (string, int, int) Asked { get; private set; }

        public IStreamLink Dial(string host, int port) => Dial(host, port, 0);

        public IStreamLink Dial(string host, int port, int addressBytes)
        {
            Asked = (host, port, addressBytes);
            return inner.Dial(host, port);
        }

        public int Listen(string host, int port, out LinkError error) => inner.Listen(host, port, out error);

        public IStreamLink Accept() => inner.Accept();

        public void Wait(int milliseconds) => inner.Wait(milliseconds);

        public void Close() => inner.Close();
    }
}
