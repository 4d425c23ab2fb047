using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using NanoLibp2p.Core;
using NanoLibp2p.Firmware;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Commands;

/// <summary><c>provision</c>: what boards are given before their first start, in a folder each, and a label for each.</summary>
internal static class ProvisionCommand
{
    // as many as a name's three digits count
    private const int MostBoards = 999;

    internal static Command Create()
    {
        Option<DirectoryInfo> folder =
            new("--out") { Description = "Folder for the board's files; made when it is not there", HelpName = "DIR", Required = true };
        Option<int?> count = new("--count") { Description = "So many boards, each in a folder of its own below --out: board-001, "
            + "board-002, ...", HelpName = "N", CustomParser = ParseCount };
        Option<Multiaddr[]> dial = CommonOptions.Dial();
        dial.Required = false;
        Option<string?> radio = RadioDeviceCommand.Radio(": a board's lora?sf=9 (with &channel=868.1 "
            + "where its gateway hears one channel), ble, 802154, serial or thread; or a virtual board's URL");
        Option<string?> gateway = RadioDeviceCommand.Gateway();
        Option<string> topic = new("--topic") { Description = "Topic that it publishes to", HelpName = "T", Required = true };
        Option<Duration> every = CommonOptions.ReadingInterval(standardSeconds: 10);
        Option<string?> ssid = new("--ssid")
        {
            Description = "Name of the Wi-Fi that it joins; without it none is written, as for Ethernet", HelpName = "NAME"
        };
        Option<string?> password = new("--password") { Description = "The Wi-Fi's password; - reads it from stdin, which keeps it out of "
            + "the shell's history. Without it the Wi-Fi is open", HelpName = "TEXT" };
        Option<string?> serial = new("--serial") { Description =
            "Serial port to write into nanoff's files, such as COM3; without it give nanoff --serialport", HelpName = "PORT" };
        Option<bool> keep = new("--keep") { Description = "Keep identities that are there already, and write the rest anew" };
        Command command = new(
            "provision",
            "Write what a board is given before its first start: identity, dial list, topic, interval, Wi-Fi, and a label with its peer "
            + "id. "
            + "The identity is made with this host's random source, so a board whose own is weak (an ESP32 on Ethernet) gets its seed "
            + "here: its store reads it under the name identity")
        {
            folder, count, dial, radio, gateway, topic, every, ssid, password, serial, keep,
        };
        command.SetAction(parsed =>
        {
            Output output = Output.Of(parsed);
            Multiaddr[] peers = parsed.GetValue(dial) ?? [];
            string? url = parsed.GetValue(radio);
            if (url == null && peers.Length == 0)
            {
                throw new CliException("give --dial MULTIADDR, or --radio URL and --gateway PEER-ID or CARD", CliException.WrongArguments);
            }
            RadioCard? card = url == null ? null : RadioCards.ToProvision(parsed.GetValue(gateway));
            bool isGiven = parsed.GetResult(every) is { Implicit: false };
            BoardRadio? air = url == null ? null : BoardRadio.Parse(url);
            string settings = air?.Settings + DeviceCommand.SettingsText(peers.Select(one => one.ToString()),
                parsed.GetRequiredValue(topic), isGiven || air is not { IsLoRa: true } ? parsed.GetValue(every).Time
                    : BoardRadio.EveryOfLoRa);
            Check(settings);
            WifiNetwork? wifi = Wifi(parsed.GetValue(ssid), parsed.GetValue(password));
            BoardFolder[] boards = Boards(parsed.GetRequiredValue(folder).FullName, parsed.GetValue(count));
            if (!parsed.GetValue(keep) && boards.FirstOrDefault(board => board.Identity.Exists) is { } taken)
            {
                throw new CliException(
                    $"{taken.Identity} is there already, and an identity is never overwritten; nothing was written. Give another --out, or "
                        + $"--keep to keep it and write the rest anew",
                    CliException.WrongArguments);
            }
            foreach (Multiaddr named in peers.Where(IsName))
            {
                output.Notice(null, $"{named} is a name: a board stands still while it looks it up; prefer an address");
            }
            foreach (BoardFolder board in boards)
            {
                Provision(board, peers, settings, wifi, parsed.GetValue(serial), output, card,
                    CardsFile(parsed.GetRequiredValue(folder).FullName, parsed.GetValue(gateway)));
            }
            if (card != null)
            {
                string cards = CardsFile(parsed.GetRequiredValue(folder).FullName, parsed.GetValue(gateway));
                output.Note($"their cards are in {cards}; the gateway reads them in its data folder");
            }
            if (air is { IsLoRa: true } && isGiven && parsed.GetValue(every).Time < BoardRadio.LeastOfLoRa)
            {
                output.Notice(null, "LoRa is on the air for 1 % of an hour: at SF9 that is a signed reading a minute, at SF12 one in "
                    + "seven. What comes more often waits, and is lost at last; nanolibp2p air --every TIME plays it");
            }

            string andWifi = wifi == null ? "" : "; nanoff --networkdeployment wifi.json";
            output.Note($"send them, in each folder: nanoff --filedeployment files.json{andWifi}");
            return 0;
        });
        return command;
    }

    // the gateway's own file where its data folder was given
    private static string CardsFile(string folder, string? gateway)
        => Path.Combine(gateway != null && Directory.Exists(gateway) ? gateway : folder, RadioHost.DevicesFile);

    private static void Provision(BoardFolder board, Multiaddr[] peers, string settings, WifiNetwork? wifi, string? serial, Output output,
        RadioCard? gateway, string cards)
    {
        bool isNew = !board.Identity.Exists;
        Identity identity = isNew ? Keys.Create() : Keys.Read(board.Identity);
        string peer = identity.PeerId.ToString();
        if (peers.FirstOrDefault(one => one.PeerId?.ToString() == peer) is { } self)
        {
            throw new CliException($"{self} has the peer id of the identity in {board.Path}: a board does not dial itself; give it another "
                + $"identity", CliException.WrongArguments);
        }
        JsonObject json = Output.Event("provisioned");
        if (gateway != null)
        {
            RadioCard card = RadioCards.Provision(board.Path, identity, gateway);
            RadioCards.Append(cards, card, board.Name);
            json["card"] = card.ToString();
        }
        board.Write(identity, isNew, settings, wifi, serial, gateway == null ? [] : RadioCards.Values);
        json["board"] = board.Name;
        json["peer"] = peer;
        json["folder"] = board.Path;
        json["made"] = isNew;
        output.Tell(json, $"[bold]{board.Name}[/]  {peer}{(isNew ? "" : "  (its identity was there and is kept)")}");
        foreach (string line in new BoardLabel(board.Name, peer).Lines())
        {
            output.Copyable(line);
        }
    }

    // what a board would refuse at its start is refused here, by the firmware itself
    private static void Check(string settings)
    {
        if (Encoding.UTF8.GetByteCount(settings) > DeviceSettings.MaxBytes)
        {
            throw new CliException($"the settings have {Encoding.UTF8.GetByteCount(settings)} bytes, and a board reads "
                + $"{DeviceSettings.MaxBytes}; give fewer --dial", CliException.WrongArguments);
        }
        try
        {
            using HostedBoard board = new("provision", Keys.Create(), DeviceSettings.Parse(settings), 0, null);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new CliException(e.Message, CliException.WrongArguments);
        }
    }

    private static WifiNetwork? Wifi(string? ssid, string? password)
    {
        if (ssid == null)
        {
            return password == null
                ? null : throw new CliException("--password without --ssid; give the Wi-Fi's name too", CliException.WrongArguments);
        }
        return new WifiNetwork(ssid, password == "-" ? Console.In.ReadLine() ?? "" : password);
    }

    private static BoardFolder[] Boards(string folder, int? count)
        => count == null ? [new BoardFolder(folder)]
            : [.. Enumerable.Range(1, count.Value)
                .Select(number =>
                    new BoardFolder(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"board-{number:000}"))))];

    private static bool IsName(Multiaddr address)
        => address.Has(MultiaddrProtocol.Dns) || address.Has(MultiaddrProtocol.Dns4) || address.Has(MultiaddrProtocol.Dns6);

    private static int? ParseCount(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count is < 1 or > MostBoards)
        {
            result.AddError($"'{text}' is not a number of boards; give 1 to {MostBoards}");
        }
        return count;
    }
}
