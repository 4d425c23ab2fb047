using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Nats;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Killed;

/// <summary>Rounds of one store: a process writes to it and is killed at a random moment; then everything that it was told must be
/// there, no item by half, and what was under way is there whole or not at all. A server that the store is on is killed too, in every other
/// round.</summary>
/// <param name="address">The store's.</param>
/// <param name="server">Its server; null for a store that is a file.</param>
public sealed class KillLoop(string address, NatsServer? server = null)
{
    private static readonly TimeSpan _quiet = TimeSpan.FromSeconds(1);

    // what is known of an item: the last thing that was returned, and what was begun since
    private readonly Dictionary<int, (string Returned, string Tried)> _known = [];
    private readonly Random _random = new(4711);

    /// <summary>One round.</summary>
    /// <param name="round">Its number, from 1, each once.</param>
    /// <returns>What was seen, for people.</returns>
    /// <exception cref="InvalidOperationException">Something is lost, or there by half.</exception>
    public async Task<string> RunRoundAsync(int round)
    {
        await WriteAndKillAsync(round);
        Dictionary<int, PostboxHead> found = [];
        int changes = 0;
        Stopwatch watch = Stopwatch.StartNew();
        await using IPostboxStore store = KilledStore.At(address);
        PostboxOpening opening = await store.OpenAsync(change =>
        {
            lock (found)
            {
                changes++;
                Apply(change, found);
            }
        });
        long opened = watch.ElapsedMilliseconds;
        Must(opening.IsWritable, opening.Problem ?? "");
        if (server != null)
        {
            // what the killed process had sent is still on its way to the server
            for (int before = -1; before != Volatile.Read(ref changes);)
            {
                before = Volatile.Read(ref changes);
                await Task.Delay(_quiet);
            }
        }

        Dictionary<int, PostboxHead> heads;
        lock (found)
        {
            heads = new Dictionary<int, PostboxHead>(found);
        }

        ulong[] slots = [.. heads.Values.Where(one => one is { IsWaiting: true, Slot: not 0 }).Select(one => one.Slot)];
        Must(slots.Length == slots.Distinct().Count(), "two items wait in one slot");
        foreach (PostboxHead head in heads.Values)
        {
            Must(_known.ContainsKey(KilledItem.Number(head)), $"item {KilledItem.Number(head)} was never deposited");
            if (head.IsWaiting)
            {
                byte[] body = new byte[head.Size];
                int count = await store.ReadAsync(head, 0, body);
                Must(count == body.Length && body.AsSpan().SequenceEqual(KilledItem.Bytes(KilledItem.Number(head))),
                    $"item {KilledItem.Number(head)} is there by half");
            }
        }

        int undone = 0;
        foreach ((int number, (string returned, string tried)) in _known.ToArray())
        {
            heads.TryGetValue(number, out PostboxHead? head);

            // nats-server 2.9.10 on one server, killed, may come up with the item in place of its fate, though its file has both
            bool isUndone = IsServerKilled(round) && returned == "settled" && head is { IsWaiting: true };
            undone += isUndone ? 1 : 0;
            Must(isUndone || IsPossible(number, returned, tried, head),
                $"item {number}: '{returned}' was returned, '{tried}' was begun, and it is "
                + (head?.State.ToString() ?? "gone"));
            _known[number] = (head == null ? "forgot" : head.IsWaiting ? "kept" : "settled", "");
        }

        await store.DisposeAsync();
        if (KilledStore.At(address) is IPostboxStoreUpkeep file)
        {
            Must((await file.CheckAsync()).IsWhole, "the check finds damage");
        }

        return $"{_known.Count} items so far, {heads.Count} heads, opened in {opened} ms"
            + (store is NatsPostboxStore { WasKept: true } ? " from what was kept" : "")
            + (undone == 0 ? "" : $"; the killed server had {undone} fates undone");
    }

    private static void Apply(in PostboxChange change, Dictionary<int, PostboxHead> heads)
    {
        foreach (PostboxHead? gone in new[] { change.Forgotten, change.Kind == PostboxChangeKind.Forgotten ? change.Head : null })
        {
            if (gone != null)
            {
                heads.Remove(KilledItem.Number(gone));
            }
        }

        foreach (PostboxHead? now in new[] { change.Former, change.Kind == PostboxChangeKind.Forgotten ? null : change.Head })
        {
            if (now != null)
            {
                heads[KilledItem.Number(now)] = now;
            }
        }
    }

    private static bool IsPossible(int number, string returned, string tried, PostboxHead? head)
    {
        // what is in a slot may be replaced, and then forgotten, by any other caller's
        bool isInSlot = number % 9 == 0;
        string state = head == null ? "forgot" : head.IsWaiting ? "kept" : "settled";
        return state == returned || (returned == "" && state == "forgot")
            || (tried, state) is ("keep", "kept") or ("settle", "settled") or ("forget", "forgot")
            || (isInSlot && (state is "settled" or "forgot") && (returned is "kept" or "settled" || tried == "keep"));
    }

    private static void Must(bool isTrue, string text)
    {
        if (!isTrue)
        {
            throw new InvalidOperationException(text);
        }
    }

    private bool IsServerKilled(int round) => server != null && round % 2 == 0;

    private async Task WriteAndKillAsync(int round)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true };
        foreach (string argument in new[]
        {
            typeof(KillLoop).Assembly.Location, "write", address, round.ToString(CultureInfo.InvariantCulture),
        })
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        Task? killing = null;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            Note(line);
            killing ??= KillAsync(process, IsServerKilled(round));
        }

        await process.WaitForExitAsync();
        Must(killing != null, "the writer ended before it wrote anything");
        await killing!;
    }

    private async Task KillAsync(Process process, bool isServerFirst)
    {
        await Task.Delay(_random.Next(20, 400));
        if (isServerFirst)
        {
            await server!.KillAsync();
        }

        process.Kill();
        if (isServerFirst)
        {
            await server!.StartAgainAsync();
        }
    }

    private void Note(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is not [.., ";"])
        {
            // cut by the end of the process
            return;
        }

        bool isTry = words[0] == "try";
        foreach (string word in words[(isTry ? 2 : 1)..^1])
        {
            int number = int.Parse(word, CultureInfo.InvariantCulture);
            _known[number] = isTry ? (_known.GetValueOrDefault(number).Returned ?? "", words[1]) : (words[0], "");
        }
    }
}
