using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Killed;
using NanoLibp2p.Postbox.Nats;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Bench.Postbox;

/// <summary>How long a gateway takes from the start of its process until it is ready, with all the mail that waits.</summary>
internal static class StartBench
{
    private const int FillBatch = 256;

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Measures, and tells.</summary>
    /// <param name="program">The published command line.</param>
    /// <param name="isOnNats">Whether the mail is on NATS; else in a SQLite file.</param>
    /// <param name="items">How many items wait.</param>
    /// <param name="rounds">How often the gateway is started.</param>
    /// <returns>Whether the median is within <see cref="GrowthBench.MostLoadSeconds"/>; null where there is no server.</returns>
    internal static async Task<bool?> RunAsync(string program, bool isOnNats, int items, int rounds)
    {
        if (isOnNats && !NatsServer.IsHere)
        {
            Console.WriteLine(NatsServer.Missing);
            return null;
        }

        string folder = Directory.CreateTempSubdirectory("postbox-start").FullName;
        NatsServer? server = isOnNats ? await NatsServer.StartAsync() : null;
        try
        {
            string file = Path.Combine(folder, "mail.db");
            string url = $"{server?.Url}/mail";
            await using (IPostboxStore store = server != null ? new NatsPostboxStore(new NatsPostboxOptions { Url = url, Replicas = 1 })
                : new SqlitePostboxStore(new SqlitePostboxOptions { Path = file, Durability = StoreDurability.Process, ReserveBytes = 0 }))
            {
                await store.OpenAsync(_ => { });
                await StoreBench.FillAsync(store);
                await StoreBench.AppendAsync(store, 0, items, FillBatch);
            }

            string data = Path.Combine(folder, "data");
            if (server == null)
            {
                return await StartAllAsync(program, data, $"sqlite:{file}", null, rounds, "");
            }

            // what a gateway keeps of the stream is not there at its first start, and after some faults
            string heads = Path.Combine(data, "postbox.heads");
            Console.WriteLine("Without what a gateway has kept of the stream:");
            bool isWithin = await StartAllAsync(program, data, url, server, rounds, heads);
            Console.WriteLine();
            Console.WriteLine("With it:");
            return await StartAllAsync(program, data, url, server, rounds, "") && isWithin;
        }
        finally
        {
            if (server != null)
            {
                await server.DisposeAsync();
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<bool> StartAllAsync(string program, string data, string store, NatsServer? server, int rounds, string without)
    {
        using HttpClient http = new();
        using Process? other = server == null ? null : Process.GetProcessById(server.ProcessId);
        List<double> all = [];
        Console.WriteLine("From the start of the process until the gateway is ready; the processor's time is of one.");
        Console.WriteLine();
        Console.WriteLine("| | by the clock, s | processor here, s | at the server, s |");
        Console.WriteLine("|--:|--:|--:|--:|");
        for (int round = 1; round <= rounds; round++)
        {
            if (File.Exists(without))
            {
                File.Delete(without);
            }

            TimeSpan before = OfServer(other);
            string address = $"http://127.0.0.1:{NatsServer.FreePort()}";
            long began = Stopwatch.GetTimestamp();
            using Process gateway = Start(program,
            [
                "gateway", "run", "--data", data, "--listen", "/ip4/127.0.0.1/tcp/0", "--http", address, "--store", store,
                "--set", "postbox.natsReplicas=1",
            ]);
            try
            {
                await ReadyAsync(http, new Uri(address + "/healthz/ready"), gateway);
                all.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
                gateway.Refresh();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {round} | {all[^1]:F1} | {gateway.TotalProcessorTime.TotalSeconds:F1} "
                    + $"| {(OfServer(other) - before).TotalSeconds:F1} |"));
                if (without.Length > 0 && round == rounds)
                {
                    await WrittenAsync(without);
                }
            }
            finally
            {
                gateway.Kill();
                await gateway.WaitForExitAsync();
            }
        }

        double median = all.Order().ElementAt(all.Count / 2);
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Median {median:F1} s; at most {GrowthBench.MostLoadSeconds} s."));
        return median <= GrowthBench.MostLoadSeconds;
    }

    // by the gateway that runs
    private static async Task WrittenAsync(string file)
    {
        for (long began = Stopwatch.GetTimestamp(); !File.Exists(file); await Task.Delay(_pause))
        {
            if (Stopwatch.GetElapsedTime(began) > _patience)
            {
                throw new InvalidOperationException($"{file} was not written within {_patience.TotalSeconds} s");
            }
        }
    }

    private static async Task ReadyAsync(HttpClient http, Uri address, Process gateway)
    {
        for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < _patience;)
        {
            if (gateway.HasExited)
            {
                throw new InvalidOperationException($"the gateway ended with {gateway.ExitCode}");
            }

            try
            {
                using HttpResponseMessage answer = await http.GetAsync(address);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // it does not listen yet
            }

            await Task.Delay(_pause);
        }

        throw new InvalidOperationException($"the gateway was not ready within {_patience.TotalSeconds} s");
    }

    private static Process Start(string program, string[] arguments)
    {
        try
        {
            Process process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.ErrorDataReceived += (_, line) => Console.Error.Write(line.Data == null ? "" : line.Data + Environment.NewLine);
            process.BeginErrorReadLine();
            return process;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"'{program}' can't be started: {e.Message}. Give the path of nanolibp2p as "
                + "`dotnet publish -c Release -o OUT tools/NanoLibp2p.Cli` makes it.", e);
        }
    }

    private static TimeSpan OfServer(Process? server)
    {
        server?.Refresh();
        return server?.TotalProcessorTime ?? TimeSpan.Zero;
    }
}
