using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NanoLibp2p.Crypto;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Frames;
using NanoLibp2p.Frames.Tests;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Tests;

namespace NanoLibp2p.LoRa.Tests.Firmware;

/// <summary>The whole program of a board, from its settings to the topic.</summary>
public sealed class RadioProgramTests
{
    [Fact]
    public void A_provisioned_board_publishes_JSON_at_its_interval_and_sleeps_in_between()
    {
        RadioWorld world = new(hasBle: true, hasLoRa: false);
        Write(world.Values, "settings", "# a comment\r\ntopic = greenhouse/climate\r\nevery = 60000\r\n");
        TestBoard board = new(world);
        RadioProgram program = new(board);
        while (world.Air.Now < 600000 - 1000)
        {
            program.Step();
            world.Step(isAwake: false);
        }

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{{\"celsius\":{20 + (i / 10.0):0.0}}}"), world.Published.Take(10));
        Assert.InRange(board.Sleeps.Count, 9, 11);
        Assert.All(board.Sleeps, sleep => Assert.InRange(sleep, 40000, 60000));
    }

    [Fact]
    public void A_board_that_loses_its_memory_in_sleep_publishes_each_reading_on_a_link_of_96_bytes()
    {
        RadioWorld world = new(hasBle: false, hasLoRa: true, spreadingFactor: 10);
        Write(world.Values, "settings", "topic = t\nevery = 600000");
        TestBoard board = new(world) { IsForgetful = true };
        while (board.Sleeps.Count < 10)
        {
            RadioProgram program = new(board);
            for (int sleeps = board.Sleeps.Count; board.Sleeps.Count == sleeps;)
            {
                program.Step();
                world.Step(isAwake: false);
            }
        }

        // the reading of the first start may give way to the opening of a session
        Assert.Equal(Enumerable.Range(1, 9).Select(i => $"{{\"celsius\":{20 + (i / 10.0):0.0}}}"), world.Published.TakeLast(9));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(12)]
    public void A_board_with_LoRa_alone_and_one_buffer_for_both_ways_publishes_each_reading_once(int spreadingFactor)
    {
        RadioWorld world = new(hasBle: false, hasLoRa: true, spreadingFactor: spreadingFactor);
        Write(world.Values, "settings", "topic = t\nevery = 600000");
        RadioProgram program = new(new TestBoard(world));
        Assert.Same(program.Device.Node.Session.Body, program.Device.Node.Session.Received);
        while (world.Air.Now < 10 * 600000)
        {
            program.Step();
            world.Step(isAwake: false);
        }

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{{\"celsius\":{20 + (i / 10.0):0.0}}}"), world.Published.Order());
    }

    [Fact]
    public void A_frame_that_the_link_does_not_take_at_once_is_lost_where_there_is_one_buffer_and_its_reading_is_not()
    {
        RadioWorld world = new(hasBle: false, hasLoRa: true);
        Write(world.Values, "settings", "topic = t\nevery = 600000");
        BusyLink link = new(world.Links[0]) { Times = 3 };
        RadioProgram program = new(new TestBoard(world) { Links = [link] });
        while (world.Air.Now < 600000 - 1000)
        {
            program.Step();
            world.Step(isAwake: false);
        }

        Assert.Equal(3, program.Device.Refused);
        Assert.Equal(["{\"celsius\":20.0}"], world.Published);
    }

    [Fact]
    public void A_reading_that_its_template_has_no_places_for_is_told_and_the_program_goes_on()
    {
        RadioWorld world = new(hasBle: true, hasLoRa: false);
        Write(world.Values, "settings", "topic = t\nevery = 60000");
        TestBoard board = new(world) { Numbers = 2 };
        RadioProgram program = new(board);
        for (int i = 0; i < 10; i++)
        {
            program.Step();
            world.Step(isAwake: false);
        }

        Assert.NotEmpty(board.Lines);
        Assert.All(board.Lines, line => Assert.Equal("a reading was not taken: the template has another count of numbers", line));
        Assert.Empty(world.Published);
        board.Numbers = 1;
        while (world.Published.Count == 0 && world.Air.Now < 600000)
        {
            program.Step();
            world.Step(isAwake: false);
        }

        Assert.NotEmpty(world.Published);
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(4, false)]
    [InlineData(4, true)]
    public void A_board_that_was_given_more_gateways_than_it_would_be_now_keeps_all_of_them(int gateways, bool isCopied)
    {
        RadioWorld world = new(hasBle: true, hasLoRa: false);
        Write(world.Values, "settings", "topic = t\nevery = 60000");
        TwinStore copies = new(world.Values, 261);
        byte[] entry = new byte[66];
        Assert.Equal(entry.Length, copies.Read(FrameGateways.Name, entry, 0, entry.Length));

        // the gateway that is there is the last of them
        byte[] list = new byte[1 + (65 * gateways)];
        new SeededRandom(50).Fill(list, 0, list.Length);
        Array.Copy(entry, 1, list, list.Length - 65, 65);
        list[0] = 1;
        Assert.True(copies.Forget(FrameGateways.Name) && world.Values.Write(FrameGateways.Name, list, 0, list.Length));
        Assert.True(!isCopied || copies.Write(FrameGateways.Name, list, 0, list.Length));

        RadioProgram program = new(new TestBoard(world));
        Assert.Equal(gateways, program.Device.Node.Gateways.Count);
        while (world.Published.Count == 0 && world.Air.Now < 24 * 3600 * 1000)
        {
            program.Step();
            world.Step(isAwake: false);
        }

        Assert.NotEmpty(world.Published);
    }

    [Theory]
    [InlineData("identity", "no identity is stored")]
    [InlineData("frames-a", "no record of frame sessions is stored")]
    [InlineData("settings", "no topic is set")]
    public void A_board_that_was_not_provisioned_says_what_is_missing(string missing, string message)
    {
        RadioWorld world = new(hasBle: true, hasLoRa: false);
        Write(world.Values, "settings", "topic = t");
        foreach (string name in missing == "frames-a" ? ["frames-a", "frames-b"]
            : new[] { missing })
        {
            world.Values.Write(name, [], 0, 0);
        }

        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => new RadioProgram(new TestBoard(world)));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("topic=a\nevery=5000\nspreading=12", "a", 5000, 12)]
    [InlineData("  topic  =  a b  \nevery = 999\nspreading = 13", "a b", 600000, 9)]
    [InlineData("topics = x\nevery = 5s\nspreading =\ntopic = t", "t", 600000, 9)]
    [InlineData("every = 99999999999999\n=\n\n===", null, 600000, 9)]
    [InlineData("", null, 600000, 9)]
    public void Settings_are_read_line_by_line_and_what_makes_no_sense_is_as_if_it_were_not_there(string text, string? topic, int everyMs,
        int spreading)
    {
        BoardValues store = new();
        Write(store, "settings", text);
        RadioSettings settings = new(store);
        Assert.Equal((topic, everyMs, spreading), (settings.Topic, settings.EveryMs, settings.SpreadingFactor));
        Assert.Throws<InvalidOperationException>(() => settings.Pin("lora-reset"));
    }

    private static void Write(BoardValues store, string name, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        store.Write(name, bytes, 0, bytes.Length);
    }

    private sealed class TestBoard(RadioWorld world) : RadioBoard
    {
        private readonly SeededRandom _random = new(3);
        private readonly CheapCrypto _crypto = new();
        private int _reading;
        private long _sleptMs = -1;

        public bool IsForgetful { get; init; }

        public IFrameLink[] Links { get; init; } = world.Links;

        public override bool LosesMemory => IsForgetful;

        public override long SleptMs => _sleptMs;

        public List<long> Sleeps { get; } = [];

        public List<string> Lines { get; } = [];

        public int Numbers { get; set; } = 1;

        public override string Name => "test";

        public override long NowMs => world.Air.Now;

        public override IStore Store => world.Values;

        public override IRandom Random => _random;

        public override CryptoProvider Crypto => _crypto;

        public override string Template => "{\"celsius\":%1}";

        public override IFrameLink[] CreateLinks(RadioSettings settings) => Links;

        public override int Read(int[] values)
        {
            values[0] = 200 + _reading++;
            return Numbers;
        }

        public override void Write(string line) => Lines.Add(line);

        public override void Sleep(long milliseconds)
        {
            Sleeps.Add(milliseconds);
            _sleptMs = IsForgetful ? milliseconds : -1;
            for (long end = world.Air.Now + milliseconds; world.Air.Now < end;)
            {
                world.Step(isAwake: false);
            }
        }
    }

    /// <summary>Takes a number of frames not at once.</summary>
    private sealed class BusyLink(IFrameLink link) : ForwardingLink(link)
    {
        internal int Times { get; set; }

        public override int Send(byte[] frame, int offset, int count, byte[] to, int toCount, bool isUrgent)
            => Times-- > 0 ? FrameLinkResult.Busy : base.Send(frame, offset, count, to, toCount, isUrgent);
    }
}
