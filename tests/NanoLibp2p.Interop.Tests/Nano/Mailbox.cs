using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Interop.Tests;

/// <summary>What happened, kept until a test takes it: each item once, whether it came before or after the test asked.</summary>
internal sealed class Mailbox<T>
{
    private readonly string what;
    private readonly List<T> items = [];
    private TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Mailbox(string what)
    {
        this.what = what;
    }

    public void Add(T item)
    {
        TaskCompletionSource wake;
        lock (items)
        {
            items.Add(item);
            wake = arrived;
            arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        wake.SetResult();
    }

    public async Task<T> TakeAsync(Predicate<T> match, TimeSpan patience)
    {
        using CancellationTokenSource late = new(patience);
        while (true)
        {
            Task more;
            lock (items)
            {
                int index = items.FindIndex(match);
                if (index >= 0)
                {
                    T found = items[index];
                    items.RemoveAt(index);
                    return found;
                }

                more = arrived.Task;
            }

            try
            {
                await more.WaitAsync(late.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                lock (items)
                {
                    throw new NanoPeerException($"no {what} in {patience.TotalSeconds} s as the test wants it; others: {(items.Count == 0 ? "none" : string.Join(' ', items))}");
                }
            }
        }
    }
}
