using System.Collections.Generic;
using System.Threading;

namespace NanoLibp2p.Host.PubSub;

/// <summary>
/// The numbers of messages that were verified lately, for all shards at once: each message is verified by one of them. An id
/// is forgotten after a time, or earlier where there are too many.
/// </summary>
internal sealed class SeenIds
{
    /// <summary>What an id takes in its tables, rounded up.</summary>
    internal const int IdBytes = 64;

    private const int Stripes = 16;

    private readonly Stripe[] _stripes = new Stripe[Stripes];
    private readonly int _capacity;
    private readonly long _lifeMs;

    /// <param name="capacity">Ids that are remembered.</param>
    /// <param name="lifeMs">How long, in milliseconds.</param>
    /// <param name="budgets">Where they are counted, in turn; none for nowhere.</param>
    internal SeenIds(int capacity, long lifeMs, IReadOnlyList<MemoryBudget> budgets)
    {
        _capacity = capacity / Stripes;
        _lifeMs = lifeMs;
        for (int i = 0; i < Stripes; i++)
        {
            _stripes[i] = new Stripe(budgets.Count == 0 ? null : budgets[i % budgets.Count]);
        }
    }

    internal bool Contains(ulong hash, long nowMs)
    {
        Stripe stripe = _stripes[hash % Stripes];
        lock (stripe.Lock)
        {
            return stripe.Ids.TryGetValue(hash, out long endMs) && endMs > nowMs;
        }
    }

    /// <summary>False when it was there.</summary>
    internal bool TryAdd(ulong hash, long nowMs)
    {
        Stripe stripe = _stripes[hash % Stripes];
        lock (stripe.Lock)
        {
            while (stripe.Order.TryPeek(out ulong first) && (stripe.Ids[first] <= nowMs || stripe.Order.Count >= _capacity))
            {
                stripe.Order.Dequeue();
                stripe.Ids.Remove(first);
                stripe.Budget?.Add(-IdBytes);
            }

            if (!stripe.Ids.TryAdd(hash, nowMs + _lifeMs))
            {
                return false;
            }

            stripe.Order.Enqueue(hash);
            stripe.Budget?.Add(IdBytes);
            return true;
        }
    }

    private sealed class Stripe(MemoryBudget? budget)
    {
        internal MemoryBudget? Budget => budget;

        internal Lock Lock { get; } = new();

        internal Dictionary<ulong, long> Ids { get; } = [];

        internal Queue<ulong> Order { get; } = new();
    }
}
