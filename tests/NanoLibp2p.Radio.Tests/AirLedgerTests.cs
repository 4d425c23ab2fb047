using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Radio.Tests;

/// <summary>No sliding hour exceeds the limit, whatever the application does and however often the power goes.</summary>
public sealed class AirLedgerTests
{
    private const int LimitMs = 36_000;
    private const int LongestUs = 9_019_392;
    private const long HourMs = 3_600_000;

    [Fact]
    public void No_sliding_hour_exceeds_the_limit_whatever_is_sent_and_however_often_the_power_goes()
    {
        Gen.Int[0, int.MaxValue - 1].Sample(seed =>
        {
            Game game = new(seed);
            game.Play();
            Assert.True(game.WorstHourUs <= LimitMs * 1000L, $"seed {seed}: {game.WorstHourUs} us in one hour");
        }, iter: 300);
    }

    [Fact]
    public void A_greedy_sender_gets_at_least_four_fifths_of_what_it_may_have()
    {
        AirLedger ledger = New(new MemoryStore(), out _);
        ledger.Start(0, 0);
        long sent = 0;
        for (long now = 0; now < 24 * HourMs; now += 1000)
        {
            sent += ledger.Charge(now, 0, 100_000, true) ? 100 : 0;
        }

        Assert.InRange(sent, 24 * LimitMs * 4 / 5, 25 * LimitMs);
    }

    [Fact]
    public void A_tenth_of_the_hour_is_kept_for_what_is_urgent()
    {
        AirLedger ledger = New(new MemoryStore(), out _);
        ledger.Start(0, 0);
        int rest = 0;
        while (ledger.Charge(1000, 0, 100_000, false))
        {
            rest++;
        }

        int urgent = 0;
        while (ledger.Charge(1000, 0, 100_000, true))
        {
            urgent++;
        }

        Assert.InRange(rest, 310, 324);
        Assert.InRange(urgent, 33, 37);
        Assert.True(ledger.WaitMs(1000, 100_000, true) > 0);
    }

    [Fact]
    public void The_wait_that_it_tells_is_the_one_after_which_it_takes_the_frame()
    {
        AirLedger ledger = New(new MemoryStore(), out _);
        ledger.Start(0, 0);
        long now = 0;
        for (int i = 0; i < 2000; i++)
        {
            int wait = ledger.WaitMs(now, 1_000_000, false);
            Assert.InRange(wait, 0, 7 * 600_000);
            if (wait > 0)
            {
                Assert.False(ledger.Charge(now + wait - 1, 0, 1_000_000, false));
                now += wait;
            }

            Assert.True(ledger.Charge(now, 0, 1_000_000, false));
            now += 1000;
        }
    }

    [Fact]
    public void A_store_that_takes_nothing_lets_nothing_out()
    {
        AirLedger ledger = New(new MemoryStore(), out CuttableStore store);
        ledger.Start(0, 0);
        store.IsBroken = true;
        Assert.False(ledger.Charge(0, 0, 1_000_000, true));
        Assert.Equal(0, ledger.UsedMs);
    }

    [Fact]
    public void A_value_that_can_not_be_read_counts_as_an_hour_that_is_used_up()
    {
        MemoryStore memory = new();
        memory.Write("air", [9, 9, 9], 0, 3);
        AirLedger ledger = New(memory, out _);
        ledger.Start(0, 0);
        Assert.False(ledger.Charge(0, 0, 1, true));
        Assert.True(ledger.Charge(70 * 60_000, 0, 1, true));
    }

    [Fact]
    public void A_sensor_that_sleeps_ten_minutes_each_time_goes_on_for_days()
    {
        MemoryStore memory = new();
        long clock = 0;
        int sent = 0;
        for (int wake = 0; wake < 1000; wake++)
        {
            // its clock begins anew, and its memory is lost
            AirLedger ledger = New(memory, out _);
            ledger.Start(clock, wake == 0 ? 0 : 600);
            sent += ledger.Charge(clock, 0, 1_810_432, false) ? 1 : 0;
            ledger.Sleep(clock + 4000);
            clock = 7;
        }

        Assert.Equal(1000, sent);
    }

    [Fact]
    public void The_store_is_written_seldom()
    {
        AirLedger ledger = New(new MemoryStore(), out CuttableStore store);
        ledger.Start(0, 0);
        for (long now = 0; now < 24 * HourMs; now += 120_000)
        {
            Assert.True(ledger.Charge(now, 0, 247_000, false));
            ledger.Poll(now);
        }

        // 720 frames of 247 ms; 13.5 s are set aside by a write
        Assert.InRange(store.Writes, 10, 40);
    }

    private static AirLedger New(IStore inner, out CuttableStore store)
    {
        store = new CuttableStore(inner);
        return new AirLedger(new StoredAir(store, "air", true), LimitMs, LongestUs);
    }

    private sealed class CuttableStore(IStore inner) : IStore
    {
        internal bool IsBroken { get; set; }

        internal Func<bool>? Cut { get; set; }

        internal int Writes { get; private set; }

        public int Read(string name, byte[] buffer, int offset, int capacity) => inner.Read(name, buffer, offset, capacity);

        public bool Write(string name, byte[] buffer, int offset, int count)
        {
            if (IsBroken)
            {
                return false;
            }

            // the power goes before the write or after it
            if (Cut?.Invoke() == true)
            {
                throw new PowerLoss();
            }

            Writes++;
            bool isWritten = inner.Write(name, buffer, offset, count);
            return Cut?.Invoke() == true ? throw new PowerLoss() : isWritten;
        }
    }

    private sealed class PowerLoss : Exception;

    private sealed class Game(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly List<(long StartUs, long EndUs)> _sent = [];
        private long _realMs;
        private long _skewMs;
        private long _freeMs;

        internal long WorstHourUs { get; private set; }

        internal void Play()
        {
            MemoryStore memory = new();
            double cuts = _random.NextDouble() * 0.1;
            int slept = 0;
            while (_realMs < 8 * HourMs)
            {
                // each start has a clock of its own
                _skewMs = _random.NextInt64(-5 * HourMs, 5 * HourMs);
                AirLedger ledger = New(memory, out CuttableStore store);
                store.Cut = () => _random.NextDouble() < cuts;
                try
                {
                    ledger.Start(Clock, slept);
                    slept = Run(ledger);
                }
                catch (PowerLoss)
                {
                    slept = 0;
                    _realMs += _random.Next(0, 30_000);
                }
            }

            Measure();
        }

        private long Clock => _realMs + _skewMs;

        private int Run(AirLedger ledger)
        {
            for (int step = _random.Next(1, 400); step > 0; step--)
            {
                int air = _random.Next(1, 4) == 1 ? _random.Next(1, LongestUs) : _random.Next(10_000, 400_000);
                int delay = _random.Next(5) == 0 ? 1000 : 0;
                if (_realMs >= _freeMs && ledger.Charge(Clock, delay, air, _random.Next(2) == 0))
                {
                    long start = (_realMs + delay) * 1000;
                    _sent.Add((start, start + air));
                    _freeMs = _realMs + delay + (air / 1000) + 1;
                }

                ledger.Poll(Clock);
                _realMs += _random.Next(8) == 0 ? _random.Next(0, 1_200_000) : _random.Next(0, 20_000);
                if (_random.Next(200) == 0)
                {
                    // somebody sets the clock back
                    _skewMs -= _random.Next(1, 7_000_000);
                }
            }

            if (_random.Next(2) == 0 || _realMs < _freeMs)
            {
                return 0;
            }

            // the timer of a sleep is wrong by up to 5 %
            ledger.Sleep(Clock);
            int slept = _random.Next(1, 5000);
            _realMs += (long)(slept * 1000 * (0.951 + (_random.NextDouble() * 0.1)));
            return slept;
        }

        private void Measure()
        {
            // the worst hour ends with a frame or begins with one
            foreach (long from in _sent.Select(one => one.StartUs).Concat(_sent.Select(one => one.EndUs - (HourMs * 1000))))
            {
                long to = from + (HourMs * 1000);
                long used = _sent.Sum(one => Math.Max(0, Math.Min(one.EndUs, to) - Math.Max(one.StartUs, from)));
                WorstHourUs = Math.Max(WorstHourUs, used);
            }
        }
    }
}
