using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;

namespace NanoLibp2p.Firmware.Tests;

public class ReadingRingTests
{
    [Fact]
    public void It_behaves_as_a_queue_that_drops_its_oldest_whatever_is_added_and_marked()
    {
        Gen.Select(Gen.Int[8, 120], Gen.Select(Gen.Int[0, 9], Gen.Int[0, 60], Gen.Byte).List[1, 200]).Sample((bytes, steps) =>
        {
            ReadingRing ring = new(bytes);
            List<(byte[] Bytes, int Source, ReadingState State)> model = new();
            uint dropped = 0;
            foreach ((int action, int size, byte fill) in steps)
            {
                if (action < 6)
                {
                    byte[] reading = [.. Enumerable.Range(0, size).Select(i => (byte)(fill + i))];
                    bool fits = ring.Add(fill, reading, 0, size);
                    Assert.Equal(size + ReadingRing.HeaderBytes <= bytes, fits);
                    if (!fits)
                    {
                        dropped++;
                        continue;
                    }

                    model.Add((reading, fill, ReadingState.Kept));
                    while (model.Count > ring.Count)
                    {
                        dropped += model[0].State == ReadingState.Done ? 0 : 1u;
                        model.RemoveAt(0);
                    }
                }
                else if (action < 9)
                {
                    ReadingState state = (ReadingState)(fill % 5);
                    int index = model.Count == 0 ? -1 : size % model.Count;
                    int place = ring.First();
                    for (int i = 0; i < index; i++)
                    {
                        place = ring.Next(place);
                    }

                    if (index >= 0)
                    {
                        ring.SetState(place, state, fill & 31);
                        model[index] = model[index] with { State = state };
                    }
                }
                else
                {
                    ring.Trim();
                    while (model.Count > 0 && model[0].State == ReadingState.Done)
                    {
                        model.RemoveAt(0);
                    }
                }

                Check(ring, model, dropped);
            }
        });
    }

    [Theory]
    [InlineData(24, 10, 4)]
    [InlineData(100, 10, 14)]
    [InlineData(100, 1024, 1024)]
    public void It_keeps_as_many_readings_as_have_room_with_four_bytes_more_each(int size, int perReading, int extra)
    {
        int need = size + ReadingRing.HeaderBytes;
        ReadingRing ring = new((need * perReading) + Math.Min(extra, need - 1));
        byte[] reading = new byte[size];
        for (int i = 0; i < perReading * 3; i++)
        {
            ring.Add(0, reading, 0, size);
        }

        Assert.Equal(perReading, ring.Count);
        Assert.Equal(2u * (uint)perReading, ring.Dropped);
    }

    [Fact]
    public void What_is_pushed_out_before_it_is_done_counts_as_lost_once_however_far_it_had_come()
    {
        uint dropped = 0;
        ReadingRing ring = new(20);
        foreach (ReadingState state in Enum.GetValues<ReadingState>())
        {
            ring.Add(0, new byte[16], 0, 16);
            Assert.Equal(dropped, ring.Dropped);
            ring.SetState(ring.First(), state, 31);
            dropped += state == ReadingState.Done ? 0u : 1;
        }

        ring.Add(0, new byte[16], 0, 16);
        Assert.Equal(dropped, ring.Dropped);
        Assert.Equal(1, ring.Count);
    }

    private static void Check(ReadingRing ring, List<(byte[] Bytes, int Source, ReadingState State)> model, uint dropped)
    {
        Assert.Equal(model.Count, ring.Count);
        Assert.Equal(dropped, ring.Dropped);
        int place = ring.First();
        foreach ((byte[] bytes, int source, ReadingState state) in model)
        {
            Assert.Equal(source, ring.SourceOf(place));
            Assert.Equal(state, ring.StateOf(place));
            Assert.Equal(bytes, ring.Bytes.AsSpan(ring.OffsetOf(place), ring.LengthOf(place)).ToArray());
            place = ring.Next(place);
        }

        Assert.Equal(-1, place);
        foreach (ReadingState state in Enum.GetValues<ReadingState>())
        {
            Assert.Equal(model.Count(one => one.State == state), ring.CountOf(state));
        }
    }
}
