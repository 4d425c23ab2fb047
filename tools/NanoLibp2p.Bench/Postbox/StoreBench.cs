using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Bench.Postbox;

/// <summary>
/// A gateway's mail: what its SQLite store takes and gives a second, beside SQLite itself for the same bytes in batches of the same size,
/// in turn; how that grows with the mail that waits; how long a start takes; and that mail which comes and goes leaves nothing behind.
/// </summary>
internal static class StoreBench
{
    /// <summary>Bytes of an item.</summary>
    internal const int ItemBytes = 208;

    private const int Mailboxes = 1000;
    private const double LowestShare = 0.5;

    private static readonly Option<int[]> _batches = new("--batch")
    {
        Description = "how many deposits at a time", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1, 16, 64, 256],
    };

    private static readonly Option<int> _items =
        new("--items") { Description = "how many items wait in the end", DefaultValueFactory = _ => 1_000_000 };

    private static readonly Option<int> _rounds =
        new("--rounds") { Description = "how often the store and SQLite have their turn", DefaultValueFactory = _ => 5 };

    private static readonly Option<long> _operations =
        new("--operations") { Description = "how many items come and go", DefaultValueFactory = _ => 10_000_000 };

    private static readonly Argument<string> _program =
        new("program") { Description = "nanolibp2p as `dotnet publish -c Release -o OUT tools/NanoLibp2p.Cli` makes it" };

    private static readonly Option<bool> _onNats = new("--nats") { Description = "on NATS instead of SQLite" };

    /// <summary>The commands.</summary>
    /// <returns>One, with those below it.</returns>
    internal static IEnumerable<Command> Commands()
    {
        Command churn = new("churn", "mail comes and goes; exit code 0 if the file grows no more after the first tenth") { _operations };
        churn.SetAction(parsed => ChurnAsync(parsed.GetValue(_operations)));
        Command growth = new("growth", "what one costs as ever more mail waits, and how long a start takes; exit code 0 if within bounds")
        {
            _items, _onNats,
        };
        growth.SetAction(async parsed => await GrowthAsync(parsed.GetValue(_items), parsed.GetValue(_onNats)) is not false ? 0 : 1);
        Command start = new("start", "how long a gateway takes from its process's start until it is ready with all that waits; exit code 0 "
            + "if within its bound")
        {
            _program, _items, _rounds, _onNats,
        };
        start.SetAction(parsed => StartAsync(parsed.GetRequiredValue(_program), parsed.GetValue(_onNats), parsed.GetValue(_items),
            parsed.GetValue(_rounds)));
        Command postbox = new("postbox", "the store of a gateway's mail beside SQLite; exit code 0 if it keeps to its bounds")
        {
            _items, _rounds, _batches, churn, growth, start,
        };
        postbox.SetAction(parsed => RunAsync(parsed.GetValue(_items), parsed.GetValue(_rounds), parsed.GetRequiredValue(_batches)));
        yield return postbox;
    }

    private static async Task<int> RunAsync(int items, int rounds, int[] batches)
    {
        string folder = Directory.CreateTempSubdirectory("postbox-bench").FullName;
        try
        {
            bool isWithin = await MeasureRatesAsync(folder, rounds, batches);
            double? share = await NatsBench.RunAsync(rounds, Deposit, [.. Enumerable.Range(0, Mailboxes).Select(Peer)]);
            isWithin &= share is null or >= LowestShare;
            await WireBench.RunAsync();
            isWithin &= await GrowthBench.RunAsync(Path.Combine(folder, "growth.db"), items);
            Console.WriteLine();
            Console.WriteLine(isWithin ? "within its bounds" : string.Create(CultureInfo.InvariantCulture,
                $"out of its bounds: share of SQLite and NATS at least {LowestShare}, growth at most {GrowthBench.MostGrowth}, "
                + $"start {GrowthBench.MostLoadSeconds} s"));
            return isWithin ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> StartAsync(string program, bool isOnNats, int items, int rounds)
    {
        try
        {
            return await StartBench.RunAsync(program, isOnNats, items, Math.Max(rounds, 1)) is not false ? 0 : 1;
        }
        catch (InvalidOperationException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    private static async Task<bool?> GrowthAsync(int items, bool isOnNats)
    {
        if (isOnNats)
        {
            return await GrowthBench.RunOnNatsAsync(items);
        }

        string folder = Directory.CreateTempSubdirectory("postbox-growth").FullName;
        try
        {
            return await GrowthBench.RunAsync(Path.Combine(folder, "growth.db"), items);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<bool> MeasureRatesAsync(string folder, int rounds, int[] batches)
    {
        Console.WriteLine($"Items of {ItemBytes} bytes, synced before each answer; medians of {rounds} rounds in turn.");
        Console.WriteLine();
        Console.WriteLine("| | SQLite, a second | store, a second | share, median of the rounds (least to most) | processor, us |");
        Console.WriteLine("|---|--:|--:|--:|--:|");
        bool isWithin = true;
        int number = 0;
        foreach (int batch in batches)
        {
            int count = batch == 1 ? 200 : batch * 120;
            List<StoreRate> raw = [];
            List<StoreRate> own = [];
            for (int round = 0; round <= rounds; round++)
            {
                StoreRate rawRate = RawAppends(Path.Combine(folder, $"raw{number}.db"), batch, count);
                StoreRate ownRate = await OwnAppendsAsync(Path.Combine(folder, $"own{number++}.db"), batch, count);
                if (round > 0)
                {
                    raw.Add(rawRate);
                    own.Add(ownRate);
                }
            }

            isWithin &= Row($"deposits, {batch} at a time", raw, own);
        }

        List<StoreRate> rawReads = [];
        List<StoreRate> ownReads = [];
        for (int round = 0; round <= rounds; round++)
        {
            StoreRate rawRate = RawReads(Path.Combine(folder, "raw0.db"));
            StoreRate ownRate = await OwnReadsAsync(Path.Combine(folder, "own0.db"));
            if (round > 0)
            {
                rawReads.Add(rawRate);
                ownReads.Add(ownRate);
            }
        }

        return Row("reads of a whole item, each hashed", rawReads, ownReads) && isWithin;
    }

    // the median of each round's share
    private static bool Row(string what, List<StoreRate> raw, List<StoreRate> own)
    {
        double[] shares = [.. own.Zip(raw, (one, other) => one.PerSecond / other.PerSecond)];
        double share = Median(shares);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {what} | {Median(raw.Select(one => one.PerSecond)):N0} | {Median(own.Select(one => one.PerSecond)):N0} "
            + $"| {share:F2} ({shares.Min():F2} to {shares.Max():F2}) "
            + $"| {Median(raw.Select(one => one.ProcessorUs)):F1} and {Median(own.Select(one => one.ProcessorUs)):F1} |"));
        return share >= LowestShare;
    }

    private static async Task<int> ChurnAsync(long operations)
    {
        string folder = Directory.CreateTempSubdirectory("postbox-churn").FullName;
        try
        {
            string path = Path.Combine(folder, "churn.db");
            await using SqlitePostboxStore store = await OpenAsync(path, StoreDurability.Process);
            long early = 0;
            int number = 0;
            Queue<PostboxHead> waiting = [];
            for (long done = 0; done < operations; done += 256)
            {
                foreach (PostboxHead head in await AppendAsync(store, number, 256, 256))
                {
                    waiting.Enqueue(head);
                }

                number += 256;
                while (waiting.Count > 2048)
                {
                    PostboxHead[] taken = [.. Enumerable.Range(0, 256).Select(_ => waiting.Dequeue())];
                    await store.SettleAsync([.. taken.Select(one => new PostboxSettlement(one, PostboxState.Delivered))]);
                    await store.ForgetAsync(taken);
                }

                if (early == 0 && done >= operations / 10)
                {
                    early = Bytes(path);
                    Console.WriteLine($"after {done} items: {early} bytes");
                }
            }

            long late = Bytes(path);
            Console.WriteLine($"after {operations} items: {late} bytes");
            return late <= early * 1.1 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static long Bytes(string path) => new FileInfo(path).Length + new FileInfo(path + "-wal").Length;

    private static StoreRate RawAppends(string path, int batch, int count)
    {
        using SqliteConnection connection = Raw(path);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "INSERT INTO item(body) VALUES($body)";
        SqliteParameter body = command.Parameters.Add("$body", SqliteType.Blob);
        byte[][] items = [.. Enumerable.Range(0, count).Select(Item)];
        StoreWatch watch = new();
        for (int i = 0; i < count; i += batch)
        {
            using SqliteTransaction transaction = connection.BeginTransaction();
            command.Transaction = transaction;
            for (int k = i; k < i + batch; k++)
            {
                body.Value = items[k];
                command.ExecuteNonQuery();
            }

            transaction.Commit();
        }

        return watch.Read(count);
    }

    private static async Task<StoreRate> OwnAppendsAsync(string path, int batch, int count)
    {
        await using SqlitePostboxStore store = await OpenAsync(path, StoreDurability.PowerCut);
        PostboxDeposit[] items = [.. Enumerable.Range(0, count).Select(Deposit)];
        StoreWatch watch = new();
        foreach (PostboxDeposit[] some in items.Chunk(batch))
        {
            await store.AppendAsync(some);
        }

        return watch.Read(count);
    }

    private static StoreRate RawReads(string path)
    {
        using SqliteConnection connection = Raw(path);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT body FROM item WHERE seq=$seq";
        SqliteParameter sequence = command.Parameters.Add("$seq", SqliteType.Integer);
        StoreWatch watch = new();
        for (int i = 0; i < 20_000; i++)
        {
            sequence.Value = (long)(i % 200 + 1);
            _ = (byte[])command.ExecuteScalar()!;
        }

        return watch.Read(20_000);
    }

    private static async Task<StoreRate> OwnReadsAsync(string path)
    {
        List<PostboxHead> heads = [];
        await using SqlitePostboxStore store = new(new SqlitePostboxOptions { Path = path });
        await store.OpenAsync(change =>
        {
            if (change.Head != null)
            {
                heads.Add(change.Head);
            }
        });
        byte[] body = new byte[ItemBytes];
        StoreWatch watch = new();
        for (int i = 0; i < 20_000; i++)
        {
            await store.ReadAsync(heads[i % 200], 0, body);
        }

        return watch.Read(20_000);
    }

    private static SqliteConnection Raw(string path)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; "
            + "CREATE TABLE IF NOT EXISTS item(seq INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT";
        command.ExecuteNonQuery();
        return connection;
    }

    private static async Task<SqlitePostboxStore> OpenAsync(string path, StoreDurability durability)
    {
        SqlitePostboxStore store = new(new SqlitePostboxOptions { Path = path, Durability = durability, ReserveBytes = 0 });
        await store.OpenAsync(_ => { });
        await FillAsync(store);
        return store;
    }

    /// <summary>Makes the mailboxes.</summary>
    internal static Task FillAsync(IPostboxStore store) =>
        Task.WhenAll(Enumerable.Range(0, Mailboxes).Select(i => store.SaveMailboxAsync(new PostboxMailbox(Peer(i), 1))));

    internal static async Task<List<PostboxHead>> AppendAsync(IPostboxStore store, int first, int count, int batch)
    {
        List<PostboxHead> heads = [];
        foreach (int[] numbers in Enumerable.Range(first, count).Chunk(batch))
        {
            foreach (PostboxAppend one in await store.AppendAsync([.. numbers.Select(Deposit)]))
            {
                heads.Add(one.Head ?? throw new InvalidOperationException($"a deposit was {one.Outcome}: {one.Reason}"));
            }
        }

        return heads;
    }

    internal static PostboxDeposit Deposit(int number)
    {
        byte[] item = Item(number);
        return new PostboxDeposit
        {
            Box = BoxId.Of(Peer(number % Mailboxes)), Id = ItemId.Of(item), Item = item, Tag = BitConverter.ToUInt64(item, 2),
            Arrived = 1_800_000_000, Until = 1_800_604_800, Lane = 3,
        };
    }

    private static byte[] Item(int number)
    {
        byte[] item = new byte[ItemBytes];
        new Random(number).NextBytes(item);
        item[0] = 1;
        return item;
    }

    private static byte[] Peer(int number) => [0, 36, 8, 1, 18, 32, .. BitConverter.GetBytes(number), .. new byte[28]];

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
