using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Boards.Nano;
using NanoLibp2p.Firmware.Roaming;
using NanoLibp2p.Tests;

namespace NanoLibp2p.LoRa.Tests.Firmware;

/// <summary>Which radio has its turn, in virtual time.</summary>
public sealed class RadioChoiceTests
{
    private const int Wifi = 0;
    private const int Bluetooth = 1;
    private const int LongRange = 2;

    [Fact]
    public void The_first_radio_stays_while_it_gets_readings_through()
    {
        RadioChoice choice = new(new RadioChoiceOptions());
        for (long now = 0; now < 3600000; now += 10000)
        {
            choice.Settle(now);
            Assert.False(choice.Poll(now + 5000, true));
        }

        Assert.Equal(Wifi, choice.Current);
        Assert.True(choice.IsProved);
    }

    [Fact]
    public void A_radio_that_gets_nothing_through_gives_way_to_the_next()
    {
        RadioChoice choice = new(new RadioChoiceOptions());
        choice.Poll(0, true);
        Assert.False(choice.Poll(44999, true));
        Assert.True(choice.Poll(45000, true));
        Assert.Equal(Bluetooth, choice.Current);
        Assert.True(choice.Poll(75000, true));
        Assert.Equal(LongRange, choice.Current);
    }

    [Fact]
    public void A_radio_with_nothing_to_do_fails_nobody()
    {
        RadioChoice choice = new(new RadioChoiceOptions());
        for (long now = 0; now < 10000000; now += 1000)
        {
            Assert.False(choice.Poll(now, false));
        }
    }

    [Fact]
    public void A_better_radio_is_tried_again_after_its_pause_and_the_one_that_works_has_its_turn_back_when_it_fails()
    {
        RadioChoice choice = new(new RadioChoiceOptions());
        choice.Poll(0, true);
        choice.Fail(1000);
        Assert.Equal(Bluetooth, choice.Current);
        choice.Settle(2000);
        Assert.False(choice.Poll(31000, true));
        choice.Settle(31500);
        Assert.False(choice.Poll(60999, true));
        Assert.True(choice.Poll(61000, true));
        Assert.Equal(Wifi, choice.Current);
        choice.Fail(62000);
        Assert.Equal(Bluetooth, choice.Current);
        Assert.True(choice.IsProved);

        // twice the pause now
        for (long now = 80000; now <= 180000; now += 20000)
        {
            choice.Settle(now);
        }

        Assert.False(choice.Poll(181999, true));
        Assert.True(choice.Poll(182000, true));
        choice.Settle(183000);
        Assert.Equal(Wifi, choice.Current);
    }

    [Fact]
    public void When_all_pause_the_one_whose_pause_is_over_first_tries()
    {
        RadioChoice choice = new(new RadioChoiceOptions());
        choice.Poll(0, true);
        choice.Fail(1000);
        choice.Fail(2000);
        choice.Fail(3000);
        Assert.Equal(Wifi, choice.Current);
        choice.Fail(4000);
        Assert.Equal(Bluetooth, choice.Current);
    }

    [Fact]
    public void A_pause_is_an_hour_at_most_and_a_success_makes_it_short_again()
    {
        RadioChoiceOptions options = new() { TrialMs = [1000, 1000] };
        RadioChoice choice = new(options);
        long now = 0;
        List<long> tries = [];
        for (; now < 20 * 3600000L; now += 1000)
        {
            if (choice.Current == 1)
            {
                choice.Settle(now);
            }

            if (choice.Poll(now, true) && choice.Current == 0)
            {
                tries.Add(now);
            }
        }

        long[] gaps = [.. tries.Zip(tries.Skip(1), (first, next) => next - first)];
        Assert.InRange(gaps[0], 60000, 130000);
        Assert.InRange(gaps[^1], 3600000, 3603000);
    }

    [Fact]
    public void A_clock_that_is_set_back_changes_nothing()
    {
        RadioChoice choice = new(new RadioChoiceOptions());
        choice.Poll(1000000, true);
        choice.Poll(1040000, true);
        Assert.False(choice.Poll(5000, true));
        Assert.True(choice.Poll(10001, true));
    }

    [Fact]
    public void Radios_that_come_and_go_lose_no_reading_and_each_is_through_soon_after_one_works()
    {
        SeededRandom random = new(21);
        RadioChoice choice = new(new RadioChoiceOptions { TrialMs = [20000, 20000, 60000] });
        bool[] works = new bool[3];
        Queue<int> ring = new();
        List<int> settled = [];
        int made = 0;
        for (long now = 0; now < 48 * 3600000L; now += 1000)
        {
            if (now % 60000 == 0)
            {
                ring.Enqueue(made++);
            }

            if (now % 1800000 == 0)
            {
                for (int i = 0; i < 3; i++)
                {
                    works[i] = random.Next() % 3 == 0;
                }
            }

            choice.Poll(now, ring.Count > 0);
            if (works[choice.Current] && ring.Count > 0 && now % 5000 == 0)
            {
                settled.Add(ring.Dequeue());
                choice.Settle(now);
            }
        }

        Assert.Equal(Enumerable.Range(0, settled.Count), settled);
        Assert.Equal(made, settled.Count + ring.Count);
        Assert.True(ring.Count < 120, $"{ring.Count} readings wait");
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new RadioChoice(new RadioChoiceOptions { TrialMs = [] }));
        Assert.Throws<ArgumentException>(() => new RadioChoice(new RadioChoiceOptions { FirstPauseMs = 0 }));
        Assert.Throws<ArgumentException>(() => new RadioChoice(new RadioChoiceOptions { LongestPauseMs = 1 }));
    }

    [Fact]
    public void A_program_that_stands_still_is_noticed_and_one_that_rests_is_not()
    {
        Watchdog watchdog = new(30000);
        Assert.False(watchdog.IsOver(1000000));
        watchdog.Feed(1000000);
        Assert.False(watchdog.IsOver(1030000));
        Assert.True(watchdog.IsOver(1030001));
        watchdog.Rest();
        Assert.False(watchdog.IsOver(2000000));
        watchdog.Feed(2000000);
        Assert.False(watchdog.IsOver(1000));
        Assert.True(watchdog.IsOver(31001));
    }
}
