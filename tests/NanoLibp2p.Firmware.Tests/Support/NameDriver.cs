using NanoLibp2p.Hal;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

/// <summary>A driver that looks names up as lwIP does on a board: everything stands still meanwhile. On its network all hosts are
/// one.</summary>
internal sealed class NameDriver(MemoryNetwork network, MemoryTransport inner) : IStreamTransport, INameDialer
{
    /// <summary>Names that were looked up.</summary>
    public int LookUps { get; private set; }

    /// <summary>Addresses that were dialled as such.</summary>
    public int Addresses { get; private set; }

    /// <summary>Milliseconds that a look-up takes.</summary>
    public int LookUpMs { get; set; }

    /// <summary>Set to have no name found.</summary>
    public bool IsNameServerSilent { get; set; }

    /// <summary>Set to have the host gone from the address that it had.</summary>
    public bool HasMoved { get; set; }

    /// <summary>When the last look-up began.</summary>
    public long LastLookUp { get; private set; }

    public IStreamLink Dial(string host, int port) => Dial(host, port, 0);

    public IStreamLink Dial(string host, int port, int addressBytes)
    {
        const int Nobody = 9;
        if (char.IsDigit(host[0]))
        {
            Addresses++;
            return inner.Dial(host, HasMoved ? Nobody : port);
        }

        LookUps++;
        LastLookUp = network.NowMs;
        network.NowMs += LookUpMs;
        IStreamLink link = inner.Dial(host, IsNameServerSilent ? Nobody : port);
        if (IsNameServerSilent)
        {
            ((MemoryLink)link).Error = LinkError.NameNotFound;
        }

        return link;
    }

    public int Listen(string host, int port, out LinkError error) => inner.Listen(host, port, out error);

    public IStreamLink? Accept() => inner.Accept();

    public void Wait(int milliseconds) => inner.Wait(milliseconds);

    public void Close() => inner.Close();
}
