using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Firmware;
using NanoLibp2p.Host;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Client;
using Spectre.Console;

namespace NanoLibp2p.Cli.Commands;

/// <summary>
/// <c>demo</c>: the main job with no hardware. Three virtual boards publish what the host measures, and a listener shows it; they are
/// behind a gateway, through which a peer from outside reaches one of them. The gateway keeps mail for a board that sleeps and for a valve,
/// hears sensors on radios, and serves its page.
/// </summary>
internal static class DemoCommand
{
    private const string Topic = "nanolibp2p/readings";
    private const string StandardAddress = "/ip4/127.0.0.1/tcp/0";

    private static readonly TimeSpan _longestGoodBye = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _longestReach = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _longestMail = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _lookAgain = TimeSpan.FromMilliseconds(5);

    private static readonly string[] _boardNames = ["board 1", "board 2", "board 3"];

    internal static Command Create()
    {
        Option<Multiaddr> listen = new("--listen")
        {
            Description = $"Address to listen on [default: {StandardAddress}]; /ip4/0.0.0.0/tcp/0 lets other hosts join",
            HelpName = "MULTIADDR",
            CustomParser = result => ListenCommand.ParseAddress(result.Tokens[0].Value, result),
        };
        Option<Duration> every = CommonOptions.ReadingInterval();
        Option<int?> seconds = CommonOptions.Count("--seconds", "End after so long; without it, with Ctrl-C");
        Option<int?> readings = CommonOptions.Count("--readings", "End when so many readings of each board have arrived, "
            + "the peer from outside has reached one, and the mail is taken");
        Command command = new("demo", "Show it all on this host: three virtual boards publish, a listener prints, a peer from outside "
            + "reaches one through a gateway, which keeps mail for a board that sleeps and a valve, hears sensors on simulated radios and "
            + "shows its page; any libp2p program may join") { listen, every, seconds, readings };
        command.SetAction(parsed =>
        {
            Output output = Output.Of(parsed);
            using Interruption interruption = new();
            Demo demo = new(
                output, parsed.GetValue(every).Time, parsed.GetValue(readings) ?? int.MaxValue,
                parsed.GetValue(seconds) is { } limit ? TimeSpan.FromSeconds(limit) : null, interruption.Asked);
            return demo.RunAsync(parsed.GetValue(listen) ?? Multiaddr.Parse(StandardAddress)).GetAwaiter().GetResult();
        });
        return command;
    }

    private sealed class Demo
    {
        private readonly Output _output;
        private readonly TimeSpan _every;
        private readonly int _wanted;
        private readonly TimeSpan? _limit;
        private readonly Task _asked;
        private readonly Lock _lock = new();
        private readonly DemoTable _table = new();
        private readonly Dictionary<string, string> _names = [];
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Action _refresh = () => { };
        private Action _tellLast = () => { };

        internal Demo(Output output, TimeSpan every, int wanted, TimeSpan? limit, Task asked)
        {
            _output = output;
            _every = every;
            _wanted = wanted;
            _limit = limit;
            _asked = asked;
        }

        internal async Task<int> RunAsync(Multiaddr address)
        {
            Libp2pNodeOptions options = new() { Shards = 1 };
            await using Libp2pNode node = await ListenCommand.StartAsync(options, [address]);
            PeerLog? peers = _output.IsTerminal ? null : new(node, options, signed: true, _output);
            using Subscription readings = node.SubscribeAsync(Topic);
            Task<bool> reading = Messages.ReadAsync(readings, _output, OnMessage);
            string reachable = ListenCommand.TellAddresses(node, _output)[0];
            using DemoRadios radios = new();
            await using DemoGateway gateway = await DemoGateway.StartAsync(Topic, radios);
            DeviceSettings settings = DeviceSettings.Parse(
                DeviceCommand.SettingsText([reachable], Topic, _every) + $"relay = {gateway.Address}\n");
            HostedBoard[] boards = [.. _boardNames.Select(name => new HostedBoard(name, Keys.Create(), settings, _wanted, null))];
            using DemoMail mail = new(gateway);
            Introduce(boards, reachable, gateway.Page);
            using CancellationTokenSource ending = new();
            Task reach = Task.WhenAll(ReachAsync(gateway, boards, ending.Token), MailAsync(mail, ending.Token));
            Task radio = RadioAsync(gateway, radios, ending.Token);
            try
            {
                if (_output.IsTerminal)
                {
                    await _output.Console.Live(_table.Draw()).StartAsync(async live =>
                    {
                        _refresh = () => live.UpdateTarget(_table.Draw());
                        await WatchAsync(boards, reach);
                    });
                }
                else
                {
                    await WatchAsync(boards, reach);
                }
            }
            finally
            {
                _refresh = () => { };
                await ending.CancelAsync();
                await Task.WhenAll(reach, radio);
                radios.Dispose();
                mail.Dispose();
                Array.ForEach(boards, board => board.Dispose());
                await HeardGoodByeAsync(node);
            }
            GossipSubStatus status = await node.GetPubSubStatusAsync();
            readings.Dispose();
            await reading;
            await node.DisposeAsync();
            await (peers?.EndAsync() ?? Task.CompletedTask);
            return Conclude(boards, status.Drops[GossipDrop.SignatureInvalid] + status.Drops[GossipDrop.Unsigned]);
        }

        private async Task WatchAsync(HostedBoard[] boards, Task reach)
        {
            Array.ForEach(boards, board => board.Start());
            List<Task> ends = [_asked, Task.WhenAll(_done.Task, reach)];
            if (_limit is { } limit)
            {
                ends.Add(Task.Delay(limit));
            }
            await Task.WhenAny(ends);
            Array.ForEach(boards, board => board.Stop());
        }

        // a board that listens nowhere is dialed by a peer that knows nothing but its address at the gateway
        private async Task ReachAsync(DemoGateway gateway, HostedBoard[] boards, CancellationToken ending)
        {
            HostedBoard board = boards[0];
            using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(ending);
            late.CancelAfter(_longestReach);
            try
            {
                while (gateway.Reservations < boards.Length)
                {
                    await Task.Delay(_lookAgain, late.Token);
                }
                string address = gateway.AddressOf(board);
                (PeerId outside, TimeSpan roundTrip) = await DemoGateway.ReachAsync(address, late.Token);
                TellReached(board, outside.ToString(), roundTrip, address, gateway.RelayedBytes);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                // the demo is over
            }
            catch (Exception e) when (e is Libp2pException or OperationCanceledException)
            {
                string why = e is Libp2pException ? e.Message : $"it took longer than {_longestReach.TotalSeconds} s";
                Show(() => _output.Notice(board.Peer, $"nobody from outside reached {board.Name} through the relay: {why}"),
                    $"nobody from outside reached {board.Name} through the relay");
            }
        }

        // a board that sleeps gets what was left for it, and a valve obeys
        private async Task MailAsync(DemoMail mail, CancellationToken ending)
        {
            using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(ending);
            late.CancelAfter(_longestMail);
            try
            {
                await mail.PlayAsync(
                    waiting => TellMail("asleep", mail, mail.Sleeper, "waiting", waiting,
                        $"sleeps; {waiting} sealed message waits for it at the gateway"),
                    text => TellMail("woke", mail, mail.Sleeper, "text", text, $"woke and got its mail: {text}"),
                    (open, proven) => TellMail("valve", mail, mail.Valve, "open", open,
                        $"{(open ? "opens" : "closes")}: so says a sealed command"
                            + (proven ? ", whose delivery it has proven to the sender" : ""), ("proven", proven)),
                    late.Token);
            }
            catch (Exception e) when (e is Libp2pException or MailException or OperationCanceledException)
            {
                if (ending.IsCancellationRequested)
                {
                    // the demo is over
                    return;
                }

                string why = e is OperationCanceledException ? $"it took longer than {_longestMail.TotalSeconds} s" : e.Message;
                Show(() => _output.Notice(mail.Owner, $"the mail was not taken: {why}"), $"the mail was not taken: {why}");
            }
        }

        // sensors without TCP: each is told of once, and of the one that roams also that nothing is missing
        private async Task RadioAsync(DemoGateway gateway, DemoRadios radios, CancellationToken ending)
        {
            try
            {
                await radios.PlayAsync(gateway,
                    (sensor, text) => TellRadio("radio", sensor, "text", text,
                        $"is heard over {sensor.Radio}, by a peer that verified its signature: {text}", $"is heard over {sensor.Radio}"),
                    (sensor, before, after) => TellRadio("roamed", sensor, "missing", 0,
                        $"went from Bluetooth LE to Wi-Fi: readings 1 to {before} and {before + 1} to {before + after}, none is missing",
                        "went from Bluetooth LE to Wi-Fi without losing a reading", ("before", before), ("after", after)),
                    ending);
            }
            catch (OperationCanceledException)
            {
                // the demo is over
            }
            catch (Exception e) when (e is Libp2pException or FormatException or System.IO.IOException)
            {
                const string Sentence = "the sensors on radios are not heard";
                Show(() => _output.Notice(null, $"{Sentence}: {e.Message}"), Sentence);
            }
        }

        private void TellRadio(string name, DemoSensor sensor, string key, JsonNode value, string text, string caption,
            params (string Key, JsonNode Value)[] more)
            => TellBoard(name, sensor.Name, sensor.Peer, [("radio", sensor.Radio), (key, value), .. more], text, caption);

        private void TellMail(string name, DemoMail mail, MailBoard board, string key, JsonNode value, string text,
            params (string Key, JsonNode Value)[] more)
            => TellBoard(name, board.Name, board.Peer, [("from", mail.Owner), (key, value), .. more], text, text);

        private void TellBoard(string name, string board, string peer, (string Key, JsonNode Value)[] fields, string text, string caption)
        {
            JsonObject json = Output.Event(name);
            json["board"] = board;
            json["peer"] = peer;
            foreach ((string key, JsonNode value) in fields)
            {
                json[key] = value;
            }

            Show(() => _output.Tell(json, $"[green]{board}[/] {peer} {text}"), $"{board} {caption}");
        }

        private void TellReached(HostedBoard board, string outside, TimeSpan roundTrip, string address, long bytes)
        {
            // there and back
            string time = roundTrip.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture);
            JsonObject json = Output.Event("relayed");
            json["board"] = board.Name;
            json["peer"] = outside;
            json["addr"] = address;
            json["rttMs"] = roundTrip.TotalMilliseconds;
            json["relayedBytes"] = bytes;
            Show(
                () => _output.Tell(json, $"[green]outside[/] {outside} reached {board.Name} through the relay in {time} ms at {address}"),
                $"a peer from outside reached {board.Name} through the relay in {time} ms");
        }

        // a terminal has the table in its place until the end, with a short line below
        private void Show(Action tell, string caption)
        {
            if (!_output.IsTerminal)
            {
                tell();
                return;
            }
            lock (_lock)
            {
                _table.Caption = _table.Caption == null ? caption : $"{_table.Caption}\n{caption}";
                _refresh();
                _tellLast += tell;
            }
        }

        // the boards have closed their connections; their last words may still be on the way
        private async Task HeardGoodByeAsync(Libp2pNode node)
        {
            TimeSpan waited = TimeSpan.Zero;
            while (waited < _longestGoodBye && node.Peers.Any(peer => _names.ContainsKey(peer.ToString())))
            {
                await Task.Delay(_lookAgain);
                waited += _lookAgain;
            }
        }

        private void Introduce(HostedBoard[] boards, string address, string url)
        {
            foreach (HostedBoard board in boards)
            {
                _names[board.Peer] = board.Name;
                _table.Add(board.Name, board.Peer);
                JsonObject json = Output.Event("board");
                json["board"] = board.Name;
                json["peer"] = board.Peer;
                _output.Tell(json, $"{board.Name} is {board.Peer}");
            }
            JsonObject page = Output.Event("page");
            page["url"] = url;
            _output.Tell(page, $"the gateway's page, which shows them all: [bold]{url}[/]");
            JoinSnippets join = new(address, Topic);
            JsonObject snippets = Output.Event("join");
            snippets["cli"] = join.Cli;
            snippets["js"] = join.Js;
            snippets["go"] = join.Go;
            _output.Tell(snippets, $"\nTo join from another terminal:");
            _output.Copyable(join.Cli);
            _output.Note($"\nWith js-libp2p on Node.js 22 or later (npm install {JoinSnippets.JsPackages}):");
            _output.Copyable(join.Js);
            _output.Note($"\nWith go-libp2p and go-libp2p-pubsub, where ctx is a context:");
            _output.Copyable(join.Go);
            _output.Note($"");
            string missing = boards[0].MissingReadings;
            _output.Note(
                $"Boards publish what this host tells of itself{(missing.Length > 0 ? $" (not its {missing})" : "")}. Ctrl-C ends.");
        }

        // pubsub hands on what is signed by the author that it names, and nothing else
        private bool OnMessage(TopicMessage message)
        {
            string peer = message.From!.ToString();
            string text = SafeText.Printable(SafeText.Decode(message.Data));
            string? board = _names.GetValueOrDefault(peer);
            lock (_lock)
            {
                _table.Count(board ?? "guest", peer, text);
                _refresh();
            }
            if (!_output.IsTerminal)
            {
                JsonObject json = Output.Event("message");
                json["board"] = board;
                json["topic"] = Topic;
                json["from"] = peer;
                json["verified"] = true;
                json["text"] = text;
                _output.Tell(json, $"[green]{board ?? "guest"}[/] {peer} signature verified {text}");
            }
            if (_names.Keys.All(one => _table.CountOf(one) >= _wanted))
            {
                _done.TrySetResult();
            }
            return true;
        }

        private int Conclude(HostedBoard[] boards, long forged)
        {
            _tellLast();
            int received = boards.Sum(board => _table.CountOf(board.Peer));
            JsonObject json = Output.Event("summary");
            json["boards"] = boards.Length;
            json["readings"] = received;
            json["refused"] = forged;
            _output.Tell(json, $"{received} readings of {boards.Length} boards, each with a signature that verified; {forged} refused.");
            string[] silent = [.. boards.Where(board => _table.CountOf(board.Peer) == 0).Select(board => board.Name)];
            return silent.Length == 0 || _asked.IsCompleted ? 0
                : throw new CliException($"nothing arrived from {string.Join(", ", silent)}; give them longer with --seconds");
        }
    }
}
