using System;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Tests.Stores;

/// <summary>One place where a store under test keeps its mail; a store of it can be closed and opened again. Removes all at its
/// end.</summary>
public abstract class StoreBed : IAsyncDisposable
{
    /// <summary>Another store on this place, not open: the one before it is closed, unless it is shared.</summary>
    /// <returns>The store.</returns>
    public abstract IPostboxStore NewStore();

    /// <summary>Removes what it kept.</summary>
    /// <returns>When that is done.</returns>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
