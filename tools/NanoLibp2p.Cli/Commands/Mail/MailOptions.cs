using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.IO;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Client;

namespace NanoLibp2p.Cli.Commands.Mail;

/// <summary>Options that several commands of <c>mail</c> have.</summary>
internal static class MailOptions
{
    private const int MostGateways = 4;
    private const int MostSources = MailboxFinder.MaxPoints;

    /// <summary>Who sends, or whose mail it is.</summary>
    internal static readonly Option<FileInfo?> Key = new("--key")
    {
        Description = "Key file; made when it is not there. Beside it, FILE.mail keeps one's own mail and FILE.sent what was sent "
            + "[default: ~/.local/share/nanolibp2p/mail/identity]",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>Where to look for a mailbox: servers of a DHT.</summary>
    internal static readonly Option<Multiaddr[]> Dht = Several(
        "--dht", "Look for the mailbox in a DHT, if no gateway is known: a server of it; may be given several times", MostSources);

    /// <summary>Where to look for a mailbox: rendezvous points.</summary>
    internal static readonly Option<Multiaddr[]> Rendezvous = Several(
        "--rendezvous", "The same, at a rendezvous point; may be given several times", MostSources);

    /// <summary>Patience with a dial.</summary>
    internal static readonly Option<Duration> Timeout = Patience();

    /// <summary>Where the mail is kept.</summary>
    internal static Option<Multiaddr?> Via(string description) => new("--via")
    {
        Description = description,
        HelpName = "MULTIADDR",
        CustomParser = result => CommonOptions.ParsePeer(result.Tokens[0].Value, result),
    };

    /// <summary>Where one's own mail is kept, at up to four gateways.</summary>
    internal static Option<Multiaddr[]> Gateways() => Several(
        "--via", "A gateway that keeps the mail, best first; up to four [default: those of the last mail record]", MostGateways);

    /// <summary>A peer id.</summary>
    internal static PeerId? ParsePeer(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        PeerId? peer = PeerId.TryParse(text, out string error);
        if (peer == null)
        {
            result.AddError($"{error}; give one such as 12D3KooW...");
        }

        return peer;
    }

    /// <summary>The identity of a command, and the file that it is in.</summary>
    internal static (Identity Identity, FileInfo File) Identity(ParseResult parsed, Output output)
    {
        FileInfo file = parsed.GetValue(Key) ?? Default();
        return (Keys.ReadOrMake(file, output), file);
    }

    private static FileInfo Default()
    {
        Environment.SpecialFolder data = Environment.SpecialFolder.LocalApplicationData;
        string folder = Path.Combine(Environment.GetFolderPath(data, Environment.SpecialFolderOption.Create), "nanolibp2p", "mail");
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"cannot make the folder {folder}: {e.Message}; name a key file with --key",
                CliException.WrongArguments);
        }

        return new FileInfo(Path.Combine(folder, "identity"));
    }

    private static Option<Duration> Patience()
    {
        Option<Duration> timeout = CommonOptions.Timeout();
        timeout.Recursive = true;
        return timeout;
    }

    private static Option<Multiaddr[]> Several(string name, string description, int most) => new(name)
    {
        Description = description,
        HelpName = "MULTIADDR",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = result => ParseSeveral(result, most),
    };

    private static Multiaddr[] ParseSeveral(ArgumentResult result, int most)
    {
        if (result.Tokens.Count > most)
        {
            result.AddError(most == MostGateways ? $"{result.Tokens.Count} gateways; a mailbox has at most {most}"
                : $"{result.Tokens.Count} places to look; give at most {most}");
        }

        IEnumerable<Multiaddr?> parsed = [.. result.Tokens.Select(token => CommonOptions.ParsePeer(token.Value, result))];
        return [.. parsed.OfType<Multiaddr>()];
    }
}
