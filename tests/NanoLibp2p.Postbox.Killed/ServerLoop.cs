using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Nats;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Killed;

/// <summary>Rounds in which the one server of a stream is killed while a gateway works on it, and the gateway lives on: when it has
/// found the server again, all that it was ever told must be there for whoever opens the store after it.</summary>
/// <param name="server">The server.</param>
public sealed class ServerLoop(NatsServer server)
{
    private const int Callers = 4;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(60);

    // what was returned last of an item, and what was begun since
    private readonly ConcurrentDictionary<int, (string Returned, string Tried)> _known = [];
    private readonly Random _random = new(4711);
    private int _number;

    /// <summary>All rounds.</summary>
    /// <param name="rounds">How many.</param>
    /// <param name="say">Gets a line for each.</param>
    /// <returns>When all are done.</returns>
    /// <exception cref="InvalidOperationException">Something is lost.</exception>
    public async Task RunAsync(int rounds, Action<string> say)
    {
        await using NatsPostboxStore store = new(new NatsPostboxOptions { Url = server.Url, Replicas = 1, Patience = _patience });
        await store.OpenAsync(_ => { });
        await store.SaveMailboxAsync(new PostboxMailbox(KilledItem.Peer, 1));
        for (int round = 1; round <= rounds; round++)
        {
            using CancellationTokenSource stop = new();
            Task[] callers = [.. Enumerable.Range(0, Callers).Select(one => Task.Run(() => CallAsync(store, one, stop.Token)))];
            await Task.Delay(_random.Next(20, 400));
            await server.KillAsync();
            await Task.Delay(_random.Next(20, 200));
            await server.StartAgainAsync();
            Stopwatch watch = Stopwatch.StartNew();
            PostboxRoom room;
            while ((room = await store.FreeAsync()).Health != StoreHealth.Ready && watch.Elapsed < _longest)
            {
                await Task.Delay(20);
            }

            await stop.CancelAsync();
            await Task.WhenAll(callers);
            Must(room.Health == StoreHealth.Ready, room.Problem ?? "the store does not go on");
            say($"round {round}: {_known.Count} items so far, {await CompareAsync()}, on again after {watch.ElapsedMilliseconds} ms, "
                + $"{store.WrittenAgain} messages written again so far");
        }
    }

    private static void Must(bool isTrue, string text)
    {
        if (!isTrue)
        {
            throw new InvalidOperationException(text);
        }
    }

    private async Task<string> CompareAsync()
    {
        ConcurrentDictionary<int, PostboxHead> heads = [];
        await using NatsPostboxStore fresh = new NatsPostboxStore(new NatsPostboxOptions { Url = server.Url, Replicas = 1 });
        await fresh.OpenAsync(change =>
        {
            if (change.Kind == PostboxChangeKind.Appended)
            {
                heads[KilledItem.Number(change.Head!)] = change.Head!;
            }
        });
        List<string> wrong = [];
        foreach ((int number, (string returned, string tried)) in _known.ToArray())
        {
            PostboxHead? head = heads.GetValueOrDefault(number);
            string state = head == null ? "forgot" : head.IsWaiting ? "kept" : "settled";
            if (state != returned && (tried, state) is not ("keep", "kept") and not ("settle", "settled") and not ("forget", "forgot")
                && !(returned == "" && state == "forgot"))
            {
                wrong.Add($"item {number}: '{returned}' was returned, '{tried}' was begun, and it is {state}");
            }
            else if (head is { IsWaiting: true } && number % 10 == 0)
            {
                byte[] body = new byte[head.Size];
                Must(await fresh.ReadAsync(head, 0, body) == body.Length && body.AsSpan().SequenceEqual(KilledItem.Bytes(number)),
                    $"item {number} is there by half");
            }

            _known[number] = (state, "");
        }

        Must(wrong.Count == 0, $"{wrong.Count} wrong: {string.Join("; ", wrong.Take(5))}");
        return $"{heads.Count} heads";
    }

    private async Task CallAsync(NatsPostboxStore store, int seed, CancellationToken stop)
    {
        Random random = new(seed);
        Queue<PostboxHead> waiting = [];
        while (!stop.IsCancellationRequested)
        {
            int[] numbers = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => NextNumber())];
            Note(numbers, "", "keep");
            PostboxAppend[] kept = await store.AppendAsync([.. numbers.Select(KilledItem.Deposit)], CancellationToken.None);
            Note(numbers.Where((_, i) => kept[i].Head != null), "kept", "");
            foreach (PostboxHead head in kept.Select(one => one.Head).OfType<PostboxHead>())
            {
                waiting.Enqueue(head);
            }

            if (waiting.Count < 20)
            {
                await Task.Delay(kept.Any(one => one.Head == null) ? 20 : 0, CancellationToken.None);
                continue;
            }

            PostboxHead[] taken = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => waiting.Dequeue())];
            int[] of = [.. taken.Select(KilledItem.Number)];
            bool isForgetting = random.Next(4) == 0;
            Note(of, "kept", isForgetting ? "forget" : "settle");
            try
            {
                if (isForgetting)
                {
                    await store.ForgetAsync(taken, CancellationToken.None);
                }
                else
                {
                    await store.SettleAsync([.. taken.Select(one => new PostboxSettlement(one, PostboxState.Delivered, one.Tag))],
                        CancellationToken.None);
                }

                Note(of, isForgetting ? "forgot" : "settled", "");
            }
            catch (PostboxStoreException)
            {
                // begun, and perhaps done
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }

    // none in a slot, which others could replace
    private int NextNumber()
    {
        int number = Interlocked.Increment(ref _number);
        return number % 9 == 0 ? NextNumber() : number;
    }

    private void Note(IEnumerable<int> numbers, string returned, string tried)
    {
        foreach (int one in numbers)
        {
            _known[one] = (returned, tried);
        }
    }
}
