using System.Threading.Tasks;
using NanoLibp2p.JsPeers;

[assembly: AssemblyFixture(typeof(NanoLibp2p.Interop.Tests.JsPeers))]

namespace NanoLibp2p.Interop.Tests;

/// <summary>Two js nodes that every test may use, each with a node of ours of its own: starting one costs more than most tests.</summary>
public sealed class JsPeers : IAsyncLifetime
{
    /// <summary>Listens, dials, and negotiates the muxer within the Noise handshake.</summary>
    public JsPeer Early { get; private set; } = null!;

    /// <summary>The same without early muxer negotiation.</summary>
    public JsPeer Late { get; private set; } = null!;

    /// <summary>One of the two.</summary>
    public JsPeer With(bool early) => early ? Early : Late;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Task<JsPeer> late = JsPeer.StartAsync(new JsPeerOptions { Early = false });
        Early = await JsPeer.StartAsync(new JsPeerOptions());
        Late = await late;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Early.DisposeAsync();
        await Late.DisposeAsync();
    }
}
