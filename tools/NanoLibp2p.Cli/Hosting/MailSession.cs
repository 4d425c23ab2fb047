using System;
using System.CommandLine;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Cli.Commands.Mail;
using NanoLibp2p.Cli.Hosting;
using NanoLibp2p.Core;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Client;

namespace NanoLibp2p.Cli;

/// <summary>A command that sends or takes mail: its node, and the files beside its key.</summary>
internal sealed class MailSession
{
    private readonly bool _maySearch;
    private string? _failure;

    private MailSession(Libp2pNode node, Identity identity, FileInfo key, ParseResult parsed, Output output, CancellationToken interrupted)
    {
        _maySearch = parsed.CommandResult.Command.Options.Contains(MailOptions.Dht);
        Multiaddr[] servers = _maySearch ? parsed.GetValue(MailOptions.Dht) ?? [] : [];
        Multiaddr[] points = _maySearch ? parsed.GetValue(MailOptions.Rendezvous) ?? [] : [];
        if (servers.Length + points.Length > 0)
        {
            SenderOptions.Find = new MailSearch(node, servers, points, parsed.GetValue(MailOptions.Timeout).Time,
                sentence => output.Notice(null, sentence)).FindAsync;
        }

        Node = node;
        Identity = identity;
        Key = key;
        Output = output;
        Interrupted = interrupted;
    }

    internal Libp2pNode Node { get; }

    internal Identity Identity { get; }

    internal Output Output { get; }

    /// <summary>What a sender is told; among it where else to look for mailboxes.</summary>
    internal MailSenderOptions SenderOptions { get; } = new();

    /// <summary>The user wants an end.</summary>
    internal CancellationToken Interrupted { get; }

    /// <summary>The file of what was sent.</summary>
    internal string SentFile => Key.FullName + ".sent";

    /// <summary>The file of one's own mail.</summary>
    internal string MailFile => Key.FullName + ".mail";

    private FileInfo Key { get; }

    /// <summary>Runs a command's part with a node that listens nowhere.</summary>
    /// <param name="parsed">The command with its options.</param>
    /// <param name="talk">The command's part; it returns the exit code.</param>
    internal static int Run(ParseResult parsed, Func<MailSession, Task<int>> talk)
    {
        Output output = Output.Of(parsed);
        (Identity identity, FileInfo key) = MailOptions.Identity(parsed, output);
        return RunAsync(identity, key, parsed, output, talk).GetAwaiter().GetResult();
    }

    /// <summary>Tells that a gateway failed, when it is not the failure that ends the command.</summary>
    /// <param name="sentence">What is told when something else comes behind it; null when nothing does.</param>
    internal void TellFailure(string? sentence)
    {
        if (_failure is { } former)
        {
            Output.Notice(null, former);
        }

        _failure = sentence;
    }

    /// <summary>The sentence of what went wrong with mail, and what to do on the command line.</summary>
    internal CliException Explain(MailException why)
    {
        string more = why.Error switch
        {
            MailError.NoGateway => "; give its address with --via"
                + (_maySearch ? ", or where to look for it with --dht or --rendezvous" : ""),
            MailError.NoMailbox => "; one's own is made by: nanolibp2p mail record --via MULTIADDR",
            MailError.Denied => "; it is made there by: nanolibp2p mail token --for PEER-ID --out FILE, and shown with --token FILE",
            MailError.MailboxFull or MailError.WorkRequired => "; a token is shown with --token FILE",
            _ when why.MessageId != null => $"; the message is kept, and sent again in the same bytes by: nanolibp2p mail send "
                + $"--again {why.MessageId[..16]}",
            _ => "",
        };
        return new CliException(why.Message + more,
            why.Error is MailError.TooLong or MailError.RecipientInvalid or MailError.NotFound or MailError.NoGateway
                ? CliException.WrongArguments : CliException.Failed);
    }

    private static async Task<int> RunAsync(Identity identity, FileInfo key, ParseResult parsed, Output output,
        Func<MailSession, Task<int>> talk)
    {
        TimeSpan timeout = parsed.GetValue(MailOptions.Timeout).Time;
        using Interruption interruption = new();
        Libp2pNodeOptions options = new()
        {
            Identity = identity,
            Shards = 1,
            PubSub = null,
            Node = Commands.CommonOptions.ClientOptions(timeout),
            UsesLimitedConnections = true,
        };
        options.Dial.Timeout = timeout;
        if (parsed.CommandResult.GetResult(MailOptions.Dht) != null)
        {
            // a lookup asks many peers
            NodeOptions roomy = NodeOptions.Desktop();
            options.Node.MaxConnections = roomy.MaxConnections;
            options.Node.MaxHandshakes = roomy.MaxHandshakes;
        }

        await using Libp2pNode node = await Libp2pNode.StartAsync(options);
        MailSession session = new(node, identity, key, parsed, output, interruption.Token);
        try
        {
            int code = await talk(session);
            session.TellFailure(null);
            return code;
        }
        catch (MailException e)
        {
            CliException end = session.Explain(e);
            if (end.Message != session._failure)
            {
                session.TellFailure(null);
            }

            throw end;
        }
        catch (ArgumentException e)
        {
            throw new CliException(e.Message, CliException.WrongArguments);
        }
        catch (OperationCanceledException)
        {
            throw new CliException("ended before it was done");
        }
    }
}
