using System;
using System.CommandLine;
using System.IO;
using System.Text.Json.Nodes;
using NanoLibp2p.Core;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Client;

namespace NanoLibp2p.Cli.Commands.Mail;

/// <summary><c>mail token</c>: lets a peer write to one's mailbox without work, and fill more of it.</summary>
internal static class MailTokenCommand
{
    internal static Command Create()
    {
        Option<PeerId?> holder = new("--for")
        {
            Description = "Who may use it", HelpName = "PEER-ID", Required = true, CustomParser = MailOptions.ParsePeer,
        };
        Option<Duration> life = CommonOptions.Time("--life", 1_209_600, "How long it is valid, at most 24d");
        Option<int> lane = Number("--lane", "1 to 3: it may fill so many quarters of the mailbox and one more", 2);
        Option<int> priority = Number("--priority", "0 to 3: the highest that it may ask for", 1);
        Option<int> epoch = Number("--epoch", "That of mail record", 0);
        Option<FileInfo?> file = new("--out") { Description = "Write it to a new file, for mail send --token", HelpName = "FILE" };
        Command command = new("token", "Make a token, with which a peer writes to one's mailbox without work; prints it, or writes a file")
            { holder, life, lane, priority, epoch, file };
        command.SetAction(parsed =>
        {
            Output output = Output.Of(parsed);
            (Identity identity, FileInfo _) = MailOptions.Identity(parsed, output);
            DateTimeOffset expires = DateTimeOffset.UtcNow + parsed.GetValue(life).Time;
            string token;
            try
            {
                token = Convert.ToBase64String(MailToken.Sign(identity, parsed.GetValue(holder), expires, parsed.GetValue(lane),
                    parsed.GetValue(priority), parsed.GetValue(epoch)));
            }
            catch (ArgumentOutOfRangeException e)
            {
                throw new CliException($"--{e.ParamName} {e.ActualValue} is out of range; see: nanolibp2p mail token --help",
                    CliException.WrongArguments);
            }

            JsonObject json = Output.Event("mailToken");
            json["for"] = parsed.GetValue(holder)!.ToString();
            json["of"] = identity.PeerId.ToString();
            json["expires"] = MailCommand.Time(expires);
            json["token"] = token;
            json["file"] = parsed.GetValue(file)?.ToString();
            if (parsed.GetValue(file) is { } to)
            {
                Write(to, token);
                output.Tell(json, $"{to.ToString()} lets {parsed.GetValue(holder)!.ToString()} write until {MailCommand.Time(expires)}");
                return 0;
            }

            output.Tell(json, null);
            output.Copyable(token);
            return 0;
        });
        return command;
    }

    private static Option<int> Number(string name, string description, int standard)
        => new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => standard };

    private static void Write(FileInfo file, string token)
    {
        try
        {
            WholeFile.Write(file.FullName, $"{file.FullName}.{Environment.ProcessId}.new",
                System.Text.Encoding.ASCII.GetBytes(token + "\n"), overwrite: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(File.Exists(file.FullName) ? $"{file} is there already; give another name with --out"
                : $"cannot write the token to {file}: {e.Message}", CliException.WrongArguments);
        }
    }
}
