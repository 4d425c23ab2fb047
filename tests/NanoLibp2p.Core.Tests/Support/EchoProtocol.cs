namespace NanoLibp2p.Core.Tests.Support;

/// <summary>Sends back what it gets, as a server; counts what comes back, as a client. Allocates nothing.</summary>
internal sealed class EchoProtocol : StreamProtocol
{
    public const string Id = "/echo/1.0.0";

    private int _index;

    /// <summary>Bytes that came back on streams of ours, of which <see cref="Wrong"/> were not the next of 0, 1, 2 ... 250, 0.</summary>
    public long Returned { get; private set; }

    public int Wrong { get; private set; }

    public int Opened { get; private set; }

    public int Closed { get; private set; }

    public int Resets { get; private set; }

    public int Ended { get; private set; }

    public Libp2pStream? Open(Connection connection) => connection.OpenStream(this, _index);

    public static byte[] Data { get; } = MakeData();

    /// <summary>Writes the next bytes of the sequence; <see cref="Libp2pStream.Tag"/> is not used, Progress counts what came
    /// back.</summary>
    /// <returns>Bytes taken.</returns>
    public static int Send(Libp2pStream stream, long sent, int count) =>
        stream.Write(Data, (int)(sent % 251), count < Data.Length - 251 ? count : Data.Length - 251);

    public override void OnOpened(Libp2pStream stream) => Opened++;

    public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
    {
        if (!stream.IsOutbound)
        {
            return stream.Write(buffer, offset, count);
        }
        for (int i = 0; i < count; i++)
        {
            if (buffer[offset + i] != (byte)(stream.Progress % 251))
            {
                Wrong++;
            }
            stream.Progress++;
        }
        Returned += count;
        return count;
    }

    public override void OnReadEnd(Libp2pStream stream)
    {
        Ended++;
        base.OnReadEnd(stream);
    }

    public override void OnClosed(Libp2pStream stream, bool reset)
    {
        Closed++;
        Resets += reset ? 1 : 0;
    }

    protected override void Register(Node node) => _index = node.RegisterProtocol(Id, this, true);

    private static byte[] MakeData()
    {
        byte[] data = new byte[251 * 20];
        for (int i = 0; i < data.Length; i++)
        {
            data[i] = (byte)(i % 251);
        }
        return data;
    }
}
