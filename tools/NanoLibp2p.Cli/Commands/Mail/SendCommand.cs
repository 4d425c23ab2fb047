using System;
using System.CommandLine;
using System.IO;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Client;

namespace NanoLibp2p.Cli.Commands.Mail;

/// <summary><c>mail send</c>: one message for one peer.</summary>
internal static class SendCommand
{
    // what a gateway may take at the most (SPEC.md 16); the library knows how many fewer bytes are left of it
    private const int MostBytes = 1 << 20;

    private const int MostPriority = 3;

    internal static Command Create()
    {
        Argument<PeerId?> peer = new("PEER-ID")
        {
            Description = "The recipient", Arity = ArgumentArity.ZeroOrOne, CustomParser = MailOptions.ParsePeer,
        };
        Argument<string?> text = new("TEXT")
        {
            Description = "The message; - sends what comes from stdin, as it is", Arity = ArgumentArity.ZeroOrOne,
        };
        Option<FileInfo?> file = new("--file") { Description = "Send a file's bytes instead of a text", HelpName = "FILE" };
        Option<Multiaddr?> via = MailOptions.Via("The gateway that keeps it [default: those that the recipient's record names]");
        Option<string?> subject = new("--subject")
        {
            Description = "What it is about, at most 64 bytes; it takes the place of what waits of the same subject from here",
            HelpName = "TEXT",
        };
        Option<Duration> ttl = CommonOptions.Time("--ttl", 604_800, "How long it is kept and may be acted on, at most 24d; 10m, 24h, 7d");
        Option<int> priority = new("--priority")
        {
            Description = "0 to 3, the highest first, as far as a token grants it [default: 0]", HelpName = "N",
        };
        Option<FileInfo?> token = new("--token") { Description = "File with a token that the recipient has given out", HelpName = "FILE" };
        Option<bool> wait = new("--wait") { Description = "Wait until it is delivered; ends with 1 when it has another end" };
        Option<string?> again = new("--again")
        {
            Description = "Send a message again that got no answer, in the same bytes, so that it is acted on once", HelpName = "ID",
        };
        Command command = new("send", "Seal a message for a peer and leave it at a gateway; prints its id")
            { peer, text, file, via, MailOptions.Dht, MailOptions.Rendezvous, subject, ttl, priority, token, wait, again };
        command.Validators.Add(result =>
        {
            bool isAgain = result.GetValue(again) != null;
            int bodies = (result.GetValue(text) != null ? 1 : 0) + (result.GetValue(file) != null ? 1 : 0);
            if (isAgain && (bodies > 0 || result.GetResult(peer)?.Tokens.Count > 0))
            {
                result.AddError("--again sends what was sealed before; leave PEER-ID, TEXT and --file out");
            }
            else if (!isAgain && result.GetResult(peer)?.Tokens.Count is null or 0)
            {
                result.AddError("the recipient is missing; give its PEER-ID");
            }
            else if (!isAgain && bodies != 1)
            {
                result.AddError(bodies == 0 ? "the message is missing; give TEXT, - for stdin, or --file FILE"
                    : "a text and a file are two messages; give TEXT or --file FILE");
            }
        });
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(ttl).Time < TimeSpan.FromSeconds(1))
            {
                throw new CliException("--ttl is too short for a message; give 1s or more", CliException.WrongArguments);
            }

            if (parsed.GetValue(priority) is < 0 or > MostPriority)
            {
                throw new CliException($"--priority {parsed.GetValue(priority)} is none; give 0 to {MostPriority}",
                    CliException.WrongArguments);
            }

            byte[] body = parsed.GetValue(again) != null ? [] : Body(parsed.GetValue(text), parsed.GetValue(file));
            SendOptions options = new()
            {
                Via = parsed.GetValue(via),
                Subject = parsed.GetValue(subject) ?? "",
                OnlyLatest = parsed.GetValue(subject) != null,
                Ttl = parsed.GetValue(ttl).Time,
                Priority = parsed.GetValue(priority),
                Token = Token(parsed.GetValue(token)),
            };
            return MailSession.Run(parsed, session => SendAsync(session, parsed.GetValue(peer), parsed.GetValue(again), body, options,
                parsed.GetValue(wait)));
        });
        return command;
    }

    private static async Task<int> SendAsync(MailSession session, PeerId? to, string? again, byte[] body, SendOptions options, bool waits)
    {
        await using MailSender sender = MailSender.Open(session.Node, session.Identity, session.SentFile, session.SenderOptions);
        options = options with { Progress = new WorkTeller(session.Output) };
        SentMail sent = again != null ? await sender.ResendAsync(again, options, session.Interrupted)
            : await sender.SendAsync(to!, body, options, session.Interrupted);
        JsonObject json = Output.Event("sent");
        json["id"] = sent.Id;
        json["to"] = sent.To.ToString();
        json["gateway"] = sent.Gateway.ToString();
        json["until"] = MailCommand.Time(sent.KeptUntil);
        json["duplicate"] = sent.IsDuplicate;
        json["receipt"] = Convert.ToBase64String(sent.Receipt.Envelope);
        string duplicate = sent.IsDuplicate ? ", which had it already" : "";
        session.Output.Tell(json, $"{sent.Id}");
        session.Output.Note($"kept until {MailCommand.Time(sent.KeptUntil)} by {sent.Gateway.ToString()}{duplicate}, with its receipt");
        if (!waits)
        {
            return 0;
        }

        MailStatus status = await sender.WaitAsync(sent.Id, session.Interrupted);
        MailCommand.Tell(session.Output, status);
        return status.Fate == MailFate.Delivered && status.IsProven ? 0
            : throw new CliException($"not delivered for sure: {MailCommand.Words(status)}");
    }

    private static byte[] Body(string? text, FileInfo? file)
    {
        if (text != null && text != "-")
        {
            return text.Length > 0 ? Encoding.UTF8.GetBytes(text)
                : throw new CliException("the text is empty; give what is to be sent", CliException.WrongArguments);
        }

        string where = file?.ToString() ?? "stdin";
        try
        {
            using Stream from = file == null ? Console.OpenStandardInput() : file.OpenRead();
            using MemoryStream all = new();
            byte[] buffer = new byte[65536];
            int count;
            while ((count = from.Read(buffer)) > 0)
            {
                all.Write(buffer, 0, count);
                if (all.Length > MostBytes)
                {
                    throw new CliException($"{where} has more than {MostBytes} bytes, the most that a gateway takes; send less",
                        CliException.WrongArguments);
                }
            }

            return all.Length > 0 ? all.ToArray()
                : throw new CliException($"{where} is empty, so there is nothing to send", CliException.WrongArguments);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliException($"{where} is not there; give a file that is", CliException.WrongArguments);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{where} can't be read: {e.Message}", CliException.WrongArguments);
        }
    }

    private static byte[]? Token(FileInfo? file)
    {
        if (file == null)
        {
            return null;
        }

        try
        {
            byte[] token = Convert.FromBase64String(File.ReadAllText(file.FullName).Trim());
            return token.Length is > 0 and <= MailToken.MaxBytes ? token : throw new FormatException();
        }
        catch (FormatException)
        {
            throw new CliException($"{file} is no token; the recipient makes one with: nanolibp2p mail token --for PEER-ID --out FILE",
                CliException.WrongArguments);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"the token in {file} can't be read: {e.Message}", CliException.WrongArguments);
        }
    }

    /// <summary>Tells of work that takes long, once a second.</summary>
    private sealed class WorkTeller(Output output) : IProgress<WorkProgress>
    {
        private const int EveryMs = 1000;

        private long _next = Environment.TickCount64 + EveryMs;

        public void Report(WorkProgress value)
        {
            long next = Interlocked.Read(ref _next);
            if (Environment.TickCount64 < next || Interlocked.CompareExchange(ref _next, next + EveryMs, next) != next)
            {
                return;
            }

            JsonObject json = Output.Event("work");
            json["bits"] = value.Bits;
            json["tried"] = value.Tried;
            json["expected"] = value.Expected;
            output.Tell(json, null);
            if (!output.IsJson)
            {
                // what a script reads of stdout begins with the id
                Console.Error.WriteLine($"works for a stranger's place: {value.Tried} of about {value.Expected} numbers tried");
            }
        }
    }
}
