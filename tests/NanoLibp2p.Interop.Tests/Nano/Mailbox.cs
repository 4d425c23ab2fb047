using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Interop.Tests;

/// <summary>What happened, kept until a test takes it: each item once, whether it came before or after the test asked.</summary>
internal sealed class Mailbox<T>
{
    private readonly string _what;
    private readonly List<T> _items = [];
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Mailbox(string what)
    {
        _what = what;
    }

    public void Add(T item)
    {
        TaskCompletionSource wake;
        lock (_items)
        {
            _items.Add(item);
            wake = _arrived;
            _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        wake.SetResult();
    }

    public async Task<T> TakeAsync(Predicate<T> match, TimeSpan patience)
    {
        using CancellationTokenSource late = new(patience);
        while (true)
        {
            Task more;
            lock (_items)
            {
                int index = _items.FindIndex(match);
                if (index >= 0)
                {
                    T found = _items[index];
                    _items.RemoveAt(index);
                    return found;
                }

                more = _arrived.Task;
            }

            try
            {
                await more.WaitAsync(late.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                lock (_items)
                {
                    throw new NanoPeerException($"no {_what} in {patience.TotalSeconds} s as the test wants it; others: "
                        + $"{(_items.Count == 0 ? "none" : string.Join(' ', _items))}");
                }
            }
        }
    }
}
