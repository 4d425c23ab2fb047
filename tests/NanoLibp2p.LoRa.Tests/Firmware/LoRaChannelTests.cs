using System;
using System.Text;
using NanoLibp2p.Boards.Nano;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Frames.Tests;
using NanoLibp2p.Hal.LoRa;

namespace NanoLibp2p.LoRa.Tests.Firmware;

/// <summary>The channel of a board whose gateway hears one.</summary>
public sealed class LoRaChannelTests
{
    [Theory]
    [InlineData("topic = t", new[] { 868100000, 868300000, 868500000 })]
    [InlineData("topic = t\nchannel = 8681", new[] { 868100000 })]
    [InlineData("channel = 8685\r\ntopic = t", new[] { 868500000 })]
    public void It_is_the_one_of_the_settings_or_one_of_three_at_random(string settings, int[] channels)
    {
        LoRaOptions options = LoRaOptions.Eu868(9, false);
        LoRaChannel.Take(Settings(settings), options);
        Assert.Equal(channels, options.ChannelsHz);
    }

    // 51631 tenths of a MHz are 868.1 MHz in 32 bits
    [Theory]
    [InlineData("868.1")]
    [InlineData("868")]
    [InlineData("")]
    [InlineData("-8681")]
    [InlineData("868100000")]
    [InlineData("51631")]
    [InlineData("99999999999999999999")]
    public void What_is_no_channel_is_told_with_what_to_give(string channel)
    {
        InvalidOperationException told = Assert.Throws<InvalidOperationException>(
            () => LoRaChannel.Take(Settings($"channel = {channel}"), LoRaOptions.Eu868(9, false)));
        Assert.Equal($"'channel = {channel}' in the settings is no channel; give tenths of a MHz, 8681, 8683 or 8685", told.Message);
    }

    private static RadioSettings Settings(string text)
    {
        BoardValues values = new();
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        values.Write("settings", bytes, 0, bytes.Length);
        return new RadioSettings(values);
    }
}
