using System;
using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Postbox.Client.Exchange;

/// <summary>Something has happened, once or more often, since it was last waited for.</summary>
internal sealed class Signal : IDisposable
{
    private readonly SemaphoreSlim _happened = new(0, 1);
    private readonly Lock _lock = new();

    /// <summary>It has happened. From any thread.</summary>
    internal void Set()
    {
        lock (_lock)
        {
            if (_happened.CurrentCount == 0)
            {
                _happened.Release();
            }
        }
    }

    /// <summary>Waits until it has happened, or for a time.</summary>
    internal Task WaitAsync(TimeSpan time, CancellationToken cancellationToken) => _happened.WaitAsync(time, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _happened.Dispose();
}
