using System;
using System.Text;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

public class DeviceSettingsTests
{
    [Fact]
    public void Settings_are_lines_of_names_and_values()
    {
        DeviceSettings settings = DeviceSettings.Parse(
            "# my greenhouse\r\ndial = /ip4/10.0.0.1/tcp/4001\r\n\ndial=/dns4/gw.local/tcp/1\n topic = a=b \nevery = 500\n");

        Assert.Equal(["/ip4/10.0.0.1/tcp/4001", "/dns4/gw.local/tcp/1"], settings.Dial);
        Assert.Equal("a=b", settings.Topic);
        Assert.Equal(500, settings.EveryMs);
    }

    [Fact]
    public void What_is_not_set_has_a_default()
    {
        DeviceSettings settings = DeviceSettings.Load(new MemoryStore());

        Assert.Empty(settings.Dial);
        Assert.Equal("nanolibp2p/readings", settings.Topic);
        Assert.Equal(10_000, settings.EveryMs);
    }

    [Fact]
    public void A_text_beyond_ASCII_comes_back_whole()
    {
        MemoryStore store = new();
        byte[] text = Encoding.UTF8.GetBytes("wifi = Café\n");
        store.Write("settings", text, 0, text.Length);

        Assert.Equal("Café", DeviceSettings.Load(store).Find("wifi", null));
    }

    [Theory]
    [InlineData("dial", "line 1 of the settings is 'dial'; write name = value")]
    [InlineData("a = b\n= c", "line 2 of the settings is '= c'; write name = value")]
    public void A_line_that_is_no_setting_is_shown(string text, string expected) =>
        Assert.Equal(expected, Assert.Throws<FormatException>(() => DeviceSettings.Parse(text)).Message);

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("1s")]
    [InlineData("")]
    [InlineData("1000000000")]
    [InlineData("99999999999999999999")]
    public void A_number_that_is_none_is_shown(string text) =>
        Assert.Contains($"every = {text} is no number",
            Assert.Throws<FormatException>(() => DeviceSettings.Parse("every = " + text).EveryMs).Message);

    [Fact]
    public void Settings_that_are_too_long_are_refused()
    {
        MemoryStore store = new();
        store.Write("settings", new byte[1025], 0, 1025);

        Assert.Throws<InvalidOperationException>(() => DeviceSettings.Load(store));
    }

    [Fact]
    public void A_byte_order_mark_before_the_text_changes_nothing()
    {
        MemoryStore store = new();
        byte[] text = [0xEF, 0xBB, 0xBF, .. "topic = a\n"u8];
        store.Write("settings", text, 0, text.Length);

        Assert.Equal("a", DeviceSettings.Load(store).Topic);
        Assert.Equal("a", DeviceSettings.Parse("\uFEFFtopic = a").Topic);
        Assert.Equal("nanolibp2p/readings", DeviceSettings.Parse("\uFEFF# topic = a").Topic);
        store.Write("settings", text, 0, 3);
        Assert.Empty(DeviceSettings.Load(store).Dial);
    }

    [Fact]
    public void A_text_in_UTF_16_is_refused_with_what_to_do()
    {
        foreach (Encoding encoding in new[] { Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            MemoryStore store = new();
            byte[] text = [.. encoding.GetPreamble(), .. encoding.GetBytes("topic = a")];
            store.Write("settings", text, 0, text.Length);

            Assert.Contains("save the text as UTF-8", Assert.Throws<InvalidOperationException>(() => DeviceSettings.Load(store)).Message);
        }
    }

    [Fact]
    public void A_setting_that_nothing_reads_is_named_in_the_log_when_the_program_starts()
    {
        DeviceSettings settings = DeviceSettings.Parse("evry = 500\nwifi = x\nlisten = /ip4/0.0.0.0/tcp/1\ntopic = a\ntopics = b");
        Assert.Equal("x", settings.Find("wifi", null));
        TestBoard board = new(new MemoryNetwork(1));

        SensorProgram.Create(board, settings, new DeviceOptions());

        Assert.Equal(
            [
                "0: the setting evry = 500 is unknown and does nothing; known are dial, topic, every, listen, gateway, mdns",
                "0: the setting topics = b is unknown and does nothing; known are dial, topic, every, listen, gateway, mdns",
            ],
            board.Lines);
    }
}
