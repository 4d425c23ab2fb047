using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Commands;

/// <summary><c>call</c>: a method of a device on a gateway's radio.</summary>
internal static class CallCommand
{
    private const int FirstMethod = 0x80;
    private const int LastMethod = 0xFF;
    private const int LongestBody = 200;
    private const int LongestAnswer = 65_536;

    internal static Command Create()
    {
        Argument<Multiaddr> gateway = CommonOptions.Peer();
        Argument<PeerId> device = new("DEVICE")
        {
            Description = "The device's peer id, such as 12D3KooW...",
            CustomParser = result =>
            {
                PeerId? peer = PeerId.TryParse(result.Tokens[0].Value, out string error);
                if (peer == null)
                {
                    result.AddError(error);
                }

                return peer!;
            },
        };
        Argument<int> method = new("METHOD") { Description = "The method's number, 80 to FF in hex", CustomParser = ParseMethod };
        Argument<string?> text = new("TEXT") { Description = "What it is called with", Arity = ArgumentArity.ZeroOrOne };
        Option<FileInfo?> key = CommonOptions.Key();
        Option<Duration> timeout = CommonOptions.Timeout();
        Command command = new("call",
            "Call a method of a device on a gateway's radio and print its answer, which comes once the device has woken")
        {
            gateway, device, method, text, key, timeout
        };
        command.SetAction(parsed =>
        {
            Output output = Output.Of(parsed);
            byte[] body = Encoding.UTF8.GetBytes(parsed.GetValue(text) ?? "");
            if (body.Length > LongestBody)
            {
                throw new CliException($"a call of {body.Length} bytes fits no frame; give {LongestBody} at most",
                    CliException.WrongArguments);
            }

            Identity identity = Keys.ReadOrMake(parsed.GetValue(key), output);
            return HostSession.Run(parsed.GetRequiredValue(gateway), output, parsed.GetValue(timeout).Time,
                session => CallAsync(session, parsed.GetRequiredValue(device), parsed.GetRequiredValue(method), body), identity);
        });
        return command;
    }

    private static async Task<int> CallAsync(HostSession session, PeerId device, int method, byte[] body)
    {
        byte[] peer = device.ToBytes();
        byte[] request = new byte[Varint.MaxBytes + peer.Length + 1 + body.Length];
        int at = Varint.Write((ulong)peer.Length, request, 0);
        peer.CopyTo(request, at);
        at += peer.Length;
        request[at++] = (byte)method;
        body.CopyTo(request, at);
        MessageStream messages = await session.WaitAsync(async token =>
        {
            PeerStream stream = await session.Node.OpenStreamAsync(session.PeerId, RadioCommands.ProtocolId, token);
            MessageStream opened = new(stream, session.Timeout) { IdleTimeout = System.Threading.Timeout.InfiniteTimeSpan };
            await opened.WriteMessageAsync(request.AsMemory(0, at + body.Length), token);
            return opened;
        }, $"{session.Peer} is connected, but took no call in time");

        // a device that sleeps answers when it has woken
        Task<byte[]?> reading = messages.ReadMessageAsync(LongestAnswer, session.Interrupted);
        await session.UntilLostAsync(reading);
        if (await reading is not { Length: > 0 } answer)
        {
            throw new CliException($"{session.Peer} ended the call without an answer");
        }

        if (Why(answer[0], session.Peer, device) is { } sentence)
        {
            throw new CliException(sentence);
        }

        JsonObject json = Output.Event("answer");
        json["device"] = device.ToString();
        json["text"] = Encoding.UTF8.GetString(answer, 1, answer.Length - 1);
        json["hex"] = Convert.ToHexStringLower(answer, 1, answer.Length - 1);
        session.Output.Tell(json, $"{SafeText.Printable(Encoding.UTF8.GetString(answer, 1, answer.Length - 1))}");
        return 0;
    }

    private static string? Why(int status, string gateway, PeerId device) => status switch
    {
        0 => null,
        1 => $"{device} says: not now; call it again later",
        2 => $"{device} does not allow its gateway to call it (its setting; mail needs none: nanolibp2p mail send)",
        3 => $"{device} has no such method",
        RadioCommands.NotAllowed => $"{gateway} lets others call devices: add this peer's id to its setting radio.callers, and give --key",
        RadioCommands.NotHere => $"{gateway} has no session with {device}",
        RadioCommands.Busy => $"{gateway} has too many calls for {device} already; wait until it wakes",
        RadioCommands.Unanswered => $"{device} gave no answer to ten frames",
        _ => $"the call ended with status {status:X2}h",
    };

    private static int ParseMethod(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int method)
            && method is >= FirstMethod and <= LastMethod)
        {
            return method;
        }

        result.AddError($"'{text}' is no method of a device; give two hex digits, 80 to FF");
        return 0;
    }
}
