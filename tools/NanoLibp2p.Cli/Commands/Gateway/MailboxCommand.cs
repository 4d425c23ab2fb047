using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Commands.Gateway;

/// <summary><c>gateway mailbox</c>: the mailboxes of the gateway that runs.</summary>
internal static class MailboxCommand
{
    private const string Path = "/api/mailboxes";

    internal static Command Create() => new("mailbox", "See the mailboxes of the running gateway, and change them by hand")
    {
        List(),
        Show(),
        Change("open", "Make a mailbox for a peer that has not asked for one", "is open", "was open already"),
        Change("close", "Remove a mailbox with all its mail", "is closed, and its mail is gone", "has no mailbox"),
        Purge(),
        Quota(),
    };

    private static Command List()
    {
        Command command = new("list", "List the mailboxes, the fullest first");
        command.SetGatewayAction(async (parsed, output) =>
        {
            foreach (JsonObject box in await BoxesAsync(parsed))
            {
                Tell(output, box);
            }

            return 0;
        });
        return command;
    }

    private static Command Show()
    {
        Argument<PeerId> peer = GatewayCommand.Peer();
        Command command = new("show", "Show one mailbox") { peer };
        command.SetGatewayAction(async (parsed, output) =>
        {
            string who = parsed.GetRequiredValue(peer).ToString();
            JsonObject box = (await BoxesAsync(parsed)).Find(one => (string)one["peerId"]! == who)
                ?? throw new CliException($"{who} has no mailbox here; make one with: nanolibp2p gateway mailbox open {who}");
            Tell(output, box);
            string strangers = (int)box["work"]! > 32 ? "no strangers" : $"strangers show {(int)box["work"]!} bits of work";
            string limits = $"{(long)box["maxItems"]!} messages, {(long)box["maxBytes"]!} bytes";
            output.Note($"  takes {limits}; one has up to {(int)box["maxItemBytes"]!}; {strangers}");
            string record = (bool)box["record"]! ? ", and has left a record" : "";
            output.Note($"  its owner was last here {(DateTimeOffset)box["seen"]!:u}{record}");
            if (box["oldest"] is { } oldest)
            {
                output.Note($"  the oldest waits since {(DateTimeOffset)oldest:u}");
            }

            return 0;
        });
        return command;
    }

    private static Command Change(string name, string description, string done, string already)
    {
        Argument<PeerId> peer = GatewayCommand.Peer();
        Command command = new(name, description) { peer };
        command.SetGatewayAction(async (parsed, output) =>
        {
            PeerId who = parsed.GetRequiredValue(peer);
            bool changed = (bool)(await PostAsync(parsed, $"{Path}/{who}/{name}"))["changed"]!;
            TellChange(output, name, who, changed);
            output.Note($"{who.ToString()} {(changed ? done : already)}");
            return 0;
        });
        return command;
    }

    private static Command Purge()
    {
        Argument<PeerId> peer = GatewayCommand.Peer();
        Command command = new("purge", "Remove all mail that waits in a mailbox; senders see it as expired") { peer };
        command.SetGatewayAction(async (parsed, output) =>
        {
            PeerId who = parsed.GetRequiredValue(peer);
            JsonNode answer = await PostAsync(parsed, $"{Path}/{who}/purge");
            JsonObject json = Output.Event("purged");
            json["peer"] = who.ToString();
            json["removed"] = (int)answer["removed"]!;
            output.Tell(json, $"{(int)answer["removed"]!} messages of {who.ToString()} are removed");
            return 0;
        });
        return command;
    }

    private static Command Quota()
    {
        Argument<PeerId> peer = GatewayCommand.Peer();
        Option<int?> items = CommonOptions.Count("--items", "Messages that it takes");
        Option<ulong?> bytes = CommonOptions.Size("--bytes", "Their bytes");
        Command command = new("quota", "Set how much a mailbox takes; what is left out is the gateway's setting") { peer, items, bytes };
        command.SetGatewayAction(async (parsed, output) =>
        {
            PeerId who = parsed.GetRequiredValue(peer);
            string query = string.Create(CultureInfo.InvariantCulture,
                $"?items={parsed.GetValue(items) ?? 0}&bytes={parsed.GetValue(bytes) ?? 0}");
            bool changed = (bool)(await PostAsync(parsed, $"{Path}/{who}/quota{query}"))["changed"]!;
            if (!changed)
            {
                throw new CliException($"{who} has no mailbox here; make one with: nanolibp2p gateway mailbox open {who}");
            }

            TellChange(output, "quota", who, changed);
            output.Note($"{who.ToString()} has another quota");
            if (parsed.GetValue(items) is > 0 and < 4)
            {
                output.Note($"who sends without a token has a quarter of it, which is no message");
            }

            return 0;
        });
        return command;
    }

    private static void TellChange(Output output, string what, PeerId who, bool changed)
    {
        JsonObject json = Output.Event("mailboxChanged");
        json["change"] = what;
        json["peer"] = who.ToString();
        json["changed"] = changed;
        output.Tell(json, null);
    }

    private static void Tell(Output output, JsonObject box)
    {
        JsonObject json = Output.Event("mailbox");
        foreach ((string name, JsonNode? value) in box)
        {
            json[name] = value?.DeepClone();
        }

        output.Tell(json, $"{(string)box["peerId"]!} {(int)box["waiting"]!} waiting, {(long)box["waitingBytes"]!} bytes");
    }

    private static async Task<List<JsonObject>> BoxesAsync(ParseResult parsed)
    {
        using NanoLibp2p.Gateway.Hosting.ControlClient control = GatewayCommand.Control(parsed);
        JsonNode answer = await control.GetAsync(Path);
        return [.. ((JsonArray)answer["mailboxes"]!).Select(one => (JsonObject)one!)];
    }

    private static async Task<JsonNode> PostAsync(ParseResult parsed, string path)
    {
        using NanoLibp2p.Gateway.Hosting.ControlClient control = GatewayCommand.Control(parsed);
        return await control.PostAsync(path);
    }
}
