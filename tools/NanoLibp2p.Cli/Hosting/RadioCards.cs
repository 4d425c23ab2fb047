using System;
using System.IO;
using System.Linq;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Frames;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli;

/// <summary>Cards of frame sessions, both ways: a device is given its gateway's, the gateway gets the device's.</summary>
internal static class RadioCards
{
    /// <summary>Names of the values that a board's store has beside identity and settings.</summary>
    internal static readonly string[] Values = [FrameRecord.Name, FrameGateways.Name];

    /// <summary>A gateway by its peer id, or its card: as text, in a file, or in the gateway's data folder.</summary>
    /// <exception cref="CliException">It is none.</exception>
    internal static RadioGateway Find(string? text)
        => PeerId.TryParse(text, out _) is { } peer ? new RadioGateway(peer, OfHost(peer)) : new RadioGateway(OfGateway(text));

    /// <summary>The card of a gateway, which a board is provisioned with.</summary>
    /// <exception cref="CliException">It is none, or the peer id of one whose card is not known here.</exception>
    internal static RadioCard ToProvision(string? text)
    {
        RadioGateway gateway = Find(text);
        return gateway.Card ?? throw new CliException($"the card of {gateway.Peer} is not known here, and a board is given it: give "
            + "--gateway the card that gateway run --radio prints, or the gateway's data folder", CliException.WrongArguments);
    }

    // each gateway of this user leaves it there; whoever changed it did not sign it
    private static RadioCard? OfHost(PeerId gateway)
    {
        string cache = SettingsSources.CacheOf("gateway", Environment.GetEnvironmentVariable("XDG_CACHE_HOME"));
        try
        {
            using DesktopCrypto crypto = new();
            RadioCard card = RadioCard.Parse(File.ReadAllText(Path.Combine(cache, RadioHost.CardOf(gateway))).Trim(), crypto);
            return card.Peer.Equals(gateway) ? card : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    private static RadioCard OfGateway(string? text)
    {
        string file = text != null && Directory.Exists(text) ? Path.Combine(text, RadioHost.CardFile) : text ?? "";
        try
        {
            using DesktopCrypto crypto = new();
            string card = text switch
            {
                null => throw new CliException("on a radio give --gateway PEER-ID or CARD: gateway run --radio prints both",
                    CliException.WrongArguments),
                _ when File.Exists(file) => File.ReadAllText(file).Trim(),
                _ when Directory.Exists(text) => throw new CliException(
                    $"{file} is not there: run the gateway on that folder with --radio once, which writes it", CliException.WrongArguments),
                _ when !text.StartsWith(RadioCard.Prefix, StringComparison.Ordinal) => throw new CliException(
                    $"--gateway '{(text.Length > 64 ? text[..64] + "..." : text)}' is no peer id, no card (one begins with "
                        + $"{RadioCard.Prefix}), and no file or gateway's data folder that is there", CliException.WrongArguments),
                _ => text,
            };
            return RadioCard.Parse(card, crypto);
        }
        catch (FormatException e)
        {
            throw new CliException(e.Message, CliException.WrongArguments);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"cannot read {file}: {e.Message}", CliException.WrongArguments);
        }
    }

    /// <summary>Writes what a board needs to open a session with its gateway into the folder of its store, unless it is there.</summary>
    /// <returns>The board's card.</returns>
    /// <exception cref="CliException">It can't be written.</exception>
    internal static RadioCard Provision(string folder, Identity identity, RadioCard gateway)
    {
        using DesktopCrypto crypto = new();
        FileStore store = new(folder);

        // room for a list that has more than a board is given now: it keeps them
        FrameNode node = new(new FrameNodeOptions(), new FrameSecrets(crypto), identity, store, new SystemRandom(), new Silent());
        if (!node.Start(0, -1))
        {
            // above all that it may have used, since both rise with the time
            long unixMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            byte[] hedge = new byte[32];
            new SystemRandom().Fill(hedge, 0, hedge.Length);
            if (!node.Provision((uint)(unixMs / 1000), hedge, (ulong)unixMs << 16, false))
            {
                throw new CliException($"cannot write to {folder}");
            }
        }
        bool isKnown = node.Gateways.Find(gateway.Card) >= 0;
        if (!isKnown && node.Gateways.Count >= RadioProgram.Gateways)
        {
            string known = string.Join(", ", Enumerable.Range(0, node.Gateways.Count).Select(node.Gateways.Id));
            throw new CliException($"the board in {folder} takes no card of {gateway.Peer}: it has {node.Gateways.Count} gateways "
                + $"({known}), and a board with radios alone is given {RadioProgram.Gateways}; delete {FrameGateways.Name} in that folder, "
                + "and provision it for each that it is to have");
        }
        return node.AddGateway(gateway.Card, gateway.StaticKey) >= 0 ? RadioCard.Of(identity, crypto)
            : throw new CliException(isKnown
                ? $"the board in {folder} has a newer card of {gateway.Peer}: give the one that the gateway prints now"
                : $"cannot write to {folder}");
    }

    /// <summary>Adds a board's card to a file of devices, unless it is there.</summary>
    /// <exception cref="CliException">It can't be written.</exception>
    internal static void Append(string file, RadioCard card, string name)
    {
        try
        {
            string before = File.Exists(file) ? File.ReadAllText(file) : "";
            if (!before.Contains(card.ToString(), StringComparison.Ordinal))
            {
                string line = before.Length == 0 || before.EndsWith('\n') ? "" : "\n";
                File.AppendAllText(file, $"{line}{card} {name}\n");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"cannot write {file}: {e.Message}");
        }
    }

    private sealed class Silent : FrameNodeEvents
    {
    }
}
