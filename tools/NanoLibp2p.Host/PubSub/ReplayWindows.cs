using System;
using System.Collections.Generic;

namespace NanoLibp2p.Host.PubSub;

/// <summary>
/// Which of an author's last numbers have come, so that no old message comes again after its id is forgotten. A number that lies further
/// back than the window counts as come. Of more authors than there is room for, the one that was quiet longest is forgotten.
/// </summary>
internal sealed class ReplayWindows(int authors, int window)
{
    // Unix time in nanoseconds gets there in 2116; js-libp2p's floodsub numbers at random, and soon is above
    private const ulong LeastUnordered = 1UL << 62;

    private readonly Dictionary<string, LinkedListNode<Author>> _authors = new(StringComparer.Ordinal);
    private readonly LinkedList<Author> _order = new();

    /// <summary>Whether a message is new, and from then on it is not.</summary>
    /// <param name="author">The author's peer id.</param>
    /// <param name="number">The message's number.</param>
    internal bool Take(ReadOnlySpan<byte> author, ulong number)
    {
        if (authors == 0)
        {
            return true;
        }

        Dictionary<string, LinkedListNode<Author>>.AlternateLookup<ReadOnlySpan<char>> lookup
            = _authors.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> name = stackalloc char[author.Length];
        for (int i = 0; i < author.Length; i++)
        {
            name[i] = (char)author[i];
        }

        if (!lookup.TryGetValue(name, out LinkedListNode<Author>? node))
        {
            if (_order.Count >= authors)
            {
                node = _order.Last!;
                _authors.Remove(node.Value.Name);
                _order.Remove(node);
            }

            node = new LinkedListNode<Author>(new Author(name.ToString(), new ulong[window / 64]) { Highest = number });
            _order.AddFirst(node);
            _authors.Add(node.Value.Name, node);
            node.Value.Mark(number);
            return true;
        }

        if (node != _order.First)
        {
            _order.Remove(node);
            _order.AddFirst(node);
        }

        return node.Value.Take(number);
    }

    private sealed class Author(string name, ulong[] bits)
    {
        internal string Name { get; } = name;

        internal ulong Highest { get; set; }

        private ulong Size => (ulong)bits.Length * 64;

        internal bool Take(ulong number)
        {
            if (Highest >= LeastUnordered)
            {
                return true;
            }

            if (number > Highest)
            {
                // what lies between has not come
                ulong steps = number - Highest;
                if (steps >= Size)
                {
                    Array.Clear(bits);
                }
                else
                {
                    for (ulong i = 1; i <= steps; i++)
                    {
                        ulong at = (Highest + i) % Size;
                        bits[at / 64] &= ~(1UL << (int)(at % 64));
                    }
                }

                Highest = number;
                Mark(number);
                return true;
            }

            ulong place = number % Size;
            bool isNew = Highest - number < Size && (bits[place / 64] & (1UL << (int)(place % 64))) == 0;
            Mark(isNew ? number : Highest);
            return isNew;
        }

        internal void Mark(ulong number)
        {
            ulong at = number % Size;
            bits[at / 64] |= 1UL << (int)(at % 64);
        }
    }
}
