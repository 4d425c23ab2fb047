using System;
using System.Collections.Generic;

namespace NanoLibp2p.Frames.Tests;

/// <summary>Numbers of frames, held to models that forget nothing.</summary>
public class WindowTests
{
    [Fact]
    public void A_window_gives_each_number_once_whatever_comes_when()
    {
        Random random = new(1);
        for (int run = 0; run < 200; run++)
        {
            FrameWindow window = new();
            HashSet<int> seen = [];
            int sent = 0;
            for (int i = 0; i < 500; i++)
            {
                sent += random.Next(4) == 0 ? random.Next(200) : 1;
                int number = Math.Max(0, sent - (random.Next(3) == 0 ? random.Next(100) : 0));
                int found = window.Find(number & 0xFFF);
                bool isInside = number > window.Highest - FrameWindow.Width;
                Assert.Equal(isInside && !seen.Contains(number), found == number);
                if (found == number)
                {
                    window.Mark(number);
                    seen.Add(number);
                }
            }
        }
    }

    [Theory]
    [InlineData(-1, 0, 0)]
    [InlineData(-1, 4031, 4031)]
    [InlineData(-1, 4032, -1)]
    [InlineData(10, 11, 11)]
    [InlineData(10, 10, -1)]
    [InlineData(100, 100 - 63, 37)]
    [InlineData(100, 100 - 64, 4096 + 36)]
    [InlineData(70000, 70001 & 0xFFF, 70001)]
    public void Twelve_bits_are_the_one_number_between_63_below_and_4032_above(int highest, int low, int number)
    {
        FrameWindow window = new();
        if (highest >= 0)
        {
            window.Mark(highest);
        }

        Assert.Equal(number, window.Find(low));
    }

    [Fact]
    public void Below_a_floor_everything_was_seen()
    {
        FrameWindow window = new();
        window.Reset(100);
        for (int number = 37; number < 100; number++)
        {
            Assert.Equal(-1, window.Find(number));
        }

        Assert.Equal(100, window.Find(100));
        window.Reset(0);
        Assert.Equal(0, window.Find(0));
    }

    [Fact]
    public void What_was_taken_is_read_by_who_sent_it()
    {
        Random random = new(2);
        for (int run = 0; run < 200; run++)
        {
            TakenMap receiver = new();
            TakenMap sender = new();
            HashSet<int> taken = [];
            int next = random.Next(2) == 0 ? 0 : 5000;
            Assert.False(sender.Read(next, 0xFFF, 0) && next == 0);
            for (int i = 0; i < 200; i++)
            {
                int number = Math.Max(0, next - random.Next(20));
                next = Math.Max(next, number + 1) + (random.Next(10) == 0 ? random.Next(40) : 0);
                receiver.Mark(number);
                taken.Add(number);
                Assert.True(sender.Read(next, receiver.Highest & 0xFFF, receiver.Map));
                Assert.Equal(receiver.Highest, sender.Highest);
                for (int old = receiver.Highest - 16; old <= receiver.Highest + 1; old++)
                {
                    Assert.Equal(taken.Contains(old), sender.Has(old));
                }

                Assert.False(sender.Has(receiver.Highest - 17));
            }
        }
    }

    [Fact]
    public void An_acknowledgement_of_numbers_that_were_never_sent_is_none()
    {
        TakenMap map = new();
        Assert.False(map.Read(3, 3, 0xFFFF));
        Assert.Equal(-1, map.Highest);
        Assert.True(map.Read(3, 2, 1));
        Assert.True(map.Has(1));
        Assert.False(map.Has(0));
    }
}
