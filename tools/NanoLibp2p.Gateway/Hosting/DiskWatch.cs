using System;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NanoLibp2p.Gateway.Storage;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>Looks whether the data folder can be written: a small file, made and replaced.</summary>
internal sealed class DiskWatch(TimeProvider time, DataFolder folder, Conditions conditions, ILogger log)
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private const string Name = "store";
    private const string ProbeFile = "probe";

    private static readonly byte[] _probe = new byte[4096];

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(Interval, time);
        try
        {
            do
            {
                Look();
            }
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // the gateway ends
        }
    }

    /// <summary>Looks once.</summary>
    internal void Look()
    {
        try
        {
            folder.Write(ProbeFile, _probe);
            System.IO.File.Delete(folder.PathOf(ProbeFile));
            if (conditions.Clear(Name))
            {
                log.LogInformation("the data folder {Folder} can be written again", folder.Path);
            }
        }
        catch (GatewayException e)
        {
            string sentence = $"{e.Message}; connections go on, and what is to be kept over a restart is not";
            if (conditions.Set(Name, sentence))
            {
                log.LogError("{Text}", sentence);
            }
        }
    }
}
