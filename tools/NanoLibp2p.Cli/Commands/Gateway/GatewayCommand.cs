using System;
using System.CommandLine;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Gateway;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Commands.Gateway;

/// <summary><c>gateway</c>: runs one, and speaks to the one that runs on a data folder.</summary>
internal static class GatewayCommand
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(15);

    internal static Command Create() => new("gateway", "Run a gateway, or look after the one that runs")
    {
        GatewayOptions.Config,
        GatewayOptions.Data,
        GatewayOptions.Set,
        RunCommand.Create(),
        ConfigCommand.Create(),
        CheckCommand.Create(),
        Status(),
        Reload(),
        Drain(),
        Peers(),
        TokenCommand.Create(),
        LoginCommand.Create(),
        MailboxCommand.Create(),
        StoreCommand.Create(),
        BackupCommand.Create(),
        BackupCommand.CreateRestore(),
    };

    /// <summary>Has a command do its work; what goes wrong is told as every command does.</summary>
    internal static void SetGatewayAction(this Command command, Func<ParseResult, Output, Task<int>> action)
        => command.SetAction(parsed =>
        {
            try
            {
                return action(parsed, Output.Of(parsed)).GetAwaiter().GetResult();
            }
            catch (GatewayException e)
            {
                throw new CliException(e.Message, e.IsConfiguration ? CliException.WrongArguments : CliException.Failed);
            }
        });

    /// <summary>Speaks to the gateway that runs.</summary>
    internal static ControlClient Control(ParseResult parsed) => new(GatewayOptions.Load(parsed).Data, _patience);

    private static Command Status()
    {
        Command command = new("status", "Tell how the gateway does that runs on a data folder; ends with 1 unless it is ready");
        command.SetGatewayAction(async (parsed, output) =>
        {
            using ControlClient control = Control(parsed);
            JsonObject status = (JsonObject)await control.GetAsync("/api/status");
            JsonNode ready = await control.GetAsync("/healthz/ready");
            JsonNode live = await control.GetAsync("/healthz/live");
            JsonObject json = Output.Event("status");
            foreach ((string name, JsonNode? value) in status)
            {
                json[name] = value?.DeepClone();
            }
            json["ready"] = (bool)ready["ready"]!;
            json["live"] = (bool)live["live"]!;
            string life = $"{(string)status["state"]!}, up {Uptime((long)status["uptimeSeconds"]!)}, version {(string)status["version"]!}, "
                + $"process {(int)status["processId"]!}";
            output.Tell(json, $"[bold]{(string)status["peerId"]!}[/] is {life}");
            Tell(output, status);
            return (bool)ready["ready"]! && (bool)live["live"]! ? 0 : CliException.Failed;
        });
        return command;
    }

    private static void Tell(Output output, JsonObject status)
    {
        foreach (JsonNode? address in (JsonArray)status["addresses"]!)
        {
            output.Note($"  listens on {(string)address!}");
        }
        foreach (JsonNode? address in (JsonArray)status["http"]!)
        {
            output.Note($"  serves {(string)address!}");
        }
        int connections = ((JsonArray)status["shards"]!).Sum(one => (int)one!);
        int relayed = (int)status["relayedCount"]!;
        string ways = $"{(int)status["direct"]!} direct, {relayed} through relays";
        output.Note($"  {(int)status["peers"]!} peers, {connections} connections ({ways}), {(int)status["blocked"]!} blocked");
        JsonArray named = (JsonArray)status["relayed"]!;
        foreach (JsonNode? one in named)
        {
            output.Note($"  {(string)one!["peerId"]!} is {Way(one)}");
        }
        if (relayed > named.Count)
        {
            output.Note($"  and {relayed - named.Count} more through relays: see gateway peers");
        }
        foreach ((string name, JsonNode? line) in (JsonObject)status["services"]!)
        {
            output.Note($"  {name}: {(string)line!}");
        }
        foreach ((string name, JsonNode? text) in (JsonObject)status["conditions"]!)
        {
            output.Note($"  [yellow]![/] {name}: {(string)text!}");
        }
    }

    // a connection of a peer, which is named already
    private static JsonNode Described(JsonNode connection)
    {
        JsonObject one = (JsonObject)connection.DeepClone();
        one.Remove("peerId");
        return one;
    }

    // which way a connection goes
    private static string Way(JsonNode connection) => ((string?)connection["relay"] is { } relay
        ? $"relayed through {relay}{((bool)connection["limited"]! ? ", with a limit" : "")}" : "direct")
        + (connection["address"] is { } address && connection["relay"] == null
            ? $" {((bool)connection["inbound"]! ? "from" : "at")} {(string)address!}" : "");

    private static string Uptime(long seconds) => TimeSpan.FromSeconds(seconds) is { TotalDays: >= 1 } days
        ? $"{(int)days.TotalDays} d {days.Hours} h" : TimeSpan.FromSeconds(seconds).ToString("c");

    private static Command Reload()
    {
        Command command = new("reload", "Have the running gateway read settings, tokens, block list and certificate again, as on SIGHUP");
        command.SetGatewayAction(async (parsed, output) =>
        {
            using ControlClient control = Control(parsed);
            JsonNode answer = await control.PostAsync("/api/reload");
            foreach (JsonNode? sentence in (JsonArray)answer["told"]!)
            {
                JsonObject json = Output.Event("reloaded");
                json["text"] = (string)sentence!;
                output.Tell(json, $"{(string)sentence!}");
            }
            return 0;
        });
        return command;
    }

    private static Command Drain()
    {
        Command command = new("drain", "End the running gateway in order, as on SIGTERM: streams under way may end, peers hear good-bye");
        command.SetGatewayAction(async (parsed, output) =>
        {
            GatewaySettings settings = GatewayOptions.Load(parsed);
            using ControlClient control = new(settings.Data, _patience);
            JsonNode answer = await control.PostAsync("/api/drain");
            output.Note($"draining; it ends within {(double)answer["seconds"]!} s and a moment");
            TimeSpan waited = TimeSpan.Zero;
            TimeSpan look = TimeSpan.FromMilliseconds(50);
            TimeSpan longest = TimeSpan.FromSeconds((double)answer["seconds"]!) + _patience;
            for (; NanoLibp2p.Gateway.Storage.DataFolder.IsInUse(settings.Data); waited += look)
            {
                if (waited > longest)
                {
                    throw new CliException($"the gateway on {settings.Data} still runs after {longest.TotalSeconds} s");
                }
                await Task.Delay(look);
            }
            output.Tell(Output.Event("drained"), $"it has ended");
            return 0;
        });
        return command;
    }

    private static Command Peers()
    {
        Command command = new("peers", "List peers that are connected or blocked; block one, or let it in again");
        command.SetGatewayAction(async (parsed, output) =>
        {
            using ControlClient control = Control(parsed);
            JsonNode answer = await control.GetAsync("/api/peers");
            foreach ((string kind, string sign) in new[] { ("connected", "+"), ("blocked", "-") })
            {
                foreach (JsonNode? peer in (JsonArray)answer[kind]!)
                {
                    JsonObject json = Output.Event("peer");
                    json["peer"] = (string)peer!;
                    json["state"] = kind;
                    JsonNode[] ways = [.. ((JsonArray)answer["connections"]!).Where(one => kind == "connected"
                        && (string)one!["peerId"]! == (string)peer!).Select(one => one!)];
                    if (kind == "connected")
                    {
                        json["connections"] = new JsonArray([.. ways.Select(Described)]);
                    }
                    string how = ways.Length == 0 ? "" : ": " + string.Join("; ", ways.Select(Way));
                    output.Tell(json, $"{sign} {(string)peer!} {kind}{how}");
                }
            }
            return 0;
        });
        command.Add(Change("block", "Close a peer's connections, and refuse it from now on, also after a restart", "blocked"));
        command.Add(Change("unblock", "Let a blocked peer in again", "unblocked"));
        return command;
    }

    private static Command Change(string name, string description, string done)
    {
        Argument<PeerId> peer = Peer();
        Command command = new(name, description) { peer };
        command.SetGatewayAction(async (parsed, output) =>
        {
            using ControlClient control = Control(parsed);
            PeerId who = parsed.GetValue(peer)!;
            JsonNode answer = await control.PostAsync($"/api/peers/{who}/{name}");
            JsonObject json = Output.Event(done);
            json["peer"] = who.ToString();
            json["changed"] = (bool)answer["changed"]!;
            output.Tell(json, $"{who.ToString()} is {((bool)answer["changed"]! ? "" : "already ")}{done}");
            return 0;
        });
        return command;
    }

    /// <summary>A peer, by its id.</summary>
    internal static Argument<PeerId> Peer() => new("PEER-ID")
    {
        Description = "The peer, such as 12D3KooW...",
        CustomParser = result =>
        {
            PeerId? found = PeerId.TryParse(result.Tokens[0].Value, out string error);
            if (found == null)
            {
                result.AddError($"{error}; give one such as 12D3KooW...");
            }
            return found!;
        },
    };
}
