using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Killed;
using NanoLibp2p.Postbox.Nats;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Bench.Postbox;

/// <summary>What a deposit, a read and an acknowledgement cost as ever more mail waits, and how long a start takes with all of
/// it.</summary>
internal static class GrowthBench
{
    /// <summary>The bound of the cost at the end beside that in the beginning.</summary>
    internal const double MostGrowth = 2;

    /// <summary>The bound of a start with a million heads.</summary>
    internal const double MostLoadSeconds = 5;

    private const int Operations = 4096;
    private const int Batch = 64;
    private const int FillBatch = 256;

    /// <summary>Measures a SQLite store, and tells.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="items">How many wait in the end.</param>
    /// <returns>Whether it is within its bounds.</returns>
    internal static async Task<bool> RunAsync(string path, int items)
    {
        bool isWithin = await RunAsync(() => new SqlitePostboxStore(new SqlitePostboxOptions
        {
            Path = path, Durability = StoreDurability.Process, ReserveBytes = 0,
        }), null, items);
        Console.WriteLine($"Its file has {new FileInfo(path).Length >> 20} MiB.");
        return isWithin;
    }

    /// <summary>Measures a store on NATS, and tells.</summary>
    /// <param name="items">How many wait in the end.</param>
    /// <returns>Whether it is within its bounds; null where there is no server.</returns>
    internal static async Task<bool?> RunOnNatsAsync(int items)
    {
        if (!NatsServer.IsHere)
        {
            Console.WriteLine(NatsServer.Missing);
            return null;
        }

        await using NatsServer server = await NatsServer.StartAsync();
        using Process process = Process.GetProcessById(server.ProcessId);
        NatsPostboxOptions options = new() { Url = server.Url + "/mail", Replicas = 1 };
        return await RunAsync(() => new NatsPostboxStore(options), process, items);
    }

    private static async Task<bool> RunAsync(Func<IPostboxStore> make, Process? server, int items)
    {
        Console.WriteLine();
        string where = server == null ? "" : ", here and at the server";
        Console.WriteLine($"Processor time of one, in us{where}; deposits and acknowledgements {Batch} at a time.");
        Console.WriteLine();
        Console.WriteLine("| items that wait | deposit | read | acknowledge |");
        Console.WriteLine("|--:|--:|--:|--:|");
        List<double[]> rows = [];
        await using (IPostboxStore store = make())
        {
            await store.OpenAsync(_ => { });
            await StoreBench.FillAsync(store);
            int waiting = 0;
            for (int size = 1000; size <= items; size *= 10)
            {
                List<PostboxHead> heads = await StoreBench.AppendAsync(store, waiting, size - waiting, FillBatch);
                waiting = size;
                rows.Add(await MeasureCostsAsync(store, server, heads, items + (size * 2)));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {size:N0} | {rows[^1][0]:F1} | {rows[^1][1]:F1} | {rows[^1][2]:F1} |"));
            }
        }

        TimeSpan before = OfServer(server);
        StoreWatch watch = new();
        await using IPostboxStore again = make();
        PostboxOpening opening = await again.OpenAsync(_ => { });
        StoreRate start = watch.Read(1);
        string atServer = server == null ? "" : string.Create(CultureInfo.InvariantCulture,
            $" and {(OfServer(server) - before).TotalSeconds:F1} s at the server");
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"A start with {opening.Heads:N0} heads: {1 / start.PerSecond:F1} s, of which the processor {start.ProcessorUs / 1e6:F1} s"
            + $"{atServer}."));

        // by the processor's time, as a machine that is busy with other things would fail it
        bool isWithin = start.ProcessorUs / 1e6 <= MostLoadSeconds;
        for (int i = 0; i < 3; i++)
        {
            // the first thousand pays for the compiler
            double growth = rows[^1][i] / rows[Math.Min(1, rows.Count - 1)][i];
            isWithin &= growth <= MostGrowth;
        }

        return isWithin;
    }

    private static async Task<double[]> MeasureCostsAsync(IPostboxStore store, Process? server, List<PostboxHead> heads, int firstNumber)
    {
        PostboxDeposit[] deposits = [.. Enumerable.Range(firstNumber, Operations).Select(StoreBench.Deposit)];
        List<PostboxHead> added = [];
        double append = await MeasureAsync(server, async () =>
        {
            foreach (PostboxDeposit[] batch in deposits.Chunk(Batch))
            {
                added.AddRange((await store.AppendAsync(batch)).Select(one => one.Head!));
            }
        });
        Random random = new(1);
        byte[] body = new byte[StoreBench.ItemBytes];
        double read = await MeasureAsync(server, async () =>
        {
            for (int i = 0; i < Operations; i++)
            {
                await store.ReadAsync(heads[random.Next(heads.Count)], 0, body);
            }
        });
        double settle = await MeasureAsync(server, async () =>
        {
            foreach (PostboxHead[] batch in added.ToArray().Chunk(Batch))
            {
                await store.SettleAsync([.. batch.Select(one => new PostboxSettlement(one, PostboxState.Delivered))]);
            }
        });
        await store.ForgetAsync(added);
        return [append, read, settle];
    }

    private static async Task<double> MeasureAsync(Process? server, Func<Task> what)
    {
        TimeSpan before = OfServer(server);
        StoreWatch watch = new();
        await what();
        return watch.Read(Operations).ProcessorUs + ((OfServer(server) - before).TotalMicroseconds / Operations);
    }

    private static TimeSpan OfServer(Process? server)
    {
        server?.Refresh();
        return server?.TotalProcessorTime ?? TimeSpan.Zero;
    }
}
