namespace NanoLibp2p.Core.Tests.Support;

/// <summary>Sends a number of bytes as there is room, and counts what it is sent. Credit may be kept.</summary>
internal sealed class SourceProtocol : StreamProtocol
{
    private static readonly byte[] _zeros = new byte[64 * 1024];

    private int _index;

    /// <summary>Bytes that each stream of ours is to send.</summary>
    public long ToSend { get; set; }

    public long Received { get; private set; }

    /// <summary>Whether credit of incoming streams is given by the test alone.</summary>
    public bool KeepsCredit { get; set; }

    public int Rooms { get; private set; }

    public Libp2pStream? Incoming { get; private set; }

    public Libp2pStream? Open(Connection connection) => connection.OpenStream(this, _index);

    public override void OnOpened(Libp2pStream stream)
    {
        if (stream.IsOutbound)
        {
            Send(stream);
        }
        else
        {
            Incoming = stream;
            if (KeepsCredit)
            {
                stream.KeepCredit();
            }
        }
    }

    public override void OnRoom(Libp2pStream stream)
    {
        Rooms++;
        Send(stream);
    }

    public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
    {
        Received += count;
        return count;
    }

    protected override void Register(Node node) => _index = node.RegisterProtocol("/source/1", this, true);

    private void Send(Libp2pStream stream)
    {
        while (ToSend > 0)
        {
            int taken = stream.Write(_zeros, 0, (int)System.Math.Min(_zeros.Length, ToSend));
            ToSend -= taken;
            if (taken == 0)
            {
                stream.WaitForRoom();
                return;
            }
        }
    }
}
