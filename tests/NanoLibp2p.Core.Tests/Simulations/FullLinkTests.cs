using System.Linq;
using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests.Simulations;

/// <summary>Links that are always full, both ways.</summary>
public class FullLinkTests
{
    [Theory]
    [InlineData(64)]
    [InlineData(300)]
    [InlineData(5000)]
    public void Pings_come_back_while_both_sides_send_as_fast_as_they_can(int capacity)
    {
        for (uint seed = 1; seed <= 20; seed++)
        {
            Simulation simulation = new(seed);
            simulation.Network.MaxDelayMs = 20;
            simulation.Network.Capacity = capacity;
            TestNode[] nodes = Enumerable.Range(0, 2).Select(_ => simulation.Add(new NodeOptions { RecordBytes = 512 }, new CheapCrypto()))
                .ToArray();
            FloodProtocol[] floods = nodes.Select(_ => new FloodProtocol()).ToArray();
            PongCounter[] pongs = nodes.Select(_ => new PongCounter()).ToArray();
            for (int i = 0; i < 2; i++)
            {
                nodes[i].Node.Add(floods[i]);
                nodes[i].Node.Ping.Events = pongs[i];
            }
            nodes[0].Dial(nodes[1].Listen());
            Assert.True(simulation.Run(() => nodes.All(node => node.Connected == 1), 10_000));
            for (int i = 0; i < 2; i++)
            {
                floods[i].Open(nodes[i].LastConnected);
            }

            int sent = 0;
            bool all = simulation.Run(() =>
            {
                for (int i = 0; i < 2; i++)
                {
                    if (nodes[i].LastConnected.IsOpen && nodes[i].Node.Ping.Send(nodes[i].LastConnected))
                    {
                        sent++;
                    }
                }
                return pongs.All(each => each.Pongs >= 20);
            }, 100_000);

            Assert.True(all, $"seed {seed}: pongs {pongs[0].Pongs} and {pongs[1].Pongs} of {sent}, closed for {nodes[0].LastReason} and "
                + $"{nodes[1].LastReason}");
            Assert.All(floods, flood => Assert.True(flood.Received > 1000));
            Assert.Equal(0, pongs.Sum(each => each.Failures));
        }
    }

    // sends whatever there is room for, reads past what comes
    private sealed class FloodProtocol : StreamProtocol
    {
        private readonly byte[] _data = new byte[4096];
        private Libp2pStream? _stream;
        private int _index;

        public long Received { get; private set; }

        public void Open(Connection connection) => _stream = connection.OpenStream(this, _index);

        public override int OnData(Libp2pStream from, byte[] buffer, int offset, int count)
        {
            Received += count;
            return count;
        }

        public override long Poll(long nowMs)
        {
            if (_stream != null && _stream.IsOpen)
            {
                _stream.Write(_data, 0, _data.Length);
            }
            return long.MaxValue;
        }

        public override void OnClosed(Libp2pStream closed, bool reset) => _stream = closed == _stream ? null : _stream;

        protected override void Register(Node node) => _index = node.RegisterProtocol("/flood/1.0.0", this, true);
    }
}
