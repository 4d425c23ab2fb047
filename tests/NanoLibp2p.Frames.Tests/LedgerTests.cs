using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NanoLibp2p.Frames.Airtime;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Frames.Tests;

/// <summary>Airtime over sleeps (SPEC.md 13.1).</summary>
public sealed class LedgerTests
{
    private const int LimitMs = 36_000;

    [Fact]
    public void A_hundred_sleeps_in_turn_neither_forget_airtime_nor_mute_the_device_wherever_in_a_bucket_they_begin()
    {
        for (uint phase = 0; phase < 600; phase += 7)
        {
            Random random = new((int)phase);
            BoardValues store = new();
            uint began = 1_800_000_000 + phase;
            FrameRecord first = new(store) { Nd = 1, Time = began };
            Assert.True(first.Save());
            List<(long End, int Air)> sent = [];
            long now = 0;
            for (int wake = 0; wake < 100; wake++)
            {
                long slept = random.Next(20_000, 300_001);
                now += slept;
                FrameRecord record = new(store);
                Assert.True(record.Load());
                FrameLedger ledger = new(LimitMs);
                ledger.Start(record, now, slept / 20 * 19, record.Time + (uint)(slept / 20 * 19 / 1000));
                int air = random.Next(500, 4000);
                if (ledger.WaitMs(air, true, false, now) == 0)
                {
                    Assert.True(ledger.Charge(air, false, 0, now));
                    now += air;
                    sent.Add((now, air));
                }
            }

            int worst = sent.Max(last => sent.Where(one => one.End <= last.End && one.End - one.Air >= last.End - 3_600_000)
                .Sum(one => one.Air));
            int late = sent.Where(one => one.End > now - 7_200_000).Sum(one => one.Air);
            Assert.True(worst <= LimitMs, $"{worst} ms in an hour from {phase} s of a bucket on");
            Assert.True(late > LimitMs / 2, $"mute from {phase} s of a bucket on: {late} ms in the last two hours");
            Assert.True(first.Load());
            Assert.InRange((double)(first.Time - began), 0.85 * now / 1000, now / 1000.0);
        }
    }

    [Fact]
    public void No_sliding_hour_of_a_gateways_radio_has_more_than_its_share_however_often_the_power_goes()
    {
        const int AirMs = 400;
        for (int seed = 0; seed < 30; seed++)
        {
            Random random = new(seed);
            FickleStore store = new(random);
            Clock clock = new();
            FrameRadio radio = Begin(store, clock);
            List<long> sent = [];
            for (int i = 0; i < 6000; i++)
            {
                clock.Passed += TimeSpan.FromMilliseconds(random.Next(4000));
                if (random.Next(100) == 0)
                {
                    radio = Begin(store, clock);
                }

                try
                {
                    if (radio.MayGo(20, random.Next(4) == 0, TimeSpan.Zero))
                    {
                        sent.Add((long)clock.Passed.TotalMilliseconds + AirMs);
                    }
                }
                catch (IOException)
                {
                    radio = Begin(store, clock);
                }
            }

            // a store that has nothing is that of a radio that never sent
            int worst = sent.Max(last => sent.Count(one => one <= last && one - AirMs >= last - 3_600_000)) * AirMs;
            Assert.True(worst <= LimitMs, $"seed {seed}: {worst} ms in an hour");
            Assert.True(sent.Count * AirMs > LimitMs, $"seed {seed}: {sent.Count} frames in all");
        }

        static FrameRadio Begin(IFrameStore store, TimeProvider clock)
        {
            FrameRadio radio = new()
            {
                Name = "lora", TimeOnAir = _ => TimeSpan.FromMilliseconds(AirMs), AirtimeOfHour = TimeSpan.FromMilliseconds(LimitMs),
            };
            radio.Attach(store, clock, false);
            return radio;
        }
    }

    [Fact]
    public void A_board_that_loses_its_memory_between_readings_is_not_held_back_by_what_it_set_aside()
    {
        FrameNodeOptions options = NodeTests.Lora(128);
        options.Session.Reserve = 1;
        Radio radio = new(options, new CheapCrypto(), spreading: 9);
        radio.Configure = node => node.SetTopic(0, "t", FrameTopic.Signed, null);
        radio.Configure(radio.Node);
        radio.Start();
        radio.Until(() => radio.Node.State == FrameState.Open);
        for (int i = 0; i < 60; i++)
        {
            NodeTests.Publish(radio, $"r{i}");
            radio.Node.Ask();
            radio.Until(() => radio.Settled.Count == i + 1, 60_000);
            radio.Restart(120_000);
        }

        Assert.Equal(60, radio.Published.Count);
    }

    // the power goes before or behind what is written
    private sealed class FickleStore(Random random) : IFrameStore
    {
        private readonly Dictionary<string, byte[]> _notes = [];

        public byte[]? ReadNote(string name) => _notes.GetValueOrDefault(name);

        public void WriteNote(string name, byte[] value)
        {
            int luck = random.Next(10);
            if (luck != 0)
            {
                _notes[name] = value;
            }

            if (luck <= 1)
            {
                throw new IOException("the power is gone");
            }
        }

        public IEnumerable<FrameDevice> Load() => [];

        public void Remove(PeerId peer) => throw new NotSupportedException();

        public void Save(FrameDevice device, FrameTaken? taken) => throw new NotSupportedException();

        public IEnumerable<FramePublication> Outbox() => [];

        public void Published(FramePublication publication) => throw new NotSupportedException();
    }

    private sealed class Clock : TimeProvider
    {
        internal TimeSpan Passed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) + Passed;

        public override long GetTimestamp() => Passed.Ticks;
    }
}
