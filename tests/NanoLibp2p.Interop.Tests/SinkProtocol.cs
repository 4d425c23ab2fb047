using NanoLibp2p.Core;

namespace NanoLibp2p.Interop.Tests;

/// <summary>/sink/1.0.0: takes bytes as slowly as it likes, and ends its side after the peer has.</summary>
/// <param name="piece">The most bytes it takes at a time.</param>
/// <param name="restMs">Milliseconds of rest after that.</param>
internal sealed class SinkProtocol(int piece, int restMs) : StreamProtocol
{
    public const string Id = "/sink/1.0.0";

    private long _restUntil;
    private bool _resting;

    /// <summary>Bytes taken, which only the node's thread changes.</summary>
    public long Taken { get; private set; }

    protected override void Register(Node node) => node.RegisterProtocol(Id, this, true);

    public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
    {
        if (Node.NowMs < _restUntil)
        {
            _resting = true;
            return 0;
        }

        int taken = count < piece ? count : piece;
        Taken += taken;
        _restUntil = Node.NowMs + restMs;
        _resting = taken < count;
        return taken;
    }

    // who holds a connection back says when it goes on
    public override long Poll(long nowMs) => _resting ? _restUntil : long.MaxValue;
}
