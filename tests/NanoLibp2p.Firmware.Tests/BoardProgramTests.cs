using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

public class BoardProgramTests
{
    [Fact]
    public void The_network_is_joined_before_random_bytes_are_taken_and_the_settings_reach_the_device()
    {
        JoiningBoard board = new("topic = greenhouse\nlisten = /ip4/127.0.0.1/tcp/4001");
        string topic = "";

        bool ended = BoardProgram.TryRun(board, (b, settings) =>
        {
            board.Events.Add("create");
            topic = settings.Topic;
            Device device = SensorProgram.Create(b, settings, new DeviceOptions());
            device.Stop();
            return device;
        });

        Assert.True(ended);
        Assert.Equal(["join", "create", "random"], board.Events.Distinct());
        Assert.Equal("greenhouse", topic);
        Assert.Contains(board.Lines, line => line.StartsWith("listening on /ip4/127.0.0.1/tcp/4001", StringComparison.Ordinal));
    }

    [Fact]
    public void A_device_that_calls_nobody_and_does_not_listen_says_what_to_store()
    {
        JoiningBoard board = new("topic = a");

        Assert.True(BoardProgram.TryRun(board, (b, settings) =>
        {
            Device device = SensorProgram.Create(b, settings, new DeviceOptions());
            device.Stop();
            return device;
        }));

        Assert.Contains(board.Lines,
            line => line.StartsWith("nobody to call: store settings with a line 'dial = ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("no setting", "line 1 of the settings is 'no setting'")]
    [InlineData("every = soon", "the setting every = soon is no number")]
    [InlineData("dial = nowhere", "nowhere")]
    public void What_fails_at_the_start_is_one_line_and_not_the_end(string settings, string expected)
    {
        JoiningBoard board = new(settings);

        Assert.False(BoardProgram.TryRun(board, (b, s) => SensorProgram.Create(b, s, new DeviceOptions())));

        string line = Assert.Single(board.Lines);
        Assert.StartsWith("stopped, and starts again in a minute: ", line);
        Assert.Contains(expected, line);
    }

    [Fact]
    public void A_sensor_that_is_not_there_at_the_start_is_one_line_and_not_the_end()
    {
        JoiningBoard board = new("");

        Assert.False(BoardProgram.TryRun(board, (b, s) => throw new InvalidOperationException("no answer at I2C address 0x76")));

        Assert.Equal(["stopped, and starts again in a minute: no answer at I2C address 0x76"], board.Lines);
    }

    private sealed class JoiningBoard : Board, IDeviceLog, IClock, IRandom
    {
        private readonly SeededRandom _random = new(77);
        private readonly MemoryStore _store = new();

        public JoiningBoard(string settings)
        {
            byte[] text = Encoding.UTF8.GetBytes(settings);
            _store.Write(DeviceSettings.StoreName, text, 0, text.Length);
        }

        public List<string> Events { get; } = [];

        public List<string> Lines { get; } = [];

        public override string Name => "joining";

        public override IStreamTransport Link { get; } = new MemoryNetwork(1).AddHost();

        public override IClock Clock => this;

        public override IRandom Random => this;

        public override IStore Store => _store;

        public override Sensor Sensor { get; } = new CountingSensor();

        public override IDeviceLog Log => this;

        public long NowMs => 1;

        public override void JoinNetwork() => Events.Add("join");

        public void Write(string line) => Lines.Add(line);

        public void Fill(byte[] buffer, int offset, int count)
        {
            Events.Add("random");
            _random.Fill(buffer, offset, count);
        }
    }
}
