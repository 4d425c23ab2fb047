using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core.Identify;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Commands;

/// <summary><c>identify</c>: what a peer says of itself. Its id is proved, the rest are its claims.</summary>
internal static class IdentifyCommand
{
    // a signed envelope with the peer's addresses (RFC 0003 of libp2p), which is not opened here
    private const int SignedPeerRecord = 8;

    private const int LabelWidth = 18;

    private const string Protocol = "/ipfs/id/1.0.0";

    // go-libp2p's own limits: one message of 8 KiB, ten of them
    private const int MaxMessageBytes = 8 * 1024;
    private const int MaxMessages = 10;

    internal static Command Create()
    {
        Argument<Multiaddr> peer = CommonOptions.Peer();
        Option<Duration> timeout = CommonOptions.Timeout();
        Command command = new("identify", "Show what a peer says of itself") { peer, timeout };
        command.SetAction(parsed => HostSession.Run(
            parsed.GetRequiredValue(peer), Output.Of(parsed), parsed.GetValue(timeout).Time, AskAsync));
        return command;
    }

    private static async Task<int> AskAsync(HostSession session)
    {
        List<(int Field, byte[] Value)> fields = await session.WaitAsync(
            token => ReadAsync(session, token), $"{session.Peer} is connected, but did not say who it is in time");

        JsonObject json = Output.Event("identify");
        json["peer"] = session.Peer;
        json["earlyMuxer"] = session.Node.ConnectionsTo(session.PeerId).Any(one => one.UsedEarlyMuxer);
        json["publicKey"] = Last(fields, IdentifyField.PublicKey, Convert.ToBase64String);
        json["keyType"] = Last(fields, IdentifyField.PublicKey, TypeOfKey);
        json["protocolVersion"] = Last(fields, IdentifyField.ProtocolVersion, Text);
        json["agentVersion"] = Last(fields, IdentifyField.AgentVersion, Text);
        json["listenAddrs"] = All(fields, IdentifyField.ListenAddress, Address);
        json["observedAddr"] = Last(fields, IdentifyField.ObservedAddress, Address);
        json["protocols"] = All(fields, IdentifyField.Protocol, Text);
        json["signedPeerRecord"] = Last(fields, SignedPeerRecord, Convert.ToBase64String);
        session.Output.Tell(json, null);
        if (!session.Output.IsJson)
        {
            Describe(json, session.Output);
        }
        return 0;
    }

    // word for word, also what this library has no use for; several messages are one that was cut (identify spec)
    private static async Task<List<(int Field, byte[] Value)>> ReadAsync(HostSession session, CancellationToken token)
    {
        List<(int Field, byte[] Value)> fields = [];
        try
        {
            await using PeerStream stream = await session.Node.OpenStreamAsync(session.PeerId, Protocol, token);
            MessageStream messages = new(stream, session.Timeout);
            for (int i = 0; i < MaxMessages && await messages.ReadMessageAsync(MaxMessageBytes, token) is { } message; i++)
            {
                AddFields(message, fields);
            }
        }
        catch (Libp2pException e) when (session.Node.IsConnected(session.PeerId) && e.Error != Libp2pError.TimedOut)
        {
            fields.Clear();
        }
        return fields.Count > 0 ? fields
            : throw new CliException("the peer does not say who it is: it refused identify, or its answer was cut short or malformed");
    }

    // all that identify knows are bytes; what else there may be is passed over (protobuf encoding, "Message Structure")
    private static void AddFields(byte[] message, List<(int Field, byte[] Value)> fields)
    {
        for (int at = 0; at < message.Length;)
        {
            ulong length = 0;
            int key = Varint.Read(message, at, message.Length - at, out ulong tag);
            int value = key <= 0 ? 0 : (tag & 7) switch
            {
                1 => 8,
                5 => 4,
                0 or 2 => Varint.Read(message, at + key, message.Length - at - key, out length),
                _ => 0,
            };
            int count = (tag & 7) == 2 && length <= (ulong)message.Length ? (int)length : 0;
            if (value <= 0 || at + key + value + count > message.Length || ((tag & 7) == 2 && count != (long)length))
            {
                throw new CliException("the peer's answer is no protobuf message");
            }
            if ((tag & 7) == 2)
            {
                fields.Add(((int)(tag >> 3), message[(at + key + value)..(at + key + value + count)]));
            }
            at += key + value + count;
        }
    }

    // a value a line, which the terminal alone breaks
    private static void Describe(JsonObject json, Output output)
    {
        foreach ((string label, string name) in new[]
        {
            ("peer id (proved)", "peer"), ("agent", "agentVersion"), ("protocol version", "protocolVersion"), ("key type", "keyType"),
            ("public key", "publicKey"), ("listens on", "listenAddrs"), ("sees us at", "observedAddr"), ("protocols", "protocols"),
        })
        {
            string shown = label.PadRight(LabelWidth);
            foreach (string? value in json[name] is JsonArray { Count: > 0 } many
                ? many.Select(one => (string?)one) : [json[name] is JsonValue one ? (string?)one : null])
            {
                output.Note($"[bold]{shown}[/]{value ?? "-"}");
                shown = new string(' ', LabelWidth);
            }
        }
    }

    private static string? Last(IEnumerable<(int Field, byte[] Value)> fields, int field, Func<byte[], string> form)
        => fields.Where(one => one.Field == field).Select(one => form(one.Value)).LastOrDefault();

    private static JsonArray All(IEnumerable<(int Field, byte[] Value)> fields, int field, Func<byte[], string> form)
        => new([.. fields.Where(one => one.Field == field).Select(one => (JsonNode)form(one.Value))]);

    private static string Text(byte[] value) => SafeText.Printable(SafeText.Decode(value));

    private static string TypeOfKey(byte[] value)
    {
        int type = PublicKey.Parse(value, 0, value.Length, out _);
        return type < 0 ? "malformed" : ((KeyType)type).ToString();
    }

    private static string Address(byte[] value) => Multiaddr.Validate(value, 0, value.Length) switch
    {
        0 => Multiaddr.FromBytes(value, 0, value.Length).ToString(),
        MultiaddrProtocol.Unknown => $"(of protocols that are not known here: {Convert.ToHexStringLower(value)})",
        _ => $"(malformed: {Convert.ToHexStringLower(value)})",
    };
}
