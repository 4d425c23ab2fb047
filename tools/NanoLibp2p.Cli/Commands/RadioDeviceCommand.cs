using System;
using System.CommandLine;
using System.IO;
using System.Text.Json.Nodes;
using System.Threading;
using NanoLibp2p.Core;
using NanoLibp2p.Firmware;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Hal.Radio;

namespace NanoLibp2p.Cli.Commands;

/// <summary><c>device --radio</c>: a virtual board on a radio.</summary>
internal static class RadioDeviceCommand
{
    private static readonly TimeSpan _lookEvery = TimeSpan.FromMilliseconds(50);

    internal static Option<string?> Radio(string boards = "") => new("--radio")
    {
        Description = $"Radio that it sends by{boards}, such as air://demo?profile=lora-sf9-eu868, udp://192.168.1.5:4242, "
            + "serial:///dev/ttyACM0 or xbee:///dev/ttyUSB0",
        HelpName = "URL",
    };

    internal static Option<string?> Gateway() => new("--gateway")
    {
        Description = "Gateway on the radio: its peer id or its card, which gateway run --radio prints, a file that has the card, or the "
            + "gateway's data folder. The peer id is enough where that gateway has run on this host, where the device knows it already, or "
            + "where a frame has 211 bytes, for first contact",
        HelpName = "PEER-ID|CARD",
    };

    /// <summary>Runs a board until it is interrupted, or so many readings have arrived.</summary>
    /// <exception cref="CliException">An argument is wrong.</exception>
    internal static int Run(string radio, string? gateway, string topic, TimeSpan every, int wanted, FileInfo? key, Output output)
    {
        using Interruption interruption = new();
        using RadioBoard board = Make(radio, gateway, topic, every, wanted, key, output);
        JsonObject begun = Output.Event("device");
        begun["board"] = "virtual";
        begun["peer"] = board.Card.Peer.ToString();
        begun["card"] = board.Card.ToString();
        output.Tell(begun, $"{board.Card.Peer}; its card, for radio-devices in the gateway's data folder:");
        output.Copyable(board.Card.ToString());
        board.Start();
        long told = 0;
        while (!interruption.Token.IsCancellationRequested && told + board.Dropped < wanted)
        {
            interruption.Token.WaitHandle.WaitOne(_lookEvery);
            long sent = board.Sent;
            if (sent != told)
            {
                told = sent;
                JsonObject json = Output.Event("sent");
                json["readings"] = sent;
                output.Tell(json, $"{sent} {(sent == 1 ? "reading" : "readings")} arrived");
            }
        }

        return wanted == int.MaxValue || told >= wanted ? 0
            : throw new CliException($"ended when {told} of {wanted} readings had arrived, and {board.Dropped} were lost");
    }

    private static RadioBoard Make(
        string radio, string? gateway, string topic, TimeSpan every, int wanted, FileInfo? key, Output output)
    {
        try
        {
            RadioGateway known = RadioCards.Find(gateway);
            Identity identity = Keys.ReadOrMake(key, output);

            // what a session needs over a restart stands beside the key; a provisioned board's key is in its store
            RadioFolder? store = key == null ? null
                : new RadioFolder(key.Name == DeviceIdentity.StoreName ? key.DirectoryName! : key.FullName + ".radio",
                    SettingsSources.CacheOf("device", Environment.GetEnvironmentVariable("XDG_CACHE_HOME")), identity.PeerId);
            return new RadioBoard(identity, RadioAddress.Parse(radio), known, topic, every, wanted, store, line =>
            {
                JsonObject json = Output.Event("log");
                json["text"] = line;
                output.Tell(json, $"{SafeText.Printable(line)}");
            });
        }
        catch (FormatException e)
        {
            throw new CliException(e.Message, CliException.WrongArguments);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException
            or InvalidOperationException or ArgumentException)
        {
            throw new CliException($"a device can't run on {radio} here: {e.Message}", CliException.WrongArguments);
        }
    }
}
