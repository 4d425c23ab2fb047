using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Crypto;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Frames.Tests;

/// <summary>The gateway's store in a file: killed, copied, damaged. More rounds: NANOLIBP2P_FRAME_KILLS=50.</summary>
public sealed class SqliteStoreTests : StoreFolder
{
    private const string Writing = "NANOLIBP2P_FRAME_WRITER";

    [Fact]
    public void What_was_saved_is_there_after_a_start()
    {
        FrameDevice device = StoredDevice.Full();
        FramePublication message = new(device.Peer, "t", ulong.MaxValue - 3, [1, 2, 3], 1, 1);
        using (SqliteFrameStore store = new(Options))
        {
            store.Save(device, new FrameTaken(1, FrameInner.Publish, new byte[] { 1 }) { Publication = message });
            store.WriteNote("air-lora0", [7]);
        }

        using SqliteFrameStore again = new(Options);
        Assert.False(again.IsRestored);
        FrameDevice read = Assert.Single(again.Load());
        Assert.Equivalent(device, read, strict: true);
        FramePublication waiting = Assert.Single(again.Outbox());
        Assert.Equivalent(message, waiting, strict: true);
        Assert.Equal([7], again.ReadNote("air-lora0"));
        again.Published(waiting);
        Assert.Empty(again.Outbox());
        again.Remove(device.Peer);
        Assert.Empty(again.Load());
    }

    [Fact]
    public void A_damaged_second_file_is_begun_anew_from_the_first_and_one_that_can_not_be_is_told()
    {
        using (SqliteFrameStore store = new(Options))
        {
            store.Save(StoredDevice.Full(), new FrameTaken(1, FrameInner.Publish, new byte[] { 1 })
            {
                Publication = new FramePublication(StoredDevice.Full().Peer, "t", 1, [1], 0, 1),
            });
        }

        File.WriteAllBytes(Options.OutboxPath!, [.. Enumerable.Repeat((byte)0x5A, 8192)]);
        using (SqliteFrameStore store = new(Options))
        {
            Assert.True(store.HasOutside);
        }

        File.Delete(Options.Path);
        using (SqliteFrameStore store = new(Options))
        {
            Assert.Single(store.Outbox());
        }

        using SqliteFrameStore without = new(new SqliteFrameOptions
        {
            Path = Path.Combine(Folder, "other.db"), IncarnationPath = Path.Combine(Folder, "other"),
            OutboxPath = Path.Combine(Folder, "no", "such", "outbox.db"),
        });
        Assert.False(without.HasOutside);
    }

    [Fact]
    public void A_lost_incarnation_or_an_operators_word_is_a_copy()
    {
        using (SqliteFrameStore store = new(Options))
        {
            store.Save(StoredDevice.Full(), null);
        }

        File.Delete(Options.IncarnationPath);
        using (SqliteFrameStore store = new(Options))
        {
            Assert.True(store.IsRestored);
        }

        using SqliteFrameStore said = new(new SqliteFrameOptions
        {
            Path = Options.Path, IncarnationPath = Options.IncarnationPath, IsRestored = true,
        });
        Assert.True(said.IsRestored);
    }

    [Fact]
    public void A_damaged_store_says_so_and_what_to_do()
    {
        using (SqliteFrameStore store = new(Options))
        {
            for (int i = 0; i < 40; i++)
            {
                store.Save(StoredDevice.Full(i), null);
            }
        }

        byte[] bytes = File.ReadAllBytes(Options.Path);
        byte[] damaged = [.. bytes];
        Array.Fill(damaged, (byte)0xA5, 4096, damaged.Length - 4096);
        File.WriteAllBytes(Options.Path, damaged);
        FrameStoreException e = Assert.Throws<FrameStoreException>(() => new SqliteFrameStore(Options).Dispose());
        Assert.Contains("damaged", e.Message, StringComparison.Ordinal);
        Assert.Contains("move it away", e.Message, StringComparison.Ordinal);
        File.WriteAllText(Options.Path, "not a database, but long enough to be one".PadRight(8192));
        Assert.Contains("no database", Assert.Throws<FrameStoreException>(() => new SqliteFrameStore(Options).Dispose()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void One_process_has_a_store()
    {
        using SqliteFrameStore store = new(Options);
        store.WriteNote("n", [1]);
        FrameStoreException e = Assert.Throws<FrameStoreException>(() => new SqliteFrameStore(Options).Dispose());
        Assert.Contains("in use", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_root_that_has_ended_is_not_to_be_found_in_the_files()
    {
        FrameDevice device = StoredDevice.Full();
        byte[] old = device.Confirmed!.Root;
        using (SqliteFrameStore store = new(Options))
        {
            store.Save(device, null);
            store.Save(device with { Confirmed = device.Next, Next = null }, null);
            Assert.All(Directory.GetFiles(Folder), file => Assert.Equal(-1, Shared(file).AsSpan().IndexOf(old)));
        }

        static byte[] Shared(string file)
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            byte[] all = new byte[stream.Length];
            stream.ReadExactly(all);
            return all;
        }
    }

    [Fact]
    public async Task A_process_that_is_killed_loses_nothing_that_was_stored()
    {
        int rounds = int.TryParse(Environment.GetEnvironmentVariable("NANOLIBP2P_FRAME_KILLS"), out int given) ? given : 2;
        int seen = -1;
        for (int round = 0; round < rounds; round++)
        {
            string progress = Path.Combine(Folder, $"progress-{round}");
            ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            {
                start.ArgumentList.Add(typeof(SqliteStoreTests).Assembly.Location);
            }

            start.ArgumentList.Add("-method");
            start.ArgumentList.Add($"{typeof(SqliteStoreTests).FullName}.{nameof(A_writer_writes)}");
            start.Environment[Writing] = $"{Folder}|{progress}";
            using (Process process = Process.Start(start)!)
            {
                Stopwatch patience = Stopwatch.StartNew();
                int bytes = 8 * (20 + (7 * round));
                while ((!File.Exists(progress) || new FileInfo(progress).Length < bytes) && patience.Elapsed.TotalSeconds < 60)
                {
                    await Task.Delay(10, TestContext.Current.CancellationToken);
                }

                process.Kill();
                await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            }

            byte[] told = File.ReadAllBytes(progress);
            int last = BitConverter.ToInt32(told, (told.Length / 8 * 8) - 8);
            using SqliteFrameStore store = new(Options);
            int there = Assert.Single(store.Load()).Confirmed!.Highest;
            Assert.InRange(there, last, last + 1);
            Assert.True(there > seen);
            Assert.Equal(Enumerable.Range(1, there), store.Outbox().Select(one => (int)one.Number));
            Assert.False(store.IsRestored);
            seen = there;
        }
    }

    // the process that is killed; does nothing in an ordinary run
    [Fact]
    public void A_writer_writes()
    {
        if (Environment.GetEnvironmentVariable(Writing) is not { } where)
        {
            return;
        }

        string folder = where.Split('|')[0];
        using FileStream progress = new(where.Split('|')[1], FileMode.Create, FileAccess.Write, FileShare.Read, 1);
        using SqliteFrameStore store = new(new SqliteFrameOptions
        {
            Path = Path.Combine(folder, "frames.db"), IncarnationPath = Path.Combine(folder, "incarnation"),
        });
        FrameDevice full = StoredDevice.Full();
        FrameDevice device = store.Load().FirstOrDefault() ?? full with { Confirmed = full.Confirmed! with { Highest = 0 } };
        for (int i = device.Confirmed!.Highest + 1; ; i++)
        {
            device = device with { Confirmed = device.Confirmed! with { Highest = i } };
            store.Save(device, new FrameTaken(i, FrameInner.Publish, new byte[] { 1 })
            {
                Publication = new FramePublication(device.Peer, "t", (ulong)i, BitConverter.GetBytes(i), 0, 4),
            });
            progress.Write(BitConverter.GetBytes((long)i));
        }
    }
}
