using System;
using System.Threading.Tasks;

namespace NanoLibp2p.Host;

// For containers that are disposed without waiting.
public sealed partial class Libp2pNode : IDisposable
{
    /// <summary>Ends the node as <see cref="DisposeAsync"/>, and blocks for as long.</summary>
    public void Dispose() => Task.Run(async () => await DisposeAsync().ConfigureAwait(false)).GetAwaiter().GetResult();
}
