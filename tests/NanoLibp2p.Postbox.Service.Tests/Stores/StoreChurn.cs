using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Tests.Stores;

/// <summary>Mail that comes and goes: a bounded number waits at every moment. The whole of row 23 is
/// <c>dotnet run -c Release --project tools/NanoLibp2p.Bench -- postbox churn</c>.</summary>
public static class StoreChurn
{
    private static int _next = 1_000_000;

    /// <summary>Appends, settles and forgets, a fifth in slots; leaves nothing behind but mailboxes.</summary>
    /// <param name="store">With mailboxes 1 to 4.</param>
    /// <param name="operations">How many items, about.</param>
    /// <param name="live">How many wait at a time.</param>
    /// <returns>When it is done.</returns>
    public static async Task RunAsync(IPostboxStore store, int operations, int live)
    {
        Queue<PostboxHead> waiting = [];
        for (int done = 0; done < operations; done += live)
        {
            PostboxDeposit[] batch = new PostboxDeposit[live];
            for (int i = 0; i < live; i++)
            {
                int number = _next++;
                batch[i] = Letters.Deposit(number % 4 + 1, number, number % 5 == 0 ? 9u : 0, 100 + number % 3000);
            }

            foreach (PostboxAppend one in await store.AppendAsync(batch))
            {
                Assert.True(one.Outcome is AppendOutcome.Kept or AppendOutcome.Replaced, one.Reason);
                waiting.Enqueue(one.Head!);
            }

            List<PostboxSettlement> settlements = [];
            while (waiting.Count > live / 2)
            {
                settlements.Add(new PostboxSettlement(waiting.Dequeue(), PostboxState.Delivered, (ulong)done));
            }

            await store.SettleAsync(settlements);
            await store.ForgetAsync([.. settlements.ConvertAll(one => one.Head)]);
        }

        await store.ForgetAsync([.. waiting]);
    }
}
