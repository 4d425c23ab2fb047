using System;
using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.IO;
using System.Linq;
using NanoLibp2p.Cli.Commands;
using NanoLibp2p.Cli.Commands.Gateway;
using NanoLibp2p.Cli.Commands.Mail;

namespace NanoLibp2p.Cli;

internal static class Program
{
    internal static int Main(string[] args)
    {
        if (OperatingSystem.IsWindows())
        {
            return Run(args, Console.Out, Console.Error);
        }
        TextWriter errors = StandardStream.OpenError();
        if (StandardStream.OpenOut() is not { } output)
        {
            errors.WriteLine("stdout is closed, so nothing could be told; lead it to a file or to a program, or to /dev/null");
            return CliException.Failed;
        }
        Console.SetOut(output);
        return Run(args, Console.Out, errors);
    }

    /// <summary>Runs a command.</summary>
    /// <returns>0 when it is done, 1 when it failed, 2 for wrong arguments; a sentence on <paramref name="errors"/> says why.</returns>
    internal static int Run(string[] args, TextWriter output, TextWriter errors)
    {
        int code = RunCommand(args, output, errors, out string? sentence);
        if (StandardStream.Current is { HasNoReader: true })
        {
            // who read it has seen enough, as with head
            return 0;
        }
        if (StandardStream.Current?.Failure is { } failure)
        {
            (code, sentence) = (CliException.Failed, CannotGoOn(failure));
        }
        if (sentence != null)
        {
            errors.WriteLine(SafeText.Printable(sentence));
        }
        return code;
    }

    private static int RunCommand(string[] args, TextWriter output, TextWriter errors, out string? sentence)
    {
        sentence = null;
        RootCommand root = new("libp2p for microcontrollers, from the command line: be a peer, or look at one.")
        {
            CommonOptions.Json,
            DemoCommand.Create(),
            KeyCommand.Create(),
            ListenCommand.Create(),
            PingCommand.Create(),
            IdentifyCommand.Create(),
            PublishCommand.Create(),
            SubscribeCommand.Create(),
            PerfCommand.Create(),
            LookupCommand.Create(),
            ProvideCommand.Create(),
            DeviceCommand.Create(),
            AirCommand.Create(),
            ProvisionCommand.Create(),
            CallCommand.Create(),
            GatewayCommand.Create(),
            MailCommand.Create(),
            RelayCommand.Create(),
            InteropCommand.Create(),
        };
        // an argument that begins with @ is a text like any other
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            string name = parsed.CommandResult.Command == root ? "nanolibp2p" : "nanolibp2p " + Path(parsed);
            sentence = $"{Sentence(parsed)}; see: {name} --help";
            return CliException.WrongArguments;
        }
        try
        {
            // Ctrl-C is the commands' own business: they close their connections in order
            return parsed.Invoke(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output, Error = errors
            });
        }
        catch (CliException e)
        {
            sentence = e.Message;
            return e.ExitCode;
        }
        catch (IOException e)
        {
            sentence = CannotGoOn(e);
            return CliException.Failed;
        }
    }

    // what stdout leads to takes no more, such as a full disk
    private static string CannotGoOn(IOException failure) => $"cannot go on: {failure.Message}";

    // one sentence: what is wrong with the first argument that is
    private static string Sentence(ParseResult parsed)
    {
        if (parsed.CommandResult.Command is { Subcommands.Count: > 0, Arguments.Count: 0 })
        {
            return parsed.UnmatchedTokens.Count == 0
                ? "a command is missing; " + Commands(parsed.CommandResult.Command)
                : $"there is no command '{parsed.UnmatchedTokens[0]}'; {Commands(parsed.CommandResult.Command)}";
        }
        if (parsed.Errors[0].SymbolResult is ArgumentResult { Tokens.Count: 0, Parent: CommandResult } missing)
        {
            return (missing.Argument.HelpName ?? missing.Argument.Name) + " is missing";
        }
        string message = string.Join(' ', parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        message = message.EndsWith("..", StringComparison.Ordinal) ? message : message.TrimEnd('.');
        return char.ToLowerInvariant(message[0]) + message[1..];
    }

    private static string Commands(Command command) => "give one of " + string.Join(", ", command.Subcommands.Select(one => one.Name));

    private static string Path(ParseResult parsed)
    {
        string path = "";
        for (SymbolResult? one = parsed.CommandResult; one is CommandResult { Command: not RootCommand } command; one = one.Parent)
        {
            path = command.Command.Name + (path.Length == 0 ? "" : " " + path);
        }

        return path;
    }
}
