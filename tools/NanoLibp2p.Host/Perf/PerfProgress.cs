using System;
using System.Threading;

namespace NanoLibp2p.Host.Perf;

/// <summary>How far a transfer of perf has come. From any thread.</summary>
public sealed class PerfProgress
{
    private long _uploaded;
    private long _downloaded;

    /// <summary>Bytes that were handed over to be sent.</summary>
    public long Uploaded => Interlocked.Read(ref _uploaded);

    /// <summary>Bytes that have arrived.</summary>
    public long Downloaded => Interlocked.Read(ref _downloaded);

    internal void AddUploaded(int bytes) => Interlocked.Add(ref _uploaded, bytes);

    internal void AddDownloaded(int bytes) => Interlocked.Add(ref _downloaded, bytes);
}
