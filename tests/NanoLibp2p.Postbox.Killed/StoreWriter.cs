using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Killed;

/// <summary>
/// The process that is killed. Four callers deposit, settle and forget; each says on standard output what it is about to do ("try")
/// and what the store has returned.
/// </summary>
internal static class StoreWriter
{
    private const int Callers = 4;

    /// <summary>Runs until it is killed.</summary>
    /// <param name="address">The store's.</param>
    /// <param name="round">Numbers begin with it.</param>
    /// <returns>Never.</returns>
    internal static async Task RunAsync(string address, int round)
    {
        IPostboxStore store = KilledStore.At(address);
        await store.OpenAsync(_ => { });
        await store.SaveMailboxAsync(new PostboxMailbox(KilledItem.Peer, 1));
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(store, round * 1_000_000 + caller))));
    }

    private static async Task CallAsync(IPostboxStore store, int number)
    {
        Random random = new(number);
        Queue<PostboxHead> waiting = [];
        while (true)
        {
            List<int> numbers = [];
            for (int i = random.Next(1, 12); i > 0; i--, number += Callers)
            {
                numbers.Add(number);
            }

            Say("try keep", numbers);
            PostboxAppend[] kept = await store.AppendAsync([.. numbers.Select(KilledItem.Deposit)]);

            // what failed, as the server is killed before this process, stays begun
            Say("kept", numbers.Where((_, i) => kept[i].Head != null));
            foreach (PostboxHead head in kept.Select(one => one.Head).OfType<PostboxHead>())
            {
                waiting.Enqueue(head);
            }

            if (waiting.Count < 20)
            {
                await Task.Delay(kept.Any(one => one.Head == null) ? 20 : 0);
                continue;
            }

            PostboxHead[] taken = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => waiting.Dequeue())];
            int[] takenNumbers = [.. taken.Select(KilledItem.Number)];
            if (random.Next(4) == 0)
            {
                Say("try forget", takenNumbers);
                await store.ForgetAsync(taken);
                Say("forgot", takenNumbers);
            }
            else
            {
                Say("try settle", takenNumbers);
                await store.SettleAsync([.. taken.Select(one => new PostboxSettlement(one, PostboxState.Delivered, one.Tag))]);
                Say("settled", takenNumbers);
            }
        }
    }

    private static void Say(string what, IEnumerable<int> numbers)
    {
        lock (Console.Out)
        {
            Console.Out.WriteLine($"{what} {string.Join(' ', numbers)} ;");
            Console.Out.Flush();
        }
    }
}
