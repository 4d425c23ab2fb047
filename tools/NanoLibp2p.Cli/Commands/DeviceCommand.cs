using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using NanoLibp2p.Firmware;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Cli.Commands;

/// <summary><c>device</c>: a board that runs the firmware of a real one.</summary>
internal static class DeviceCommand
{
    private const string VirtualBoardName = "virtual";

    private static readonly TimeSpan _lookEvery = TimeSpan.FromMilliseconds(50);

    internal static Command Create()
    {
        Option<string> board = new("--board")
        {
            Description = "The kind of board; virtual runs on this host, with the host's own readings",
            DefaultValueFactory = _ => VirtualBoardName, HelpName = "NAME"
        };
        board.AcceptOnlyFromAmong(VirtualBoardName);
        Option<Multiaddr[]> dial = CommonOptions.Dial();
        dial.Required = false;
        Option<bool> mdns = new("--mdns")
        {
            Description = "Find a peer of the local network where --dial leads to none: one that --dial names, else whoever takes readings"
        };
        Option<Multiaddr?> relay = new("--relay")
        {
            Description = "Relay that it reserves a place at, so that others dial it through there",
            HelpName = "MULTIADDR",
            CustomParser = result => CommonOptions.ParsePeer(result.Tokens[0].Value, result),
        };
        Option<Multiaddr?> rendezvous = new("--rendezvous")
        {
            Description = "Rendezvous point that it asks for a gateway where neither --dial nor --mdns leads to one",
            HelpName = "MULTIADDR",
            CustomParser = result => CommonOptions.ParsePeer(result.Tokens[0].Value, result),
        };
        Option<Multiaddr?> mailbox = new("--mailbox")
        {
            Description = "Gateway that keeps its mail, which it tells of line by line; a mailbox is made there if there is none",
            HelpName = "MULTIADDR",
            CustomParser = result => CommonOptions.ParsePeer(result.Tokens[0].Value, result),
        };
        Option<string?> radio = RadioDeviceCommand.Radio();
        Option<string?> gateway = RadioDeviceCommand.Gateway();
        Option<string> topic = new("--topic") { Description = "Topic that it publishes to", HelpName = "T", Required = true };
        Option<Duration> every = CommonOptions.ReadingInterval();
        Option<int?> readings = CommonOptions.Count("--readings", "End when so many readings have arrived; without it, with Ctrl-C");
        Option<FileInfo?> key = CommonOptions.Key();
        Command command = new("device", "Run a board's firmware: read, sign, publish, and dial again when the connection is gone")
        {
            board, dial, mdns, relay, rendezvous, mailbox, radio, gateway, topic, every, readings, key
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(dial) == null && result.GetResult(relay) == null && !result.GetValue(mdns)
                && result.GetResult(rendezvous) == null && result.GetResult(mailbox) == null
                && result.GetResult(radio) == null)
            {
                result.AddError("give --dial MULTIADDR, --relay MULTIADDR, --mdns, --rendezvous MULTIADDR, --mailbox MULTIADDR, or "
                    + "--radio URL");
            }
        });
        command.SetAction(parsed =>
        {
            Output output = Output.Of(parsed);
            int wanted = parsed.GetValue(readings) ?? int.MaxValue;
            if (parsed.GetValue(radio) is { } url)
            {
                return RadioDeviceCommand.Run(url, parsed.GetValue(gateway), parsed.GetRequiredValue(topic), parsed.GetValue(every).Time,
                    wanted, parsed.GetValue(key), output);
            }
            Multiaddr[] dialed = parsed.GetValue(dial) ?? [];
            DeviceSettings settings = Settings(dialed.Select(one => one.ToString()), parsed.GetRequiredValue(topic),
                parsed.GetValue(every).Time, ("relay", parsed.GetValue(relay)),
                ("rendezvous", parsed.GetValue(rendezvous)), ("mailbox", parsed.GetValue(mailbox)));
            if (parsed.GetValue(mailbox) != null && parsed.GetValue(key) == null)
            {
                output.Notice(null, "a mailbox is one peer's, and without --key FILE this board is another peer with each run");
            }
            using Interruption interruption = new();
            using HostedBoard device = Make(VirtualBoardName, parsed.GetValue(key), settings, wanted, output, parsed.GetValue(mdns));
            if (dialed.FirstOrDefault(one => one.PeerId?.ToString() == device.Peer) is { } self)
            {
                throw new CliException($"{self} has this board's own peer id: both use the same key; give each its own --key",
                    CliException.WrongArguments);
            }
            return Run(device, device.Watch(settings.Topic, output.Notice), wanted, output, interruption.Token);
        });
        return command;
    }

    /// <summary>The settings of a device, in the text that one would store on a board.</summary>
    internal static DeviceSettings Settings(IEnumerable<string> dial, string topic, TimeSpan every,
        params (string Name, Multiaddr? Value)[] others)
        => DeviceSettings.Parse(SettingsText(dial, topic, every)
            + string.Concat(others.Where(one => one.Value != null).Select(one => $"{one.Name} = {one.Value}\n"))

            // who looks on does not wait for the next question
            + (others.Any(one => one is { Name: "mailbox", Value: not null }) ? "mail-follow = on\n" : ""));

    /// <summary>The same as text.</summary>
    /// <exception cref="CliException">No board can have the topic.</exception>
    internal static string SettingsText(IEnumerable<string> dial, string topic, TimeSpan every)
    {
        if (topic.Length == 0 || topic.Any(c => c is <= ' ' or > '~'))
        {
            throw new CliException($"a board's topic is of printable ASCII characters without spaces; '{SafeText.Printable(topic)}' is not",
                CliException.WrongArguments);
        }
        int most = new PubSubOptions().MaxTopicBytes;
        if (topic.Length > most)
        {
            throw new CliException($"a board's topic has 1 to {most} characters; this one has {topic.Length}", CliException.WrongArguments);
        }
        return string.Concat(dial.Select(one => $"dial = {one}\n").Append($"topic = {topic}\n")
            .Append($"every = {(long)every.TotalMilliseconds}\n"));
    }

    private static HostedBoard Make(string name, FileInfo? key, DeviceSettings settings, int readings, Output output, bool mdns)
    {
        try
        {
            return new HostedBoard(name, Keys.ReadOrMake(key, output), settings, readings, line =>
            {
                JsonObject json = Output.Event("log");
                json["text"] = line;
                output.Tell(json, $"{SafeText.Printable(line)}");
            }, mdns);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new CliException(e.Message, CliException.WrongArguments);
        }
    }

    private static int Run(HostedBoard device, BoardWatch watch, int wanted, Output output, CancellationToken interrupted)
    {
        JsonObject begun = Output.Event("device");
        begun["board"] = device.Name;
        begun["peer"] = device.Peer;
        output.Tell(begun, null);
        if (device.MissingReadings.Length > 0)
        {
            output.Note($"this host does not tell its {device.MissingReadings}");
        }
        device.Start();
        long told = 0;
        while (!interrupted.IsCancellationRequested && told + device.Dropped < wanted)
        {
            interrupted.WaitHandle.WaitOne(_lookEvery);
            watch.Look();
            long sent = device.Sent;
            if (sent != told)
            {
                told = sent;
                JsonObject json = Output.Event("sent");
                json["readings"] = sent;
                output.Tell(json, $"{sent} {(sent == 1 ? "reading" : "readings")} arrived");
            }
        }
        device.Stop();
        return wanted == int.MaxValue || told >= wanted ? 0
            : throw new CliException(device.Dropped > 0
                ? $"{device.Dropped} of {wanted} readings were lost: nobody subscribed to the topic while there was room to keep them"
                : $"ended when {told} of {wanted} readings had arrived");
    }
}
