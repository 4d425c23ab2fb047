using System;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Cli.Commands;

/// <summary><c>publish</c>: messages to a topic, handed to a peer that wants them.</summary>
internal static class PublishCommand
{
    // a full queue empties as fast as the peer reads
    private static readonly TimeSpan _busyPause = TimeSpan.FromMilliseconds(5);

    internal static Command Create()
    {
        Argument<Multiaddr> peer = CommonOptions.Peer();
        Argument<string> topic = CommonOptions.Topic();
        Argument<string> text =
            new("TEXT") { Description = "The message; - publishes each line of stdin, its bytes as they are, without the line end" };
        Option<int?> repeat = CommonOptions.Count("--repeat", "Publish the text so often [default: 1]");
        Option<Duration> every = CommonOptions.Time("--every", 1, "Time from one repetition to the next");
        Option<bool> noSign = new("--no-sign") { Description = "Publish without author and signature; all peers of the topic must do so" };
        Option<FileInfo?> key = CommonOptions.Key();
        Option<Duration> timeout = CommonOptions.Timeout();
        Command command = new("publish", "Publish messages to a topic") { peer, topic, text, repeat, every, noSign, key, timeout };
        command.Validators.Add(result =>
        {
            if (result.GetValue(text) == "-" && result.GetValue(repeat) != null)
            {
                result.AddError("--repeat repeats a text, not what comes from stdin; leave one of both out");
            }
        });
        command.SetAction(parsed =>
        {
            Output output = Output.Of(parsed);
            Identity identity = Keys.ReadOrMake(parsed.GetValue(key), output);
            string message = parsed.GetRequiredValue(text);
            Publisher? publisher = null;
            return PeerSession.Run(
                parsed.GetRequiredValue(peer), output, parsed.GetValue(timeout).Time, identity,
                session => publisher = new Publisher(session, parsed.GetRequiredValue(topic), signed: !parsed.GetValue(noSign)),
                session => message == "-"
                    ? publisher!.PublishLinesAsync(Console.OpenStandardInput())
                    : publisher!.PublishAsync(message, parsed.GetValue(repeat) ?? 1, parsed.GetValue(every).Time));
        });
        return command;
    }

    private sealed class Publisher
    {
        private readonly PeerSession _session;
        private readonly Messages _messages;
        private readonly Topic _topic;
        private readonly bool _signed;
        private readonly TaskCompletionSource<bool> _wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Publisher(PeerSession session, string topic, bool signed)
        {
            _session = session;
            _signed = signed;
            _messages = new Messages(session.Runner.Node, signed, null);
            _messages.Subscribed += (_, _) => _wanted.TrySetResult(true);
            _topic = _messages.Open(topic);
        }

        internal async Task<int> PublishAsync(string text, int repeat, TimeSpan every)
        {
            await SubscriberAsync();
            byte[] data = Encoding.UTF8.GetBytes(text);
            for (int i = 0; i < repeat; i++)
            {
                if (i > 0)
                {
                    await _session.PauseAsync(every);
                }
                await PublishAsync(data);
            }
            return await ArrivedAsync();
        }

        internal async Task<int> PublishLinesAsync(Stream from)
        {
            await SubscriberAsync();
            // a line is waited for on another thread; with room for a few, so that the input waits for the network
            Channel<byte[]> lines = Channel.CreateBounded<byte[]>(64);
            _ = Task.Run(async () => lines.Writer.Complete(await ReadLinesAsync(from, lines.Writer)));
            while (await _session.WaitAsync(lines.Reader.WaitToReadAsync().AsTask()))
            {
                while (lines.Reader.TryRead(out byte[]? line))
                {
                    await PublishAsync(line);
                }
            }
            return await ArrivedAsync();
        }

        // the exception that ended it, null at the input's end
        private async Task<Exception?> ReadLinesAsync(Stream from, ChannelWriter<byte[]> lines)
        {
            try
            {
                ByteLines reader = new(from, _messages.PubSub.Options.MaxMessageBytes);
                while (await reader.ReadAsync() is { } line)
                {
                    await lines.WriteAsync(line);
                }
                return null;
            }
            catch (CliException e)
            {
                return e;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return new CliException($"stdin can't be read: {e.Message}");
            }
        }

        private async Task SubscriberAsync()
        {
            if (_topic.Subscribers == 0)
            {
                await _session.WaitAsync(_wanted.Task, async () => await PubSubCheck.WhyNotAsync(_session, Messages.NameOf(_topic))
                    + "; start a subscriber there first, or check the topic's name");
            }
            if (!await _session.WaitAsync(_messages.PolicyAgrees))
            {
                throw new CliException("nothing was published: " + SignatureNotice.Sentence(_session.Peer, _signed));
            }
        }

        private async Task PublishAsync(byte[] data)
        {
            int peers;
            while ((peers = _topic.Publish(data, 0, data.Length)) == PublishResult.Busy)
            {
                await _session.PauseAsync(_busyPause);
            }
            switch (peers)
            {
                case PublishResult.TooLong:
                    throw new CliException(
                        $"a message of {data.Length} bytes is too long; with topic and signature it may have "
                            + $"{_messages.PubSub.Options.MaxMessageBytes}", CliException.WrongArguments);
                case PublishResult.Duplicate:
                    throw new CliException("the same text again is the same message where nothing is signed, and every peer would drop it; "
                        + "put a time or a number into it");
                case 0:
                    throw new CliException($"nobody subscribes to {Messages.NameOf(_topic)} any more");
            }
            JsonObject json = Output.Event("published");
            json["topic"] = Messages.NameOf(_topic);
            json["peers"] = peers;
            json["seqno"] = _messages.PubSub.Options.SignaturePolicy == SignaturePolicy.StrictSign
                ? _messages.PubSub.SequenceNumber.ToString(CultureInfo.InvariantCulture) : null;
            json["bytes"] = data.Length;
            _session.Output.Tell(json, $"published {data.Length} bytes to {peers} {(peers == 1 ? "peer" : "peers")}");
        }

        // an answer to a ping sent behind the messages tells that the peer has read them
        private async Task<int> ArrivedAsync()
        {
            while (_messages.PubSub.Queued(_session.Connection) > 0)
            {
                await _session.PauseAsync(_busyPause);
            }
            try
            {
                await _session.WaitAsync(
                    new PingClient(_session.Runner.Node).SendAsync(_session.Connection),
                    $"{_session.Peer} took the messages, but did not confirm in time that it has read them");
            }
            catch (CliException) when (_session.Connection.IsOpen)
            {
                // a peer without ping can't confirm
            }
            return 0;
        }
    }
}
