using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using CsCheck;
using NanoLibp2p.Hal;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>The small tables by themselves.</summary>
public class TableTests
{
    [Theory]
    [InlineData(0, "310E0EDD47DB6F72")]
    [InlineData(1, "FD67DC93C539F874")]
    [InlineData(7, "37D1018BF50002AB")]
    [InlineData(8, "6224939A79F5F593")]
    [InlineData(15, "E545BE4961CA29A1")]
    [InlineData(63, "724506EB4C328A95")]
    public void The_hash_is_SipHash_2_4_as_its_authors_vectors_have_it(int count, string expected)
    {
        IdHash hash = new(new Counting());
        byte[] input = [.. Enumerable.Range(0, 70).Select(i => (byte)(i - 3))];

        byte[] result = BitConverter.GetBytes(hash.Of(input, 3, count));
        Assert.Equal(expected, Convert.ToHexString(result));
    }

    [Fact]
    public void The_cache_of_seen_ids_keeps_the_latest_of_a_set_and_forgets_in_time()
    {
        SeenCache seen = new(4, 1000);
        for (ulong i = 1; i <= 6; i++)
        {
            seen.Add(i, 100);
        }

        Assert.Equal([false, false, false, true, true, true, true], Enumerable.Range(0, 7).Select(i => seen.Contains((ulong)i, 1099)));
        Assert.False(seen.Contains(6, 1100));
        seen.Add(6, 1100);
        Assert.True(seen.Contains(6, 1101));
        Assert.True(seen.Contains(3, 1099));
    }

    [Fact]
    public void A_large_cache_of_seen_ids_keeps_nearly_as_many_as_it_has_room_for()
    {
        SeenCache seen = new(16384, 1000);
        Random random = new(1);
        ulong[] ids = [.. Enumerable.Range(0, 8192).Select(_ => (ulong)random.NextInt64())];
        foreach (ulong id in ids)
        {
            seen.Add(id, 0);
        }

        Assert.All(ids, id => Assert.True(seen.Contains(id, 1)));
    }

    [Fact]
    public void A_queue_gives_back_what_was_put_in_and_never_part_of_it() =>
        Gen.Select(Gen.Int[0, 30], Gen.Int[1, 40]).Array[200].Sample(steps =>
        {
            SendQueue queue = new(64);
            Queue<byte> model = new();
            byte next = 0;
            foreach ((int put, int take) in steps)
            {
                byte[] data = [9, .. Enumerable.Range(0, put).Select(_ => next++)];
                bool fits = model.Count + put <= 64;
                Assert.Equal(fits, queue.Append(data, 1, put));
                if (fits)
                {
                    Array.ForEach(data[1..], model.Enqueue);
                }
                else
                {
                    next -= (byte)put;
                }

                Assert.Equal(model.Count, queue.Count);
                int count = Math.Min(take, queue.Piece);
                for (int i = 0; i < count; i++)
                {
                    Assert.Equal(model.Dequeue(), queue.Ring[queue.Start + i]);
                }

                queue.Written(count);
            }
        }, iter: 200);

    [Fact]
    public void The_cache_of_messages_keeps_the_latest_whole_as_many_as_fit() =>
        Gen.Int[1, 60].Array[100].Sample(sizes =>
        {
            MessageCache cache = new(4, 64, 40);
            List<(int Begin, int Size, byte Mark)> kept = new();
            byte mark = 0;
            foreach (int size in sizes)
            {
                mark++;
                int begin = cache.Add(size);
                Assert.InRange(begin, 0, 64 - size);
                cache.Bytes.AsSpan(begin, size).Fill(mark);
                cache.Set(mark, 0, 3, begin, size, 0, 0, 0, 0);
                kept.Add((begin, size, mark));
                kept.RemoveRange(0, kept.Count - cache.Count);
                foreach ((int at, int count, byte value) in kept)
                {
                    int entry = cache.Find(value);
                    Assert.True(entry >= 0);
                    Assert.Equal((at, count), (cache.Get(entry, MessageCache.Frame), cache.Get(entry, MessageCache.FrameCount)));
                    Assert.Equal(-1, cache.Bytes.AsSpan(at, count).IndexOfAnyExcept(value));
                    Assert.False(cache.DeliveryOf(entry, 39) == Delivery.Told && value == mark);
                    cache.SetDelivery(entry, 39, Delivery.Told);
                }
            }

            Assert.InRange(cache.Count, 1, 4);
        }, iter: 200);

    [Fact]
    public void A_cache_with_room_for_all_keeps_all()
    {
        MessageCache cache = new(4, 64, 1);
        for (int i = 1; i <= 20; i++)
        {
            cache.Set((ulong)i, 0, 3, cache.Add(16), 16, 0, 0, 0, 0);
            Assert.Equal(Math.Min(i, 4), cache.Count);
            Assert.Equal(-1, cache.Find((ulong)(i - 4)));
            Assert.Equal(i > 3 ? 0 : -1, cache.Find((ulong)(i - 3)));
        }
    }

    private sealed class Counting : IRandom
    {
        public void Fill(byte[] buffer, int offset, int count)
        {
            for (int i = 0; i < count; i++)
            {
                buffer[offset + i] = (byte)i;
            }
        }
    }
}
