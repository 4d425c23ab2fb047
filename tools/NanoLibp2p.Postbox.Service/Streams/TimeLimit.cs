using System;
using System.Threading;

namespace NanoLibp2p.Postbox.Service.Streams;

/// <summary>A token that is cancelled after a time of the service's clock, or with another.</summary>
internal sealed class TimeLimit : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _registration;

    internal TimeLimit(TimeSpan time, TimeProvider clock, CancellationToken other)
    {
        _source = new CancellationTokenSource(time, clock);
        _registration = other.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _source);
    }

    internal CancellationToken Token => _source.Token;

    /// <summary>Begins anew with another time.</summary>
    internal void Set(TimeSpan time) => _source.CancelAfter(time);

    /// <inheritdoc/>
    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }
}
