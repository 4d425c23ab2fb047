using System;
using System.Diagnostics;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Tcp;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Perf;

namespace NanoLibp2p.Bench;

/// <summary>Our node on TCP with the sizes of a desktop, run by whoever waits for something.</summary>
internal sealed class NanoNode : NodeEvents
{
    // a frame that fills a record
    private const int PieceBytes = 65000;

    private readonly TcpTransport _transport;
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public NanoNode(bool managedCrypto)
    {
        NodeOptions options = NodeOptions.Desktop();
        CryptoProvider crypto = managedCrypto ? new ManagedCrypto() : DesktopCrypto.Choose();
        SystemRandom random = new();
        _transport = new TcpTransport(options.MaxConnections + 2);
        Node = new Node(options, Identity.Create(crypto, random), crypto, random) { Transport = _transport, Events = this };
        Perf = new PerfProtocol(16, PieceBytes, serve: true);
        Node.Add(Perf);
        CryptoName = crypto.Name;
    }

    public Node Node { get; }

    public PerfProtocol Perf { get; }

    public string CryptoName { get; }

    /// <summary>The last connection that opened; null after one that failed.</summary>
    public Connection? Connected { get; private set; }

    /// <summary>How the last connection ended; none since the last dial.</summary>
    public CloseReason Ended { get; private set; }

    public Connection Dial(string address)
    {
        Connected = null;
        Ended = CloseReason.None;
        return Node.Dial([Multiaddr.Parse(address)]) ?? throw new InvalidOperationException("no connection left to dial with");
    }

    public override void OnConnected(Connection connection) => Connected = connection;

    public override void OnClosed(Connection connection) => Ended = connection.CloseReason;

    /// <summary>Runs the node until something is so.</summary>
    /// <exception cref="TimeoutException">It isn't within a minute.</exception>
    public void RunUntil(Func<bool> isSo, string what)
    {
        long end = _clock.ElapsedMilliseconds + 60_000;
        while (!isSo())
        {
            long now = _clock.ElapsedMilliseconds;
            if (now > end)
            {
                throw new TimeoutException($"not within a minute: {what}");
            }

            Step(now, end);
        }
    }

    /// <summary>Runs the node for ever.</summary>
    public void Run()
    {
        while (true)
        {
            Step(_clock.ElapsedMilliseconds, long.MaxValue);
        }
    }

    private void Step(long now, long end)
    {
        long next = Math.Min(Node.Poll(now), end);
        if (next > now)
        {
            _transport.Wait((int)Math.Min(next - now, 60_000));
        }
    }
}
